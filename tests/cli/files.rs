//! Files as other programs write them on the command line: what is refused until the user says what it is.

use crate::command::{run, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::Output;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(name)
}

fn fit(name: &str, more: &[&str]) -> Output {
    let table = fixture(name);
    let plain = ["--family", "poisson", "--groups", "1", "--degree", "1", "--starts", "1"];
    run(["fit".as_ref(), table.as_os_str()].into_iter().chain(plain.iter().chain(more).map(AsRef::as_ref)))
}

/// Persons, cells and log-likelihood, and the warnings about the data.
fn answer(done: &Output) -> ((u64, u64, f64), Vec<String>) {
    assert_eq!(done.status.code(), Some(0), "{}", stderr(done));
    let object: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let number = |name: &str| object[name].as_u64().unwrap();
    let findings = object["findings"].as_array().unwrap().iter();
    let warnings = findings.filter(|f| f["finding"] == "data").map(|f| f["warning"].as_str().unwrap().to_owned());
    ((number("persons"), number("observations"), object["log_likelihood"].as_f64().unwrap()), warnings.collect())
}

fn good() -> (u64, u64, f64) {
    answer(&fit("files/counts-good.csv", &["--json"])).0
}

#[test]
fn a_code_among_counts_is_refused_until_the_user_says_what_it_is() {
    let done = fit("files/counts-refused-999.csv", &["--json"]);
    assert_eq!((done.status.code(), stdout(&done).as_str()), (Some(2), ""));
    let said = stderr(&done);
    for part in ["1 cell with 999", "row 2, age 12", "--missing 999", "--trust-values"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (figures, warnings) = answer(&fit("files/counts-refused-999.csv", &["--json", "--missing", "999"]));
    assert_eq!((figures.0, figures.1, warnings), (20, 99, vec!["missing-codes".to_owned()]));
    // taken as counts, the finding stays: in the object and in print, in both languages of the report
    let (figures, warnings) = answer(&fit("files/counts-refused-999.csv", &["--json", "--trust-values"]));
    assert_eq!((figures.1, warnings), (100, vec!["like-missing-codes".to_owned()]));
    let shown = stdout(&fit("files/counts-refused-999.csv", &["--trust-values"]));
    assert!(shown.contains("! 1 cell with 999, while the next highest count is 4"), "{shown}");
}

#[test]
fn a_long_table_without_zeros_and_a_row_of_totals_are_refused_until_the_user_says_what_they_are() {
    let done = fit("files/long-offences-only.csv", &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("not a single 0") && stderr(&done).contains("--unlisted zero"), "{}", stderr(&done));
    let everyone = fixture("files/counts-good.csv");
    let filled = ["--json", "--unlisted", "zero", "--people", everyone.to_str().unwrap()];
    assert_eq!(answer(&fit("files/long-offences-only.csv", &filled)).0, good());

    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("totals.csv");
    let text = std::fs::read_to_string(fixture("files/counts-good.csv")).unwrap();
    std::fs::write(&table, format!("{}\nTotaal,9,9,9,9,9\n", text.trim_end())).unwrap();
    let done = run(["fit".as_ref(), table.as_os_str()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("row 22") && stderr(&done).contains("totals"), "{}", stderr(&done));
}

#[test]
fn every_option_of_tables_is_there_and_what_a_refusal_names_is_one() {
    let options: [(&str, &[&str]); 8] = [
        ("files/counts-V12.csv", &["--age-prefix", "V"]),
        ("files/counts-extra-columns.csv", &["--ignore", "sex,weight"]),
        ("files/counts-extra-columns.csv", &["--ignore-others"]),
        ("files/counts-upper-case.csv", &["--id", "ID"]),
        ("files/counts-trailing-delimiter.csv", &["--delimiter", ";"]),
        ("files/counts-readstat-cli.csv", &["--decimal", "point"]),
        ("files/long-extra-column.csv", &["--ignore", "sex", "--ages", "12-16"]),
        ("files/counts-good.csv", &["--ages-in", "years", "--age-step", "12", "--leave-out-unobserved"]),
    ];
    for (name, more) in options {
        let all: Vec<&str> = more.iter().copied().chain(["--json"]).collect();
        assert_eq!(answer(&fit(name, &all)).0, good(), "{name} {more:?}");
    }
    let weighted = fit("files/counts-extra-columns.csv", &["--ignore", "sex", "--weights", "weight", "--json"]);
    assert!((answer(&weighted).0.2 - 0.8 * good().2).abs() < 1e-9);
    for (name, more) in [("halfyear.csv", ["--age-step", "6"]), ("months_child.csv", ["--ages-in", "months"])] {
        let name = format!("reports/{name}");
        let refused = fit(&name, &[]);
        assert!(refused.status.code() == Some(2) && stderr(&refused).contains(&more.join(" ")), "{}", stderr(&refused));
        assert_eq!(fit(&name, &more).status.code(), Some(0), "{name}");
    }
}

#[test]
fn dated_tables_are_read_by_the_rules_that_are_stated_and_the_output_counts_them() {
    let recidivism = |people: &str, offences: &str, more: &[&str]| {
        let (people, offences) = (fixture(&format!("files/{people}")), fixture(&format!("files/{offences}")));
        let tables = ["recidivism".as_ref(), people.as_os_str(), offences.as_os_str()];
        run(tables.into_iter().chain(more.iter().map(AsRef::as_ref)))
    };
    let good = stdout(&recidivism("people.csv", "offences-good.csv", &[]));
    for (offences, more) in [
        ("offences-d-m-yyyy.csv", &["--date-format", "d-m-yyyy"][..]),
        ("offences-yyyymmdd.csv", &["--date-format", "yyyymmdd"]),
        ("offences-datetime.csv", &[]),
    ] {
        let done = recidivism("people.csv", offences, more);
        assert_eq!(stdout(&done), good, "{offences}: {}", stderr(&done));
    }
    for (people, offences, more, told) in [
        (
            "people-birth-00.csv",
            "offences-good.csv",
            ["--incomplete-dates", "middle"],
            "2 incomplete dates taken by the rule middle",
        ),
        ("people-9999.csv", "offences-good.csv", ["--register-end", "2020-01-01"], "1 window without an end"),
    ] {
        let refused = recidivism(people, offences, &[]);
        assert!(refused.status.code() == Some(2) && stderr(&refused).contains(more[0]), "{}", stderr(&refused));
        let done = recidivism(people, offences, &more);
        assert!(done.status.code() == Some(0) && stdout(&done).contains(told), "{}{}", stdout(&done), stderr(&done));
    }
    let refused = recidivism("people.csv", "offences-own-category.csv", &[]);
    assert!(stderr(&refused).contains("--categories"), "{}", stderr(&refused));
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("own.csv");
    std::fs::write(&own, "key,dutch,english\ndiefstal,diefstal,theft\n").unwrap();
    let done = recidivism("people.csv", "offences-own-category.csv", &["--categories", own.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
}

#[test]
fn offences_by_article_of_law_are_of_the_category_that_the_table_says_on_their_day() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let people = fixture("files/people.csv").to_str().unwrap().to_owned();
    let by_article = file("o.csv", "id,committed,article\n1,2000-01-01,273f\n1,2001-06-01,310\n");
    let articles = file(
        "articles.csv",
        "article,category,source\n310,property,Wetboek van Strafrecht\n273f,human-trafficking,my own reading\n",
    );
    let good = stdout(&run(["recidivism", &people, fixture("files/offences-good.csv").to_str().unwrap()]));
    let done = run(["recidivism", &people, &by_article, "--articles", &articles]);
    let told = stdout(&done);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(told.starts_with(good.trim_end()), "{told}\n{good}");
    assert!(
        told.contains("2 offences in categories by article of law, after Wetboek van Strafrecht; my own reading"),
        "{told}"
    );
    // 273f was read from 2018 on only: an older offence needs a row of its own
    let articles = file("less.csv", "article,category,source\n310,property,Wetboek van Strafrecht\n");
    let refused = run(["recidivism", &people, &by_article, "--articles", &articles]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("o.csv, row 2, column article: article 273f Sr is not in the table"),
        "{}",
        stderr(&refused)
    );
    let plain = run(["recidivism", &people, &by_article]);
    assert!(stderr(&plain).contains("(--articles)"), "{}", stderr(&plain));
}

#[test]
fn calendar_years_are_read_by_the_rule_that_is_stated_and_the_output_counts_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("years.csv");
    // the good table: those born in 1993 are 12 to 16 in 2005 to 2009
    let text = std::fs::read_to_string(fixture("files/counts-good.csv")).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap().replace("age_12", "born,y2005");
    let header = [(13, 2006), (14, 2007), (15, 2008), (16, 2009)]
        .iter()
        .fold(header, |header, (age, year)| header.replace(&format!("age_{age}"), &format!("y{year}")));
    let rows: Vec<String> = lines.map(|line| line.replacen(',', ",1993,", 1)).collect();
    std::fs::write(&path, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let plain =
        ["fit", path.to_str().unwrap(), "--family", "poisson", "--groups", "1", "--degree", "1", "--starts", "1"];
    let years = ["--year-prefix", "y", "--birth", "born", "--age-in-year", "end", "--json"];
    let (figures, warnings) = answer(&run(plain.iter().chain(&years)));
    assert_eq!((figures, warnings), (good(), vec!["calendar-years".to_owned()]));
    let refused = run(plain);
    assert!(stderr(&refused).contains("--year-prefix y"), "{}", stderr(&refused));
    let half = run(plain.iter().chain(&["--year-prefix", "y"]));
    assert!(half.status.code() == Some(2) && stderr(&half).contains("--birth"), "{}", stderr(&half));
}

#[cfg(unix)]
#[test]
fn a_whole_file_has_the_rights_that_a_new_file_usually_has() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (usual, model) = (dir.path().join("usual"), dir.path().join("model.json"));
    std::fs::write(&usual, "").unwrap();
    let counts = crate::command::toronto("TO1.csv");
    let args = ["fit", counts.to_str().unwrap(), "--family", "poisson", "--groups", "2", "--model"];
    for _ in 0..2 {
        let done = crate::command::run(args.iter().copied().chain([model.to_str().unwrap()]));
        assert!(done.status.success(), "{}", crate::command::stderr(&done));
        assert_eq!(mode(&model), mode(&usual));
    }
}
