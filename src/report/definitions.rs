//! The definitions of the four profiles in words, with the thresholds that were used.
//!
//! Does not belong here: the thresholds themselves and the reasons for them (`profile::definitions`).

use crate::profile::definitions::Definitions;
use crate::profile::kind::Profile;
use crate::profile::language::Language;

/// Each profile with what a group's curve must look like to be named so.
pub(super) fn words(d: &Definitions, language: Language) -> Vec<(Profile, String)> {
    Profile::ALL.into_iter().map(|profile| (profile, definition(profile, d, language))).collect()
}

fn definition(profile: Profile, d: &Definitions, language: Language) -> String {
    let n = |value: f64| language.short(value);
    let part = |value: f64| super::percent(value, language);
    let (early, late) = ([n(d.early.from), n(d.early.to)], [n(d.late.from), n(d.late.to)]);
    let fallen = part(d.fallen);
    match (profile, language) {
        (Profile::EarlyPeak, Language::English) => format!(
            "The highest rate lies between {} and {}; between {} and {} it is on average at most {fallen} of that peak, and no later rise comes back above {fallen} of it.",
            early[0], early[1], late[0], late[1]
        ),
        (Profile::EarlyPeak, Language::Dutch) => format!(
            "De hoogste frequentie ligt tussen {} en {} jaar; tussen {} en {} jaar is zij gemiddeld hoogstens {fallen} van die piek, en geen latere stijging komt daar weer boven.",
            early[0], early[1], late[0], late[1]
        ),
        (Profile::LatePeak, Language::English) => format!(
            "The highest rate lies between {} and {}; between {} and {} it is on average at most {fallen} of that peak, it falls to at most {fallen} of it afterwards, and no later rise comes back above that.",
            late[0], late[1], early[0], early[1]
        ),
        (Profile::LatePeak, Language::Dutch) => format!(
            "De hoogste frequentie ligt tussen {} en {} jaar; tussen {} en {} jaar is zij gemiddeld hoogstens {fallen} van die piek, daarna daalt zij tot hoogstens {fallen} ervan, en geen latere stijging komt daar weer boven.",
            late[0], late[1], early[0], early[1]
        ),
        (Profile::Continuous, Language::English) => format!(
            "Offends at least {} times as often as the cohort, and at {} or more of the ages between {} and {} its rate is at least {} of its peak.",
            n(d.high_level),
            part(d.lasting_share),
            n(d.lasting.from),
            n(d.lasting.to),
            part(d.lasting_level)
        ),
        (Profile::Continuous, Language::Dutch) => format!(
            "Pleegt minstens {} keer zo vaak delicten als het cohort, en op {} of meer van de leeftijden tussen {} en {} jaar is de frequentie minstens {} van de piek.",
            n(d.high_level),
            part(d.lasting_share),
            n(d.lasting.from),
            n(d.lasting.to),
            part(d.lasting_level)
        ),
        (Profile::Incidental, _) => {
            let (low, from, to) = (n(d.low_level), &early[0], &late[1]);
            let few = d.few_offences.map(n);
            match (language, few) {
                (Language::English, few) => format!(
                    "Offends at most {low} times as often as the cohort{}.",
                    few.map_or(String::new(), |few| format!(
                        ", and is expected to commit at most {few} offences between {from} and {to}"
                    ))
                ),
                (Language::Dutch, few) => format!(
                    "Pleegt hoogstens {low} keer zo vaak delicten als het cohort{}.",
                    few.map_or(String::new(), |few| format!(
                        ", en naar verwachting hoogstens {few} delicten tussen {from} en {to} jaar"
                    ))
                ),
            }
        }
    }
}

/// Which thresholds are published, which are ours, and when a person gets a profile.
pub(super) fn notes(d: &Definitions, language: Language) -> Vec<String> {
    let (posterior, years) = (language.short(d.clear_posterior), language.short(d.person_years));
    let published = Definitions::default();
    let windows_published = d.early == published.early && d.late == published.late;
    let source = match (windows_published, language) {
        (true, Language::English) => {
            "Only the ages of the two peaks are published; every other threshold is a choice of this software, and names change when it does."
        }
        (true, Language::Dutch) => {
            "Alleen de leeftijden van de twee pieken zijn gepubliceerd; elke andere grens is een keuze van deze software, en met die keuze veranderen de namen."
        }
        (false, Language::English) => "The ages of the peaks were changed from the published ones for this report.",
        (false, Language::Dutch) => "De leeftijden van de pieken wijken in dit verslag af van de gepubliceerde.",
    };
    let person = language.pick(
        format!(
            "Een persoon krijgt het profiel van de waarschijnlijkste groep als de kans daarop minstens {posterior} is en minstens {years} jaar is waargenomen, en blijft anders onbeslist."
        ),
        format!(
            "A person gets the profile of the most likely group when its probability is at least {posterior} and at least {years} years were observed, and stays undecided otherwise."
        ),
    );
    vec![source.to_owned(), person]
}
