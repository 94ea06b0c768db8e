//! What a command refuses or leaves out, it says; what it says would be accepted, is.

use crate::command::{run, stderr, stdout, toronto};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn refusal(args: &[&str]) -> String {
    let done = run(args);
    assert_eq!((done.status.code(), stdout(&done).as_str()), (Some(2), ""), "{args:?}: {}", stderr(&done));
    stderr(&done)
}

fn answer(args: &[&str]) -> Output {
    let done = run(args);
    assert_eq!(done.status.code(), Some(0), "{args:?}: {}", stderr(&done));
    done
}

const PEOPLE: &str = "id,birth,from,to\n1,1980-05-01,1992-05-01,2020-01-01\n2,1980-05-01,1992-05-01,2020-01-01\n";
const OFFENCES: &str = "id,committed,offence\n1,2000-01-01,human-trafficking\n1,2001-01-01,property\n";

#[test]
fn recidivism_refuses_a_column_that_it_does_not_know_as_fit_does() {
    let dir = tempfile::tempdir().unwrap();
    let (people, offences) = (file(dir.path(), "p.csv", PEOPLE), file(dir.path(), "o.csv", OFFENCES));
    let good = stdout(&answer(&["recidivism", &people, &offences]));
    let more = "id,committed,offence,severty\n1,2000-01-01,human-trafficking,3\n1,2001-01-01,property,4\n";
    let more = file(dir.path(), "more.csv", more);
    let said = refusal(&["recidivism", &people, &more]);
    assert!(said.contains("more.csv, row 1: \"severty\" is not a column of this table"), "{said}");
    assert!(said.contains("--ignore severty"), "{said}");
    for way in [&["--ignore", "severty"][..], &["--ignore-others"]] {
        let done = answer(&[&["recidivism", &people, &more], way].concat());
        assert!(stdout(&done).starts_with(good.trim_end()), "{}", stdout(&done));
        assert!(stdout(&done).contains("more.csv: left out the column \"severty\""), "{}", stdout(&done));
    }
    // an age beside the date, as `synth` writes it, is passed over
    let aged = OFFENCES.replace("offence\n", "offence,age\n").replace("ing\n", "ing,20\n").replace("rty\n", "rty,21\n");
    assert_eq!(stdout(&answer(&["recidivism", &people, &file(dir.path(), "a.csv", &aged)])), good);
    let starts = file(dir.path(), "s.csv", "id,start,entri\n1,2000-01-01,2000-02-01\n");
    assert!(refusal(&["recidivism", &people, &offences, "--start", &starts]).contains("--ignore entri"));
    // a name that no table has is told of
    let done = answer(&["recidivism", &people, &offences, "--ignore", "nope"]);
    assert!(stderr(&done).contains("--ignore nope: no such column"), "{}", stderr(&done));
}

#[test]
fn a_name_to_ignore_that_no_table_has_and_unlisted_ages_of_a_wide_table_are_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let wide = file(dir.path(), "w.csv", "id,age_12,age_13,age_14\na,0,2,1\nb,1,0,0\nc,0,1,0\n");
    let plain = ["fit", &wide, "--family", "poisson", "--groups", "1", "--degree", "1", "--starts", "1"];
    let done = run([&plain[..], &["--ignore", "nope"]].concat());
    assert!(stderr(&done).contains("note: --ignore nope: no such column"), "{}", stderr(&done));
    assert!(!stderr(&run(plain)).contains("--ignore"));
    for more in [&["--unlisted", "zero"][..], &["--ages", "12-13"]] {
        assert!(refusal(&[&plain[..], more].concat()).contains(more[0]));
    }
}

#[test]
fn when_a_rule_leaves_out_everybody_it_is_the_rule_that_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let people = file(dir.path(), "p.csv", &PEOPLE.replace("1980-05-01", "1980"));
    let offences = file(dir.path(), "o.csv", OFFENCES);
    let said = refusal(&["recidivism", &people, &offences, "--incomplete-dates", "leave-out"]);
    assert!(said.contains("p.csv: nobody is left: all 2 rows are left out by --incomplete-dates leave-out"), "{said}");
    assert!(!said.contains("no persons"), "{said}");
}

#[test]
fn own_categories_are_refused_by_their_file_and_row_and_not_by_a_false_option() {
    let dir = tempfile::tempdir().unwrap();
    let (people, offences) = (file(dir.path(), "p.csv", PEOPLE), file(dir.path(), "o.csv", OFFENCES));
    let with = |text: &str| {
        let own = file(dir.path(), "own.csv", text);
        refusal(&["recidivism", &people, &offences, "--categories", &own])
    };
    let said = with("code,dutch,english\ntheft,diefstal,theft\n");
    assert!(said.contains("own.csv, row 1: no column \"key\"") && !said.contains("--id"), "{said}");
    let said = with("key,dutch,english\ntheft,diefstal,theft\n\nfraud,,fraud\ntheft,diefstal,theft\n");
    assert!(said.contains("own.csv, row 4, column dutch: no label"), "{said}");
    assert!(said.contains("own.csv, row 5, column key: same key as row 2"), "{said}");
}

#[test]
fn many_unknown_columns_of_one_header_do_not_repeat_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..12).map(|i| format!("x{i}")).collect();
    let table = format!("id,age_12,age_13,{}\na,0,1{}\n", names.join(","), ",7".repeat(12));
    let said = refusal(&["fit", &file(dir.path(), "t.csv", &table)]);
    assert!(said.contains("row 1: \"x0\" is not a column") && said.contains("11 more like it)"), "{said}");
    assert!(!said.contains("row 1; row 1"), "{said}");
}

/// 60 people, every third of whom has the outcome; outcomes are called by these two words.
fn outcomes([yes, no]: [&str; 2]) -> String {
    let row = |i: usize| {
        format!(
            "0.{:02},{},2024-{:02}-01,0\n",
            10 + (7 * i) % 80,
            if i.is_multiple_of(3) { yes } else { no },
            1 + i / 10
        )
    };
    format!("p,y,date,o\n{}", (0..60).map(row).collect::<String>())
}

#[test]
fn outcomes_called_otherwise_are_read_by_the_words_that_the_refusal_names() {
    let dir = tempfile::tempdir().unwrap();
    let good = file(dir.path(), "good.csv", &outcomes(["1", "0"]));
    let validate = ["--probability", "p", "--outcome", "y", "--flat"];
    let drift = ["--reference", "20", "--period", "20", "--json"];
    for words in [["ja", "nee"], ["2", "1"], ["1", "2"]] {
        let table = file(dir.path(), "t.csv", &outcomes(words));
        for (command, args) in [("validate", &validate[..]), ("drift", &drift)] {
            let said = refusal(&[&[command, &table], args].concat());
            assert!(said.contains("--happened and --not-happened"), "{command} {words:?}: {said}");
            let named = ["--happened", words[0], "--not-happened", words[1]];
            let found = answer(&[&[command, &table], args, &named].concat());
            assert_eq!(stdout(&found), stdout(&answer(&[&[command, &good], args].concat())), "{command} {words:?}");
        }
        // what is neither is still refused
        let named = ["--happened", words[0], "--not-happened", "x"];
        let said = refusal(&[&["validate", &table], &validate[..], &named].concat());
        assert!(said.contains(&format!("{} is not {} (happened) or x (did not)", words[1], words[0])), "{said}");
    }
    let both = refusal(&[&["validate", &good], &validate[..], &["--happened", "1", "--not-happened", "1,0"]].concat());
    assert!(both.contains("1 cannot stand for what happened and for what did not"), "{both}");
    assert!(refusal(&[&["validate", &good], &validate[..], &["--happened", "1"]].concat()).contains("--not-happened"));
}

#[test]
fn a_code_for_a_missing_outcome_is_left_out_by_the_options_that_the_refusal_names() {
    let dir = tempfile::tempdir().unwrap();
    let table = file(dir.path(), "t.csv", &outcomes(["1", "0"]).replacen(",0,2024", ",-9,2024", 2));
    let empty = file(dir.path(), "e.csv", &outcomes(["1", "0"]).replacen(",0,2024", ",,2024", 2));
    let drift = ["--reference", "20", "--period", "20", "--json"];
    let validate = ["--probability", "p", "--outcome", "y", "--flat"];
    for (command, args) in [("validate", &validate[..]), ("drift", &drift)] {
        let said = refusal(&[&[command, &table], args].concat());
        assert!(said.contains("row 3, column y: -9 is not an outcome"), "{said}");
        assert!(said.contains("--missing -9 --drop-missing leaves its rows out"), "{said}");
        let left = answer(&[&[command, &table], args, &["--missing", "-9", "--drop-missing"]].concat());
        let said = refusal(&[&[command, &empty], args].concat());
        assert!(said.contains("is missing") && said.contains("--drop-missing leaves such rows out"), "{said}");
        let same = answer(&[&[command, &empty], args, &["--drop-missing"]].concat());
        assert_eq!(stdout(&left), stdout(&same), "{command}");
        if command == "drift" {
            assert!(stderr(&same).contains("2 rows with a missing value left out"), "{}", stderr(&same));
        }
    }
}

#[test]
fn drift_names_the_row_of_an_override_or_a_date_that_is_none_whatever_was_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let with = |text: String, more: &[&str]| {
        let table = file(dir.path(), "t.csv", &text);
        refusal(&[&["drift", &table, "--reference", "20", "--override", "o", "--date", "date"], more].concat())
    };
    let empty = with(outcomes(["1", "0"]).replacen("-01,0\n", "-01,\n", 1), &["--period", "20"]);
    assert!(empty.contains("row 2, column o: is missing; a mark: 0 (no) or 1 (yes) is needed"), "{empty}");
    let words = with(outcomes(["1", "0"]).replacen("-01,0\n", "-01,ja\n", 1), &["--period", "20"]);
    assert!(words.contains("row 2, column o: ja is not a mark: 0 (no) or 1 (yes)"), "{words}");
    let mut lines: Vec<String> = outcomes(["1", "0"]).lines().map(str::to_owned).collect();
    lines[2] = lines[2].replacen(",0,", ",,", 1);
    lines[45] = lines[45].replace("2024-05-01", "2024-5-1");
    let dates = with(lines.join("\n") + "\n", &["--period", "month", "--drop-missing"]);
    assert!(dates.contains("row 46, column date: 2024-5-1 is not a date"), "{dates}");
}

/// Cases of whom every fifth lives where the instrument was not made for, and outcomes of all but two.
fn cases(folder: &Path) -> [String; 2] {
    let case = |i: usize| {
        let land = if i.is_multiple_of(5) { "netherlands" } else { "england-and-wales" };
        format!(
            r#"{{"population": {{"jurisdiction": "{land}", "legal_status": "community", "age": 30}}, "sex": "male",
            "date_of_birth": "1991-07-17", "date_of_current_conviction": "2021-08-05", "date_at_start_of_followup":
            "2021-12-12", "total_sanctions": {}, "age_at_first_sanction": 21, "offence_parameter": -0.0607}}"#,
            2 + i % 15
        )
    };
    let text = format!("[{}]", (0..60).map(case).collect::<Vec<_>>().join(","));
    let mut rows = "y\n".to_owned();
    for i in 0..60 {
        writeln!(
            rows,
            "{}",
            if i == 1 || i == 7 {
                "NA"
            } else if i % 3 == 0 {
                "1"
            } else {
                "0"
            }
        )
        .unwrap();
    }
    [file(folder, "cases.json", &text), file(folder, "outcomes.csv", &rows)]
}

#[test]
fn cases_that_an_instrument_refuses_are_counted_by_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let [cases, outcomes] = cases(dir.path());
    let plain = ["validate", "--instrument", "ogrs3", &cases, &outcomes];
    assert!(refusal(&plain).contains("--drop-missing leaves such rows out"));
    let done = answer(&[&plain[..], &["--drop-missing"]].concat());
    assert!(stdout(&done).contains("12 cases without a figure: "), "{}", stdout(&done));
    assert!(stdout(&done).contains("46 people"), "{}", stdout(&done));
    let flat = answer(&[&plain[..], &["--drop-missing", "--flat"]].concat());
    assert!(stderr(&flat).contains("note: 12 cases without a figure: "), "{}", stderr(&flat));
    let by_name: serde_json::Value = serde_json::from_str(&stdout(&flat)).unwrap();
    assert_eq!(by_name["probability_2y.people"].as_f64(), Some(46.0));

    let template = stdout(&answer(&["recalibrate", "ogrs3", "--template"]));
    let mut about: serde_json::Value = serde_json::from_str(&template).unwrap();
    for key in ["jurisdiction", "population", "sample", "period", "validation"] {
        about[key] = "made up".into();
    }
    about["legal_status"] = serde_json::json!(["community"]);
    about["age_from"] = 18.into();
    about["document"] = serde_json::json!({"title": "a test", "version": "1"});
    // with the mark that Windows puts in front
    let about = file(dir.path(), "about.json", &format!("\u{FEFF}{about}"));
    let done = ["recalibrate", "ogrs3", &cases, &outcomes, "--outcome", "2y=y", "--about", &about];
    assert!(refusal(&done).contains("--drop-missing"));
    let done = answer(&[&done[..], &["--drop-missing"]].concat());
    assert!(stdout(&done).contains("2y: 12 cases without a figure: "), "{}", stdout(&done));
    assert!(stdout(&done).contains("2 rows with a missing outcome are left out"), "{}", stdout(&done));
}

#[test]
fn json_may_begin_with_a_byte_order_mark() {
    let dir = tempfile::tempdir().unwrap();
    let [cases, _] = cases(dir.path());
    let plain = stdout(&answer(&["score", "ogrs3", &cases]));
    let text = std::fs::read_to_string(&cases).unwrap();
    let marked = file(dir.path(), "marked.json", &format!("\u{FEFF}{text}"));
    assert_eq!(stdout(&answer(&["score", "ogrs3", &marked])), plain);
    let bundled = stdout(&answer(&["instruments", "show", "ogrs3", "--json"]));
    assert!(!bundled.is_empty());
}

#[test]
fn effect_takes_categories_and_no_identifiers_for_covariates() {
    let dir = tempfile::tempdir().unwrap();
    let (mut people, mut offences, mut participants) = (
        "id,birth,from,to,end\n".to_owned(),
        "id,committed,offence\n".to_owned(),
        "id,treated,start,age,town\n".to_owned(),
    );
    for i in 0..400 {
        let treated = i % 2;
        writeln!(people, "{i},1985-01-01,2000-01-01,2020-01-01,end-of-register").unwrap();
        writeln!(offences, "{i},2008-01-01,human-trafficking").unwrap();
        if (i / 2) % (2 + treated) == 0 {
            writeln!(offences, "{i},2012-06-01,violence").unwrap();
        }
        let town = ["Assen", "Breda", "Delft"][(i * i + i / 3) % 3];
        writeln!(participants, "{i},{treated},2010-01-01,{},{town}", 20 + (i * i + i / 3) % 17).unwrap();
    }
    let people = file(dir.path(), "people.csv", &people);
    let offences = file(dir.path(), "offences.csv", &offences);
    let participants = file(dir.path(), "participants.csv", &participants);
    let plain = ["effect", &people, &offences, &participants, "--covariates"];
    for (name, why) in
        [("id", "holds the identifiers"), ("treated", "a column of the form"), ("age,age", "asked for twice")]
    {
        let said = refusal(&[&plain[..], &[name]].concat());
        assert!(said.contains(why), "{name}: {said}");
    }
    let said = refusal(&[&plain[..], &["town"]].concat());
    assert!(said.contains("--categorical town makes categories of such values"), "{said}");
    let done = answer(&[&plain[..], &["age,town", "--categorical", "town"]].concat());
    assert!(stdout(&done).contains("town has categories: Breda, Delft, compared with Assen"), "{}", stdout(&done));
    // fit refuses them as well
    let counts = file(dir.path(), "c.csv", "id,age_12,age_13\n1,0,2\n2,1,0\n3,0,0\n");
    let said = refusal(&["fit", &counts, "--covariates", &participants, "--membership", "id"]);
    assert!(said.contains("it is no covariate"), "{said}");
}

#[test]
fn monitor_takes_articles_of_law_by_their_day() {
    let dir = tempfile::tempdir().unwrap();
    let events = |what: &str, of: &dyn Fn(usize) -> &'static str| {
        let mut text = format!("id,case,phase,date,outcome,offence,{what},committed\n");
        for i in 0..60 {
            writeln!(text, "p{i},{i},intake,2019-02-01,,1,{},2018-06-01", of(i)).unwrap();
            writeln!(text, "p{i},{i},verdict,2019-11-01,convicted,1,,").unwrap();
        }
        text
    };
    let kinds =
        file(dir.path(), "k.csv", &events("kind", &|i| if i % 3 == 0 { "property" } else { "human-trafficking" }));
    let articles = file(dir.path(), "a.csv", &events("article", &|i| if i % 3 == 0 { "310" } else { "273f" }));
    let table = file(dir.path(), "articles.csv", "article,category,source\n310,property,Sr\n");
    let good = stdout(&answer(&["monitor", &kinds, "--json"]));
    assert_eq!(stdout(&answer(&["monitor", &articles, "--json", "--articles", &table])), good);
    let said = refusal(&["monitor", &articles]);
    assert!(said.contains("\"article\" is not a column of this table"), "{said}");
    let no_day = events("article", &|_| "310").replace(",2018-06-01", ",");
    let no_day = file(dir.path(), "n.csv", &no_day);
    let said = refusal(&["monitor", &no_day, "--articles", &table]);
    assert!(said.contains("column committed: no day: an article means an offence on its day only"), "{said}");
}

#[test]
fn times_at_risk_by_age_meet_counts_by_calendar_year() {
    let dir = tempfile::tempdir().unwrap();
    let years = file(dir.path(), "y.csv", "id,born,y2005,y2006,y2007\na,1990,1,0,2\nb,1991,0,1,3\nc,1990,0,0,1\n");
    let risk = "id,age,exposure\n\
        a,15,1\na,16,0.5\na,17,1\nb,14,1\nb,15,0.25\nb,16,1\nc,15,1\nc,16,1\nc,17,1\n";
    let risk = file(dir.path(), "r.csv", risk);
    let wide = file(dir.path(), "w.csv", "id,age_14,age_15,age_16,age_17\na,,1,0,2\nb,0,1,3,\nc,,0,0,1\n");
    let plain =
        ["--family", "poisson", "--groups", "1", "--degree", "1", "--starts", "1", "--json", "--exposure", &risk];
    let by_year = ["fit", &years, "--year-prefix", "y", "--birth", "born", "--age-in-year", "end"];
    let number = |done: Output| {
        let object: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        (object["observations"].as_u64(), object["log_likelihood"].as_f64())
    };
    let found = number(answer(&[&by_year[..], &plain].concat()));
    assert_eq!(found, number(answer(&[&["fit", &wide][..], &plain].concat())));
    assert_eq!(found.0, Some(9));
}

#[test]
fn a_rate_that_ran_off_where_next_to_nobody_is_at_risk_is_no_reason_to_refuse() {
    let (counts, exposure) = (toronto("TO1.csv"), toronto("TO1Risk.csv"));
    let of = |path: &Path| path.as_os_str().to_owned();
    let mut args = vec!["fit".into(), of(&counts), "--exposure".into(), of(&exposure)];
    args.extend(["--family", "zinb", "--groups", "4", "--degree", "3"].map(Into::into));
    let output = run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    // the best optimum known, above that of every other start tried
    assert!(text.contains("-8746.36"), "{text}");
    assert!(text.contains("OCC"), "{text}");
}
