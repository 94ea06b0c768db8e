//! The files people really have: one small table as other programs write it, and what is read or said.
//!
//! Origin: `fixtures/cases/files/README.md`. The good table is the yardstick of every other file.

use pleegprofiel::{
    Cohort, Error, Result,
    cohort::{
        CohortWarning,
        table::{
            AgeUnit, DecimalMark, Incomplete, TableOptions, TableSource, Unlisted, read_career_table, read_categories,
            read_cohort, read_cohort_of,
        },
    },
};
use rstest::rstest;
use std::path::{Path, PathBuf};

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(name)
}

pub(crate) fn open(name: &str) -> TableSource<'static> {
    TableSource::open(fixture(name)).unwrap()
}

fn read(name: &str, options: &TableOptions) -> Result<Cohort> {
    read_cohort(open(&format!("files/{name}")), None, options)
}

fn with_exposure(name: &str, options: &TableOptions) -> Result<Cohort> {
    read_cohort(open("files/counts-good.csv"), Some(open(&format!("files/{name}"))), options)
}

fn good() -> Cohort {
    read("counts-good.csv", &TableOptions::new()).unwrap()
}

/// Persons, counts, times at risk and weights, all of them.
fn assert_same(found: &Cohort, expected: &Cohort, name: &str) {
    assert_eq!((found.grid(), found.persons()), (expected.grid(), expected.persons()), "{name}");
    for i in 0..found.persons() {
        assert_eq!(found.counts(i), expected.counts(i), "{name}, person {i}");
        assert_eq!(found.exposure(i), expected.exposure(i), "{name}, person {i}");
        assert_eq!((found.id(i), found.weight(i)), (expected.id(i), expected.weight(i)), "{name}, person {i}");
    }
}

/// What the error says, without the folder.
fn said(error: &Error) -> String {
    error.to_string().replace(&format!("{}/", fixture("files").display()), "")
}

fn warnings(cohort: &Cohort) -> Vec<String> {
    let folder = format!("{}/", fixture("files").display());
    cohort.warnings().iter().map(|warning| warning.to_string().replace(&folder, "")).collect()
}

#[rstest]
#[case::excel_names_its_delimiter("counts-excel-sep-line.csv")]
#[case::pandas_with_missing_values_elsewhere("counts-pandas-float.csv")]
#[case::readstat("counts-readstat-cli.csv")]
#[case::names_in_capitals("counts-upper-case.csv")]
#[case::parquet_of_doubles("counts-double.parquet")]
#[case::parquet_of_decimals("counts-decimal.parquet")]
#[case::parquet_by_polars_with_zstd("counts-polars-zstd.parquet")]
#[case::parquet_with_gzip("counts-gzip.parquet")]
#[case::parquet_with_the_index_of_pandas_as_id("counts-pandas-index-id.parquet")]
#[case::long("long-good.csv")]
#[case::long_with_ages_as_decimals("long-age-float.csv")]
fn the_same_table_by_another_program_is_the_same_cohort(#[case] name: &str) {
    let found = read(name, &TableOptions::new()).unwrap();
    assert_same(&found, &good(), name);
    assert!(found.warnings().is_empty(), "{name}: {:?}", found.warnings());
}

/// The long form in Parquet has whole numbers for identifiers, without their zeros.
#[test]
fn the_long_form_is_read_from_parquet() {
    let found = read("long.parquet", &TableOptions::new()).unwrap();
    let good = good();
    assert_eq!((found.grid(), found.persons(), found.events()), (good.grid(), good.persons(), good.events()));
    assert!((0..good.persons()).all(|i| found.counts(i) == good.counts(i)));
}

#[test]
fn columns_without_a_name_are_left_out_with_a_word() {
    for (name, told) in [
        ("counts-r-row-names.csv", "counts-r-row-names.csv: left out column 1, which numbers the rows"),
        (
            "counts-trailing-delimiter.csv",
            "counts-trailing-delimiter.csv: left out column 7, which has no name and is empty",
        ),
    ] {
        let found = read(name, &TableOptions::new()).unwrap();
        assert_same(&found, &good(), name);
        assert_eq!(warnings(&found), [told]);
    }
}

#[test]
fn other_columns_and_names_of_ages_are_read_as_the_caller_says_and_the_refusal_says_how() {
    let plain = TableOptions::new();
    let prefix = said(&read("counts-V12.csv", &plain).unwrap_err());
    assert!(prefix.contains("--age-prefix V") && prefix.contains("1 problem\n"), "{prefix}");
    assert_same(&read("counts-V12.csv", &plain.clone().age_prefix("V")).unwrap(), &good(), "prefix");

    let extra = said(&read("counts-extra-columns.csv", &plain).unwrap_err());
    assert!(extra.contains("--ignore sex") && extra.contains("--weights weight"), "{extra}");
    let without = read("counts-extra-columns.csv", &plain.clone().ignore(["sex", "weight"])).unwrap();
    assert_same(&without, &good(), "without extra columns");
    assert_eq!(warnings(&without), ["counts-extra-columns.csv: left out the column \"sex\", the column \"weight\""]);
    let weighted = read("counts-extra-columns.csv", &plain.clone().ignore(["sex"]).weight_column("weight")).unwrap();
    assert!((weighted.total_weight() - 16.0).abs() < 1e-12, "{}", weighted.total_weight());

    let long = said(&read("long-extra-column.csv", &plain).unwrap_err());
    assert!(long.contains("--ignore sex"), "{long}");
    assert_same(&read("long-extra-column.csv", &plain.ignore_others(true)).unwrap(), &good(), "long");
}

#[rstest]
#[case("counts-r-NA.csv", "NA")]
#[case("counts-stata-dot.csv", ".")]
#[case("counts-stata-dot-a.csv", ".a")]
#[case("counts-refused-999.csv", "999")]
fn a_code_is_missing_when_the_caller_says_so(#[case] name: &str, #[case] code: &str) {
    let found = read(name, &TableOptions::new().missing([code])).unwrap();
    let good = good();
    for i in 0..good.persons() {
        let mut counts = good.counts(i);
        if i == 0 {
            counts[0] = None;
        }
        assert_eq!(found.counts(i), counts, "{name}, person {i}");
    }
    assert_eq!(warnings(&found), ["1 cell with a code for a missing value: taken as not observed"]);
    match read(name, &TableOptions::new()) {
        Err(error) => assert!(said(&error).contains(&format!("--missing {code}")), "{error}"),
        // a number can be a count: the cohort itself says that it hardly is
        Ok(cohort) => {
            assert_eq!(
                warnings(&cohort),
                [
                    "1 cell with 999, while the next highest count is 4 (first: row 2, age 12): a code for a missing value?"
                ]
            );
            assert!(cohort.warnings()[0].is_doubt());
        }
    }
}

#[test]
fn a_long_table_without_its_zeros_is_doubted_until_the_caller_says_what_is_not_listed() {
    let plain = TableOptions::new();
    let found = read("long-offences-only.csv", &plain).unwrap();
    assert_eq!(found.warnings()[0], CohortWarning::NoZero { cells: 38, zeros: 0, unlisted: 37 });
    assert!(found.warnings()[0].is_doubt());
    let unseen = read("long-offences-only.csv", &plain.clone().unlisted(Unlisted::NotObserved)).unwrap();
    assert!(unseen.warnings().is_empty());
    // everyone is known from another table
    let zero = plain.clone().unlisted(Unlisted::Zero);
    let counts = || open("files/long-offences-only.csv");
    let everyone = read_cohort_of(counts(), None, Some(open("files/counts-good.csv")), &zero).unwrap();
    assert_same(&everyone, &good(), "everyone");
    assert_eq!(warnings(&everyone), ["62 cells that the table does not list: taken as 0, as asked for"]);
    let error = read_cohort_of(counts(), None, Some(open("files/counts-good.csv")), &plain).unwrap_err();
    assert!(error.to_string().contains("--unlisted zero"), "{error}");
}

#[test]
fn a_row_of_totals_is_doubted_by_name_and_by_its_sums() {
    let good = std::fs::read_to_string(fixture("files/counts-good.csv")).unwrap();
    let cohort = read("counts-good.csv", &TableOptions::new()).unwrap();
    let sums: Vec<String> =
        (0..5).map(|j| (0..20).map(|i| cohort.counts(i)[j].unwrap_or(0)).sum::<u32>().to_string()).collect();
    let with = |name: &str, sums: &str| {
        let table = format!("{}\n{name},{sums}\n", good.trim_end());
        let found = read_cohort(TableSource::new("t.csv", table.as_bytes()), None, &TableOptions::new()).unwrap();
        found.warnings().iter().filter(|w| w.is_doubt()).map(ToString::to_string).collect::<Vec<_>>()
    };
    let sums = sums.join(",");
    let named = "one person (row 22) is called as a row of totals is: is it one?";
    for name in ["Totaal", "TOTAL:", "Grand Total", "Eindtotaal", "gemiddelde"] {
        assert_eq!(with(name, &sums), [named], "{name}");
        assert_eq!(with(name, "1,0,2,0,1"), [named], "{name}");
    }
    let summed = "the counts of one person (row 22) are the sums of all others': is it a row of totals?";
    assert_eq!(with("021", &sums), [summed]);
    assert!(with("021", "1,0,2,0,1").is_empty());
}

#[test]
fn times_at_risk_are_found_by_identifier_and_read_with_the_decimal_mark_that_is_said() {
    let plain = TableOptions::new();
    let expected = with_exposure("exposure-good.csv", &plain).unwrap();
    assert_same(&with_exposure("exposure-other-order.csv", &plain).unwrap(), &expected, "other order");
    let error = said(&with_exposure("exposure-decimal-comma.csv", &plain).unwrap_err());
    let line = "exposure-decimal-comma.csv, row 2, column age_12: \"0,5\" is not a number: --decimal comma reads it as 0.5 \
                (and 99 more like it, such as row 2, column age_13; row 2, column age_14)";
    assert_eq!(error, format!("the cohort cannot be read: 100 problems\n  {line}"));
    let halves = with_exposure("exposure-decimal-comma.csv", &plain.decimal(DecimalMark::Comma)).unwrap();
    assert_eq!(halves.exposure(7), [0.5; 5]);
}

#[test]
fn other_kinds_of_files_are_known_by_their_first_bytes() {
    let spss = said(&read("counts.sav", &TableOptions::new()).unwrap_err());
    assert!(spss.contains("SPSS") && spss.contains("/MISSING=RECODE") && spss.contains("user_na = FALSE"), "{spss}");
    #[cfg(not(feature = "stata"))]
    {
        let stata = said(&read("counts.dta", &TableOptions::new()).unwrap_err());
        assert!(stata.contains("Stata") && stata.contains("haven::read_dta"), "{stata}");
    }
}

#[cfg(feature = "stata")]
#[test]
fn missing_values_and_dates_of_stata_are_what_the_file_declares() {
    let found = read("missing.dta", &TableOptions::new().ignore(["note"])).unwrap();
    assert_eq!(found.counts(0), [Some(3), Some(2), Some(1)]);
    // .a in the one, . in the other
    assert_eq!((found.counts(1)[0], found.counts(2)[1]), (None, None));
    let good = dated("people.csv", "offences-good.csv", &TableOptions::new()).unwrap();
    for name in ["offences.dta", "offences-tc.dta"] {
        assert_eq!(dated("people.csv", name, &TableOptions::new()).unwrap(), good, "{name}");
    }
}

#[cfg(feature = "stata")]
#[test]
fn a_stata_file_is_read_and_one_cut_anywhere_before_its_last_row_is_an_error() {
    // the same cells by pyreadstat 1.3.7
    let expected = read("counts-dta.csv", &TableOptions::new()).unwrap();
    assert_same(&read("counts.dta", &TableOptions::new()).unwrap(), &expected, "counts.dta");
    assert_eq!((expected.persons(), expected.events()), (60, 338));
    let whole = std::fs::read(fixture("files/counts.dta")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.dta");
    let attempt = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        read_cohort(TableSource::open(&path).unwrap(), None, &TableOptions::new())
    };
    let rows_end = whole.windows(7).position(|tag| tag == b"</data>").unwrap();
    for end in (0..rows_end).step_by(7) {
        assert!(attempt(&whole[..end]).is_err(), "cut at {end}");
    }
    for (at, flip) in (0..whole.len()).step_by(5).flat_map(|at| [0x01, 0x80, 0xFF].map(|flip| (at, flip))) {
        let mut bad = whole.clone();
        bad[at] ^= flip;
        // read or refused, without a panic
        let _ = attempt(&bad);
    }
}

#[test]
fn ages_in_half_years_and_months_are_read_as_the_caller_says_and_the_refusal_asks() {
    let plain = TableOptions::new();
    let report = |name: &str, options: &TableOptions| read_cohort(open(&format!("reports/{name}")), None, options);
    let halves = report("halfyear.csv", &plain).unwrap_err().to_string();
    assert!(halves.contains("--age-step 6"), "{halves}");
    let halves = report("halfyear.csv", &plain.clone().width_months(6)).unwrap();
    assert_eq!((halves.grid().len(), halves.grid().label(1)), (14, "14.5".into()));

    let months = report("months_child.csv", &plain).unwrap_err().to_string();
    assert!(months.contains("--ages-in months") && months.contains("--ages-in years"), "{months}");
    let months = report("months_child.csv", &plain.clone().ages_in(AgeUnit::Months)).unwrap();
    assert_eq!((months.grid().start_months(), months.grid().width_months(), months.grid().len()), (120, 1, 30));
    let years = report("months_child.csv", &plain.clone().ages_in(AgeUnit::Years)).unwrap();
    assert_eq!(years.grid().start_age(0), 120.0);

    // ages of 10.5, 11.5, .. by one rule in both forms
    let long = report("half_long.csv", &plain).unwrap();
    assert_eq!((long.grid().start_months(), long.grid().width_months(), long.grid().len()), (126, 12, 8));
}

#[test]
fn a_year_without_time_at_risk_is_not_observed_when_nothing_was_counted_in_it() {
    let counts = || open("reports/exposure_zero_counts.csv");
    let risk = || open("reports/exposure_zero_time.csv");
    let found = read_cohort(counts(), Some(risk()), &TableOptions::new()).unwrap();
    assert_eq!((found.observations(), found.counts(0)[4]), (108, None));
    assert_eq!(found.warnings(), [CohortWarning::NoTimeAtRisk { cells: 2 }]);
    let text = std::fs::read_to_string(fixture("reports/exposure_zero_counts.csv")).unwrap();
    let changed = text.replacen("0,0,2,0,0,0", "0,0,2,0,0,3", 1);
    let one = TableSource::new("c.csv", changed.as_bytes());
    let error = read_cohort(one, Some(risk()), &TableOptions::new()).unwrap_err().to_string();
    assert!(error.contains("row 2, column age_20: a time at risk of 0 where 3 are counted"), "{error}");
}

#[test]
fn people_who_were_never_observed_are_left_out_and_counted_when_the_caller_says_so() {
    let options = TableOptions::new().leave_out_unobserved(true);
    let of = |text: &str, options: &TableOptions| read_cohort(TableSource::new("t", text.as_bytes()), None, options);
    let wide = "id,age_12,age_13,age_14\na,,,\nb,1,0,\nc,0,999,1\n";
    let long = "id,age,count\na,12,\nb,12,1\nb,13,0\nc,12,0\nc,13,999\nc,14,1\n";
    for text in [wide, long] {
        assert!(of(text, &TableOptions::new()).unwrap_err().to_string().contains("--leave-out-unobserved"), "{text}");
        let found = of(text, &options).unwrap();
        assert_eq!((found.persons(), found.id(0), found.counts(0)), (2, Some("b"), vec![Some(1), Some(0), None]));
        assert!(found.warnings().contains(&CohortWarning::NeverObserved { persons: 1 }), "{:?}", found.warnings());
        // places are rows of the file, whoever was left out
        let place = if text == wide { "row 4, age 13" } else { "row 5, age 13" };
        assert!(warnings(&found)[0].contains(place), "{:?}", found.warnings());
        let nobody = text.lines().take(2).collect::<Vec<_>>().join("\n");
        assert!(of(&nobody, &options).unwrap_err().to_string().contains("nobody was observed"));
    }
}

fn dated(people: &str, offences: &str, options: &TableOptions) -> Result<pleegprofiel::cohort::table::CareerTable> {
    read_career_table(open(&format!("files/{people}")), open(&format!("files/{offences}")), None, options)
}

#[test]
fn dates_are_read_by_the_format_that_is_stated_and_never_guessed() {
    let plain = TableOptions::new();
    let good = dated("people.csv", "offences-good.csv", &plain).unwrap();
    for (name, format, refusal) in [
        ("offences-d-m-yyyy.csv", "d-m-yyyy", "--date-format d-m-yyyy or m-d-yyyy"),
        ("offences-yyyymmdd.csv", "yyyymmdd", "--date-format yyyymmdd"),
    ] {
        let error = said(&dated("people.csv", name, &plain).unwrap_err());
        assert!(error.contains(&format!("{name}, row 2, column committed")) && error.contains(refusal), "{error}");
        let found = dated("people.csv", name, &plain.clone().date_format(format.parse().unwrap())).unwrap();
        assert_eq!(found, good, "{name}");
    }
    assert_eq!(dated("people.csv", "offences-datetime.csv", &plain).unwrap(), good);
    assert_eq!(dated("people.csv", "offences-timestamp.parquet", &plain).unwrap(), good);
}

#[test]
fn incomplete_dates_and_open_ends_are_read_by_a_stated_rule_and_counted() {
    let plain = TableOptions::new();
    let birth = |table: &pleegprofiel::cohort::table::CareerTable, i: usize| {
        table.careers[i].career.birth().unwrap().to_string()
    };
    let refused = said(&dated("people-birth-00.csv", "offences-good.csv", &plain).unwrap_err());
    assert!(refused.contains("row 2, column birth: \"1980-00-00\" lacks its day or month"), "{refused}");
    assert!(refused.contains("--incomplete-dates middle"), "{refused}");
    for (rule, births) in [
        (Incomplete::Earliest, ["1980-01-01", "1981-05-01"]),
        (Incomplete::Middle, ["1980-07-01", "1981-05-16"]),
        (Incomplete::Latest, ["1980-12-31", "1981-05-31"]),
    ] {
        let found = dated("people-birth-00.csv", "offences-good.csv", &plain.clone().incomplete_dates(rule)).unwrap();
        assert_eq!([birth(&found, 0), birth(&found, 1)], births, "{rule}");
        let [CohortWarning::IncompleteDates { dates: 2, left_out: 0, rule: told, .. }] = &found.warnings[..] else {
            panic!("{:?}", found.warnings)
        };
        assert_eq!(told, rule.key());
    }
    let year = said(&dated("people.csv", "offences-year-only.csv", &plain).unwrap_err());
    assert!(year.contains("offences-year-only.csv, row 2, column committed: \"2000\" lacks its day"), "{year}");
    let left = dated("people.csv", "offences-year-only.csv", &plain.clone().incomplete_dates(Incomplete::LeaveOut));
    let left = left.unwrap();
    assert!(left.careers.iter().all(|named| named.career.offences().is_empty()));
    assert!(matches!(left.warnings[..], [CohortWarning::IncompleteDates { dates: 0, left_out: 2, .. }]));

    let open_end = said(&dated("people-9999.csv", "offences-good.csv", &plain).unwrap_err());
    assert!(open_end.contains("row 2, column to") && open_end.contains("--register-end"), "{open_end}");
    let closed = plain.register_end("2020-01-01".parse().unwrap());
    let closed = dated("people-9999.csv", "offences-good.csv", &closed).unwrap();
    assert!(matches!(closed.warnings[..], [CohortWarning::OpenEnds { windows: 1, .. }]));
}

#[test]
fn an_offence_before_the_window_is_prior_record_when_the_caller_says_so() {
    let plain = TableOptions::new();
    let refused = said(&dated("people.csv", "offences-before-window.csv", &plain).unwrap_err());
    assert!(
        refused.contains("offences-before-window.csv, row 2, column committed: 1991-01-01 lies before"),
        "{refused}"
    );
    assert!(refused.contains("--prior-record"), "{refused}");
    let found = dated("people.csv", "offences-before-window.csv", &plain.prior_record(true)).unwrap();
    let first = &found.careers[0];
    assert_eq!((first.prior.len(), first.career.offences().len()), (1, 0));
    assert!(matches!(found.warnings[..], [CohortWarning::PriorRecord { offences: 1, .. }]));
}

#[test]
fn an_unknown_category_names_its_own_file_and_row_and_may_come_from_a_file() {
    let plain = TableOptions::new();
    let refused = said(&dated("people.csv", "offences-own-category.csv", &plain).unwrap_err());
    assert!(refused.contains("offences-own-category.csv, row 3, column offence: \"diefstal\" is not"), "{refused}");
    assert!(refused.contains("human-trafficking") && refused.contains("--categories"), "{refused}");
    let own = TableSource::new("own.csv", "key,dutch,english\ndiefstal,diefstal,theft\n".as_bytes());
    let own = plain.clone().categories(read_categories(own, &plain).unwrap());
    let found = dated("people.csv", "offences-own-category.csv", &own).unwrap();
    assert_eq!(found.careers[0].career.offences()[1].category.key(), "diefstal");
}

#[test]
fn identifiers_that_differ_by_a_zero_alone_are_told_so() {
    let refused =
        said(&dated("people-bsn-zero.csv", "offences-bsn-without-zero.csv", &TableOptions::new()).unwrap_err());
    assert!(refused.contains("one there differs from it by leading zeros alone"), "{refused}");
    assert!(!refused.contains("12345678"), "{refused}");
    let people = || TableSource::new("p.csv", "id,birth,from,to\nAB 1,1980-05-01,1992-05-01,2020-01-01\n".as_bytes());
    for (id, what) in [("AB 1.0", "a .0 at its end"), ("AB1", "blanks"), ("ab 1", "capital letters")] {
        let offences = format!("id,committed,offence\n{id},2000-01-01,property\n");
        let offences = TableSource::new("o.csv", offences.as_bytes());
        let error = read_career_table(people(), offences, None, &TableOptions::new()).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}
