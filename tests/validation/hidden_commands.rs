//! What the commands print of few people: nothing, or everything when asked.

use super::commands::run;
use serde_json::Value;
use std::path::Path;

/// What is printed, and the page.
fn both(args: &[&str], more: &[&str]) -> (String, String) {
    let out = tempfile::tempdir().unwrap();
    let directory = out.path().display().to_string();
    let output = run(&[args, more, &["--out", &directory]].concat(), "2");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let page = std::fs::read_to_string(out.path().join("report.html")).unwrap();
    (String::from_utf8(output.stdout).unwrap(), page)
}

fn written(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Rows of a part of what is printed as JSON.
fn rows<'a>(parts: &'a Value, heading: &str) -> &'a Vec<Value> {
    let part = parts.as_array().unwrap().iter().find(|part| part["heading"] == heading);
    part.unwrap()["rows"].as_array().unwrap()
}

fn json(args: &[&str], more: &[&str]) -> Value {
    serde_json::from_str(&both(args, &[more, &["--json"]].concat()).0).unwrap()
}

#[test]
fn follow_up_hides_few_people_by_a_time_until_asked() {
    let mut text = String::from("t,s,r\n");
    // four with the event by 1, three with a competing one, five lost before 5
    for (n, time, status) in [(4, "0.5", 1), (20, "3", 1), (3, "3.5", 2), (5, "4", 0), (68, "10", 0)] {
        (0..n).for_each(|i| text += &format!("{time},{status},0.{}\n", 1 + i % 4));
    }
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "t.csv", &text);
    let args =
        ["validate", &file, "--time", "t", "--status", "s", "--score", "r", "--risk", "5=r", "--horizons", "1,5"];
    for (language, why, shown_by) in [("en", "–: not shown", "shows"), ("nl", "–: niet getoond", "toont")] {
        let (printed, page) = both(&args, &["--lang", language]);
        for text in [&printed, &page] {
            assert!(text.contains(why) && text.contains(&format!("--show-small-cells {shown_by}")), "{text}");
            assert!(
                !text.contains("0.040") && !text.contains("0,040") && !text.contains("3 with a competing"),
                "{text}"
            );
            assert!(!text.contains("3 met een concurrerende"), "{text}");
        }
    }
    let hidden = json(&args, &[]);
    let all = json(&args, &["--show-small-cells"]);
    let happened = [&hidden, &all].map(|parts| rows(parts, "What happened").clone());
    assert_eq!(happened[0][0].as_array().unwrap()[1..], vec![Value::from("–"); 6]);
    assert_eq!((&happened[1][0][1], &happened[1][0][6]), (&Value::from("0.040"), &Value::from("96")));
    // by 5: 24 with the event; eight others, who would be three and five
    assert_eq!(happened[0][1][1], happened[1][1][1]);
    assert_eq!([3, 4, 5, 6].map(|k| happened[0][1][k].as_str().unwrap()), ["–"; 4]);
    let horizon = [&hidden, &all].map(|parts| rows(parts, "Risks at their horizon")[0].clone());
    assert_eq!([&horizon[0][1], &horizon[0][2]], ["24", "–"]);
    assert_eq!([&horizon[1][1], &horizon[1][2]], ["24", "5"]);
    assert!(rows(&hidden, "Calibration at 5").len() < rows(&all, "Calibration at 5").len());
    let (printed, page) = both(&args, &["--show-small-cells"]);
    assert!(printed.starts_with("100 people: 24 with the event, 3 with a competing one, 73 without"), "{printed}");
    assert!(!printed.contains("--show-small-cells") && !page.contains("--show-small-cells"));
}

#[test]
fn profiles_hide_one_that_few_people_have_and_what_it_would_follow_from() {
    let keys = ["incidental", "early-peak", "late-peak", "continuous", "none"];
    let (mut placed, mut truth) = (
        String::from(
            "id,posterior_incidental,posterior_early-peak,posterior_late-peak,posterior_continuous,posterior_none,prediction_set,age\n",
        ),
        String::from("id,profile\n"),
    );
    for i in 0..200u32 {
        let likeliest = i as usize % 3;
        let sure = 0.5 + f64::from(i) / 500.0;
        let p = |k: usize| if k == likeliest { sure } else { (1.0 - sure) / 4.0 };
        // one in five is something else, and four are continuous
        let class = if i < 4 {
            3
        } else if i % 5 == 0 {
            (likeliest + 1) % 3
        } else {
            likeliest
        };
        placed += &format!("{i},{},{},{},{},{},{},{}\n", p(0), p(1), p(2), p(3), p(4), keys[likeliest], 20 + i % 30);
        truth += &format!("{i},{}\n", keys[class]);
    }
    let dir = tempfile::tempdir().unwrap();
    let (placed, truth) = (written(dir.path(), "placed.csv", &placed), written(dir.path(), "truth.csv", &truth));
    let args = ["validate", &placed, "--profiles", "--truth", &truth];
    let hidden = json(&args, &[]);
    let all = json(&args, &["--show-small-cells"]);
    let sizes = |parts: &Value| -> Vec<String> {
        rows(parts, "Prediction sets").iter().map(|row| row[1].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(sizes(&all)[4], "4");
    assert_eq!(sizes(&hidden)[0], "200");
    let told: Vec<u32> = sizes(&hidden)[1..].iter().filter_map(|n| n.parse().ok()).collect();
    assert!(told.len() == 2 && told.iter().sum::<u32>() <= 190, "{hidden:#}");
    let shares = rows(&hidden, "By profile").iter().filter(|row| row[2] != "–").count();
    assert_eq!(shares, 2, "a share is a number too");
    for (parts, note) in [(&hidden, true), (&all, false)] {
        assert_eq!(parts.to_string().contains("--show-small-cells shows"), note);
    }
    let (printed, page) = both(&args, &["--lang", "nl"]);
    assert!(printed.contains("–: niet getoond") && page.contains("--show-small-cells toont"), "{printed}");
    assert!(page.matches("<circle").count() < both(&args, &["--show-small-cells"]).1.matches("<circle").count());
}

#[test]
fn drift_hides_few_people_of_a_period_until_asked() {
    let mut text = String::from("p,y,answer\n");
    for i in 0..200 {
        text += &format!("0.{},{},1\n", 1 + i % 8, u8::from(i % 4 == 0));
    }
    // forty people: four with the outcome and one answer that is not known, then twelve and twelve
    for (events, unknown) in [(4, 1), (12, 12)] {
        (0..40).for_each(|i| {
            let answer = if i < unknown { "" } else { "1" };
            text += &format!("0.{},{},{answer}\n", 1 + i % 8, u8::from(i < events));
        });
    }
    text += "0.5,1,1\n0.5,0,1\n";
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "d.csv", &text);
    let args = ["drift", &file, "--reference", "200", "--period", "40", "--answer", "answer"];
    let args = [&args[..], &["--false-alarm-every", "2000"]].concat();
    let lines = |more: &[&str]| -> (Vec<Value>, String) {
        let output = run(&[&args[..], more, &["--json"]].concat(), "2");
        let text = String::from_utf8(output.stdout).unwrap();
        (
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let ((hidden, told), (all, nothing_told)) = (lines(&[]), lines(&["--show-small-cells"]));
    assert!(told.contains("--show-small-cells shows them") && nothing_told.is_empty(), "{told} {nothing_told}");
    assert!(hidden[0]["people"] == 40 && hidden[0]["observed"].is_null() && hidden[0]["cusum_fewer"].is_null());
    assert!(hidden[1]["observed"] == 0.3 && hidden[1]["cusum_fewer"].is_null(), "the chart adds up the period before");
    assert!(all[0]["observed"] == 0.1 && all[0]["cusum_fewer"].is_number() && all[1]["cusum_fewer"].is_number());
    let alarms = [&hidden, &all].map(|lines| lines[1]["alarms"].to_string());
    assert!(alarms[0].contains("answer unknown: 30.0 %\"") && alarms[1].contains("answer unknown: 30.0 % was 0.0 %"));
    let (printed, page) = both(&args, &["--lang", "nl"]);
    for text in [&printed, &page] {
        assert!(
            text.contains("–: niet getoond") && text.contains("Minder dan 10 beoordelingen na de referentie"),
            "{text}"
        );
        assert!(!text.contains("0,100") && !text.contains("was 0,0"), "{text}");
    }
    let (printed, shown) = both(&args, &["--show-small-cells"]);
    assert!(printed.contains("0.100") && printed.contains("2 assessments after the reference are in no whole period"));
    assert!(!shown.contains("--show-small-cells"));
    // dots: a period each
    assert_eq!(shown.matches("<circle").count(), page.matches("<circle").count() + 1);
}
