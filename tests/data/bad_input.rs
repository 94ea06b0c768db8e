//! Broken tables and what is said about them, word for word: these messages are the crate's manners.

use pleegprofiel::{
    Cohort, Error, ErrorKind, Result,
    cohort::table::{Observed, TableOptions, TableSource, read_offences, read_person_ages, read_wide, read_wide_with},
};
use rstest::rstest;

fn wide(table: &[u8]) -> Result<Cohort> {
    read_wide_with(TableSource::new("c.csv", table), None, &TableOptions::new())
}

fn with_exposure(counts: &str, exposure: &str) -> Result<Cohort> {
    let exposure = TableSource::new("e.csv", exposure.as_bytes());
    read_wide_with(TableSource::new("c.csv", counts.as_bytes()), Some(exposure), &TableOptions::new())
}

fn person_ages(table: &str) -> Result<Cohort> {
    read_person_ages(TableSource::new("l.csv", table.as_bytes()), &TableOptions::new())
}

fn offences(table: &str, persons: &str) -> Result<Cohort> {
    let persons = Observed::Persons(TableSource::new("p.csv", persons.as_bytes()));
    read_offences(TableSource::new("o.csv", table.as_bytes()), persons, &TableOptions::new())
}

/// The problems, one a line, of an input that must be refused.
fn problems(result: Result<Cohort>) -> String {
    let error = result.expect_err("this input must be refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    listed(&error)
}

fn listed(error: &Error) -> String {
    error.issues().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const H: &str = "id,age_12,age_13\n";

#[rstest]
#[case::negative(
    "1,-1,0\n",
    r#"c.csv, row 2, column age_12: "-1" is negative: a count is 0 or more; a missing value is an empty cell, or a code named by --missing -1"#
)]
#[case::fractional("1,0,1.5\n", r#"c.csv, row 2, column age_13: "1.5" is not a whole number"#)]
#[case::perhaps_a_thousand(
    "1,0,2.000\n",
    r#"c.csv, row 2, column age_13: "2.000" is 2 or 2000: --decimal point says that it is 2"#
)]
#[case::huge("1,0,1000001\n", r#"c.csv, row 2, column age_13: "1000001" is above the limit of 1000000"#)]
#[case::beyond_64_bits(
    "1,0,18446744073709551617\n",
    r#"c.csv, row 2, column age_13: "18446744073709551617" is above the limit of 1000000"#
)]
#[case::exponent(
    "1,0,1e9\n",
    r#"c.csv, row 2, column age_13: "1e9" has an exponent: a count is written in digits only"#
)]
#[case::signed("1,0,+1\n", r#"c.csv, row 2, column age_13: "+1" has a sign: a count is written in digits only"#)]
#[case::word("1,0,x\n", r#"c.csv, row 2, column age_13: "x" is not a number"#)]
#[case::nan(
    "1,0,NaN\n",
    r#"c.csv, row 2, column age_13: "NaN" is not a number: a missing value is an empty cell, or a code named by --missing NaN"#
)]
#[case::infinite("1,0,inf\n", r#"c.csv, row 2, column age_13: "inf" is not a number"#)]
#[case::missing_word(
    "1,NA,0\n",
    r#"c.csv, row 2, column age_12: "NA" is not a number: a missing value is an empty cell, or a code named by --missing NA"#
)]
#[case::control_characters("1,\"\x1b[2J\",0\n", r#"c.csv, row 2, column age_12: "\u{1b}[2J" is not a number"#)]
#[case::double_id("1,0,0\n2,0,0\n 1 ,0,0\n", "c.csv, row 4, column id: same id as row 2")]
#[case::empty_id(" ,0,0\n", "c.csv, row 2, column id: no identifier")]
#[case::short_row("1,0\n", "c.csv, row 2: 2 fields, but the header has 3")]
#[case::long_row(
    "1,0,0,0\n2,0,0\n3\n",
    "c.csv, row 2: 4 fields, but the header has 3\nc.csv, row 4: 1 field, but the header has 3"
)]
#[case::nothing_observed(
    "1,0,\n2,,\n",
    "c.csv, row 3: no age is observed: leave this person out (--leave-out-unobserved leaves out all such people)"
)]
#[case::no_persons("", "c.csv, row 1: a header, but no persons")]
#[case::quoted_line_break(
    "\"1\n1\",0,0\n2,0,x\n",
    "c.csv, row 2, column id: the identifier holds a line break or another control character: is a quote left open?\nc.csv, row 4, column age_13: \"x\" is not a number"
)]
#[case::quote_that_swallows_a_row(
    "\"1,0,0\n2,0,0\n\"3\",0,0\n",
    "c.csv, row 2: the row runs over 3 lines and holds a quote: is a quote left open?"
)]
#[case::quote_never_closed(
    "\"1,0,0\n2,0,0\n",
    "c.csv, row 2: a quoted field runs over several lines and has text behind its end, or no end: is a quote left open?"
)]
#[case::everything_at_once(
    "1,0,0\n1,-1,0\n,0,\n4,0\n5,x,1.5\n",
    "c.csv, row 3, column id: same id as row 2\nc.csv, row 3, column age_12: \"-1\" is negative: a count is 0 or more; a missing value is an empty cell, or a code named by --missing -1\nc.csv, row 4, column id: no identifier\nc.csv, row 5: 2 fields, but the header has 3\nc.csv, row 6, column age_12: \"x\" is not a number\nc.csv, row 6, column age_13: \"1.5\" is not a whole number"
)]
fn a_bad_row_of_counts_is_told_with_its_place(#[case] rows: &str, #[case] expected: &str) {
    assert_eq!(problems(wide(format!("{H}{rows}").as_bytes())), expected);
}

#[rstest]
#[case::empty("", "c.csv: the file is empty")]
#[case::blank("\n\r\n  \n", "c.csv: the file is empty")]
#[case::no_id(
    "age_12,age_13\n0,1\n",
    "c.csv, row 1: no column \"id\": is the header missing, or is it to be named by --id?"
)]
#[case::no_header(
    "a77,0,1\nb12,0,1\n",
    "c.csv, row 1: no column \"id\": is the header missing, or is it to be named by --id?"
)]
#[case::id_in_two_capitals(
    "ID,Id,age_12\n1,1,0\n",
    "c.csv, row 1: no column \"id\", and both \"ID\" and \"Id\" are like it: name the one by --id\nc.csv, row 1: \"Id\" is not a column of an age, which are called age_12, age_13, and so on: leave it out with --ignore Id"
)]
#[case::no_ages(
    "id\n1\n",
    "c.csv, row 1: no columns of ages (age_12, ..): another beginning of names is given by --age-prefix"
)]
#[case::calendar_years(
    "id,y2001,y2002\n1,0,0\n",
    "c.csv, row 1: no columns of ages (age_12, ..): if those like \"y2001\" are calendar years, they become ages by a column of birth and a rule (--year-prefix y, --birth, --age-in-year)"
)]
#[case::a_band(
    "id,age_12_14\n1,0\n",
    "c.csv, row 1: \"age_12_14\" is not a column of an age between 0 and 150 years: a band of ages is named by its first age, and all bands have one width (--age-step, in months)"
)]
#[case::another_prefix(
    "id,V12,V13\n1,0,0\n",
    "c.csv, row 1: no columns of ages (age_12, ..): if those like \"V12\" are, their names begin as --age-prefix V says"
)]
#[case::unknown_column(
    "id,age_12,sex\n1,0,0\n",
    r#"c.csv, row 1: "sex" is not a column of an age, which are called age_12, age_13, and so on: leave it out with --ignore sex"#
)]
#[case::unasked_weight(
    "id,age_12,weight\n1,0,2\n",
    r#"c.csv, row 1: "weight" is not a column of an age: if it holds weights, name it as the weight column (--weights weight), else leave it out with --ignore weight"#
)]
#[case::nameless_column(
    "id,age_12,\n1,0,\n2,0,5\n",
    "c.csv, row 1: column 3 has no name, but holds values (first in row 3): name it, or take it out"
)]
#[case::age_in_words(
    "id,age_twelve\n1,0\n",
    r#"c.csv, row 1: "age_twelve" is not a column of an age between 0 and 150 years: if it is none at all, leave it out with --ignore age_twelve"#
)]
#[case::age_too_high(
    "id,age_151\n1,0\n",
    r#"c.csv, row 1: "age_151" is not a column of an age between 0 and 150 years: if ages are in months, say so (--ages-in months); if it is no age at all, leave it out with --ignore age_151"#
)]
#[case::gap(
    "id,age_12,age_14,age_18\n1,0,0,0\n",
    "c.csv, row 1, column age_14: age_13 is missing before it; bands of unequal width must be joined to equal ones (--age-step) or split first\nc.csv, row 1, column age_18: age_15 to age_17 are missing before it; bands of unequal width must be joined to equal ones (--age-step) or split first"
)]
#[case::equal_steps_of_another_width(
    "id,age_10,age_15,age_20\n1,0,0,0\n",
    "c.csv, row 1: ages stand in steps of 60 months, not of 12: if each column is the count of 60 months, say --age-step 60"
)]
#[case::perhaps_months(
    "id,age_120,age_121\n1,0,0\n",
    "c.csv, row 1: ages 120 to 121 in years? If they are months, say so (--ages-in months); if they are years, say that (--ages-in years)"
)]
#[case::double_column(
    "id,age_12,age_13,age_12\n1,0,0,0\n",
    "c.csv, row 1, column age_12: stands twice: column 2 and column 4"
)]
#[case::half_year(
    "id,age_12,age_12.5\n1,0,0\n",
    "c.csv, row 1, column age_12.5: 6 months after age_12, which is not a step of 12 months; intervals of another width are named by --age-step, such as --age-step 6"
)]
#[case::two_delimiters(
    "id;age_12|age_13\n1;0|0\n",
    r#"c.csv, row 1: the columns are separated by semicolons, not by ",": set the delimiter (--delimiter ';'), or save the file anew"#
)]
fn a_header_that_does_not_serve_is_told_in_full(#[case] table: &str, #[case] expected: &str) {
    assert_eq!(problems(wide(table.as_bytes())), expected);
}

#[rstest]
#[case::utf16(b"\xFF\xFEi\0d\0,\0", "c.csv: this is UTF-16 text: save it as UTF-8")]
#[case::utf16_unmarked(
    b"i\0d\0,\0a\0",
    "c.csv: byte 2 is zero: this is UTF-16 or not text at all; a table is UTF-8 text"
)]
#[case::spreadsheet(b"PK\x03\x04\x14\0\x06\0", "c.csv: this is a zip archive or a spreadsheet: save the sheet as CSV")]
#[case::gzip(b"\x1F\x8B\x08\0\0\0\0\0", "c.csv: this is compressed with gzip: unpack it first")]
#[case::parquet(
    b"PAR1\x15\x04\x15",
    "c.csv: this is a Parquet file, not CSV: it is read by a build with the feature `parquet`, from a file or a ParquetSource"
)]
#[case::zero_byte_later(
    b"id,age_12\n1,0\n2,\0\n",
    "c.csv: byte 17 is zero: this is UTF-16 or not text at all; a table is UTF-8 text"
)]
#[case::latin1_header(b"id,\xE2ge_12\n1,0\n", "c.csv, row 1: the header is not UTF-8 text: save the file as UTF-8")]
#[case::latin1_id(
    b"id,age_12\nJos\xE9,0\n",
    "c.csv, row 2, column id: the identifier is not UTF-8 text: save the file as UTF-8"
)]
#[case::bare_carriage_returns(
    b"id,age_12\r1,0\r2,0\r",
    "c.csv: lines end in a bare carriage return: save the file with LF or CRLF line ends"
)]
fn what_is_not_utf_8_text_is_one_problem_not_thousands(#[case] table: &[u8], #[case] expected: &str) {
    assert_eq!(problems(wide(table)), expected);
}

#[rstest]
#[case::zero(
    "1,0.5,0\n",
    "e.csv, row 2, column age_13: a time at risk of 0 where 2 are counted: a rate per year at liberty cannot explain that; an age without any time at liberty is not observed, so leave its count empty"
)]
#[case::absent("1,0.5,\n", "e.csv, row 2, column age_13: no time at risk where a count is given")]
#[case::above_one("1,365,1\n", r#"e.csv, row 2, column age_12: "365" is not a time at risk: the fraction of the age interval at liberty, above 0 and at most 1"#)]
#[case::negative("1,-0.1,1\n", r#"e.csv, row 2, column age_12: "-0.1" is not a time at risk: the fraction of the age interval at liberty, above 0 and at most 1"#)]
#[case::infinite("1,1e999,1\n", r#"e.csv, row 2, column age_12: "1e999" is not a time at risk: the fraction of the age interval at liberty, above 0 and at most 1"#)]
#[case::nan(
    "1,nan,1\n",
    r#"e.csv, row 2, column age_12: "nan" is not a number: an age that was not observed has an empty cell"#
)]
#[case::decimal_comma(
    "1,\"0,5\",1\n",
    r#"e.csv, row 2, column age_12: "0,5" is not a number: --decimal comma reads it as 0.5"#
)]
#[case::another_id(
    "9,1,1\n",
    "e.csv: no time at risk for the person of row 2 of c.csv: this id is not in this table\ne.csv, row 2, column id: this id is not in c.csv"
)]
#[case::zeros_lost(
    "01,1,1\n",
    "e.csv: no time at risk for the person of row 2 of c.csv: this id is not in this table, but one there differs from it by leading zeros alone: identifiers are text, so write them alike in both files\ne.csv, row 2, column id: this id is not in c.csv, but one there differs from it by leading zeros alone: identifiers are text, so write them alike in both files"
)]
#[case::too_many_rows("1,1,1\n2,1,1\n", "e.csv, row 3, column id: this id is not in c.csv")]
#[case::too_few_rows("", "e.csv: no time at risk for the person of row 2 of c.csv: this id is not in this table")]
#[case::twice("1,1,1\n1,1,1\n", "e.csv, row 3, column id: same id as row 2")]
#[case::short_row("1,1\n", "e.csv, row 2: 2 fields, but the header has 3")]
fn a_bad_time_at_risk_is_told_with_its_place(#[case] rows: &str, #[case] expected: &str) {
    assert_eq!(problems(with_exposure(&format!("{H}1,0,2\n"), &format!("{H}{rows}"))), expected);
}

#[test]
fn times_at_risk_are_held_against_their_own_person_whatever_the_order() {
    let counts = format!("{H}a,0,2\nb,,1\nc,0,0\n");
    let exposure = format!("{H}c,1,0.5\nb,,0.25\na,0.75,1\n");
    let cohort = with_exposure(&counts, &exposure).unwrap();
    assert_eq!(
        (cohort.exposure(0), cohort.exposure(1), cohort.exposure(2)),
        (vec![0.75, 1.0], vec![0.0, 0.25], vec![1.0, 0.5])
    );
    let wrong = format!("{H}c,1,0.5\nb,,0\na,0.75,2\n");
    assert_eq!(
        problems(with_exposure(&counts, &wrong)),
        "e.csv, row 4, column age_13: \"2\" is not a time at risk: the fraction of the age interval at liberty, above 0 and at most 1\n\
         e.csv, row 3, column age_13: a time at risk of 0 where 1 is counted: a rate per year at liberty cannot explain that; an age \
         without any time at liberty is not observed, so leave its count empty"
    );
}

#[test]
fn problems_of_both_tables_are_told_together() {
    assert_eq!(
        problems(with_exposure("id,age_12\n1,x\n", "id,age_12\n1,2\n")),
        "c.csv, row 2, column age_12: \"x\" is not a number\n\
         e.csv, row 2, column age_12: \"2\" is not a time at risk: the fraction of the age interval at liberty, above 0 and at most 1"
    );
    assert_eq!(
        problems(with_exposure("id,age_12\n1,x\n", "id,age_13\n1,2\n")),
        "c.csv, row 2, column age_12: \"x\" is not a number\n\
         e.csv, row 1: ages 13 to 13, but c.csv has ages 12 to 12"
    );
}

#[test]
fn an_empty_count_may_have_any_time_at_risk_or_none() {
    let cohort = with_exposure(&format!("{H}1,,2\n2,,1\n3,,0\n"), &format!("{H}1,0,1\n2,,0.5\n3,0.7,1\n")).unwrap();
    assert_eq!(cohort.observations(), 3);
    assert_eq!(cohort.exposure(2), [0.0, 1.0]);
}

#[rstest]
#[case::byte_order_mark("\u{feff}id,age_12\n1,2\n")]
#[case::carriage_returns("id,age_12\r\n1,2\r\n")]
#[case::no_last_line_end("id,age_12\n1,2")]
#[case::quotes("\"id\",\"age_12\"\n\"1\",\"2\"\n")]
#[case::white_space(" id , age_12 \n 1 ,\t2 \n")]
#[case::blank_lines("\n\nid,age_12\r\n\r\n1,2\n   \n\n")]
#[case::rows_of_delimiters("id,age_12\n,\n1,2\n,\n")]
#[case::capitals("Id,AGE_12\n1,2\n")]
#[case::another_order("age_12,id\n2,1\n")]
#[case::semicolons("id;age_12\n1;2\n")]
#[case::tabs("id\tage_12\n1\t2\n")]
#[case::delimiter_in_front("\u{feff}sep=;\r\nid;age_12\r\n1;2\r\n")]
#[case::delimiters_behind("id,age_12,,\n1,2,,\n")]
#[case::delimiters_behind_rows_only("id,age_12\n1,2,,\n")]
#[case::row_numbers(",id,age_12\n0,1,2\n")]
#[case::row_numbers_of_sorted_rows(",id,age_12\n7,1,2\n")]
#[case::row_numbers_as_pandas_calls_them("Unnamed: 0,id,age_12\n0,1,2\n")]
#[case::decimals("id,age_12\n1,2.0\n")]
fn what_common_programs_write_is_read(#[case] table: &str) {
    let cohort = wide(table.as_bytes()).unwrap();
    assert_eq!((cohort.id(0), cohort.counts(0)), (Some("1"), vec![Some(2)]));
}

#[rstest]
#[case::plain("id,age_12\n1,0\n2,x\n", 3)]
#[case::carriage_returns("id,age_12\r\n1,0\r\n2,x\r\n", 3)]
#[case::blank_lines("\r\nid,age_12\r\n\r\n1,0\n\n\n2,x", 7)]
#[case::quoted_line_breaks("\"id\n\",\"\r\nage_12\"\n1,\"0\n\n\"\n2,x", 7)]
#[case::delimiter_in_front("sep=,\nid,age_12\n1,0\n2,x\n", 4)]
fn a_row_is_the_line_on_which_it_starts(#[case] table: &str, #[case] line: u64) {
    assert_eq!(wide(table.as_bytes()).unwrap_err().issues()[0].row, Some(line));
}

#[test]
fn problems_of_one_kind_are_one_line_with_their_first_places_and_their_number() {
    let rows = (0..500).map(|i| format!("{i},x{i},3.5\n")).collect::<String>();
    let error = wide(format!("{H}{rows}0,1,1\n").as_bytes()).unwrap_err();
    assert_eq!((error.issues().len(), error.issue_count()), (11, 1001));
    assert_eq!(
        error.to_string(),
        "the cohort cannot be read: 1001 problems\n  \
         c.csv, row 2, column age_12: \"x0\" is not a number (and 499 more like it, such as row 3, column age_12; row 4, column age_12)\n  \
         c.csv, row 2, column age_13: \"3.5\" is not a whole number (and 499 more like it, such as row 3, column age_13; row 4, column age_13)\n  \
         c.csv, row 502, column id: same id as row 2"
    );
}

#[test]
fn no_message_holds_an_identifier() {
    let secret = "Jansen-1984";
    let tables = [
        format!("{H}{secret},x,0\n{secret},0,-1\n{secret}\n"),
        format!("{secret},0,1\n{secret},2,3\n"),
        format!("id,age,count\n{secret},12,x\n{secret},12,0\n{secret},12,1\n{secret},x,1\n"),
        format!("id,age,offence\n{secret},12,\n{secret},99,theft\n"),
        format!("id,from_age,to_age\n{secret},12,11\n{secret},12,18\n"),
    ];
    let good = format!("{H}1,0,0\n2,0,0\n");
    let persons = "id,from_age,to_age\n1,12,13\n";
    for table in &tables {
        let results = [
            wide(table.as_bytes()),
            with_exposure(&good, table),
            with_exposure(&good, &format!("{H}{secret},1,1\n{secret},1,1\n")),
            person_ages(table),
            offences(table, persons),
            offences("id,age,offence\n1,12,theft\n", table),
        ];
        for error in results.into_iter().filter_map(Result::err) {
            assert!(!error.to_string().contains("Jansen") && !format!("{error:?}").contains("Jansen"), "{error}");
        }
    }
}

#[test]
fn a_row_without_end_is_refused_before_it_fills_memory() {
    // Endless: a reader that waited for the end of the row would never come back.
    let open_quote = TableSource::new("c.csv", std::io::Read::chain("id,age_12\n\"".as_bytes(), std::io::repeat(b'1')));
    assert_eq!(
        problems(read_wide_with(open_quote, None, &TableOptions::new())),
        "c.csv, row 2: a row of more than 1048576 bytes: is a quote left open, or is this not a table?"
    );
    let columns = TableSource::new("c.csv", std::io::repeat(b','));
    assert_eq!(
        problems(read_wide_with(columns, None, &TableOptions::new())),
        "c.csv, row 1: a row of more than 1048576 bytes: is a quote left open, or is this not a table?"
    );
    let long = format!("{H}1,{},0\n2,x,0\n", "7".repeat(1_000_000));
    let text = problems(wide(long.as_bytes()));
    assert!(text.contains(&format!("\"{}...\" is above the limit", "7".repeat(40))) && text.len() < 500, "{text}");
}

#[test]
fn many_columns_are_refused_by_the_ages_they_cannot_all_be() {
    let table = format!("id,{}\n", (0..100_000).map(|age| format!("age_{age}")).collect::<Vec<_>>().join(","));
    let error = wide(table.as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.issue_count()), (ErrorKind::InvalidInput, 100_000 - 151), "{error}");
}

#[test]
fn more_persons_than_allowed_end_the_reading() {
    let options = TableOptions::new().max_persons(2);
    let result = read_wide_with(TableSource::new("c.csv", "id,age_12\n1,0\n2,0\n3,0\n".as_bytes()), None, &options);
    assert_eq!(problems(result), "c.csv, row 4: more than 2 persons");
}

#[test]
fn ages_may_be_called_by_their_number_alone_and_long_columns_by_other_names() {
    let table = "id,12,13.0,sex\n1,0,2,x\n";
    let read = |table: &str, options: &TableOptions| {
        pleegprofiel::cohort::table::read_cohort(TableSource::new("c.csv", table.as_bytes()), None, options)
    };
    let refused = read(table, &TableOptions::new()).unwrap_err().to_string();
    assert!(refused.contains("--age-prefix ''") && refused.contains("--ignore sex"), "{refused}");
    let cohort = read(table, &TableOptions::new().age_prefix("").ignore(["sex"])).unwrap();
    assert_eq!((cohort.grid().start_months(), cohort.counts(0)), (144, vec![Some(0), Some(2)]));
    let long = "id,leeftijd,n\n1,12,0\n1,13,2\n";
    assert_eq!(read(long, &TableOptions::new().long_columns("leeftijd", "n")).unwrap(), cohort);
}

#[test]
fn weights_are_read_where_they_are_asked_for() {
    let read = |rows: &str| {
        let table = format!("id,w,age_12\n{rows}");
        read_wide_with(TableSource::new("c.csv", table.as_bytes()), None, &TableOptions::new().weight_column("w"))
    };
    assert_eq!(read("1,2.5,0\n2,1,1\n").unwrap().total_weight(), 3.5);
    assert_eq!(
        problems(read("1,,0\n2,0,0\n3,1e13,0\n4,inf,0\n")),
        "c.csv, row 2, column w: no weight\n\
         c.csv, row 3, column w: \"0\" is not a weight: above 0 and at most 1000000000000\n\
         c.csv, row 4, column w: \"1e13\" is not a weight: above 0 and at most 1000000000000\n\
         c.csv, row 5, column w: \"inf\" is not a number"
    );
}

#[test]
fn what_cannot_be_opened_is_a_matter_of_files_not_of_data() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("absent.csv"), folder.path().to_path_buf()] {
        let error = read_wide(&path, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.to_string().starts_with(&format!("{} cannot be read: ", path.display())), "{error}");
    }
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let table = || TableSource::new("c.csv", "id,age_12\n1,0\n".as_bytes());
    for options in [
        TableOptions::new().delimiter(b'"'),
        TableOptions::new().width_months(0),
        TableOptions::new().id_column(""),
        TableOptions::new().weight_column("id"),
        TableOptions::new().ignore(["id"]),
        TableOptions::new().missing([""]),
    ] {
        assert_eq!(read_wide_with(table(), None, &options).unwrap_err().kind(), ErrorKind::InvalidOptions);
    }
}
