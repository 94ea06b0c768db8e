//! The commands: files, languages, bad input with nothing written, the same bytes on every run.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str], threads: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pleegprofiel")).args(args).env("RAYON_NUM_THREADS", threads).output().unwrap()
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn events() -> String {
    let mut text = "id,case,phase,date,outcome,days,form,committed,birth,sex\n".to_owned();
    for i in 0..300 {
        let (id, case, year) = (i, 1000 + i, 2015 + i % 3);
        let sex = if i % 5 == 0 { "female" } else { "male" };
        let birth = if i % 4 == 0 { "1995-01-01" } else { "1980-01-01" };
        writeln!(text, "p{id},{case},intake,{year}-02-01,,,labour,{year}-01-01,{birth},{sex}").unwrap();
        let outcome = if i % 7 < 5 { "convicted" } else { "acquitted" };
        writeln!(text, "p{id},{case},verdict,{year}-11-01,{outcome},,,,,").unwrap();
        if i % 7 < 4 {
            writeln!(text, "p{id},{case},sanction,{year}-11-01,unconditional,{},,,,", 100 + i).unwrap();
        }
    }
    text
}

#[test]
fn monitor_writes_tables_pictures_and_a_page_in_two_languages_and_the_same_bytes_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let events = file(folder.path(), "events.csv", &events());
    for (lang, word) in [("nl", "De strafrechtketen in cijfers"), ("en", "The criminal justice chain in figures")] {
        let out = folder.path().join(lang).display().to_string();
        let args = ["monitor", &events, "--out", &out, "--lang", lang];
        let printed = run(&args, "1");
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let read = |name: &str| std::fs::read_to_string(Path::new(&out).join(name)).unwrap();
        let (page, table, picture) = (read("report.html"), read("indicators.csv"), read("picture-01.svg"));
        assert!(page.contains(word) && page.contains("<svg") && !page.contains("http://") && !page.contains("<script"));
        assert!(table.starts_with("unit,population,split,category,year,total,count,share,low,high,"));
        // 300 x 5 / 7 convicted, of which 4 / 5 with an unconditional part
        assert!(table.contains("defendant,judged,verdict,convicted,,300,215,"), "{table}");
        assert!(picture.starts_with("<svg") && picture.contains("stroke-dasharray"));
        let again = run(&[&args[..], &["--by-case"]].concat(), "2");
        assert_eq!((printed.stdout, &page), (again.stdout, &read("report.html")));
    }
    let lines = String::from_utf8(run(&["monitor", &events, "--json"], "2").stdout).unwrap();
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["unit"], "defendant");
}

#[test]
fn nothing_is_written_of_a_chain_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "id,case,phase,date,outcome\na,1,sanction,2019-01-01,unconditional\nb,2,verdikt,2019-01-01,convicted\n";
    let events = file(folder.path(), "events.csv", rows);
    let out = folder.path().join("out");
    let output = run(&["monitor", &events, "--out", &out.display().to_string()], "2");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!out.exists());
    assert!(text.contains("row 2, column phase: sanction without a verdict"), "{text}");
    assert!(text.contains("row 3, column phase: \"verdikt\" is none of suspect"), "{text}");
}

/// People, offences and participants: `n` a group, every third of the treated and every second of the others reoffends.
fn groups(folder: &Path, n: usize) -> [String; 3] {
    let (mut people, mut offences, mut participants) = (
        "id,birth,from,to,end\n".to_owned(),
        "id,committed,offence\n".to_owned(),
        "id,treated,start,age,town\n".to_owned(),
    );
    for i in 0..2 * n {
        let treated = i % 2;
        let gone = i % 22 == 3;
        let (to, end) = if gone { ("2013-01-01", "died") } else { ("2020-01-01", "end-of-register") };
        writeln!(people, "p{i},1985-01-01,2000-01-01,{to},{end}").unwrap();
        writeln!(offences, "p{i},2008-01-01,human-trafficking").unwrap();
        if (i / 2) % (2 + treated) == 0 && !gone {
            writeln!(offences, "p{i},2012-06-01,violence").unwrap();
        }
        writeln!(participants, "p{i},{treated},2010-01-01,{},x", 20 + (i * i + i / 3) % 17).unwrap();
    }
    [("people", people), ("offences", offences), ("participants", participants)]
        .map(|(name, text)| file(folder, &format!("{name}.csv"), &text))
}

#[test]
fn effect_says_what_can_be_seen_first_and_gives_no_figure_of_what_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let [people, offences, participants] = groups(folder.path(), 300);
    let out = folder.path().join("out").display().to_string();
    let args = ["effect", &people, &offences, &participants, "--covariates", "age", "--outcome", "violence=violence"];
    let output = run(&[&args[..], &["--out", &out, "--json"]].concat(), "2");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let at = found["at"].as_array().unwrap();
    let seen = |outcome: &str, years: f64| {
        let one = at.iter().find(|at| at["outcome"] == outcome && at["years"] == years).unwrap();
        one["answer"].clone()
    };
    // nobody reoffends within two years, nor by trafficking at all
    assert_eq!(seen("any", 2.0)["seen"], "not-seen");
    assert_eq!(seen("special", 5.0)["seen"], "not-seen");
    let five = seen("any", 5.0);
    assert_eq!(five, seen("violence", 5.0));
    assert!((five["unweighted"]["control"].as_f64().unwrap() - 0.5).abs() < 0.02, "{five}");
    assert!(five["weighted"]["high"].as_f64().unwrap() < 0.0, "{five}");
    let page = std::fs::read_to_string(Path::new(&out).join("report.html")).unwrap();
    assert!(page.contains("Is an intervention working?") && page.contains("For 4 of 6 outcomes"), "{page}");
    let dutch = run(&[&args[..], &["--lang", "nl"]].concat(), "1");
    let dutch = String::from_utf8(dutch.stdout).unwrap();
    assert!(dutch.contains("niet te zien"));
    // rounded figures say so, and have no digits that do not hold
    let steps: Vec<f64> = found["rounded_to"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert!(steps.iter().all(|step| *step >= 0.01), "{steps:?}");
    let control = five["weighted"]["control"].as_f64().unwrap();
    assert!((control / steps[1] - (control / steps[1]).round()).abs() < 1e-9, "{control}");
    let step = (100.0 * steps[1]).round();
    assert!(
        dutch.contains(&format!("Afgerond op {step} procentpunt")) && dutch.contains(&format!(" ± {step}")),
        "{dutch}"
    );
    let differences = dutch.split("Het verschil").nth(1).unwrap();
    assert!(differences.contains("welke groep lager uitkwam") && !differences.contains(",0 tot"), "{dutch}");
    let exact = run(&[&args[..], &["--json", "--show-small-cells"]].concat(), "1");
    let exact: serde_json::Value = serde_json::from_slice(&exact.stdout).unwrap();
    assert!(exact["rounded_to"].is_null());
}

#[test]
fn participants_whom_the_people_lack_and_small_groups_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [people, offences, participants] = groups(folder.path(), 8);
    let output = run(&["effect", &people, &offences, &participants], "1");
    assert!(String::from_utf8(output.stderr).unwrap().contains("a group of fewer than 10 persons"));
    let strangers = file(folder.path(), "strangers.csv", "id,treated,start\np0,1,2010-01-01\nq,2,2010-01-01\nr,0,\n");
    let text = String::from_utf8(run(&["effect", &people, &offences, &strangers], "1").stderr).unwrap();
    assert!(text.contains("row 3, column treated: \"2\" is none of 0, 1"), "{text}");
    assert!(text.contains("row 4, column start: nothing stated"), "{text}");
    let strangers = file(folder.path(), "strangers.csv", "id,treated,start\np0,1,2010-01-01\nsecret,0,2010-01-01\n");
    let text = String::from_utf8(run(&["effect", &people, &offences, &strangers], "1").stderr).unwrap();
    assert!(text.contains("row 3, column id: this person is not in the table of people"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn recidivism_is_followed_from_a_day_of_ones_own_and_by_criteria_of_the_registers_own() {
    let folder = tempfile::tempdir().unwrap();
    let [people, offences, participants] = groups(folder.path(), 100);
    let criteria = file(folder.path(), "criteria.csv", "key,serious,very-serious\nviolence,1,1\nsexual,1,0\n");
    let first = |args: &[&str]| {
        let common = ["recidivism", &people, &offences, "--years", "5", "--json", "--show-small-cells"];
        let output = run(&[&common[..], args].concat(), "1");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let share = serde_json::from_str(text.lines().next().unwrap_or("")).unwrap_or(serde_json::Value::Null);
        (text, share["share"].as_f64())
    };
    // from 2008: the new offence comes after 4.4 years; from 2010: after 2.4; from 2013 there is none
    let (_, by_index) = first(&[]);
    let (said, by_start) = first(&["--start", &participants, "--ignore-others"]);
    assert!(by_index.unwrap() > 0.3 && by_start == by_index, "{said}");
    let late = file(folder.path(), "late.csv", "id,start\np0,2013-06-01\np1,2013-06-01\n");
    assert_eq!(first(&["--start", &late]).1, Some(0.0));
    assert_eq!(first(&["--criteria", &criteria, "--criterion", "very-serious"]).1, by_index);
    assert!(first(&["--criteria", &criteria, "--criterion", "custodial"]).0.contains("register's own coding"));
    assert!(first(&["--criterion", "very-serious"]).0.contains("needs --criteria"));
    let odd = file(folder.path(), "odd.csv", "key,serious,very-serious\nviolence,0,1\nsexual,1,0\n");
    assert!(
        first(&["--criteria", &odd, "--criterion", "serious"]).0.contains("violence is very serious, but not serious")
    );
    let stranger = file(folder.path(), "stranger.csv", "id,start\nnobody,2013-06-01\n");
    assert!(first(&["--start", &stranger]).0.contains("1 persons of"));
}

#[test]
fn recidivism_writes_a_page_two_pictures_and_its_figures_in_two_languages_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [people, offences, participants] = groups(folder.path(), 100);
    for (lang, words) in [("nl", ["Nieuwe zaken", "zaken per persoon"]), ("en", ["New cases", "cases a person"])] {
        let out = folder.path().join(lang).display().to_string();
        let args = ["recidivism", &people, &offences, "--years", "2,5", "--report", &out, "--lang", lang];
        let printed = run(&args, "1");
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let read = |name: &str| std::fs::read_to_string(Path::new(&out).join(name)).unwrap();
        let (page, table, picture) = (read("report.html"), read("recidivism.csv"), read("reoffended.svg"));
        assert!(words.iter().all(|word| page.contains(word)) && page.contains("<svg"), "{page}");
        assert!(!page.contains("http://") && !page.contains("<script") && picture.starts_with("<svg"));
        assert!(table.contains("new_cases,new_cases_low"), "{table}");
        let again = run(&args, "2");
        assert_eq!((printed.stdout, &page), (again.stdout, &read("report.html")));
    }
    // who comes under observation after the new offence cannot be followed to a first one
    let late = file(
        folder.path(),
        "late.csv",
        "id,start,entry\np0,2010-01-01,2013-01-01\np1,2010-01-01,2019-01-01\np2,2010-01-01,\n",
    );
    let out = folder.path().join("none");
    let refused =
        run(&["recidivism", &people, &offences, "--start", &late, "--report", &out.display().to_string()], "1");
    let text = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), out.exists()), (Some(2), false), "{text}");
    assert_eq!(text.matches("column entry: came under observation when").count(), 2, "{text}");
    assert!(text.contains("late.csv, row 2, column entry") && text.contains("late.csv, row 3"), "{text}");
    let late = file(
        folder.path(),
        "late.csv",
        "id,start,entry\np0,2010-01-01,\np1,2010-01-01,2011-01-01\np2,2010-01-01,2010-06-01\n",
    );
    let shown = run(&["recidivism", &people, &offences, "--start", &late, "--show-small-cells", "--years", "5"], "1");
    let text = String::from_utf8(shown.stdout).unwrap() + &String::from_utf8(shown.stderr).unwrap();
    assert!(text.contains("at risk from then on"), "{text}");
    let _ = participants;
}

#[test]
fn overlap_and_repeat_state_their_definition_and_name_every_problem_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut events, mut victims) = ("id,case,phase,date\n".to_owned(), "id,date\n".to_owned());
    for i in 0..120 {
        if i < 80 {
            writeln!(events, "p{i},{i},suspect,2015-01-01").unwrap();
        }
        if i >= 50 {
            writeln!(victims, "p{i},2014-01-01").unwrap();
        }
        if i >= 90 {
            writeln!(victims, "p{i},2017-01-01").unwrap();
        }
    }
    let (events, victims) = (file(folder.path(), "events.csv", &events), file(folder.path(), "victims.csv", &victims));
    let args = ["overlap", &events, &victims, "--victim", "reported", "--offender", "suspect"];
    let found: serde_json::Value =
        serde_json::from_slice(&run(&[&args[..], &["--json"]].concat(), "1").stdout).unwrap();
    assert_eq!((&found["both"], &found["offenders"], &found["victims"]), (&30.into(), &80.into(), &70.into()));
    assert_eq!(
        (&found["definition"]["victim"], &found["definition"]["offender"]),
        (&"reported".into(), &"suspect".into())
    );
    // all were victims first: that none was an offender first is a figure of fewer than ten
    assert!(found["victim_first"].is_null());
    let within = run(&[&args[..], &["--within-days", "100", "--show-small-cells", "--lang", "nl"]].concat(), "1");
    let text = String::from_utf8(within.stdout).unwrap();
    assert!(text.contains("binnen 100 dagen") && text.contains("Slachtoffer: reported"), "{text}");

    let out = folder.path().join("repeat.json").display().to_string();
    let args = ["repeat", &victims, "--event", "any offence", "--register-end", "2020-01-01"];
    let shown = run(&[&args[..], &["--json", "--show-small-cells", "--out", &out]].concat(), "1");
    let found: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    // 30 of 70 after three years, everybody followed for six
    assert!((found["share"]["share"].as_f64().unwrap() - 3.0 / 7.0).abs() < 1e-12, "{found}");
    assert_eq!(std::fs::read(&out).unwrap(), shown.stdout);
    let hidden: serde_json::Value =
        serde_json::from_slice(&run(&[&args[..], &["--json"]].concat(), "1").stdout).unwrap();
    assert!(hidden["again"].is_null() && (hidden["share"]["share"].as_f64().unwrap() - 3.0 / 7.0).abs() < 0.05);
    // one and a half of sixty persons are more than two in a hundred
    assert_eq!((hidden["rounded_to"].as_f64(), hidden["share"]["share"].as_f64()), (Some(0.05), Some(0.45)));
    assert!(found["rounded_to"].is_null());
    let text = String::from_utf8(run(&args, "1").stdout).unwrap();
    assert!(text.contains("about 45 (") && text.contains("Rounded to 5 points"), "{text}");
    let text =
        String::from_utf8(run(&[&args[..], &["--show-small-cells", "--lang", "nl"]].concat(), "1").stdout).unwrap();
    assert!(text.contains(" 42,9 (") && !text.contains("Afgerond"), "{text}");

    let bad = file(folder.path(), "bad.csv", "id,date\nsecret,2015-13-01\n,2015-01-01\nb,\nc,2021-01-01\n");
    let odd = file(folder.path(), "odd.csv", "id,case,phase,date\na,1,suspekt,2015-01-01\nb,2,suspect,2022-01-01\n");
    let out = folder.path().join("none.json");
    let args = ["overlap", &odd, &bad, "--victim", "reported", "--offender", "suspect", "--register-end", "2020-01-01"];
    let refused = run(&[&args[..], &["--out", &out.display().to_string()]].concat(), "1");
    let text = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), out.exists()), (Some(2), false), "{text}");
    for place in [
        "bad.csv, row 2, column date",
        "row 3, column id",
        "row 4, column date: no date",
        "row 5, column date: 2021-01-01 lies after the register",
        "odd.csv, row 2, column phase: \"suspekt\" is none of",
        "row 3, column date: 2022-01-01 lies after the register",
    ] {
        assert!(text.contains(place), "{place}: {text}");
    }
    assert!(!text.contains("secret"), "{text}");
    let refused = run(&["repeat", &victims, "--event", "any offence"], "1");
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--register-end is needed"));
    let empty = file(folder.path(), "empty.csv", "id,date\n");
    let refused = run(&["repeat", &empty, "--event", "any", "--register-end", "2020-01-01"], "1");
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn the_office_or_any_column_tells_defendants_apart_and_one_of_few_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |column: &str| {
        let mut text = format!("id,case,phase,date,outcome,{column}\n");
        for i in 0..200 {
            let office = match i {
                0..=99 => "Rotterdam",
                100..=159 => "Amsterdam",
                160..=194 => "Oost-Nederland",
                _ => "Limburg",
            };
            writeln!(text, "p{i},{},verdict,2019-01-01,convicted,{office}", 1000 + i).unwrap();
        }
        text
    };
    let counts = |events: &str, more: &[&str]| {
        let output = run(&[&["monitor", events, "--json"][..], more].concat(), "1");
        let text = String::from_utf8(output.stdout).unwrap();
        let figures: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of =
            |figure: &serde_json::Value| (figure["category"].as_str().unwrap().to_owned(), figure["count"].as_u64());
        let by = if more.is_empty() { "parket" } else { "office" };
        figures.iter().filter(|f| f["split"] == by && f["year"].is_null()).map(of).collect::<Vec<_>>()
    };
    let events = file(folder.path(), "events.csv", &rows("parket"));
    let found = counts(&events, &[]);
    assert_eq!(
        found.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
        ["Amsterdam", "Limburg", "Oost-Nederland", "Rotterdam"]
    );
    // five of Limburg, and the next smallest with them
    let shown: Vec<Option<u64>> = found.iter().map(|(_, count)| *count).collect();
    assert_eq!(shown, [Some(60), None, None, Some(100)]);
    let other = file(folder.path(), "other.csv", &rows("office"));
    assert_eq!(counts(&other, &["--by", "office"]), found);
    assert_eq!(counts(&other, &["--by", "office", "--by-case"]), found);
    let refused = run(&["monitor", &other], "1");
    assert!(String::from_utf8(refused.stderr).unwrap().contains("office"));
    let dutch = run(&["monitor", &events, "--lang", "nl"], "1");
    assert!(String::from_utf8(dutch.stdout).unwrap().contains("Afdoeningen in eerste aanleg: parket"));
}
