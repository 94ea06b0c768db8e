//! The exact range of a result when answers are unknown.
//!
//! Two answers matter to each other when a term, a derived quantity or a rule uses both. So the unknown answers
//! fall apart into groups that do not matter to each other, and the extremes of a sum are the sums of the extremes
//! of the groups. Within a group every admissible combination is tried, one answer after the other: once an answer
//! is fixed, the rest of its group may fall apart again. Answers on which fixed results, the reduction of a band or
//! several parts depend are tried on the outside of all that. Every output rises with its sum (the loader refuses
//! others), so its extremes are found where the sum has its own, and are computed there by the ordinary evaluation. Where
//! a choice of fixed results is made by the sum itself, outputs rise by steps or are absent in between: there every sum
//! that can be reached is evaluated.

use crate::risk::instrument::compiled::evaluate::{Mode, Scratch};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::output::shown;
use crate::risk::instrument::compiled::program::{Effect, From, Make, Program, Show};
use crate::risk::instrument::scored::range_parts::{Factor, Part, What, factors, flatten, shared, stepped};
use crate::risk::instrument::scored::result::{Assessment, OutputRange};

/// Most combinations tried before a case is refused as having too much unknown: about a second.
const MOST_TRIED: u64 = 3_000_000;

/// Most different sums kept of a part whose results hang on more than its extremes.
const MOST_SUMS: usize = 10_000;
/// Most pairs of them put together at once.
const MOST_PAIRS: usize = 200_000;

/// A sum that can be reached, and the answers that give it.
#[derive(Debug, Clone, Default)]
struct Reached {
    sum: f64,
    at: Vec<(usize, f64)>,
}

/// Why there is no range.
#[derive(Debug)]
enum Stop {
    TooMany,
    Refused(String),
}

struct Search<'a> {
    whole: &'a Instrument,
    answers: Vec<f64>,
    parts: Vec<Part<'a>>,
    factors: Vec<Factor>,
    /// Sum whose extremes are sought; none when every sum of every part rises together.
    objective: Option<usize>,
    /// Answers of a part whose results hang on its sum by steps: of those every sum is tried, not the extremes alone.
    stepped: u64,
    tried: u64,
    /// Contradictions by which completions were left out, in words.
    narrowed: Vec<String>,
    scratch: Scratch,
    found: Vec<Found>,
}

/// Extremes of one output.
#[derive(Debug, Clone)]
struct Found {
    low: f64,
    high: f64,
    absent: bool,
    bands: u64,
}

/// Computes the ranges into a result.
pub(crate) fn assess(whole: &Instrument, answers: &[f64], unknown: u64, result: &mut Assessment) {
    result.unknown = whole.names(unknown);
    let mut parts = Vec::new();
    let mut outside = 0;
    flatten(whole, (0..whole.items.len()).collect(), &mut parts, &mut outside);
    let factors: Vec<Factor> = factors(&parts);
    if parts.len() > 1 {
        outside |= shared(&parts, &factors);
    }
    let stepped = stepped(&parts, &factors, &mut outside);
    let sums = if parts.len() == 1 { parts[0].instrument.program.sums.len() } else { 0 };
    let mut search = Search {
        whole,
        answers: answers.to_vec(),
        parts,
        factors,
        objective: None,
        stepped,
        tried: 0,
        narrowed: Vec::new(),
        scratch: Scratch::new(whole),
        found: vec![
            Found { low: f64::INFINITY, high: f64::NEG_INFINITY, absent: false, bands: 0 };
            whole.program.outputs.len()
        ],
    };
    let mut stop = None;
    for objective in 0..sums.max(1) {
        search.objective = (sums > 1).then_some(objective);
        if let Err(why) = search.outside(unknown & outside, unknown & !outside) {
            stop = Some(why);
            break;
        }
    }
    match stop {
        Some(Stop::TooMany) => {
            result.error.push("too_much_unknown".to_owned());
            result
                .refusal
                .push(format!("more than {MOST_TRIED} combinations of the unknown answers would have to be tried"));
        }
        Some(Stop::Refused(code)) => {
            result.error.push(code);
            result.refusal.push("some completions of the unknown answers have no score".to_owned());
        }
        None if search.found.iter().all(|f| f.low > f.high && !f.absent) => {
            result.error.push("no_admissible_completion".to_owned());
            result.refusal.push("no answer to what is unknown fits the other answers".to_owned());
        }
        None => {
            let left_out = search.narrowed.iter();
            result.warnings.extend(left_out.map(|why| format!("completions left out as contradictory: {why}")));
            report(whole, &search.found, result);
        }
    }
}

fn report(whole: &Instrument, found: &[Found], result: &mut Assessment) {
    result.scored = true;
    let program = &whole.program;
    for (i, (f, output)) in found.iter().zip(&program.outputs).enumerate() {
        let (low, high) = if f.low > f.high { (f64::NAN, f64::NAN) } else { (f.low, f.high) };
        let band = output.show == Show::Band;
        let names = |bits: u64| {
            program.bands.iter().enumerate().filter(move |(b, _)| bits >> b & 1 == 1).map(|(_, n)| n.clone())
        };
        let one = if band { f.bands.count_ones() <= 1 } else { low == high } && !f.absent;
        if one {
            result.results.insert(output.field.clone(), shown(program, i, low));
        }
        let range = OutputRange {
            low: if band { None } else { shown(program, i, low) },
            high: if band { None } else { shown(program, i, high) },
            bands: if band { names(f.bands).collect() } else { Vec::new() },
            may_be_absent: f.absent,
        };
        result.ranges.insert(output.field.clone(), range);
    }
    if whole.card.score_type.is_some() {
        result.score_type.clone_from(&whole.card.score_type);
    }
}

impl Search<'_> {
    /// Puts an answer into the parts that ask for it.
    fn set(&mut self, item: usize, value: f64) {
        self.answers[item] = value;
        for part in &mut self.parts {
            if let Some(at) = part.items.iter().position(|i| *i == item) {
                part.answers[at] = value;
                part.slots[at] = value;
                let (steps, conditions) = &part.steps[at];
                part.held &= !conditions;
                part.instrument.program.follow(steps, &part.answers, &mut part.slots, &mut part.held);
            }
        }
    }

    /// Tries every combination of the answers on the outside, then the rest inside.
    fn outside(&mut self, open: u64, rest: u64) -> Result<(), Stop> {
        let answers = self.answers.clone();
        for part in &mut self.parts {
            for (to, at) in part.answers.iter_mut().zip(&part.items) {
                *to = answers[*at];
            }
            part.refresh();
        }
        let known: Vec<usize> = self.complete(open | rest, 0);
        if self.admissible(&known)?.is_none() {
            return Ok(());
        }
        self.fix(open, rest)
    }

    /// Factors that are complete once `now` is fixed: they use it, or nothing unknown at all.
    fn complete(&self, open: u64, now: u64) -> Vec<usize> {
        let fits = |f: &Factor| f.items & open & !now == 0 && (now == 0 || f.items & now != 0);
        (0..self.factors.len()).filter(|i| fits(&self.factors[*i])).collect()
    }

    fn fix(&mut self, open: u64, rest: u64) -> Result<(), Stop> {
        if open == 0 {
            return self.inside(rest);
        }
        // answers with few values first: they cut the most for the least
        let whole = self.whole;
        let item = (0..64).filter(|i| open >> i & 1 == 1).min_by_key(|i| whole.items[*i].completions()).unwrap_or(0);
        let now = self.complete(open | rest, 1 << item);
        for i in 0..whole.items[item].completions() {
            self.try_one()?;
            let value = whole.items[item].completion(i, &self.answers);
            self.set(item, value);
            if self.admissible(&now)?.is_some() {
                self.fix(open & !(1 << item), rest)?;
            }
        }
        self.set(item, f64::NAN);
        Ok(())
    }

    fn try_one(&mut self) -> Result<(), Stop> {
        self.tried += 1;
        if self.tried > MOST_TRIED { Err(Stop::TooMany) } else { Ok(()) }
    }

    /// What complete factors add to the sum, or none when a rule forbids the combination.
    fn admissible(&mut self, factors: &[usize]) -> Result<Option<f64>, Stop> {
        let mut sum = 0.0;
        for i in factors {
            let factor = self.factors[*i];
            let part = &self.parts[factor.part];
            let program = &part.instrument.program;
            match factor.what {
                What::Rule(at) if program.rules[at].holds(part.held) => {
                    if program.rules[at].effect == Effect::Refuse {
                        return Err(Stop::Refused(program.codes[program.rules[at].code].clone()));
                    }
                    if program.rules[at].effect == Effect::Contradiction {
                        for why in part.instrument.contradictions(1 << program.rules[at].code) {
                            if !self.narrowed.iter().any(|known| known == why) {
                                self.narrowed.push(why.to_owned());
                            }
                        }
                    }
                    return Ok(None);
                }
                What::Rule(_) => {}
                What::Term(at) => {
                    let term = &program.terms[at];
                    let counts = self.objective.is_none_or(|o| o == term.sum);
                    if counts && crate::risk::instrument::compiled::bits::all_of(part.held, term.when) {
                        let value = term.value(&part.slots);
                        sum += if value.is_nan() { 0.0 } else { value };
                    }
                }
            }
        }
        Ok(Some(sum))
    }

    fn inside(&mut self, rest: u64) -> Result<(), Stop> {
        let Some(ends) = self.open(rest & !self.stepped)? else { return Ok(()) };
        let Some(steps) = self.open(rest & self.stepped)? else { return Ok(()) };
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else { return Ok(()) };
        for step in steps {
            self.try_one()?;
            let low = self.evaluate(&first.at, &step.at)?;
            let high = self.evaluate(&last.at, &step.at)?;
            self.note(&low, &high);
        }
        Ok(())
    }

    /// The sums that open answers reach, in order; none when no combination is admissible.
    fn open(&mut self, open: u64) -> Result<Option<Vec<Reached>>, Stop> {
        let factors: Vec<usize> = (0..self.factors.len()).filter(|i| self.factors[*i].items & open != 0).collect();
        self.solve(open, &factors)
    }

    /// Widens what was found by the outputs at the lowest and at the highest sum.
    fn note(&mut self, low: &[f64], high: &[f64]) {
        let program = &self.whole.program;
        for (i, found) in self.found.iter_mut().enumerate() {
            if self.objective.is_some_and(|o| !rests_on(program, i, o)) {
                continue;
            }
            let (a, b) = (low[i], high[i]);
            if a.is_nan() || b.is_nan() {
                found.absent = true;
            }
            for value in [a, b].into_iter().filter(|v| !v.is_nan()) {
                found.low = found.low.min(value);
                found.high = found.high.max(value);
            }
            if program.outputs[i].show == Show::Band && !a.is_nan() && !b.is_nan() {
                let (from, to) = (a.min(b) as u32, a.max(b) as u32);
                (from..=to).for_each(|band| found.bands |= 1 << band);
            }
        }
    }

    /// The ordinary evaluation of a completed case.
    fn evaluate(&mut self, at: &[(usize, f64)], and_at: &[(usize, f64)]) -> Result<Vec<f64>, Stop> {
        self.scratch.answers.copy_from_slice(&self.answers);
        for (item, value) in at.iter().chain(and_at) {
            self.scratch.answers[*item] = *value;
        }
        if self.whole.run(&mut self.scratch, Mode::Strict) {
            return Ok(self.scratch.outputs.clone());
        }
        let code = self.whole.codes(self.scratch.errors).next().unwrap_or("no_score");
        Err(Stop::Refused(code.to_owned()))
    }

    /// What open answers reach: the extremes, or every sum where results hang on them by steps. None when no combination is
    /// admissible.
    fn solve(&mut self, open: u64, factors: &[usize]) -> Result<Option<Vec<Reached>>, Stop> {
        let mut total = vec![Reached::default()];
        let mut left = open;
        while left != 0 {
            let group = self.group(left & left.wrapping_neg(), open, factors);
            left &= !group;
            let own: Vec<usize> = factors.iter().copied().filter(|i| self.factors[*i].items & group != 0).collect();
            let Some(found) = self.solve_group(group, open, &own)? else { return Ok(None) };
            let both = |(a, b): (&Reached, &Reached)| Reached {
                sum: a.sum + b.sum,
                at: a.at.iter().chain(&b.at).copied().collect(),
            };
            total = if group & self.stepped == 0 {
                // extremes of a sum are the sums of the extremes
                let ends = |of: &[Reached]| [0, of.len() - 1];
                ends(&total).into_iter().zip(ends(&found)).map(|(a, b)| both((&total[a], &found[b]))).collect()
            } else {
                let pairs = total.len() * found.len();
                self.tried += pairs as u64;
                if pairs > MOST_PAIRS || self.tried > MOST_TRIED {
                    return Err(Stop::TooMany);
                }
                total.iter().flat_map(|a| found.iter().map(move |b| (a, b))).map(both).collect()
            };
            self.keep(&mut total, group)?;
        }
        Ok(Some(total))
    }

    /// In order, one of each sum; of those in `group` the ends alone unless every one counts.
    fn keep(&self, reached: &mut Vec<Reached>, group: u64) -> Result<(), Stop> {
        reached.sort_by(|a, b| a.sum.total_cmp(&b.sum));
        reached.dedup_by(|later, kept| later.sum == kept.sum);
        if group & self.stepped == 0 && reached.len() > 2 {
            reached.drain(1..reached.len() - 1);
        }
        if reached.len() > MOST_SUMS { Err(Stop::TooMany) } else { Ok(()) }
    }

    /// All open answers that matter to those in `seed`, directly or through others.
    fn group(&self, seed: u64, open: u64, factors: &[usize]) -> u64 {
        let mut group = seed;
        loop {
            let touching = factors.iter().map(|i| self.factors[*i].items & open).filter(|m| m & group != 0);
            let grown = touching.fold(group, |all, m| all | m);
            if grown == group {
                return group;
            }
            group = grown;
        }
    }

    fn solve_group(&mut self, group: u64, open: u64, factors: &[usize]) -> Result<Option<Vec<Reached>>, Stop> {
        let whole = self.whole;
        let uses = |i: usize| factors.iter().filter(|f| self.factors[**f].items >> i & 1 == 1).count();
        let choose = (0..64)
            .filter(|i| group >> i & 1 == 1)
            .max_by_key(|i| (uses(*i), std::cmp::Reverse(whole.items[*i].completions())));
        let Some(item) = choose else { return Ok(None) };
        let bit = 1u64 << item;
        let (now, later): (Vec<usize>, Vec<usize>) =
            factors.iter().partition(|i| self.factors[**i].items & open & !bit == 0);
        let mut reached: Vec<Reached> = Vec::new();
        for i in 0..whole.items[item].completions() {
            self.try_one()?;
            let value = whole.items[item].completion(i, &self.answers);
            self.set(item, value);
            let Some(sum) = self.admissible(&now)? else { continue };
            let inner = if group == bit { Some(vec![Reached::default()]) } else { self.solve(group & !bit, &later)? };
            let Some(inner) = inner else { continue };
            let before = reached.len();
            for mut one in inner {
                one.sum += sum;
                let within =
                    || reached.first().zip(reached.last()).is_some_and(|(a, b)| a.sum <= one.sum && one.sum <= b.sum);
                if group & self.stepped != 0 || !within() {
                    one.at.push((item, value));
                    reached.push(one);
                }
            }
            if reached.len() > before {
                self.keep(&mut reached, group)?;
            }
        }
        self.set(item, f64::NAN);
        Ok(Some(reached).filter(|r| !r.is_empty()))
    }
}

/// Whether an output is computed from a sum.
fn rests_on(program: &Program, output: usize, sum: usize) -> bool {
    match &program.outputs[output].make {
        Make::Copy(of)
        | Make::Logistic { of, .. }
        | Make::Cox { of, .. }
        | Make::Table { of, .. }
        | Make::Band { of, .. } => match of {
            From::Sum(at) => *at == sum,
            From::Output(at) => rests_on(program, *at, sum),
        },
        Make::Percent { of, .. } | Make::Recalibrated { of, .. } | Make::Reduced(of) => rests_on(program, *of, sum),
        Make::Total { of, .. } => of.iter().any(|at| rests_on(program, *at, sum)),
        Make::Chosen | Make::Component { .. } => true,
    }
}
