//! The record: what a change, a gap, a move or a run cut off half-way looks like.

use crate::fixtures::{ALL, draft, judgement, text};
use pleegprofiel::advice::{
    Completion, Dossier,
    record::{
        Chain, Fault, FaultKind, Follows, LogCheck, StepFaultKind, Steps, Verified, assessment_entry, decision_entry,
        verify,
    },
};
use serde_json::{Value, json};

fn log() -> (String, Chain) {
    let mut chain = Chain::new();
    let mut log = String::new();
    for name in ALL {
        let (dossier, draft) = (Dossier::from_json(&text(name)).unwrap(), draft(name));
        log += &chain.line(&assessment_entry(&dossier, &draft));
    }
    let draft = draft("incidental");
    let advice = Completion::from_json(&judgement(&draft).to_string(), &draft).unwrap().complete(draft).unwrap();
    log += &chain.line(&decision_entry(&advice));
    (log, chain)
}

fn checked(lines: &[&str]) -> Verified {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    verify(text.as_bytes()).unwrap()
}

fn only(found: &Verified) -> &Fault {
    assert_eq!(found.fault_count, 1, "{:?}", found.faults);
    &found.faults[0]
}

#[test]
fn a_record_as_it_was_written_verifies_and_can_be_gone_on_with() {
    let (log, chain) = log();
    let found = verify(log.as_bytes()).unwrap();
    assert!(found.is_whole() && found.lines == 7 && found.cut_off == 0);
    assert_eq!(found.chain(), Some(chain));
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["entry"]["seq"].is_u64() && line["hash"].as_str().unwrap().len() == 64);
    }
}

#[test]
fn a_line_changed_is_found_wherever_it_is_and_whatever_the_byte() {
    let (log, _) = log();
    let lines: Vec<&str> = log.lines().collect();
    for at in 0..lines.len() {
        for byte in (0..lines[at].len()).step_by(97).chain([lines[at].len() - 1]) {
            let mut bytes = lines[at].as_bytes().to_vec();
            bytes[byte] = if bytes[byte] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            let mut all = lines.clone();
            all[at] = &changed;
            let found = checked(&all);
            assert!(!found.is_whole(), "line {at}, byte {byte}");
            assert_eq!(found.faults[0].line, at as u64 + 1, "{:?}", found.faults);
        }
    }
}

#[test]
fn a_line_taken_away_is_found_and_named() {
    let (log, _) = log();
    let lines: Vec<&str> = log.lines().collect();
    for at in 0..lines.len() - 1 {
        let mut left = lines.clone();
        left.remove(at);
        let found = checked(&left);
        assert_eq!(
            only(&found),
            &Fault { line: at as u64 + 1, kind: FaultKind::Missing { from: at as u64 + 1, to: at as u64 + 1 } }
        );
    }
}

#[test]
fn a_line_moved_or_repeated_is_found() {
    let (log, _) = log();
    let lines: Vec<&str> = log.lines().collect();
    let mut moved = lines.clone();
    moved.swap(2, 3);
    let found = checked(&moved);
    assert!(
        found.faults.iter().any(|f| f.line == 4 && f.kind == FaultKind::Moved { number: 3, expected: 5 }),
        "{:?}",
        found.faults
    );
    let mut twice = lines.clone();
    twice.insert(3, lines[2]);
    assert_eq!(only(&checked(&twice)), &Fault { line: 4, kind: FaultKind::Moved { number: 3, expected: 4 } });
}

#[test]
fn a_line_put_in_the_place_of_another_is_found_by_the_next() {
    let (log, _) = log();
    let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
    let mut forged = Chain::new();
    for number in 0..3 {
        let line = forged.line(&serde_json::json!({"kind": "note", "forged": number}));
        if number == 2 {
            lines[2] = line.trim_end().to_owned();
        }
    }
    let found = checked(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    // it is bound to another line before it, and the one behind it to the line that stood there
    assert!(found.faults.iter().any(|f| f.line == 3 && f.kind == FaultKind::Unbound), "{:?}", found.faults);
    assert!(found.faults.iter().any(|f| f.line == 4 && f.kind == FaultKind::Unbound), "{:?}", found.faults);
}

#[test]
fn a_run_cut_off_at_any_byte_leaves_a_record_that_verifies_to_its_last_whole_line() {
    let (log, _) = log();
    let ends = log.match_indices('\n').flat_map(|(at, _)| at.saturating_sub(70)..=at + 70);
    for cut in (0..log.len()).step_by(61).chain(ends).filter(|cut| *cut <= log.len()) {
        let found = verify(&log.as_bytes()[..cut]).unwrap();
        // a line that lacks only its line end is one
        let unended = log[cut..].starts_with('\n');
        let whole = log[..cut].matches('\n').count() as u64 + u64::from(unended);
        assert!(found.is_whole(), "{cut}: {:?}", found.faults);
        assert_eq!((found.lines, found.unended), (whole, unended), "{cut}");
        assert_eq!(found.whole_bytes + found.cut_off, cut as u64);
        // and lines can be added to it
        let mut chain = found.chain().unwrap();
        let more =
            format!("{}{}", &log[..found.whole_bytes as usize], chain.line(&serde_json::json!({"kind": "note"})));
        let after = verify(more.as_bytes()).unwrap();
        assert!(after.is_whole() && after.lines == whole + 1 && !after.unended, "{cut}");
    }
}

#[test]
fn a_line_cut_off_at_any_byte_is_known_for_the_beginning_of_one() {
    let log = Chain::new()
        .line(&json!({"kind": "note", "é\n\u{1f600}": [-1.5, 2e-7, -0.25e300, true, null, {"hash": "a\"b"}, "\u{7}"]}));
    for cut in 1..log.len() - 1 {
        let found = verify(&log.as_bytes()[..cut]).unwrap();
        assert!(found.is_whole() && found.cut_off == cut as u64, "{cut}: {:?}", found.faults);
    }
}

#[test]
fn a_last_line_without_its_line_end_is_held_against_its_hash_and_kept() {
    let (log, _) = log();
    let unended = log.trim_end();
    let found = verify(unended.as_bytes()).unwrap();
    assert!(found.is_whole() && found.unended && found.lines == 7 && found.cut_off == 0);
    // the same altered: no run that was cut off leaves that
    let altered = unended.replacen("\"by\":\"M. Voorbeeld\"", "\"by\":\"A. Ander\"", 1);
    assert_ne!(altered, unended);
    assert_eq!(only(&verify(altered.as_bytes()).unwrap()), &Fault { line: 7, kind: FaultKind::Changed });
    // nor with some of the hash taken away as well
    for cut in 1..70 {
        let found = verify(&altered.as_bytes()[..altered.len() - cut]).unwrap();
        let hashed = cut < 66; // `"}` and the hash itself: before that nothing is left to hold it against
        assert_eq!(found.is_whole(), !hashed, "{cut}: {:?}", found.faults);
    }
}

#[test]
fn only_the_beginning_of_the_line_that_belongs_there_counts_as_cut_off() {
    let (log, _) = log();
    let lines: Vec<&str> = log.lines().collect();
    let two = format!("{}\n{}\n", lines[0], lines[1]);
    let begun = |rest: &str| verify(format!("{two}{rest}").as_bytes()).unwrap();
    assert_eq!(begun(&lines[2][..200]).cut_off, 200);
    let others = [
        "{\"important\": \"notes\"}",
        "{\"important\": \"not",
        "[]",
        "notes",
        " ",
        "\0\0\0",
        &lines[3][..200],
        &lines[0][..200],
    ];
    for other in others {
        let found = begun(other);
        assert_eq!((only(&found).line, found.lines, found.cut_off), (3, 3, 0), "{other}");
    }
    // so it is where there is no whole line at all
    for other in ["{\"important\": \"notes\"}", "{\"important\": \"not", "[]", "notes", &lines[1][..200]] {
        let found = verify(other.as_bytes()).unwrap();
        let kind = &only(&found).kind;
        assert!(matches!(kind, FaultKind::NotALine | FaultKind::NotBegun) && found.chain().is_none(), "{other}");
    }
    assert_eq!(verify(&lines[0].as_bytes()[..40]).unwrap().cut_off, 40);
    assert!(verify(&b""[..]).unwrap().is_whole());
}

fn steps(log: &str) -> Steps {
    let mut steps = Steps::new();
    assert!(LogCheck::new().read(log.as_bytes(), |entry| steps.entry(entry)).unwrap().is_whole());
    steps
}

#[test]
fn a_step_stands_in_the_record_of_its_assessment_and_a_draft_has_one_final_advice() {
    let (log, _) = log();
    let kept = steps(&log);
    assert_eq!(kept.fault_count(), 0);
    let draft = draft("incidental");
    let mut judged = judgement(&draft);
    let entry = |judged: &Value| {
        decision_entry(&Completion::from_json(&judged.to_string(), &draft).unwrap().complete(draft.clone()).unwrap())
    };
    let first = entry(&judged);
    assert_eq!(kept.next(&first).unwrap(), Follows::IsThere(7));
    judged["final"]["approved"][0]["level"] = json!("low");
    let refused = kept.next(&entry(&judged)).unwrap_err().to_string();
    let hash = first["advice"].as_str().unwrap();
    assert!(refused.contains("entry 7") && refused.contains(hash), "{refused}");
    judged["final"]["replaces"] = json!({"advice": "0".repeat(64), "reason": "the wrong level was approved"});
    assert!(kept.next(&entry(&judged)).unwrap_err().to_string().contains("not the final advice"));
    judged["final"]["replaces"]["advice"] = json!(hash);
    let second = entry(&judged);
    assert_eq!(kept.next(&second).unwrap(), Follows::Yes);
    assert_eq!(second["replaces"]["reason"], "the wrong level was approved");
    let other = steps("").next(&first).unwrap_err().to_string();
    assert!(other.contains("was not assessed in this record"), "{other}");
    // and a record in which it is otherwise is told of
    let mut chain = Chain::new();
    let alone = chain.line(&first);
    let alone = steps(&alone);
    assert_eq!((alone.faults()[0].entry, &alone.faults()[0].kind), (1, &StepFaultKind::NotAssessed));
}

#[test]
fn lines_taken_from_the_end_are_found_by_whoever_kept_the_last_hash() {
    let (log, chain) = log();
    let lines: Vec<&str> = log.lines().collect();
    let shorter: String = lines[..5].iter().map(|l| format!("{l}\n")).collect();
    assert!(verify(shorter.as_bytes()).unwrap().is_whole());
    let check = LogCheck::new().expect_head(chain.head());
    let found = check.clone().read(shorter.as_bytes(), |_| {}).unwrap();
    assert_eq!(only(&found).kind, FaultKind::OtherEnd);
    assert!(check.read(log.as_bytes(), |_| {}).unwrap().is_whole());
}

#[test]
fn the_record_holds_versions_and_hashes_and_no_identifier() {
    let (log, _) = log();
    let first: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    let entry = &first["entry"];
    assert_eq!(entry["kind"], "assessment");
    assert_eq!(entry["instruments"][0]["content_hash"].as_str().unwrap().len(), 64);
    assert_eq!(entry["model"]["name"], "brede-blik-2024-reconstruction");
    assert_eq!(entry["model"]["hash"].as_str().unwrap().len(), 64);
    assert!(entry["engine"].as_str().unwrap().starts_with("pleegprofiel "));
    assert!(!log.contains("Verzonnen") && !log.contains("1986-05-17"));
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    let departure = &last["entry"]["instruments"][0];
    assert_eq!((departure["stance"].as_str(), departure["direction"].as_str()), (Some("departs"), Some("higher")));
    assert_eq!(
        (departure["level"].as_str(), departure["overridden_level"].as_str(), departure["approved_level"].as_str()),
        (Some("low"), Some("medium"), Some("medium"))
    );
}

#[test]
fn a_line_longer_than_any_is_named_and_costs_no_memory() {
    let long = "x".repeat(17 << 20) + "\n";
    let found = verify(long.as_bytes()).unwrap();
    assert_eq!(only(&found).kind, FaultKind::NotALine);
}
