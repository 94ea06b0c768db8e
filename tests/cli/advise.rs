//! `advise` as its users see it: a draft, an advice, the record, many dossiers a line each.

use crate::command::{run, stderr, stdout};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::tempdir;

pub(crate) fn dossier(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/dossiers/{name}.json"))
}

pub(crate) fn advise(args: &[&OsStr]) -> std::process::Output {
    let all: Vec<&OsStr> = std::iter::once(OsStr::new("advise")).chain(args.iter().copied()).collect();
    run(all)
}

pub(crate) fn drafted(name: &str, out: &Path) -> Value {
    let done =
        advise(&[dossier(name).as_os_str(), "--out".as_ref(), out.as_os_str(), "--lang".as_ref(), "nl".as_ref()]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    serde_json::from_str(&fs::read_to_string(out.join("draft.json")).unwrap()).unwrap()
}

pub(crate) fn judgement(draft: &Value) -> Value {
    let departs = json!({"instrument": "all-reoffending-static", "stance": "departs", "direction": "higher",
        "overridden_level": "medium", "reason": "planning"});
    json!({
        "format": "pleegprofiel-judgement", "format_version": 1, "draft": draft["hash"],
        "estimates": [{"question": "reoffending", "level": "medium", "reason": "planned"}],
        "instruments": [departs, {"instrument": "violent-reoffending-static", "stance": "agrees"}],
        "information": {"needed": true, "obtainable": true},
        "outcome": {"advice": "meldplicht, en werken aan de vriendenkring"},
        "reaction": {"said": {"on": "2026-03-10", "text": "Hij is het er grotendeels mee eens."}},
        "final": {"by": "M. Voorbeeld", "on": "2026-03-12", "approved": [{"instrument": "all-reoffending-static", "level": "medium"}]},
    })
}

#[test]
fn a_dossier_becomes_a_draft_and_with_a_judgement_an_advice_all_in_one_record() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    let draft = drafted("incidental", &out);
    assert_eq!(draft["state"], "draft");
    let page = fs::read_to_string(out.join("draft.html")).unwrap();
    assert!(page.contains("CONCEPT - GEEN ADVIES") && !page.contains("Verzonnen"));
    let path = dir.path().join("judgement.json");
    fs::write(&path, judgement(&draft).to_string()).unwrap();
    let done = advise(&["complete".as_ref(), out.join("draft.json").as_os_str(), path.as_os_str()]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let advice: Value = serde_json::from_str(&fs::read_to_string(out.join("advice.json")).unwrap()).unwrap();
    assert_eq!(
        (advice["state"].as_str(), advice["levels"][0]["overridden_level"].as_str()),
        (Some("final"), Some("medium"))
    );
    let page = fs::read_to_string(out.join("advice.html")).unwrap();
    assert!(page.contains("Reclasseringsadvies") && !page.contains("CONCEPT"));
    let log = out.join("record.jsonl");
    let done = advise(&["verify".as_ref(), log.as_os_str(), "--json".as_ref()]);
    let found: Value = serde_json::from_str(&stdout(&done)).unwrap();
    assert_eq!((found["lines"].as_u64(), found["whole"].as_bool()), (Some(2), Some(true)));
    let done = advise(&["monitor".as_ref(), log.as_os_str(), "--json".as_ref(), "--show-small-cells".as_ref()]);
    let first: Value = serde_json::from_str(stdout(&done).lines().next().unwrap()).unwrap();
    assert_eq!((first["judged"].as_u64(), first["overridden"]["value"].as_f64()), (Some(1), Some(1.0)));
    let done = advise(&["monitor".as_ref(), log.as_os_str()]);
    assert!(stdout(&done).contains("hidden"), "{}", stdout(&done));
}

#[test]
fn a_dossier_or_judgement_that_cannot_be_used_leaves_nothing_behind() {
    let dir = tempdir().unwrap();
    let mut bad: Value = serde_json::from_str(&fs::read_to_string(dossier("incidental")).unwrap()).unwrap();
    bad["asked"]["on"] = json!("2026-02-30");
    bad["factors"]["work"] = json!("perhaps");
    let path = dir.path().join("bad.json");
    fs::write(&path, bad.to_string()).unwrap();
    let out = dir.path().join("out");
    let done = advise(&[path.as_os_str(), "--out".as_ref(), out.as_os_str()]);
    assert_eq!(done.status.code(), Some(2));
    let said = stderr(&done);
    assert!(said.contains("$.asked.on") && said.contains("$.factors.work") && said.contains("\"present\""), "{said}");
    assert!(!out.exists());
    let draft = drafted("incidental", &out);
    let before: Vec<_> = fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    let log = fs::read(out.join("record.jsonl")).unwrap();
    let mut judgement = judgement(&draft);
    judgement["instruments"][0]["reason"] = json!("");
    judgement["draft"] = json!("0".repeat(64));
    fs::write(&path, judgement.to_string()).unwrap();
    let done = advise(&["complete".as_ref(), out.join("draft.json").as_os_str(), path.as_os_str()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        stderr(&done).contains("$.instruments[0].reason") && stderr(&done).contains("$.draft"),
        "{}",
        stderr(&done)
    );
    let after: Vec<_> = fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!((before, log), (after, fs::read(out.join("record.jsonl")).unwrap()));
}

#[test]
fn a_record_that_was_changed_is_named_and_nothing_is_added_to_it() {
    let dir = tempdir().unwrap();
    drafted("incidental", dir.path());
    drafted("late-peak", dir.path());
    let log = dir.path().join("record.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replacen("\"moment\":\"detention\"", "\"moment\":\"hearing\"", 1)).unwrap();
    let done = advise(&["verify".as_ref(), log.as_os_str()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(stderr(&done).contains("line 1: it was changed"), "{}", stderr(&done));
    let done = advise(&[dossier("incidental").as_os_str(), "--out".as_ref(), dir.path().as_os_str()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(stderr(&done).contains("nothing is added"), "{}", stderr(&done));
}

#[test]
fn a_run_cut_off_in_a_line_is_gone_on_from() {
    let dir = tempdir().unwrap();
    drafted("incidental", dir.path());
    drafted("late-peak", dir.path());
    let log = dir.path().join("record.jsonl");
    let text = fs::read(&log).unwrap();
    fs::write(&log, &text[..text.len() - 100]).unwrap();
    let done = advise(&["verify".as_ref(), log.as_os_str()]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stdout(&done).contains("1 lines are as they were written; behind them"), "{}", stdout(&done));
    let done = advise(&["monitor".as_ref(), log.as_os_str()]);
    assert!(stderr(&done).contains("bytes that begin the next line"), "{}", stderr(&done));
    let done = advise(&[dossier("continuous").as_os_str(), "--out".as_ref(), dir.path().as_os_str()]);
    assert!(stderr(&done).contains("a run before did not finish"), "{}", stderr(&done));
    let whole = fs::read_to_string(&log).unwrap();
    assert!(whole.lines().count() == 2 && whole.contains("cut_off_bytes_before"));
    assert_eq!(advise(&["verify".as_ref(), log.as_os_str()]).status.code(), Some(0));
}

#[test]
fn many_dossiers_give_a_line_each_in_order_and_a_bad_one_says_why() {
    let dir = tempdir().unwrap();
    let one = |name: &str| {
        let value: Value = serde_json::from_str(&fs::read_to_string(dossier(name)).unwrap()).unwrap();
        value.to_string()
    };
    let text = [one("incidental"), "{}".to_owned(), one("late-peak"), String::new(), one("incidental")].join("\n");
    let path = dir.path().join("many.jsonl");
    fs::write(&path, text).unwrap();
    let log = dir.path().join("log.jsonl");
    let done = advise(&["--lines".as_ref(), path.as_os_str(), "--record".as_ref(), log.as_os_str()]);
    assert_eq!(done.status.code(), Some(2));
    let lines: Vec<Value> = stdout(&done).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!((lines[1]["line"].as_u64(), lines[0]["hash"].as_str()), (Some(2), lines[3]["hash"].as_str()));
    assert_eq!(lines[2]["body"]["profile"]["profile"], "late-peak");
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 3);
}

/// The parts of a judgement file that one step is for.
pub(crate) fn part(whole: &Value, keys: &[&str]) -> Value {
    let kept = |key: &str| ["format", "format_version", "draft"].contains(&key) || keys.contains(&key);
    whole.as_object().unwrap().iter().filter(|(key, _)| kept(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

#[test]
fn the_steps_can_be_taken_one_by_one_each_with_its_line_in_the_record() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    let whole = judgement(&drafted("incidental", &out));
    let steps: [(&str, &str, &[&str], &[&str]); 3] = [
        (
            "judge",
            "draft.json",
            &["estimates", "instruments", "information", "outcome"],
            &["judged.json", "judged.html"],
        ),
        ("show", "judged.json", &["reaction"], &["shown.json"]),
        ("finalise", "shown.json", &["final"], &["advice.json", "advice.html"]),
    ];
    let path = dir.path().join("part.json");
    for (step, from, keys, files) in steps {
        // with the parts of all steps it is refused, and nothing is written
        fs::write(&path, whole.to_string()).unwrap();
        let refused = advise(&[step.as_ref(), out.join(from).as_os_str(), path.as_os_str()]);
        assert_eq!(refused.status.code(), Some(2), "{step}");
        assert!(files.iter().all(|file| !out.join(file).exists()), "{step}");
        fs::write(&path, part(&whole, keys).to_string()).unwrap();
        let done = advise(&[step.as_ref(), out.join(from).as_os_str(), path.as_os_str()]);
        assert_eq!(done.status.code(), Some(0), "{step}: {}", stderr(&done));
        assert!(files.iter().all(|file| out.join(file).exists()), "{step}");
    }
    assert!(fs::read_to_string(out.join("judged.html")).unwrap().contains("CONCEPT - GEEN ADVIES"));
    let by_steps = fs::read(out.join("advice.json")).unwrap();
    fs::write(&path, whole.to_string()).unwrap();
    let at_once = dir.path().join("at-once");
    let draft = out.join("draft.json");
    let log = out.join("record.jsonl");
    let to: [&OsStr; 4] = ["--out".as_ref(), at_once.as_os_str(), "--record".as_ref(), log.as_os_str()];
    let done = advise(&[&[OsStr::new("complete"), draft.as_os_str(), path.as_os_str()][..], &to[..]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    // the same advice has its line already
    assert!(stdout(&done).contains("line 4 of the record"), "{}", stdout(&done));
    assert_eq!(by_steps, fs::read(at_once.join("advice.json")).unwrap());
    let log = fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["entry"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["assessment", "judged", "shown", "decision"]);
    assert_eq!(advise(&["verify".as_ref(), out.join("record.jsonl").as_os_str()]).status.code(), Some(0));
}

#[test]
fn a_run_killed_among_many_dossiers_leaves_no_draft_without_its_line() {
    let dir = tempdir().unwrap();
    let value: Value = serde_json::from_str(&fs::read_to_string(dossier("undecided-minor")).unwrap()).unwrap();
    let path = dir.path().join("many.jsonl");
    fs::write(&path, format!("{value}\n").repeat(1200)).unwrap();
    let log = dir.path().join("log.jsonl");
    let mut child = Command::new(env!("CARGO_BIN_EXE_pleegprofiel"))
        .args(["advise", "--lines", "--people", "200", "--record"])
        .args([&log, &path])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut drafts = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = drafts.next().unwrap().unwrap();
    // what is not read fills the pipe: the run stands in the middle of printing
    child.kill().unwrap();
    child.wait().unwrap();
    let printed = 1 + drafts.filter(|line| line.as_ref().is_ok_and(|line| line.ends_with('}'))).count();
    assert!(printed < 1200, "the run was over before it was killed");
    let kept = fs::read_to_string(&log).unwrap();
    let whole: Vec<&str> = kept.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
    assert!(printed <= whole.len(), "{printed} drafts, {} lines", whole.len());
    let draft: Value = serde_json::from_str(&first).unwrap();
    assert!(whole[0].contains(draft["hash"].as_str().unwrap()));
    assert_eq!(advise(&["verify".as_ref(), log.as_os_str()]).status.code(), Some(0));
}
