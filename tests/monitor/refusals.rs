//! What no chain can be: each with file, row, column and value, all at once.

use pleegprofiel::{
    ErrorKind,
    cohort::table::{TableOptions, TableSource},
    monitor::{MonitorOptions, read_monitor},
};

const HEADER: &str = "id,case,phase,date,outcome,days,offence,kind,form,committed,birth,sex\n";

fn refused(rows: &str, by_case: bool) -> String {
    let text = format!("{HEADER}{rows}");
    let table = TableOptions::new().register_end("2021-01-01".parse().unwrap());
    let source = TableSource::new("events.csv", text.as_bytes());
    let error = read_monitor(source, by_case, &MonitorOptions::default(), &table).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    error.to_string()
}

#[test]
fn every_problem_of_the_chain_is_told_at_once_with_row_column_and_value() {
    let rows = "\
secret-a,1,suspect,1989-01-01,,,,,,,1990-05-01,male
secret-a,1,verdict,2019-03-01,convicted,,1,human-trafficking,,,1991-05-01,female
secret-b,2,sanction,2019-03-01,unconditional,553,,,,,,
secret-c,3,intake,2019-05-01,,,,,,,,
secret-c,3,verdict,2019-04-01,convicted,,,,,,,
secret-d,4,verdict,2019-04-01,convicted,,1,,,,,
secret-d,4,verdict,2019-04-02,acquitted,,1,,,,,
secret-e,5,verdict,2022-04-01,convicted,,,,,,,
secret-f,6,verdict,2019-04-01,acquitted,,,,,2019-05-01,,
secret-f,6,supervision,2019-04-01,,,,,,,,
";
    for by_case in [false, true] {
        let text = refused(rows, by_case);
        for place in [
            "row 2, column date: 1989-01-01 lies before birth, 1990-05-01",
            "row 3, column birth: 1991-05-01 but 1990-05-01 in row 2 of the same person",
            "row 3, column sex: another than in row 2 of the same person",
            "row 4, column phase: sanction without a verdict of this defendant in this case",
            "row 6, column date: 2019-04-01 of verdict lies before 2019-05-01 of intake (row 5), which it follows",
            "row 8, column outcome: a second outcome of offence 1 in the phase verdict (the first in row 7)",
            "row 9, column date: 2022-04-01 lies after the register, which ends before 2021-01-01",
            "row 10, column committed: 2019-05-01 lies after the event itself, 2019-04-01",
            "row 11, column phase: supervision, but every verdict of this defendant is an acquittal",
        ] {
            assert!(text.contains(&format!("events.csv, {place}")), "{place}: {text}");
        }
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("9 problems"), "{text}");
    }
}

#[test]
fn values_that_a_column_does_not_hold_are_told_with_what_it_does() {
    let rows = "\
a,1,verdikt,2019-03-01,convicted,,,,,,,
a,1,verdict,2019-03-01,guilty,,,,,,,
,1,verdict,2019-13-01,,,,,,,,
a,1,sanction,2019-03-01,unconditional,-3,,cheese,x,,,m
a,1,verdict,2019-03-01,convicted,12,,,,,,
a,1,intake,2019-03-01,yes,,,,,,,
";
    let text = refused(rows, false);
    for place in [
        "row 2, column phase: \"verdikt\" is none of suspect, intake, disposal, demand, verdict, sanction, supervision",
        "row 3, column outcome: \"guilty\" is none of convicted, acquitted, discharged, other",
        "row 4, column date: \"2019-13-01\" is not a day",
        "row 4, column outcome: no outcome, which the phase verdict has",
        "row 4, column id: no identifier",
        "row 5, column days: \"-3\" is negative",
        "row 5, column kind: \"cheese\" is none of human-trafficking",
        "row 5, column form: \"x\" is none of domestic-sexual",
        "row 5, column sex: \"m\" is none of female, male, unknown",
        "row 6, column days: days of verdict: only a sanction, imposed or demanded, has any",
        "row 7, column outcome: \"yes\" is none of none: this phase has no outcome",
    ] {
        assert!(text.contains(place), "{place}: {text}");
    }
    // the sanction of row 5 is not told to lack the verdict of row 3, which could not be read
    assert!(!text.contains("without a verdict"), "{text}");
}

#[test]
fn cases_out_of_order_cannot_be_streamed_and_numbers_without_zeros_are_in_order() {
    let row = |case: &str| format!("a{case},{case},intake,2019-03-01,,,,,,,,\n");
    let text = refused(&["b", "a", "c"].map(row).concat(), true);
    assert!(text.contains("row 3, column case: cases must stand in the order of their identifiers"), "{text}");
    let rows = HEADER.to_owned() + &["9", "10", "11"].map(row).concat();
    let source = TableSource::new("events.csv", rows.as_bytes());
    let options = MonitorOptions::default().show_small_cells(true);
    let found = read_monitor(source, true, &options, &TableOptions::new()).unwrap();
    assert_eq!(found.table("intake", "all").unwrap().rows[0].total.get(), 3);
}

#[test]
fn a_table_without_its_columns_or_without_rows_is_refused() {
    let read = |text: &str| {
        let source = TableSource::new("events.csv", text.as_bytes());
        read_monitor(source, false, &MonitorOptions::default(), &TableOptions::new()).unwrap_err().to_string()
    };
    assert!(read("id,case,phase\na,1,intake\n").contains("no column \"date\""));
    assert!(
        read("id,case,phase,date,outcom\na,1,intake,2019-03-01,x\n")
            .contains("\"outcom\" is not a column of this table")
    );
    assert!(read("id,case,phase,date\n").contains("no events"));
}

#[test]
fn ten_thousand_events_of_one_case_are_refused_and_not_compared_with_each_other() {
    let rows = "a,1,intake,2019-03-01,,,,,,,,\n".repeat(10_000);
    let text = refused(&rows, false);
    assert!(text.contains("10000 events of one person in one case, more than 1000"), "{text}");
}
