//! Values with labels, as Stata has them, and texts: categories of covariates, offences and groups; and weights that a
//! file declares.
//!
//! Origin: `fixtures/cases/files/README.md`.

use crate::files::{fixture, open};
use pleegprofiel::{
    Cohort, Result,
    cohort::{
        CohortWarning,
        table::{
            PersonTable, TableOptions, TableSource, read_career_table, read_cohort, read_groups, read_person_table,
        },
    },
};

fn cohort() -> Cohort {
    read_cohort(open("files/counts-good.csv"), None, &TableOptions::new()).unwrap()
}

fn covariates(file: &str, names: &[&str], options: &TableOptions) -> Result<PersonTable> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    read_person_table(open(&format!("files/{file}")), &cohort(), &names, options)
}

#[test]
fn a_column_with_labels_is_one_of_categories_and_a_text_is_one_when_asked_for() {
    let plain = TableOptions::new();
    let labelled = covariates("persons-labels.dta", &["sex", "income", "region"], &plain).unwrap();
    // by the numbers that the labels stand for: noord, midden, zuid
    assert_eq!(labelled.names, ["sex=vrouw", "income", "region=midden", "region=zuid"]);
    assert_eq!(labelled.values[0][..4], [0.0, 1.0, 0.0, 1.0]);
    assert_eq!(labelled.values[1][..2], [1.5, 1.6]);
    assert_eq!((&labelled.values[2][..3], &labelled.values[3][..3]), (&[0.0, 0.0, 1.0][..], &[1.0, 0.0, 0.0][..]));
    let [CohortWarning::Categories { column, reference, others, .. }, _] = &labelled.warnings[..] else {
        panic!("{:?}", labelled.warnings)
    };
    assert_eq!((column.as_str(), reference.as_str(), &others[..]), ("sex", "man", &["vrouw".to_owned()][..]));

    let refused = covariates("persons-texts.csv", &["sex"], &plain).unwrap_err().to_string();
    assert!(refused.contains("\"man\" is not a number; --categorical sex makes categories"), "{refused}");
    let texts = covariates("persons-texts.csv", &["sex", "region"], &plain.categorical(["sex", "region"])).unwrap();
    // by the alphabet: midden, noord, zuid
    assert_eq!(texts.names, ["sex=vrouw", "region=noord", "region=zuid"]);
    assert_eq!((&texts.values[0], &texts.values[2]), (&labelled.values[0], &labelled.values[3]));
}

#[test]
fn labels_of_some_values_only_are_no_categories_and_the_caller_may_take_the_numbers() {
    let refused = covariates("persons-labels.dta", &["partly"], &TableOptions::new()).unwrap_err().to_string();
    for part in ["99 has one, \"geweigerd\"", "--missing 99", "--ignore-labels", "column partly"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let numbers =
        covariates("persons-labels.dta", &["partly", "sex"], &TableOptions::new().ignore_labels(true)).unwrap();
    assert_eq!((numbers.names.len(), numbers.values[0][4], numbers.values[1][1]), (2, 99.0, 2.0));
    let missing = covariates("persons-labels.dta", &["partly"], &TableOptions::new().missing(["99"])).unwrap_err();
    assert!(missing.to_string().contains("row 5, column partly: no value"), "{missing}");
}

#[test]
fn one_category_or_too_many_are_no_covariate() {
    let of = |value: &dyn Fn(usize) -> String| {
        let cohort = cohort();
        let rows: String = (0..cohort.persons()).map(|i| format!("{},{}\n", cohort.id(i).unwrap(), value(i))).collect();
        let table = TableSource::from_bytes("p.csv", format!("id,town\n{rows}"));
        read_person_table(table, &cohort, &["town".to_owned()], &TableOptions::new().categorical(["town"]))
    };
    assert!(of(&|_| "x".to_owned()).unwrap_err().to_string().contains("everybody is of one category"));
    assert_eq!(of(&|i| format!("t{:02}", i % 20)).unwrap().names.len(), 19);
}

#[test]
fn an_offence_or_a_group_with_a_label_is_what_its_label_says() {
    let plain = TableOptions::new();
    let careers =
        |file: &str| read_career_table(open("files/people.csv"), open(&format!("files/{file}")), None, &plain);
    assert_eq!(careers("offences-labels.dta").unwrap().careers, careers("offences-good.csv").unwrap().careers);
    let groups = read_groups(open("files/persons-labels.dta"), "region", &plain).unwrap();
    let texts = read_groups(open("files/persons-texts.csv"), "region", &plain).unwrap();
    assert_eq!((groups, 20), (texts.clone(), texts.len()));
}

#[test]
fn weights_that_a_file_declares_are_used_or_left_out_by_name_and_never_dropped_in_silence() {
    let plain = TableOptions::new();
    let read = |options: &TableOptions| read_cohort(open("files/svyset.dta"), None, options);
    let refused = read(&plain.clone().ignore_others(true)).unwrap_err().to_string();
    assert!(refused.contains("\"pw\" as its survey weights") && refused.contains("--weights pw"), "{refused}");
    assert!(read(&plain).unwrap_err().to_string().contains("--ignore pw"));
    let weighted = read(&plain.clone().weight_column("pw")).unwrap();
    assert!((weighted.total_weight() - 19.5).abs() < 1e-9, "{}", weighted.total_weight());
    let left = read(&plain.ignore(["pw"])).unwrap();
    assert!((left.total_weight() - 20.0).abs() < 1e-12);
    assert!(matches!(left.warnings(), [CohortWarning::ColumnsLeftOut { .. }]));
    assert!(fixture("files/svyset.dta").exists());
}

#[test]
fn a_count_that_the_file_gives_a_name_is_doubted_and_one_called_by_its_digits_is_not() {
    let found = read_cohort(open("files/counts-labels.dta"), None, &TableOptions::new()).unwrap();
    let [doubt @ CohortWarning::LabelledCounts { counts, labels, cells: 2, row: 3, column }] = found.warnings() else {
        panic!("{:?}", found.warnings())
    };
    assert_eq!((&counts[..], &labels[..], column.as_str()), (&[8][..], &["geweigerd".to_owned()][..], "age_12"));
    assert!(doubt.is_doubt() && doubt.to_string().contains("8 is called \"geweigerd\""), "{doubt}");
    let missing = read_cohort(open("files/counts-labels.dta"), None, &TableOptions::new().missing(["8"])).unwrap();
    assert_eq!((missing.observations(), missing.warnings()), (58, &[CohortWarning::MissingCodes { cells: 2 }][..]));
}

#[test]
fn labels_that_state_more_bytes_than_the_file_has_are_refused_as_damage() {
    let mut bytes = std::fs::read(fixture("files/counts-labels.dta")).unwrap();
    let tag = b"<lbl>";
    let at = tag.len() + bytes.windows(tag.len()).position(|part| part == tag).unwrap();
    let stated = bytes.len() as u32 + 1_000;
    bytes[at..at + 4].copy_from_slice(&stated.to_le_bytes());
    let refused = read_cohort(TableSource::from_bytes("c.dta", bytes), None, &TableOptions::new());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("c.dta") && refused.contains("a set of labels is longer than the file"), "{refused}");
}

#[test]
fn a_day_beyond_every_calendar_is_refused_by_its_place() {
    let refused = read_career_table(
        open("files/people.csv"),
        open("files/offences-day-out-of-reach.dta"),
        None,
        &TableOptions::new(),
    );
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("committed") && refused.contains("a day outside the years 1600 to 2399"), "{refused}");
}

#[test]
fn identifiers_that_a_program_numbered_are_those_that_it_numbered() {
    // codes in the order of the alphabet, rows in another
    let named = read_cohort(open("files/counts-encoded-id.dta"), None, &TableOptions::new()).unwrap();
    let good = cohort();
    for i in 0..named.persons() {
        let other = (0..good.persons()).find(|&j| good.id(j) == named.id(i)).unwrap();
        assert_eq!(named.counts(i), good.counts(other), "{i}");
    }
    let numbers =
        read_cohort(open("files/counts-encoded-id.dta"), None, &TableOptions::new().ignore_labels(true)).unwrap();
    assert_eq!(numbers.id(0).map(|id| id.len()), Some(1));
}
