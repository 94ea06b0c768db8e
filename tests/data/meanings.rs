//! Tables that may mean something else than they seem to: told of, or refused, with the place and what would be accepted.

use pleegprofiel::{
    AgeGrid, Cohort, Result,
    cohort::{
        CohortWarning,
        table::{AgeUnit, DecimalMark, TableOptions, TableSource, Unlisted, read_cohort, read_values},
    },
};
use rstest::rstest;

fn read(text: &str, options: &TableOptions) -> Result<Cohort> {
    read_cohort(TableSource::from_bytes("t.csv", text), None, options)
}

fn said(text: &str, options: &TableOptions) -> String {
    read(text, options).unwrap_err().to_string()
}

fn doubts(cohort: &Cohort) -> Vec<String> {
    cohort.warnings().iter().filter(|warning| warning.is_doubt()).map(ToString::to_string).collect()
}

/// A wide table of these counts, ten a person, from row 2 on.
fn wide(counts: &[(u32, usize)]) -> String {
    let mut cells: Vec<u32> = counts.iter().flat_map(|&(count, n)| std::iter::repeat_n(count, n)).collect();
    cells.resize(cells.len().next_multiple_of(10), 0);
    let header: Vec<String> = (12..22).map(|age| format!("age_{age}")).collect();
    let rows: Vec<String> = cells
        .chunks(10)
        .enumerate()
        .map(|(i, row)| format!("{i},{}", row.iter().map(u32::to_string).collect::<Vec<_>>().join(",")))
        .collect();
    format!("id,{}\n{}\n", header.join(","), rows.join("\n"))
}

#[rstest]
#[case::several_nines(&[(0, 70), (1, 20), (2, 6), (9, 4)], "4 cells with 9, while the next highest count is 2")]
#[case::one_nine(&[(0, 70), (1, 20), (2, 9), (9, 1)], "1 cell with 9,")]
#[case::sevens(&[(0, 70), (1, 20), (2, 6), (7, 4)], "4 cells with 7,")]
#[case::eights_and_nines(&[(0, 70), (1, 20), (8, 6), (9, 4)], "10 cells with 8, 9,")]
#[case::nines_and_ninety_nines(&[(0, 70), (1, 20), (9, 6), (99, 4)], "10 cells with 9, 99,")]
#[case::fifteen(&[(0, 70), (1, 20), (3, 6), (15, 4)], "4 cells with 15,")]
#[case::behind_a_range_to_three(&[(0, 60), (1, 20), (2, 9), (3, 6), (9, 5)], "5 cells with 9,")]
#[case::nothing_but_nines(&[(0, 90), (9, 10)], "10 cells with 9, while the next highest count is 0")]
#[case::ninety_six(&[(0, 60), (1, 20), (4, 9), (5, 10), (96, 1)], "1 cell with 96,")]
fn a_code_behind_a_short_range_is_doubted_with_its_place(#[case] counts: &[(u32, usize)], #[case] told: &str) {
    let found = doubts(&read(&wide(counts), &TableOptions::new()).unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(told) && found[0].contains("(first: row "), "{found:?}");
}

/// Tails of counts have no gap, or one that chance leaves.
#[rstest]
#[case::up_to_nine(&[(0, 50), (1, 20), (2, 10), (3, 6), (4, 4), (5, 3), (6, 2), (7, 2), (8, 2), (9, 1)])]
#[case::a_gap_in_a_long_range(&[(0, 50), (1, 20), (2, 10), (3, 6), (4, 4), (5, 3), (9, 1)])]
#[case::near(&[(0, 60), (1, 20), (2, 10), (3, 6), (4, 4), (7, 1)])]
#[case::one_seven(&[(0, 70), (1, 20), (2, 9), (7, 1)])]
#[case::one_person_with_one_nine_and_no_other_offence(&[(0, 99), (9, 1)])]
#[case::fifteen_behind_a_long_range(&[(0, 60), (1, 20), (2, 10), (4, 5), (6, 4), (15, 1)])]
fn a_tail_of_counts_is_none(#[case] counts: &[(u32, usize)]) {
    assert!(doubts(&read(&wide(counts), &TableOptions::new()).unwrap()).is_empty());
}

#[test]
fn a_code_among_answers_on_a_short_scale_is_doubted() {
    let of = |text: &str| read_values(TableSource::from_bytes("t.csv", text), &TableOptions::new()).unwrap().warnings;
    let found = of("id,age_12,age_13,age_14\na,0,3,9\nb,1,2,0\n");
    assert!(found[0].to_string().starts_with("1 cell with 9, while the next highest value is 3 (first: row 2"));
    assert!(of("id,age_12,age_13\na,0,3\nb,7,5\n").is_empty() && of("id,age_12,age_13\na,0.5,2.5\nb,9,1\n").is_empty());
    // rows of totals are people here as well
    let found = of("id,age_12,age_13\na,1,2\nGemiddelde,1,2\n");
    assert!(
        matches!(&found[..], [CohortWarning::CalledTotal { persons: 1, place }] if place.row == Some(3)),
        "{found:?}"
    );
}

/// 60 people at 10 ages, of whom every third age has an offence and the others are not listed.
fn without_zeros() -> String {
    let mut rows = vec!["id,age,count".to_owned()];
    for person in 0..60 {
        for age in (12..22).filter(|age| (age + person) % 3 == 0) {
            rows.push(format!("{person},{age},{}", 1 + (age + person) % 2));
        }
    }
    rows.join("\n") + "\n"
}

#[test]
fn one_single_zero_does_not_make_a_long_table_whole() {
    let plain = TableOptions::new();
    let table = without_zeros() + "0,13,0\n";
    let found = read(&table, &plain).unwrap();
    let CohortWarning::NoZero { cells: 201, zeros: 1, unlisted: 399 } = found.warnings()[0] else {
        panic!("{:?}", found.warnings())
    };
    let told = doubts(&found);
    assert!(told[0].contains("only 1 of 0 among them, while 399 of these people and ages are not listed"), "{told:?}");
    for unlisted in [Unlisted::Zero, Unlisted::NotObserved] {
        assert!(doubts(&read(&table, &plain.clone().unlisted(unlisted)).unwrap()).is_empty());
    }
    // a table that lists its zeros and does not list who was not observed is whole
    let mut rows = vec!["id,age,count".to_owned()];
    rows.extend(
        (0..60).flat_map(|person| (12..16).map(move |age| format!("{person},{age},{}", u8::from(age == person % 9)))),
    );
    rows.push("60,25,1".into());
    assert!(doubts(&read(&(rows.join("\n") + "\n"), &plain).unwrap()).is_empty());
}

#[test]
fn rows_of_totals_are_doubted_wherever_they_stand() {
    let plain = TableOptions::new();
    let with = |names: &[&str]| {
        let mut rows = vec!["id,age_12,age_13,age_14".to_owned(), "p1,1,0,2".into()];
        rows.extend(names.iter().enumerate().map(|(i, name)| format!("\"{name}\",{i},1,0")));
        rows.extend(["p2,0,1,1".to_owned(), "p3,0,0,1".into()]);
        doubts(&read(&(rows.join("\n") + "\n"), &plain).unwrap())
    };
    let one = "one person (row 3) is called as a row of totals is: is it one?";
    for name in [
        "Subtotaal",
        "Subtotal",
        "SUBTOTAL:",
        "N=",
        "n = 60",
        "Totaal jongens",
        "Total 2020",
        "Gemiddelde",
        "Mean",
        "Sum",
        "sub-total (boys)",
        "Tussentotaal",
    ] {
        assert_eq!(with(&[name]), [one], "{name}");
    }
    assert_eq!(with(&["Subtotaal", "Mean"]), ["2 persons (first: row 3) are called as rows of totals are: are they?"]);
    // codes and names of people
    for name in ["N12", "Meander", "Total1", "sumo", "Allen", "Max", "subtotals_x", "overallx"] {
        assert!(with(&[name]).is_empty(), "{name}");
    }
}

#[test]
fn ages_that_nobody_reaches_are_asked_about_in_both_forms() {
    let header: Vec<String> = (96..=105).map(|age| format!("age_{age}")).collect();
    let months = format!("id,{}\na,{}\n", header.join(","), ["1"; 10].join(","));
    let long = "id,age,count\na,96,0\na,97,2\n";
    for table in [months.as_str(), long] {
        let refused = said(table, &TableOptions::new());
        assert!(refused.contains("--ages-in months") && refused.contains("--ages-in years"), "{refused}");
        assert!(read(table, &TableOptions::new().ages_in(AgeUnit::Years)).is_ok());
        let found = read(table, &TableOptions::new().ages_in(AgeUnit::Months)).unwrap();
        assert_eq!((found.grid().start_months(), found.grid().width_months()), (96, 1));
    }
    // in steps of a year they are no steps of 144 months
    let refused = said("id,age_96,age_108,age_120\na,0,1,2\n", &TableOptions::new());
    assert!(refused.contains("--ages-in months") && !refused.contains("144"), "{refused}");
    // beyond all ages in years
    for table in ["id,age_151,age_152\na,0,1\n", "id,age,count\na,151,0\na,152,1\n"] {
        let refused = said(table, &TableOptions::new());
        assert!(refused.contains("if ages are in months, say so (--ages-in months)"), "{refused}");
        assert!(!said(table, &TableOptions::new().ages_in(AgeUnit::Years)).contains("months)"));
    }
}

#[test]
fn ages_in_months_that_stand_a_year_apart_are_asked_about_in_both_forms() {
    // counts of a year taken for counts of a month are rates twelve times too high
    let wide = "id,age_144,age_156,age_168\na,1,0,0\nb,0,2,1\n";
    let long = "id,age,count\na,144,1\na,156,0\nb,144,0\nb,168,2\n";
    let months = TableOptions::new().ages_in(AgeUnit::Months);
    for table in [wide, long] {
        let refused = said(table, &months);
        assert!(refused.contains("steps of 12 months") && refused.contains("--age-step 12"), "{refused}");
        let found = read(table, &months.clone().width_months(12)).unwrap();
        assert_eq!((found.grid().start_months(), found.grid().width_months()), (144, 12));
    }
    assert!(said(long, &months).contains("--age-step 1"));
    assert_eq!(read(long, &months.clone().width_months(1)).unwrap().grid().len(), 25);
    // single months, and ages that the caller gave
    assert_eq!(read("id,age,count\na,144,1\na,156,0\na,157,2\n", &months).unwrap().grid().len(), 14);
    let grid = AgeGrid::months(144, 1, 13).unwrap();
    assert!(read("id,age,count\na,144,1\na,156,0\n", &months.grid(grid)).is_ok());
}

#[test]
fn an_age_column_in_another_case_is_an_age_and_is_not_lost() {
    let table = "id,age_12,Age_13,AGE_14,note\na,0,2,1,x\n";
    let found = read(table, &TableOptions::new().ignore_others(true)).unwrap();
    assert_eq!(found.counts(0), [Some(0), Some(2), Some(1)]);
    let twice = said("id,age_12,age_13,Age_13\na,0,2,1\n", &TableOptions::new().ignore_others(true));
    assert!(twice.contains("column Age_13: stands twice: column 3 and column 4"), "{twice}");
}

#[test]
fn what_means_nothing_for_a_form_is_refused_and_what_is_ignored_in_vain_is_known() {
    let wide = "id,age_12,age_13\na,0,2\n";
    for options in [TableOptions::new().unlisted(Unlisted::Zero), TableOptions::new().unlisted(Unlisted::NotObserved)] {
        assert!(said(wide, &options).contains("--unlisted"), "{}", said(wide, &options));
    }
    let ages = said(wide, &TableOptions::new().grid(AgeGrid::years(12, 13).unwrap()));
    assert!(ages.contains("--ages") && ages.contains("--ignore"), "{ages}");
    let options = TableOptions::new().ignore(["nope"]);
    read(wide, &options).unwrap();
    assert_eq!(options.ignored_in_vain(), ["nope"]);
}

#[test]
fn a_column_that_the_form_does_not_know_is_left_out_when_it_is_empty_and_refused_otherwise() {
    for (header, rows) in
        [("id,age_12,note,age_13", ["a,0,%,2", "b,1,,0"]), ("id,age,note,count", ["a,12,%,2", "b,13,,0"])]
    {
        let of = |note: &str| format!("{header}\n{}\n", rows.join("\n").replace('%', note));
        let found = read(&of(""), &TableOptions::new()).unwrap();
        assert_eq!(found.warnings()[0].to_string(), "t.csv: left out the column \"note\", which is empty");
        let refused = said(&of("x"), &TableOptions::new());
        assert!(
            refused.contains("row 1: \"note\" is not a column of") && refused.contains("--ignore note"),
            "{refused}"
        );
        let last = of("").replace("b,1,,0", "b,1,7,0").replace("b,13,,0", "b,13,7,0");
        assert!(said(&last, &TableOptions::new()).contains("--ignore note"));
    }
}

#[test]
fn a_column_that_is_called_as_weights_are_is_named_as_such() {
    for name in ["w", "weight", "Weegfactor", "gewicht", "pweight", "wgt"] {
        for table in [format!("id,age_12,age_13,{name}\na,0,2,1.5\n"), format!("id,age,count,{name}\na,12,2,1.5\n")] {
            let refused = said(&table, &TableOptions::new());
            assert!(refused.contains(&format!("(--weights {name})")), "{refused}");
            assert!(refused.contains(&format!("--ignore {name}")), "{refused}");
            assert_eq!(read(&table, &TableOptions::new().weight_column(name)).unwrap().weight(0), 1.5);
        }
    }
    assert!(!said("id,age_12,age_13,sex\na,0,2,1\n", &TableOptions::new()).contains("--weights"));
}

#[test]
fn names_of_ages_may_have_decimal_commas_as_their_numbers_do() {
    let table = "id;age_12,5;age_13,0;age_13,5\na;0;2;1\n";
    let refused = said(table, &TableOptions::new());
    assert!(refused.contains("separated by semicolons") && refused.contains("--decimal comma"), "{refused}");
    let pointed = said(table, &TableOptions::new().delimiter(b';'));
    assert!(pointed.contains("--decimal comma"), "{pointed}");
    let comma = TableOptions::new().decimal(DecimalMark::Comma).width_months(6);
    let found = read(table, &comma).unwrap();
    assert_eq!((found.grid().start_months(), found.grid().len(), found.events()), (150, 3, 3));
    // the comma is still what stands between columns where nothing else does
    let found = read("id,age_12,age_13\na,\"1,0\",2\n", &comma.width_months(12)).unwrap();
    assert_eq!(found.counts(0), [Some(1), Some(2)]);
}

#[test]
fn a_point_that_may_part_thousands_is_asked_about_and_other_decimals_are_not() {
    let weighted = |weights: [&str; 3]| {
        let [a, b, c] = weights;
        format!("id;w;age_12;age_13\n1;{a};0;1\n2;{b};0;0\n3;{c};2;1\n")
    };
    let plain = TableOptions::new().weight_column("w");
    let refused = said(&weighted(["1.250", "980", "1.100"]), &plain);
    assert!(refused.contains("row 2, column w: \"1.250\" beside whole numbers is 1.25 or 1250"), "{refused}");
    assert!(
        refused.contains("--decimal point says") && refused.contains("write the numbers without them"),
        "{refused}"
    );
    let pointed = read(&weighted(["1.250", "980", "1.100"]), &plain.clone().decimal(DecimalMark::Point)).unwrap();
    assert_eq!((pointed.weight(0), pointed.weight(1)), (1.25, 980.0));
    for weights in
        [["0.125", "1.250", "980"], ["12.345", "7.5", "100"], ["1.250", "1.100", "2.500"], ["1.125", "2", "3"]]
    {
        assert!(read(&weighted(weights), &plain).is_ok(), "{weights:?}");
    }
    // values of a scale are one column
    let scores = "id,age_12,age_13\na,1.250,980\nb,2.100,1.300\n";
    let of = |options: &TableOptions| read_values(TableSource::from_bytes("t.csv", scores), options);
    assert!(of(&TableOptions::new()).unwrap_err().to_string().contains("\"1.250\" beside whole numbers"));
    assert!(of(&TableOptions::new().decimal(DecimalMark::Point)).is_ok());
}

#[test]
fn a_comma_or_a_point_before_three_digits_is_said_to_be_either() {
    let plain = TableOptions::new();
    let with = |cell: &str| format!("id,age_12,age_13\n1,\"{cell}\",1\n2,0,2\n");
    let refused = said(&with("1,000"), &plain);
    assert!(
        refused.contains("\"1,000\" is 1 or 1000: --decimal comma says that it is 1; where commas part"),
        "{refused}"
    );
    assert!(said(&with("1,000,000"), &plain).contains("where commas part thousands, write 1000000"));
    assert!(said(&with("1.250"), &plain).contains("where points part thousands, write 1250"));
    assert!(said(&with("0,5"), &plain).contains("--decimal comma reads it as 0.5"));
    let weighted = "id;w;age_12;age_13\n1;2.610;0;1\n2;1,5;0;0\n";
    let refused = said(weighted, &plain.decimal(DecimalMark::Comma).weight_column("w"));
    assert!(refused.contains("\"2.610\" is not a number: commas stand before decimals"), "{refused}");
}

#[test]
fn minus_zero_is_zero() {
    let found = read("id,age_12,age_13\n1,-0.0,1\n2,-0,2\n", &TableOptions::new()).unwrap();
    assert_eq!((found.counts(0), found.counts(1)), (vec![Some(0), Some(1)], vec![Some(0), Some(2)]));
    assert!(said("id,age_12,age_13\n1,-0.5,1\n", &TableOptions::new()).contains("is negative"));
}
