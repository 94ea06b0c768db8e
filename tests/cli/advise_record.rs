//! The record as `advise` keeps it: what stands behind its last line end, files that are none, and steps held to it.

use crate::advise::{advise, drafted, judgement};
use crate::command::{stderr, stdout};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::{TempDir, tempdir};

/// A draft in a directory of its own, and a judgement of it.
fn begun() -> (TempDir, PathBuf, Value) {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    let judged = judgement(&drafted("incidental", &out));
    (dir, out, judged)
}

fn complete(out: &Path, judged: &Value, more: &[&OsStr]) -> Output {
    let path = out.join("judgement.json");
    fs::write(&path, judged.to_string()).unwrap();
    let draft = out.join("draft.json");
    advise(&[&[OsStr::new("complete"), draft.as_os_str(), path.as_os_str()][..], more].concat())
}

fn verify(log: &Path) -> (Option<i32>, Value, String) {
    let done = advise(&["verify".as_ref(), log.as_os_str(), "--json".as_ref()]);
    (done.status.code(), serde_json::from_str(&stdout(&done)).unwrap_or_default(), stderr(&done))
}

fn entries(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).unwrap();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["entry"].clone()).collect()
}

#[test]
fn a_last_line_without_its_end_is_held_against_its_hash_and_never_dropped() {
    let (_dir, out, judged) = begun();
    assert_eq!(complete(&out, &judged, &[]).status.code(), Some(0));
    let log = out.join("record.jsonl");
    let whole = fs::read_to_string(&log).unwrap();
    // altered
    fs::write(&log, whole.trim_end().replacen("\"by\":\"M. Voorbeeld\"", "\"by\":\"A. Ander\"", 1)).unwrap();
    let (code, found, said) = verify(&log);
    assert_eq!((code, found["whole"].as_bool(), found["fault_count"].as_u64()), (Some(1), Some(false), Some(1)));
    assert!(said.contains("line 2: it was changed"), "{said}");
    // as it was: it verifies, is counted, and is kept by the run that goes on
    fs::write(&log, whole.trim_end()).unwrap();
    let (code, found, _) = verify(&log);
    assert_eq!(
        (code, found["lines"].as_u64(), found["last_line_end_missing"].as_bool()),
        (Some(0), Some(2), Some(true))
    );
    let done = advise(&["monitor".as_ref(), log.as_os_str()]);
    assert!(stdout(&done).contains("1 decisions"), "{}", stdout(&done));
    let done = advise(&[crate::advise::dossier("late-peak").as_os_str(), "--out".as_ref(), out.as_os_str()]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stderr(&done).contains("had no line end; it is kept"), "{}", stderr(&done));
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.starts_with(&whole) && text.lines().count() == 3 && !text.contains("cut_off"));
    assert_eq!(verify(&log).0, Some(0));
}

#[test]
fn a_file_that_is_no_record_is_refused_and_stays_as_it_is() {
    let (_dir, out, judged) = begun();
    let log = out.join("keep.json");
    for text in
        ["{\"important\": \"notes\"}", "{\"important\": \"no", "[]", "notes", "notes\n", "{\"entry\":{\"seq\":2"]
    {
        fs::write(&log, text).unwrap();
        let done = complete(&out, &judged, &["--record".as_ref(), log.as_os_str()]);
        assert_eq!(done.status.code(), Some(1), "{text}");
        assert!(stderr(&done).contains("is no record, so nothing is added"), "{text}: {}", stderr(&done));
        assert_eq!(fs::read_to_string(&log).unwrap(), text);
        let (code, _, said) = verify(&log);
        assert!(code == Some(1) && said.contains("is no record"), "{text}: {said}");
    }
    assert!(!out.join("advice.json").exists());
}

#[test]
fn a_draft_has_one_final_advice_and_another_says_that_it_replaces_it_and_why() {
    let (_dir, out, mut judged) = begun();
    assert_eq!(complete(&out, &judged, &[]).status.code(), Some(0));
    let (log, file) = (out.join("record.jsonl"), out.join("advice.json"));
    let (first, record) = (fs::read_to_string(&file).unwrap(), fs::read_to_string(&log).unwrap());
    // the same once more is the same: no second line
    assert_eq!(complete(&out, &judged, &[]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&log).unwrap(), record);
    judged["final"]["by"] = json!("A. Ander");
    judged["final"]["approved"][0]["level"] = json!("low");
    let done = complete(&out, &judged, &[]);
    let hash = entries(&log)[1]["advice"].as_str().unwrap().to_owned();
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains(&hash) && stderr(&done).contains("\"replaces\""), "{}", stderr(&done));
    assert_eq!((fs::read_to_string(&log).unwrap(), fs::read_to_string(&file).unwrap()), (record, first.clone()));
    judged["final"]["replaces"] = json!({"advice": hash, "reason": "het verkeerde niveau was goedgekeurd"});
    let done = complete(&out, &judged, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    // both stand in the record and on disk, and the page says it
    let all = entries(&log);
    assert_eq!((all.len(), all[2]["replaces"]["advice"].as_str()), (3, Some(hash.as_str())));
    assert_eq!(fs::read_to_string(out.join(format!("advice-{}.json", &hash[..16]))).unwrap(), first);
    assert!(out.join(format!("advice-{}.html", &hash[..16])).exists());
    assert!(fs::read_to_string(out.join("advice.html")).unwrap().contains("vervangt het advies"));
    assert_eq!(verify(&log).0, Some(0));
    let done = advise(&["monitor".as_ref(), log.as_os_str()]);
    assert!(stdout(&done).contains("1 decisions"), "{}", stdout(&done));
}

#[test]
fn a_step_goes_into_the_record_of_its_assessment_and_into_no_other() {
    let (dir, out, judged) = begun();
    let other = dir.path().join("other.jsonl");
    let done = complete(&out, &judged, &["--record".as_ref(), other.as_os_str()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("was not assessed in this record"), "{}", stderr(&done));
    assert!(stderr(&done).contains("--record") && !other.exists() && !out.join("advice.json").exists());
    // a record in which that happened all the same does not pass for whole
    let decision =
        pleegprofiel::advice::record::Chain::new().line(&json!({"kind": "decision", "draft": "0", "advice": "1"}));
    fs::write(&other, decision).unwrap();
    let (code, found, said) = verify(&other);
    assert_eq!((code, found["whole"].as_bool(), found["step_fault_count"].as_u64()), (Some(1), Some(true), Some(1)));
    assert!(said.contains("line 1") && said.contains("was not assessed"), "{said}");
}

#[test]
fn a_record_counts_once_and_a_group_that_is_hidden_for_others_says_so() {
    let mut chain = pleegprofiel::advice::record::Chain::new();
    let mut log = String::new();
    for number in 0..22 {
        let draft = format!("{number:064}");
        let sex = if number < 3 { "woman" } else { "man" };
        log += &chain.line(&json!({"kind": "assessment", "draft": draft, "groups": {"sex": sex}}));
        log += &chain.line(&json!({"kind": "decision", "draft": draft, "instruments":
            [{"instrument": "psa", "stance": "agrees", "direction": null}]}));
    }
    let dir = tempdir().unwrap();
    let path = dir.path().join("r.jsonl");
    fs::write(&path, log).unwrap();
    let done = advise(&["monitor".as_ref(), path.as_os_str(), path.as_os_str()]);
    assert!(done.status.code() == Some(2) && stderr(&done).contains("shares lines"), "{}", stderr(&done));
    for (lang, words) in [
        ("en", ["hidden (fewer than 10)", "so that fewer than 10 others", "22 decisions"]),
        ("nl", ["verborgen (minder dan 10)", "zodat minder dan 10 anderen", "22 beslissingen"]),
    ] {
        let done = advise(&["monitor".as_ref(), path.as_os_str(), "--lang".as_ref(), lang.as_ref()]);
        let said = stdout(&done).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words[2]), "{said}");
        // a cell may run over several lines of the table
        let cells = said.replace('\u{2502}', " ");
        assert!(words[..2].iter().all(|text| text.split(' ').all(|word| cells.contains(word))), "{said}");
    }
    let done = advise(&["monitor".as_ref(), path.as_os_str(), "--json".as_ref()]);
    let rows: Vec<Value> = stdout(&done).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let hidden = |sex: &str| rows.iter().find(|row| row["group"][1] == sex).unwrap()["hidden"].clone();
    assert_eq!((hidden("woman"), hidden("man")), (json!("few"), json!("for-others")));
}
