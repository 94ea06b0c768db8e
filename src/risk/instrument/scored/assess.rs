//! Scoring one case: population first, then what is missing, then the number or the range.

use crate::error::Result;
use crate::risk::instrument::cases::case::Case;
use crate::risk::instrument::compiled::bits::all_of;
use crate::risk::instrument::compiled::derive::Test;
use crate::risk::instrument::compiled::evaluate::{Mode, Scratch};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::item::Unknown;
use crate::risk::instrument::compiled::program::{Effect, Rule};
use crate::risk::instrument::scored::range;
use crate::risk::instrument::scored::result::Assessment;
use crate::units::language::Language;

/// Code of a case that states no population.
pub(crate) const NOT_STATED: &str = "population_not_stated";
/// Code of a case outside the population that the instrument was made for.
pub(crate) const MISMATCH: &str = "population_mismatch";

/// What a strict reading of a case finds before anything is scored.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// Items whose answer is unknown and can be completed.
    pub(crate) unknown: u64,
    /// Codes for answers that cannot be done without.
    pub(crate) codes: u64,
    /// Names of those items.
    pub(crate) missing: Vec<String>,
}

impl Instrument {
    /// Scores a case.
    ///
    /// A case without a stated population, or outside the instrument's, is refused with an error code; only
    /// [`Case::with_override`] passes a difference. In [`Mode::AsPublished`] a case without a stated population is
    /// taken to be of the instrument's own, and the result says so.
    ///
    /// A stated age or sex that contradicts the answers is refused in every mode, and no override passes it. Answers that
    /// contradict each other are refused in [`Mode::Strict`]; in [`Mode::AsPublished`], whose implementation does not
    /// look, they are scored with a warning. The rules are the instrument's own (`consistency` in its file).
    ///
    /// With unknown answers and [`Mode::Strict`], `ranges` holds the exact extremes over all admissible completions
    /// and each result has a value only when it is the same for all of them. Completions that contradict the known answers
    /// are not admissible, and a warning says by which rule they were left out.
    ///
    /// # Errors
    /// When the case was read for another instrument.
    pub fn assess(&self, case: &Case, mode: Mode) -> Result<Assessment> {
        self.own(case)?;
        let mut result = self.blank(&case.answers, mode);
        result.population.clone_from(&case.population);
        if !self.admit(case, mode, &mut result) {
            return Ok(result);
        }
        if let Some(population) = &case.population {
            let clash = self.population_clash(population, &case.answers);
            if clash != 0 {
                result.error = self.codes(clash).map(str::to_owned).collect();
                self.explain(clash, &mut result);
                return Ok(result);
            }
        }
        let mut s = Scratch::new(self);
        s.answers.copy_from_slice(&case.answers);
        if mode == Mode::AsPublished {
            let scored = self.run(&mut s, mode);
            self.fill(&mut result, &s, scored);
            return Ok(result);
        }
        let gaps = self.gaps(&case.answers);
        let known = self.known_errors(&case.answers, gaps.unknown);
        if gaps.codes | known != 0 {
            result.error = self.codes(gaps.codes | known).map(str::to_owned).collect();
            result.refusal = gaps.missing.iter().map(|name| format!("{name} has to be known")).collect();
            self.explain(known, &mut result);
        } else if gaps.unknown == 0 {
            let scored = self.run(&mut s, mode);
            self.fill(&mut result, &s, scored);
        } else {
            range::assess(self, &case.answers, gaps.unknown, &mut result);
        }
        Ok(result)
    }

    /// Why known answers cannot be true: they contradict each other or the stated population, or lie outside their range.
    pub(crate) fn impossible(&self, case: &Case) -> Vec<String> {
        let stated = case.population.as_ref().map_or(0, |population| self.population_clash(population, &case.answers));
        let codes =
            self.known_errors(&case.answers, self.gaps(&case.answers).unknown) & !self.refusals() & !self.absences()
                | stated;
        let mut why: Vec<String> = self.contradictions(codes).map(str::to_owned).collect();
        let explained = self.program.reasons.iter().fold(0, |all, reason| all | 1 << reason.code);
        let open = codes & !explained;
        for (at, code) in self.program.codes.iter().enumerate().filter(|(at, _)| open >> at & 1 == 1) {
            let (words, items) = (code.replace('_', " "), self.items_of(at));
            why.push(if items.is_empty() { words } else { format!("{words} (answers to {})", items.join(" and ")) });
        }
        why
    }

    /// Items whose answers the rules of a code look at as they were given.
    fn items_of(&self, code: usize) -> Vec<&str> {
        let program = &self.program;
        let rules = program.rules.iter().filter(|rule| rule.code == code);
        let when = rules.fold(0, |all, rule| all | rule.when);
        let asked = program.conditions.iter().enumerate().filter(|(i, _)| when >> i & 1 == 1);
        let slots: Vec<usize> = asked
            .flat_map(|(_, condition)| match condition.test {
                Test::NotAfter(other) | Test::Exceeds(other) => vec![condition.slot, other],
                _ => vec![condition.slot],
            })
            .collect();
        let items = self.items.iter().enumerate().filter(|(slot, _)| slots.contains(slot));
        items.map(|(_, item)| item.name.as_str()).collect()
    }

    /// Codes of rules that hold only while an answer is missing: then something is unknown, and nothing contradicts.
    fn absences(&self) -> u64 {
        let program = &self.program;
        let missing = |rule: &Rule| {
            let of_rule = program.conditions.iter().enumerate().filter(|(i, _)| rule.when >> i & 1 == 1);
            of_rule.into_iter().any(|(_, condition)| condition.test == Test::Given(false))
        };
        let codes = |absent: bool| {
            let rules = program.rules.iter().filter(|rule| missing(rule) == absent);
            rules.fold(0u64, |all, rule| all | 1 << rule.code)
        };
        codes(true) & !codes(false)
    }

    /// Codes that refuse answers which may well be true, of this instrument and as a whole of its parts.
    fn refusals(&self) -> u64 {
        let own = self.program.rules.iter().filter(|rule| rule.effect == Effect::Refuse);
        own.fold(0, |all, rule| all | 1 << rule.code)
            | self.program.components.iter().fold(0, |all, part| all | 1 << part.code)
    }

    /// Says which answers contradict each other, or the stated population.
    pub(crate) fn explain(&self, codes: u64, result: &mut Assessment) {
        result.refusal.extend(self.contradictions(codes).map(|why| format!("contradictory answers: {why}")));
    }

    fn admit(&self, case: &Case, mode: Mode, result: &mut Assessment) -> bool {
        let refuse = |result: &mut Assessment, code: &str| result.error.push(code.to_owned());
        let Some(population) = &case.population else {
            if mode == Mode::AsPublished {
                result.as_published.push("no population is stated: taken to be that of the instrument".to_owned());
                return true;
            }
            refuse(result, NOT_STATED);
            result.refusal.push(format!(
                "the case states no population; the instrument is for {}: {}",
                self.card.population.jurisdiction,
                self.card.population.legal_status.join(" or ")
            ));
            return false;
        };
        result.population_differences = self.card.population.differences(population, Language::English);
        if result.population_differences.is_empty() {
            return true;
        }
        if let Some(permission) = &case.permission {
            result.population_override = Some(permission.clone());
            result.warnings.push("used outside the population it was made for, by explicit override".to_owned());
            return true;
        }
        refuse(result, MISMATCH);
        result.refusal.push("only an override with author and reason passes a difference in population".to_owned());
        false
    }

    /// Unknown answers, and those that cannot be done without.
    pub(crate) fn gaps(&self, answers: &[f64]) -> Gaps {
        let mut gaps = Gaps::default();
        let (mut slots, mut held) = (vec![f64::NAN; self.program.slots], 0);
        slots[..answers.len()].copy_from_slice(answers);
        self.prepare(answers, &mut slots, &mut held);
        let own = self.program.components.is_empty();
        for (i, item) in self.items.iter().enumerate().filter(|(i, _)| answers[*i].is_nan()) {
            let exempt = item.unless.iter().any(|list| all_of(held, *list));
            let needed = item.required || item.strictly_required || item.substitute.is_some();
            let dates = matches!(&item.unknown, Unknown::Dates(list) if list.iter().any(|d| answers[*d].is_nan()));
            if exempt || !(own || item.required) {
                continue;
            }
            if item.unknown != Unknown::Refuse && !dates {
                gaps.unknown |= 1 << i;
            } else if needed || dates {
                gaps.codes |= 1 << usize::from(item.dynamic);
                gaps.missing.push(item.name.clone());
            }
        }
        for part in &self.program.components {
            let inner_answers: Vec<f64> = part.items.iter().map(|i| answers[*i]).collect();
            let inner = part.instrument.gaps(&inner_answers);
            if inner.codes != 0 {
                gaps.codes |= 1 << part.code;
            }
            gaps.missing.extend(inner.missing);
            for (i, at) in part.items.iter().enumerate() {
                gaps.unknown |= (inner.unknown >> i & 1) << at;
            }
        }
        gaps
    }

    /// Errors that hold whatever the unknown answers are.
    fn known_errors(&self, answers: &[f64], unknown: u64) -> u64 {
        let (mut slots, mut held) = (vec![f64::NAN; self.program.slots], 0);
        slots[..answers.len()].copy_from_slice(answers);
        self.prepare(answers, &mut slots, &mut held);
        let mut errors = 0;
        for rule in self.program.rules.iter().filter(|r| r.effect != Effect::Missing) {
            let items = rule
                .unless
                .iter()
                .fold(self.program.items_of(rule.when), |all, list| all | self.program.items_of(*list));
            if items & unknown == 0 && rule.holds(held) {
                errors |= 1 << rule.code;
            }
        }
        for part in &self.program.components {
            let inner: Vec<f64> = part.items.iter().map(|i| answers[*i]).collect();
            let open = part.items.iter().enumerate().fold(0, |all, (i, at)| all | (unknown >> at & 1) << i);
            if part.instrument.known_errors(&inner, open) != 0 {
                errors |= 1 << part.code;
            }
        }
        errors
    }
}
