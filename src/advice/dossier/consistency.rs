//! Answers of different parts of a dossier that contradict each other.

use super::career::Record;
use super::known::Known;
use super::people::Asking;
use super::reader::Reader;
use crate::career::date::CalendarDate;
use crate::career::offence::When;
use crate::risk::factor::Factor;
use crate::risk::instrument::Population;
use crate::risk::instrument::written::walk::Node;
use std::collections::BTreeMap;

/// The parts of a dossier that could be read.
pub(super) struct Parts<'d> {
    pub(super) factors: &'d BTreeMap<Factor, Known>,
    pub(super) record: Option<&'d Record>,
    pub(super) protected: &'d BTreeMap<String, String>,
    pub(super) population: Option<&'d Population>,
    pub(super) asking: &'d [Asking],
    pub(super) on: Option<CalendarDate>,
    pub(super) birth: Option<CalendarDate>,
    pub(super) about: Option<&'d [usize]>,
}

impl Parts<'_> {
    pub(super) fn check(&self, root: &Node<'_>, r: &mut Reader<'_>) {
        self.check_factors(r);
        self.check_sex(root, r);
        self.check_about(r);
        self.check_verdict(root, r);
        self.check_days(root, r);
        let answered = root.get("answers").and_then(|answers| answers.value.get("date_of_birth")?.as_str());
        if let (Some(answered), Some(birth)) = (answered, self.birth)
            && answered != birth.to_string()
            && answered != "unknown"
        {
            r.problems.add(
                "$.answers.date_of_birth",
                "contradicts $.birth; the same date is accepted, or one of the two left out",
            );
        }
    }

    fn check_factors(&self, r: &mut Reader<'_>) {
        let of = |factor: Factor| self.factors.get(&factor).copied().unwrap_or_default();
        let (without, with) = (of(Factor::NoStartQualification), of(Factor::StartQualification));
        if without == with && matches!(with, Known::Present | Known::Absent) {
            let key = with.key();
            r.problems.add(
                "$.factors.start-qualification",
                format_args!(
                    "{key:?} contradicts $.factors.no-start-qualification, {key:?}: one is the opposite of the other"
                ),
            );
        }
        let parts = [of(Factor::CriminalFamily), of(Factor::CriminalPartner)];
        let whole = of(Factor::CriminalRelative);
        if whole == Known::Absent && parts.contains(&Known::Present)
            || whole == Known::Present && parts == [Known::Absent; 2]
        {
            r.problems.add(
                "$.factors.criminal-relative",
                format_args!(
                    "{:?} contradicts $.factors.criminal-family, {:?}, and criminal-partner, {:?}",
                    whole.key(),
                    parts[0].key(),
                    parts[1].key()
                ),
            );
        }
        let seen_from = self.record.map(|record| &record.career).filter(|career| career.onset().is_some());
        let onset = seen_from.and_then(|career| career.onset()).map(|age| age.get());
        let since = seen_from.map(|career| career.age_of(career.timeline.window.0).get());
        if of(Factor::FirstOffenceAsMinor) == Known::Present
            && onset.is_some_and(|age| age >= 18.0)
            && since.is_some_and(|age| age <= 12.0)
        {
            r.problems.add(
                "$.factors.first-offence-as-minor",
                "\"present\" contradicts $.career: it was observed from the age of 12, and the first offence is later than 18",
            );
        }
        let minor = self.record.and_then(|record| record.career.onset()).is_some_and(|age| age.get() < 18.0);
        if of(Factor::FirstOffenceAsMinor) == Known::Absent && minor {
            r.problems.add(
                "$.factors.first-offence-as-minor",
                "\"absent\" contradicts $.career.offences: there is one before the age of 18",
            );
        }
    }

    /// A verdict follows birth and the offences that it is about.
    fn check_verdict(&self, root: &Node<'_>, r: &mut Reader<'_>) {
        let stated = root.get("asked").and_then(|asked| asked.value.get("verdict")?.as_str());
        let Some(verdict) = stated.and_then(|text| text.parse::<CalendarDate>().ok()) else { return };
        if self.birth.is_some_and(|birth| verdict < birth) {
            r.problems.add("$.asked.verdict", format_args!("{verdict} lies before the day of birth"));
        }
        let listed = self.record.map_or(&[][..], |record| &record.listed);
        let about = self.about.unwrap_or_default().iter().filter_map(|at| Some((*at, listed.get(*at)?)));
        for (at, offence) in about {
            if let When::Date(on) = offence.offence.when
                && verdict < on
            {
                r.problems.add(
                    "$.asked.verdict",
                    format_args!("{verdict} lies before the offence it is about, $.career.offences[{at}] of {on}"),
                );
            }
        }
        let mut judged =
            self.about.unwrap_or_default().iter().map(|at| listed.get(*at).and_then(|one| one.adjudicated));
        if self.about.is_some_and(|about| !about.is_empty()) && judged.all(|judged| judged == Some(false)) {
            r.problems.add(
                "$.asked.verdict",
                format_args!(
                    "{verdict} contradicts $.career.offences: a court has judged none of those that the advice is about; \
                     \"adjudicated\": true is accepted for one of them, or no verdict"
                ),
            );
        }
    }

    /// What was found out by the day of the assessment lies on that day or before it.
    fn check_days(&self, root: &Node<'_>, r: &mut Reader<'_>) {
        let Some(on) = self.on else { return };
        for name in ["assessment_date", "date_of_most_recent_sexual_offence", "most_recent_offence_date"] {
            let stated = root.get("answers").and_then(|answers| answers.value.get(name)?.as_str());
            if let Some(date) = stated.and_then(|text| text.parse::<CalendarDate>().ok()).filter(|date| *date > on) {
                r.problems.add(
                    format_args!("$.answers.{name}"),
                    format_args!(
                        "{date} lies after the day of the assessment, {on}; that day or one before it is accepted"
                    ),
                );
            }
        }
    }

    fn check_sex(&self, root: &Node<'_>, r: &mut Reader<'_>) {
        let Some(sex) = self.protected.get("sex") else { return };
        let expected = match sex.as_str() {
            "man" => "male",
            "woman" => "female",
            _ => return,
        };
        for part in ["population", "answers"] {
            let stated = root.get(part).and_then(|node| node.value.get("sex")?.as_str());
            if stated.is_some_and(|stated| ["male", "female"].contains(&stated) && stated != expected) {
                r.problems.add(
                    format_args!("$.{part}.sex"),
                    format_args!("contradicts $.protected.sex; {expected:?} is accepted, or no answer"),
                );
            }
        }
    }

    fn check_about(&self, r: &mut Reader<'_>) {
        let Some(about) = self.about else { return };
        let offences = self.record.map_or(0, |record| record.listed.len());
        if self.record.is_none() && r.problems.count() > 0 {
            return;
        }
        for (i, at) in about.iter().enumerate() {
            if *at >= offences {
                r.problems.add(
                    format_args!("$.asked.about[{i}]"),
                    format_args!("{at} is no position of the {offences} offences of the career, counted from 0"),
                );
            } else if about[..i].contains(at) {
                r.problems.add(format_args!("$.asked.about[{i}]"), format_args!("{at} stands twice"));
            }
        }
    }
}
