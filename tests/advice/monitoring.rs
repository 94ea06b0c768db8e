//! Overrides counted from records: against counts by hand and Wilson's interval from its equation, small groups hidden.

use pleegprofiel::advice::{Overrides, WhyHidden, record::Chain};
use serde_json::json;

/// A record of so many decisions of each kind: sex, departures up, down, and agreements.
fn record(of: &[(&str, usize, usize, usize)]) -> String {
    let (mut chain, mut log, mut number) = (Chain::new(), String::new(), 0);
    for (sex, up, down, agreed) in of {
        let kinds = [("departs", Some("higher"), *up), ("departs", Some("lower"), *down), ("agrees", None, *agreed)];
        for (stance, direction, times) in kinds {
            for _ in 0..times {
                number += 1;
                let draft = format!("{number:064}");
                let groups = if sex.is_empty() { json!({}) } else { json!({"sex": sex}) };
                log += &chain.line(&json!({"kind": "assessment", "draft": draft, "groups": groups}));
                log += &chain.line(&json!({"kind": "decision", "draft": draft, "instruments":
                    [{"instrument": "psa", "stance": stance, "direction": direction}]}));
            }
        }
    }
    log
}

fn of(log: &str, all: bool) -> Vec<pleegprofiel::advice::OverrideRow> {
    let mut overrides = Overrides::new();
    overrides.add(log.as_bytes()).unwrap();
    overrides.rows(all)
}

#[test]
fn departures_are_counted_by_instrument_and_group_with_wilsons_interval() {
    let rows = of(&record(&[("man", 30, 5, 165), ("woman", 12, 0, 38)]), false);
    let row = |name: &str| rows.iter().find(|r| r.group_name() == name).unwrap();
    let everybody = row("everybody");
    assert_eq!(everybody.judged, Some(250));
    let share = everybody.overridden.unwrap();
    assert_eq!(share.value, 47.0 / 250.0);
    // both ends are roots of (p - x)^2 = z^2 x (1 - x) / n
    let z: f64 = 1.959963984540054;
    for x in [share.low, share.high] {
        assert!(((share.value - x).powi(2) - z * z * x * (1.0 - x) / 250.0).abs() < 1e-15);
    }
    assert_eq!(row("sex: man").upward.unwrap().value, 30.0 / 35.0);
    assert_eq!(row("sex: woman").overridden.unwrap().value, 12.0 / 50.0);
}

#[test]
fn small_groups_are_hidden_and_not_given_away_by_the_total() {
    let rows = of(&record(&[("man", 30, 5, 165), ("woman", 12, 0, 38), ("other", 2, 0, 3)]), false);
    let row = |name: &str| rows.iter().find(|r| r.group_name() == name).unwrap();
    assert!(row("sex: other").judged.is_none() && row("sex: other").overridden.is_none());
    // the one hidden group would follow from the total: the next smallest goes with it
    assert!(row("sex: woman").judged.is_none() && row("sex: man").judged.is_some());
    // and the two reasons are told apart
    assert_eq!(row("sex: other").hidden, Some(WhyHidden::Few));
    assert_eq!((row("sex: woman").hidden, row("sex: man").hidden), (Some(WhyHidden::ForOthers), None));
    let shown = of(&record(&[("man", 30, 5, 165), ("woman", 12, 0, 38), ("other", 2, 0, 3)]), true);
    assert!(shown.iter().all(|r| r.judged.is_some()));
}

#[test]
fn few_departures_give_no_direction() {
    let rows = of(&record(&[("man", 3, 1, 100)]), false);
    let everybody = rows.iter().find(|r| r.group.is_none()).unwrap();
    assert!(everybody.overridden.is_some() && everybody.upward.is_none());
}

#[test]
fn a_draft_counts_once_with_the_last_decision_on_it() {
    let (mut chain, mut log) = (Chain::new(), String::new());
    for number in 0..10 {
        let draft = format!("{number:064}");
        log += &chain.line(&json!({"kind": "assessment", "draft": draft, "groups": {"sex": "man"}}));
        for (stance, direction) in [("agrees", None), ("departs", Some("lower")), ("departs", Some("higher"))] {
            log += &chain.line(&json!({"kind": "decision", "draft": draft, "advice": direction, "instruments":
                [{"instrument": "psa", "stance": stance, "direction": direction}]}));
        }
    }
    let mut overrides = Overrides::new();
    overrides.add(log.as_bytes()).unwrap();
    assert_eq!((overrides.decisions(), overrides.unassessed()), (10, 0));
    let rows = overrides.rows(false);
    assert!(rows.iter().all(|row| row.judged == Some(10) && row.upward.unwrap().value == 1.0), "{rows:?}");
    // nine drafts stay below the limit, however often they were decided on
    let nine: String = log.lines().take(36).map(|line| format!("{line}\n")).collect();
    assert!(of(&nine, false).iter().all(|row| row.judged.is_none()));
}

#[test]
fn the_same_record_counts_once_also_when_it_went_on() {
    let log = record(&[("man", 3, 1, 20)]);
    let part: String = log.lines().take(20).map(|line| format!("{line}\n")).collect();
    for (first, second) in [(&log, &log), (&part, &log), (&log, &part)] {
        let mut overrides = Overrides::new();
        overrides.add(first.as_bytes()).unwrap();
        let error = overrides.add(second.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("shares lines"), "{error}");
        assert_eq!(overrides.decisions(), first.lines().count() as u64 / 2);
    }
    // a record of its own does not, and decisions without an assessment are told of
    let mut overrides = Overrides::new();
    overrides.add(log.as_bytes()).unwrap();
    let alone = Chain::new().line(&json!({"kind": "decision", "draft": "f", "instruments": []}));
    overrides.add(alone.as_bytes()).unwrap();
    assert_eq!((overrides.decisions(), overrides.unassessed()), (25, 1));
}

#[test]
fn a_record_that_does_not_verify_gives_no_figures() {
    let log = record(&[("man", 3, 1, 100)]).replacen("higher", "lower!", 1);
    let error = Overrides::new().add(log.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("does not verify") && error.contains("line 2"), "{error}");
}
