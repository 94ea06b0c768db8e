//! Warnings about data in Dutch, and what may be printed of those that point at one person. Does not belong here: their
//! English words (`cohort::warning`).

use crate::cohort::warning::{CellPlace, CohortWarning, few};
use crate::profile::language::Language;

/// A warning that names the row or the counts of a person, without these; none where it names neither.
pub(super) fn without_place(warning: &CohortWarning, language: Language) -> Option<String> {
    let (dutch, english) = match warning {
        CohortWarning::FarOutside { .. }
        | CohortWarning::LikeMissingCodes { .. }
        | CohortWarning::ValuesLikeMissingCodes { .. } => (
            "enkele waarden liggen ver boven alle andere of lijken op codes voor een ontbrekende waarde; zij zijn als waarde genomen",
            "a few values lie far above all others or look like codes for a missing value; they were taken as values",
        ),
        CohortWarning::LabelledCounts { .. } => (
            "aan enkele aantallen geeft het bestand een naam; zij zijn als aantal genomen",
            "the file gives a few counts a name of their own; they were taken as counts",
        ),
        CohortWarning::CalledTotal { .. }
        | CohortWarning::SumOfOthers { .. }
        | CohortWarning::MoreThanAllOthers { .. } => (
            "een of meer rijen lijken op een rij met totalen; zij zijn als personen genomen",
            "one row or more look like a row of totals; they were taken as persons",
        ),
        _ => return None,
    };
    Some(language.pick(dutch, english).to_owned())
}

/// A warning as one Dutch sentence without its full stop.
pub(super) fn dutch(warning: &CohortWarning) -> String {
    let cells = |n: &u64| if *n == 1 { "1 cel".to_owned() } else { format!("{n} cellen") };
    match warning {
        CohortWarning::FarOutside { counts, next, cells: n, place } => format!(
            "{} met een aantal van {}, meer dan 50 keer het op een na hoogste, {next} (de eerste: {}): een code voor een ontbrekende waarde?",
            cells(n),
            few(counts),
            at(place)
        ),
        CohortWarning::LikeMissingCodes { counts, next, cells: n, place } => format!(
            "{} met {}, terwijl het op een na hoogste aantal {next} is (de eerste: {}): een code voor een ontbrekende waarde?",
            cells(n),
            few(counts),
            at(place)
        ),
        CohortWarning::ValuesLikeMissingCodes { values, next, cells: n, place } => {
            let values: Vec<String> = values.iter().take(5).map(ToString::to_string).collect();
            format!(
                "{} met {}, terwijl de op een na hoogste waarde {next} is (de eerste: {}): een code voor een ontbrekende waarde?",
                cells(n),
                values.join(", "),
                at(place)
            )
        }
        CohortWarning::LabelledCounts { counts, labels, cells: n, row, column } => {
            let named = counts.iter().zip(labels).take(5).map(|(count, label)| format!("{count} heet \"{label}\""));
            let named: Vec<String> = named.collect();
            format!(
                "{} met aantallen die het bestand een naam geeft, de eerste in rij {row}, kolom {column} ({}): codes voor ontbrekende waarden, of categorieën?",
                cells(n),
                named.join(", ")
            )
        }
        CohortWarning::NoZero { cells: n, zeros, unlisted } => {
            let zeros = if *zeros == 0 { "niet één 0".to_owned() } else { format!("maar {zeros} keer 0") };
            format!(
                "{} per persoon en leeftijd en {zeros} daarin, terwijl {unlisted} van deze mensen en leeftijden er niet in staan: zijn leeftijden en mensen zonder delict weggelaten?",
                cells(n)
            )
        }
        CohortWarning::CalledTotal { persons: 1, place } => {
            format!("één persoon ({}) heet als een rij met totalen: is het er een?", at(place))
        }
        CohortWarning::CalledTotal { persons, place } => {
            format!("{persons} personen (de eerste: {}) heten als rijen met totalen: zijn ze dat?", at(place))
        }
        CohortWarning::AlikeIdentifiers { persons, by, place, other } => {
            let by = match by.as_str() {
                "leading zeros" => "voorloopnullen",
                "a .0 at its end" => ".0 aan het eind",
                "capital letters" => "hoofdletters",
                "blanks" => "spaties",
                _ => "voorloopnullen, .0, spaties of hoofdletters",
            };
            let ids = if *persons == 1 { "identificatie verschilt" } else { "identificaties verschillen" };
            format!(
                "{persons} {ids} alleen door {by} van een andere (de eerste: {}, en {}): dezelfde persoon op twee manieren geschreven?",
                at(place),
                at(other)
            )
        }
        CohortWarning::SumOfOthers { place } => {
            format!(
                "de aantallen van één persoon ({}) zijn de som van die van alle anderen: is het een rij met totalen?",
                at(place)
            )
        }
        CohortWarning::MoreThanAllOthers { place, events, others } => {
            format!("één persoon ({}) heeft {events} delicten, alle anderen samen {others}", at(place))
        }
        CohortWarning::NoTimeAtRisk { cells: n } => {
            format!("{} zonder tijd in vrijheid en met een aantal van 0: opgevat als niet waargenomen", cells(n))
        }
        CohortWarning::NeverObserved { persons } => {
            let people = if *persons == 1 { "persoon" } else { "personen" };
            format!("{persons} {people} zonder één waargenomen leeftijd: zoals gevraagd weggelaten")
        }
        CohortWarning::UnlistedAsZero { cells: n } => {
            format!("{} die niet in de tabel staan: zoals gevraagd opgevat als 0", cells(n))
        }
        CohortWarning::MissingCodes { cells: n } => {
            format!("{} met een code voor een ontbrekende waarde: opgevat als niet waargenomen", cells(n))
        }
        CohortWarning::ColumnsLeftOut { file, columns } => format!("{file}: weggelaten {}", columns.join(", ")),
        CohortWarning::Articles { file, offences, sources } => {
            format!("{file}: delicten in categorieën volgens wetsartikel: {offences}, naar {}", sources.join("; "))
        }
        CohortWarning::CalendarYears { file, rule, cells: n, outside, before_birth } => format!(
            "{file}: {} van kalenderjaren opgevat als de leeftijd volgens de regel {rule}; weggelaten buiten de gevraagde leeftijden: {outside}, voor de geboorte: {before_birth}",
            cells(n)
        ),
        CohortWarning::Categories { file, column, reference, others } => {
            format!("{file}: {column} heeft categorieën: {}, vergeleken met {reference}", others.join(", "))
        }
        CohortWarning::EmptyRows { file, rows } => format!("{file}: weggelaten lege rijen: {rows}"),
        CohortWarning::IncompleteDates { file, rule, dates, left_out } => {
            format!(
                "{file}: onvolledige datums, opgevat volgens de regel {rule}: {dates}; weggelaten rijen: {left_out}"
            )
        }
        CohortWarning::OpenEnds { file, windows } => {
            format!("{file}: vensters zonder einde, gesloten met het register: {windows}")
        }
        CohortWarning::PriorRecord { file, offences } => {
            format!("{file}: delicten vóór het venster, bewaard als eerder verleden: {offences}")
        }
    }
}

fn at(place: &CellPlace) -> String {
    let person = match place.row {
        Some(row) => place.part.as_ref().map_or(format!("rij {row}"), |part| format!("rij {row} van {part}")),
        None => format!("persoon {}", place.person),
    };
    place.age.as_ref().map_or(person.clone(), |age| format!("{person}, {age} jaar"))
}
