//! The commands: the flat list, bad input all at once, the same bits on any number of threads.

use super::reference::fixtures;
use std::io::Write;
use std::process::{Command, Output};

pub(crate) fn run(args: &[&str], threads: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pleegprofiel")).args(args).env("RAYON_NUM_THREADS", threads).output().unwrap()
}

fn data(name: &str) -> String {
    fixtures().join("data").join(name).display().to_string()
}

fn table(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn refused(text: &str, args: &[&str]) -> String {
    let file = table(text);
    let path = file.path().display().to_string();
    let output = run(&[&["validate", &path], args].concat(), "2");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

const BINARY: [&str; 4] = ["--probability", "p", "--outcome", "y"];

#[test]
fn the_flat_list_holds_the_reference_keys_and_is_the_same_on_one_thread_and_two() {
    let file = data("binary-points.csv");
    let args = [
        "validate",
        &file,
        "--probability",
        "p1,p2",
        "--outcome",
        "y",
        "--group",
        "group",
        "--threshold",
        "0.3",
        "--flat",
    ];
    let (one, two) = (run(&args, "1"), run(&args, "2"));
    assert_eq!(one.stdout, two.stdout);
    let list: serde_json::Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(list["p1.auc"].as_f64(), Some(0.755397946084724));
    assert!(list["group.D.tpr"].is_null());
    let file = data("competing-months-ties.csv");
    let args = [
        "validate",
        &file,
        "--time",
        "time",
        "--status",
        "status",
        "--score",
        "points",
        "--risk",
        "12=risk12,24=risk24",
        "--horizons",
        "6,12,24",
        "--flat",
    ];
    let list: serde_json::Value = serde_json::from_slice(&run(&args, "2").stdout).unwrap();
    assert!((list["cif.cause_1.at_24"].as_f64().unwrap() - 0.7909498691868353).abs() < 1e-12);
}

#[test]
fn every_bad_value_is_told_with_row_and_column_all_at_once() {
    let told = refused("p,y\n0.2,0\nNaN,1\n0.4,2\n,0\n0.5,1\n", &BINARY);
    for part in ["row 3, column p: NaN", "row 4, column y: 2 is not an outcome", "row 5, column p: is missing"] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert!(told.contains("3 problems"), "{told}");
}

#[test]
fn per_cents_one_outcome_one_group_and_columns_that_are_not_there_are_said_to_be_so() {
    assert!(refused("p,y\n12,0\n80,1\n", &BINARY).contains("per cents"));
    assert!(refused("p,y\n0.1,0\n0.2,0\n", &BINARY).contains("with one outcome nothing can be validated"));
    let one = refused("p,y,g\n0.1,0,a\n0.2,1,a\n", &[&BINARY[..], &["--group", "g"]].concat());
    assert!(one.contains("at least 2"), "{one}");
    assert!(refused("q,y\n0.1,0\n", &BINARY).contains("column p: is not there; the table has q, y"));
    assert!(refused("", &BINARY).contains("the file is empty"));
}

#[test]
fn times_before_the_index_date_unknown_codes_and_horizons_beyond_follow_up_are_refused() {
    let args = ["--time", "t", "--status", "s", "--score", "x", "--horizons", "2"];
    let told = refused("t,s,x\n-1,0,1\n3,7,1\n", &args);
    assert!(told.contains("row 2, column t: -1") && told.contains("row 3, column s: 7 is not 0 (censored)"), "{told}");
    let told = refused("t,s,x\n1,event,1\n1.5,censored,2\n", &args);
    assert!(told.contains("a horizon of 2 cannot be judged: the longest follow-up is 1.5"), "{told}");
}

#[test]
fn rows_with_missing_values_are_left_out_only_when_asked_and_counted() {
    let file = table(&format!("p,y\nNA,1\n{}", "0.3,0\n0.6,1\n0.4,1\n".repeat(40)));
    let path = file.path().display().to_string();
    let output = run(&[&["validate", &path], &BINARY[..], &["--drop-missing"]].concat(), "2");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("120 people") && text.contains("1 rows left out"), "{text}");
}

#[test]
fn a_report_hides_small_groups_and_fetches_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("report").display().to_string();
    let file = data("binary-points.csv");
    let args =
        ["validate", &file, "--probability", "p1", "--outcome", "y", "--group", "group", "--out", &out, "--lang", "nl"];
    assert!(run(&args, "2").status.success());
    let html = std::fs::read_to_string(format!("{out}/report.html")).unwrap();
    assert!(html.contains("<td>E</td><td>–</td>"), "group E has three people");
    assert!(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"));
    assert!(html.matches("<svg").count() == 3 && html.contains("Beslissingscurve"));
}

#[test]
fn four_people_are_shown_when_asked_for_and_a_wrong_certainty_has_a_p_of_nothing() {
    let file = table("p,y\n0,1\n1,0\n0.5,1\n0.5,0\n");
    let path = file.path().display().to_string();
    let args = [&["validate", &path], &BINARY[..]].concat();
    let hidden = run(&[&args[..], &["--json"]].concat(), "2");
    assert!(hidden.status.success());
    let parts: serde_json::Value = serde_json::from_slice(&hidden.stdout).unwrap();
    assert_eq!(parts.as_array().unwrap().len(), 1);
    assert_eq!(parts[0]["rows"][0][2], "fewer than 10 people with the outcome, or without");
    let dutch = run(&[&args[..], &["--lang", "nl"]].concat(), "2");
    let text = String::from_utf8(dutch.stdout).unwrap();
    assert!(text.contains("Minder dan 10 personen") && text.contains("Niet getoond"), "{text}");
    let shown = run(&[&args[..], &["--show-small-cells"]].concat(), "2");
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.contains("4 people") && text.contains("Hosmer-Lemeshow: infinite with 3 groups, p = 0 "), "{text}");
    let flat = run(&[&args[..], &["--flat"]].concat(), "2");
    let list: serde_json::Value = serde_json::from_slice(&flat.stdout).unwrap();
    assert_eq!(list["p.hosmer_lemeshow.deciles.p_df_groups"].as_f64(), Some(0.0));
}

#[test]
fn tables_count_people_where_there_are_weights_in_whatever_unit() {
    let text = |unit: f64| {
        let row = |i: u32| {
            let (p, y) = (f64::from(1 + i * 7 % 19) / 20.0, (i * 11) % 19 < i * 7 % 19);
            format!(
                "{p},{},{},{}\n",
                u8::from(y),
                if i.is_multiple_of(9) { "few" } else { "many" },
                unit * f64::from(1 + i % 4)
            )
        };
        format!("p,y,g,w\n{}", (0..300).map(row).collect::<String>())
    };
    let printed = |unit: f64| {
        let file = table(&text(unit));
        let path = file.path().display().to_string();
        let args = [&["validate", &path], &BINARY[..], &["--group", "g", "--weight", "w", "--json"]].concat();
        let output = run(&args, "2");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let one = printed(1.0);
    assert_eq!(one, printed(16.0), "the unit of weights is nobody's number");
    assert!(one.contains("\"34\"") && one.contains("\"266\""), "{one}");
}

#[test]
fn drift_says_its_limits_and_cards_list_what_is_open() {
    let file = data("cusum-sequence.csv");
    let output = run(&["drift", &file, "--period", "50", "--reference", "100", "--false-alarm-every", "5000"], "2");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("more outcomes") && text.contains("once in 5000 assessments"), "{text}");
    let card = String::from_utf8(run(&["card", "ogrs3", "--format", "register"], "2").stdout).unwrap();
    assert!(card.contains("Organisatie (verplicht)"));
}

#[test]
fn drift_by_month_sees_an_answer_that_stops_coming_in_and_refuses_dates_out_of_order() {
    let mut text = String::from("p,y,when,illness\n");
    for i in 0..4_000u32 {
        let month = 1 + i / 500;
        let known = if month < 6 { ["0", "1"][(i % 7 == 0) as usize] } else { "" };
        text += &format!("0.{},{},2026-0{month}-01,{known}\n", 2 + i % 5, u8::from(i % 5 < 2));
    }
    let file = table(&text);
    let path = file.path().display().to_string();
    let args = ["drift", &path, "--date", "when", "--period", "month", "--answer", "illness", "--json"];
    let output = run(&args, "2");
    let lines: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 6, "months 3 to 8 follow the first 1,000");
    for line in &lines {
        let alarm = line["alarms"].as_array().unwrap().iter().any(|a| a.as_str().unwrap().contains("illness unknown"));
        assert_eq!(alarm, line["period"].as_str().unwrap() >= "2026-06", "{line}");
    }
    let out = tempfile::tempdir().unwrap();
    let directory = out.path().display().to_string();
    let pages = ["drift", &path, "--date", "when", "--period", "month", "--answer", "illness", "--out", &directory];
    let output = run(&[&pages[..], &["--lang", "nl"]].concat(), "1");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let html = std::fs::read_to_string(out.path().join("report.html")).unwrap();
    assert_eq!(html.matches("<svg").count(), 4, "outcomes, CUSUM, stability, shares");
    assert!(html.contains("CUSUM van uitkomsten") && html.contains("2026-06"));
    let file = table(&text.replacen("2026-02-01", "2025-02-01", 1));
    let path = file.path().display().to_string();
    let output = run(&["drift", &path, "--date", "when", "--period", "month"], "2");
    assert!(String::from_utf8(output.stderr).unwrap().contains("comes before the row above"));
}

#[test]
fn an_instrument_scores_cases_and_is_validated_in_one_go() {
    let case = |sanctions: u32| {
        format!(
            r#"{{"population": {{"jurisdiction": "england-and-wales", "legal_status": "community", "age": 30}}, "sex": "male",
            "date_of_birth": "1991-07-17", "date_of_current_conviction": "2021-08-05", "date_at_start_of_followup":
            "2021-12-12", "total_sanctions": {sanctions}, "age_at_first_sanction": 21, "offence_parameter": -0.0607}}"#
        )
    };
    let cases = table(&format!("[{}]", (0..30).map(|i| case(2 + i % 15)).collect::<Vec<_>>().join(",")));
    let outcomes =
        table(&format!("y\n{}", (0..30).map(|i| if i % 15 > 8 { "1\n" } else { "0\n" }).collect::<String>()));
    let paths = [&cases, &outcomes].map(|f| f.path().display().to_string());
    let args = ["validate", "--instrument", "ogrs3", &paths[0], &paths[1], "--outcome", "y", "--flat"];
    let output = run(&args, "2");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list["probability_2y.auc"].as_f64(), Some(1.0), "more sanctions, higher risk");
    assert!(list["probability_2y.recal.slope"].is_null(), "separated");
    let short = table("y\n1\n");
    let path = short.path().display().to_string();
    let output = run(&["validate", "--instrument", "ogrs3", &paths[0], &path, "--outcome", "y"], "2");
    assert!(String::from_utf8(output.stderr).unwrap().contains("1 rows for 30 cases"));
}

#[test]
fn risks_by_horizons_have_a_calibration_picture_each() {
    let out = tempfile::tempdir().unwrap();
    let directory = out.path().display().to_string();
    let file = data("competing-months-ties.csv");
    let args = ["validate", &file, "--time", "time", "--status", "status", "--risk", "12=risk12,24=risk24"];
    let output = run(&[&args[..], &["--out", &directory]].concat(), "2");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let html = std::fs::read_to_string(out.path().join("report.html")).unwrap();
    assert_eq!(html.matches("<svg").count(), 2);
    assert!(html.contains("Calibration at 12") && html.contains("Calibration at 24"));
}

#[test]
fn posteriors_of_profiles_are_held_against_the_profiles_that_were_true() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let output = run(&["synth", "--persons", "2000", "--seed", "8", "--out", &path("s")], "2");
    assert_eq!(output.status.code(), Some(0));
    let (counts, exposure) = (path("s/counts.csv"), path("s/exposure.csv"));
    let placed = run(&["classify", &counts, "--exposure", &exposure, "--reference"], "2");
    std::fs::write(path("placed.csv"), &placed.stdout).unwrap();
    let (placed, truth) = (path("placed.csv"), path("s/truth.csv"));
    let output = run(&["validate", &placed, "--profiles", "--truth", &truth, "--json", "--show-small-cells"], "2");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let parts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = |part: usize| parts[part]["rows"].as_array().unwrap().clone();
    assert_eq!(rows(0).len(), 10);
    let number = |cell: &serde_json::Value| cell.as_str().unwrap().parse::<f64>().unwrap();
    let people: f64 = rows(0).iter().map(|r| number(&r[0])).sum();
    assert!(people > 1_900.0, "those without an offence have no answer");
    // the last tenth is surer than the first, and right more often
    assert!(number(&rows(0)[9][1]) > number(&rows(0)[0][1]) && number(&rows(0)[9][2]) > number(&rows(0)[0][2]));
    assert!(rows(1).len() > 3 && rows(2).len() == 4 && rows(3).len() == 5, "{parts:#}");
    // somebody whose truth is not known
    let text = std::fs::read_to_string(&truth).unwrap();
    std::fs::write(path("less.csv"), text.lines().take(1_000).collect::<Vec<_>>().join("\n")).unwrap();
    let output = run(&["validate", &placed, "--profiles", "--truth", &path("less.csv")], "2");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("are not in it"));
}
