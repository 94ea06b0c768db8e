//! What in a dossier does not go together and may still be right, since records are incomplete and courts are slow: it is
//! told on the draft, with both places. What cannot be right is refused (`consistency`).

use super::consistency::Parts;
use crate::advice::statement::{Ground, Says, Statement};
use crate::career::custody::{Custody, Moment};
use crate::career::date::CalendarDate;
use crate::profile::language::Language;
use crate::risk::instrument::written::walk::Node;
use std::collections::BTreeSet;

/// Two places of a dossier, or more, that do not go together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Doubt {
    key: &'static str,
    dutch: String,
    english: String,
    /// Path and value of each.
    places: Vec<(&'static str, String)>,
}

impl Doubt {
    /// On the draft.
    pub(crate) fn statement(&self, language: Language) -> Statement {
        let text = language.pick(&self.dutch, &self.english).clone();
        let text = language.pick(format!("Controleer: {text}."), format!("To be checked: {text}."));
        let mut grounds = self.places.iter().map(|(path, value)| Ground::answer(*path, value));
        let first = grounds.next().unwrap_or_else(|| Ground::rule("two places of the dossier held against each other"));
        let statement = Statement::new(format!("instruments/doubt/{}", self.key), Says::Stated, text, first);
        grounds.fold(statement, Statement::on)
    }
}

/// The legal status of people who have not been convicted.
const SUSPECT: &str = "suspect";

impl Parts<'_> {
    /// Everything that has to be looked at, in the order of this file.
    pub(super) fn doubts(&self, root: &Node<'_>) -> Vec<Doubt> {
        let answer = |name: &str| root.get("answers").and_then(|answers| answers.get(name));
        let date = |name: &str| answer(name)?.value.as_str()?.parse::<CalendarDate>().ok();
        let whole = |name: &str| answer(name)?.value.as_i64();
        let verdict = root.get("asked").and_then(|asked| asked.value.get("verdict")?.as_str()?.parse().ok());
        let conviction = date("date_of_current_conviction");
        let found = [
            self.assessed_earlier(date("assessment_date")),
            self.convicted_later(conviction),
            verdict_and_conviction(verdict, conviction),
            self.fewer_sanctions(whole("total_sanctions")),
            self.sanctioned_before(whole("age_at_first_sanction")),
            self.only_one(whole("total_sanctions"), whole("age_at_first_sanction"), conviction),
            self.status_and_custody(),
            self.nothing_adjudicated(),
        ];
        found.into_iter().flatten().collect()
    }

    fn assessed_earlier(&self, assessed: Option<CalendarDate>) -> Option<Doubt> {
        let (assessed, on) = (assessed?, self.on?);
        (assessed < on).then(|| Doubt {
            key: "assessment-date",
            dutch: format!("de instrumenten rekenen met een beoordeling op {assessed}, en dit concept is van {on}"),
            english: format!("the instruments take {assessed} as the day of the assessment, and this draft is of {on}"),
            places: vec![("$.answers.assessment_date", assessed.to_string()), ("$.asked.on", on.to_string())],
        })
    }

    fn convicted_later(&self, conviction: Option<CalendarDate>) -> Option<Doubt> {
        let (conviction, on) = (conviction?, self.on?);
        (conviction > on).then(|| Doubt {
            key: "conviction-later",
            dutch: format!("de huidige veroordeling is gesteld op {conviction}, na de dag van de beoordeling, {on}"),
            english: format!("the current conviction is stated on {conviction}, after the day of the assessment, {on}"),
            places: vec![
                ("$.answers.date_of_current_conviction", conviction.to_string()),
                ("$.asked.on", on.to_string()),
            ],
        })
    }

    /// Cases may be dealt with on one day, and a sanction may be one for several.
    fn fewer_sanctions(&self, stated: Option<i64>) -> Option<Doubt> {
        let (stated, record) = (stated?, self.record?);
        let judged = record.listed.iter().filter(|one| one.adjudicated == Some(true));
        let cases: BTreeSet<Option<u32>> = judged.map(|one| one.offence.case).collect();
        let cases = cases.len();
        (stated < cases as i64).then(|| Doubt {
            key: "total-sanctions",
            dutch: format!(
                "er zijn {cases} zaken die een rechter heeft beoordeeld, en het aantal sancties is {stated}"
            ),
            english: format!("there are {cases} cases that a court has judged, and {stated} sanctions are stated"),
            places: vec![
                ("$.answers.total_sanctions", stated.to_string()),
                ("$.career.offences[..].case", format!("{cases} adjudicated")),
            ],
        })
    }

    /// A sanction within the time that was observed, before any offence that was.
    fn sanctioned_before(&self, stated: Option<i64>) -> Option<Doubt> {
        let (stated, record) = (stated?, self.record?);
        let career = &record.career;
        let from = career.age_of(career.timeline.window.0).get();
        let onset = career.onset()?.get();
        let year = stated as f64;
        (year >= from.floor() && year + 1.0 <= onset).then(|| Doubt {
            key: "first-sanction",
            dutch: format!(
                "de eerste sanctie is gesteld op {stated} jaar, en het delictverloop, waargenomen van {from:.0} jaar af, begint op {onset:.0} jaar"
            ),
            english: format!(
                "the first sanction is stated at age {stated}, and the career, observed from age {from:.0}, begins at {onset:.0}"
            ),
            places: vec![
                ("$.answers.age_at_first_sanction", stated.to_string()),
                ("$.career.offences", format!("first at {onset:.1}")),
            ],
        })
    }

    /// The sanctions in all count the current one (so in all pairs of one sanction that were published: 32 of 32), so the
    /// only one is of the age at the current conviction.
    fn only_one(&self, all: Option<i64>, first: Option<i64>, conviction: Option<CalendarDate>) -> Option<Doubt> {
        let (first, age) = (first?, self.birth?.age_on(conviction?).ok()?.get().floor());
        (all? == 1 && first as f64 != age).then(|| Doubt {
            key: "only-sanction",
            dutch: format!(
                "er is een sanctie in totaal, de huidige, opgelegd op {age:.0} jaar, en de eerste is gesteld op {first} jaar"
            ),
            english: format!(
                "there is one sanction in all, the current one, given at age {age:.0}, and the first is stated at age {first}"
            ),
            places: vec![
                ("$.answers.age_at_first_sanction", first.to_string()),
                ("$.answers.total_sanctions", "1".to_owned()),
            ],
        })
    }

    /// The legal status that instruments are told, and the stays in custody on the day.
    fn status_and_custody(&self) -> Option<Doubt> {
        let (status, record, on) = (&self.population?.legal_status, self.record?, self.on?);
        let stays = record.custody.as_deref()?;
        let on_day = |at: Moment| if let Moment::Date(date) = at { Some(date) } else { None };
        let holds =
            |stay: &&Custody| on_day(stay.from).zip(on_day(stay.to)).is_some_and(|(from, to)| from <= on && on <= to);
        let (inside, known) =
            (stays.iter().any(|stay| holds(&stay)), on_day(record.window.to).is_some_and(|to| to >= on));
        let (dutch, english) = match status.as_str() {
            "community" if inside => ("die dag zit de betrokkene vast", "the person is in custody that day"),
            "custody" if known && !inside => (
                "volgens het delictverloop zit de betrokkene die dag niet vast",
                "by the career the person is not in custody that day",
            ),
            _ => return None,
        };
        Some(Doubt {
            key: "legal-status",
            dutch: format!("de instrumenten rekenen met de status {status} op {on}, en {dutch}"),
            english: format!("the instruments take the legal status {status} on {on}, and {english}"),
            places: vec![
                ("$.population.legal_status", status.clone()),
                ("$.career.custody", if inside { "in custody" } else { "not in custody" }.to_owned()),
            ],
        })
    }

    /// Instruments made of people who were sanctioned, for somebody of whom no court has judged an offence.
    fn nothing_adjudicated(&self) -> Option<Doubt> {
        let listed = &self.record?.listed;
        let meant = self
            .asking
            .iter()
            .filter(|one| !one.instrument.card().population.legal_status.iter().any(|status| status == SUSPECT));
        let names: Vec<&str> = meant.map(|one| one.instrument.id()).collect();
        if names.is_empty() || listed.iter().any(|one| one.adjudicated == Some(true)) {
            return None;
        }
        let list = names.join(", ");
        let pending = listed.iter().any(|one| one.adjudicated == Some(false));
        Some(Doubt {
            key: "nothing-adjudicated",
            dutch: format!(
                "{list}: gemaakt voor mensen aan wie een sanctie is opgelegd, en van geen delict in dit dossier staat vast dat een rechter het heeft beoordeeld"
            ),
            english: format!(
                "{list}: made for people who were sanctioned, and no offence in this dossier is stated to have been judged by a court"
            ),
            places: vec![
                ("$.asked.instruments", list),
                ("$.career.offences[..].adjudicated", if pending { "false" } else { "not-asked" }.to_owned()),
            ],
        })
    }
}

/// A conviction on appeal has another day than the verdict asked about.
fn verdict_and_conviction(verdict: Option<CalendarDate>, conviction: Option<CalendarDate>) -> Option<Doubt> {
    let (verdict, conviction) = (verdict?, conviction?);
    (verdict != conviction).then(|| Doubt {
        key: "verdict",
        dutch: format!("het vonnis is van {verdict}, en de instrumenten rekenen met een veroordeling op {conviction}"),
        english: format!(
            "the verdict is of {verdict}, and the instruments take {conviction} as the day of the conviction"
        ),
        places: vec![
            ("$.asked.verdict", verdict.to_string()),
            ("$.answers.date_of_current_conviction", conviction.to_string()),
        ],
    })
}
