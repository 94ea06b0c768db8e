//! Conditions that can be set in a frame: numbers as in the law, and what each would need. They are listed, never chosen.

use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// A condition of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its number in the article; without one it stands in a list of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// What it is.
    pub text: String,
    /// What setting it would need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
}

type Words = (&'static str, &'static str);

const NO_NEEDS: Words = ("", "");
const AREA: Words = ("het gebied moet precies worden aangegeven", "the area has to be given exactly");
const CLINICAL: Words = ("indicatie door het NIFP", "indication by the NIFP");
const AMBULATORY: Words = ("indicatie door de reclassering", "indication by probation");

/// Special conditions of art. 14c Sr, in the order of their numbers.
const SPECIAL: [(Words, Words); 14] = [
    (("schade vergoeden", "pay damage"), NO_NEEDS),
    (("schade herstellen", "repair damage"), NO_NEEDS),
    (("waarborgsom storten", "deposit a security"), NO_NEEDS),
    (("geld storten in een fonds voor slachtoffers", "pay into a victim fund"), NO_NEEDS),
    (("geen contact opnemen met bepaalde personen (contactverbod)", "no contact with certain persons"), NO_NEEDS),
    (("niet op een bepaalde plaats zijn (locatieverbod)", "not to be in a certain place (location ban)"), AREA),
    (("op een bepaalde plaats zijn (locatiegebod)", "to be in a certain place"), NO_NEEDS),
    (("zich melden", "report"), NO_NEEDS),
    (("geen drugs of alcohol, met controle", "no drugs or alcohol, with tests"), NO_NEEDS),
    (("opname in een zorginstelling", "admission to an institution for care"), CLINICAL),
    (("behandeling", "treatment"), AMBULATORY),
    (("begeleid wonen of maatschappelijke opvang", "assisted living or shelter"), NO_NEEDS),
    (("deelnemen aan een gedragsinterventie", "take part in a behavioural intervention"), NO_NEEDS),
    (("andere voorwaarden over het gedrag", "other conditions on conduct"), NO_NEEDS),
];

/// What the conditions of conditional release have besides.
const RELEASE: [Words; 4] = [
    ("verbod zich ergens te vestigen", "ban on settling somewhere"),
    ("plicht te verhuizen", "duty to move"),
    ("reisverbod", "travel ban"),
    ("verbod op bepaald vrijwilligerswerk", "ban on certain voluntary work"),
];

pub(crate) fn special(language: Language) -> Vec<Condition> {
    let one = |(i, (text, needs)): (usize, &(Words, Words))| Condition {
        number: Some(i as u8 + 1),
        text: language.pick(text.0, text.1).to_owned(),
        needs: Some(language.pick(needs.0, needs.1).to_owned()).filter(|needs| !needs.is_empty()),
    };
    SPECIAL.iter().enumerate().map(one).collect()
}

pub(crate) fn release(language: Language) -> Vec<Condition> {
    let more = RELEASE.iter().map(|words| Condition {
        number: None,
        text: language.pick(words.0, words.1).to_owned(),
        needs: None,
    });
    special(language).into_iter().chain(more).collect()
}
