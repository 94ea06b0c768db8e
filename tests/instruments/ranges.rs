//! Ranges over unknown answers are those of trying every completion, and knowing more never widens one.

#![allow(clippy::print_stdout)] // the figures are worth seeing with --nocapture

use pleegprofiel::risk::instrument::{
    Assessment, Instrument, Mode, Output, Population, PopulationOverride, bundled_files,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;

type Inputs = Map<String, Value>;

/// The inputs of the vectors that have a score, of every instrument.
fn vectors(id: &str) -> Vec<Inputs> {
    let text = bundled_files().find(|(name, _)| *name == id).unwrap().1;
    let file: Value = serde_json::from_str(text).unwrap();
    let sets = file["golden"].as_array().unwrap();
    sets.iter()
        .flat_map(|set| set["vectors"].as_array().unwrap())
        .filter(|v| v["expected"]["error"].as_array().is_none_or(Vec::is_empty))
        .map(|v| v["inputs"].as_object().unwrap().clone())
        .collect()
}

/// Everything an answer to an item may be, wide enough for the tables of every instrument.
fn candidates(item: &str, file: &Value) -> Vec<Value> {
    let item = file["items"].as_array().unwrap().iter().find(|i| i["name"] == item).unwrap();
    match item["type"].as_str().unwrap() {
        "boolean" => vec![Value::from(false), Value::from(true)],
        "choice" => item["levels"].as_array().unwrap().iter().map(|l| l["key"].clone()).collect(),
        "set" => {
            let members: Vec<&Value> = item["members"].as_array().unwrap().iter().collect();
            let subset = |bits: u32| {
                members.iter().enumerate().filter(move |(i, _)| bits >> i & 1 == 1).map(|(_, m)| (*m).clone())
            };
            (0..1u32 << members.len()).map(|bits| subset(bits).collect::<Value>()).collect()
        }
        // beyond what the file calls enough to complete with, where it names a smaller number
        "integer" => {
            let low: i64 = item["unknown"]["complete"][0].as_str().unwrap().parse().unwrap();
            let high: i64 = item["unknown"]["complete"][1].as_str().unwrap().parse().unwrap();
            if item["name"] == "total_sanctions" {
                (1..=999).map(Value::from).collect()
            } else {
                (low..=high.max(low + 6)).map(Value::from).collect()
            }
        }
        // two dates of the case stand for all in the file; here others are tried as well
        "date" => ["2026-03-01", "2021-03-02", "2021-03-01", "2019-05-05", "1999-12-31", "1960-01-01"]
            .map(Value::from)
            .to_vec(),
        other => panic!("{other} is not completed"),
    }
}

fn assess(instrument: &Instrument, inputs: &Inputs) -> Assessment {
    let case = instrument.read_cases(&Value::from(inputs.clone()).to_string()).unwrap().remove(0);
    let target = &instrument.card().population;
    let population = Population {
        jurisdiction: target.jurisdiction.clone(),
        legal_status: target.legal_status[0].clone(),
        // ages are among the unknown: none is stated, which an instrument with a limit of age lets pass by override
        age: None,
        sex: None,
    };
    let permission = PopulationOverride { author: "a test".into(), reason: "the age is unknown".into() };
    let case = case.with_population(population).with_override(permission);
    instrument.assess(&case, Mode::Strict).unwrap()
}

/// Codes of answers that cannot be true; other codes mean that there is no score.
fn impossible(codes: &[String]) -> bool {
    !codes.is_empty()
        && codes
            .iter()
            .all(|c| !c.starts_with("missing") && c != "sources_disagree_on_sign" && c != "percent_rounds_to_zero")
}

/// Low and high of every numeric output over all completions; bands seen at them; `None` without any score.
fn brute_force(instrument: &Instrument, inputs: &Inputs, unknown: &[String], file: &Value) -> Vec<Assessment> {
    let mut all = vec![inputs.clone()];
    for item in unknown {
        let values = candidates(item, file);
        all = all
            .iter()
            .flat_map(|case| {
                values.iter().map(|v| {
                    let mut case = case.clone();
                    case.insert(item.clone(), v.clone());
                    case
                })
            })
            .collect();
    }
    all.iter().map(|case| assess(instrument, case)).filter(|a| !impossible(&a.error)).collect()
}

fn compare(id: &str, inputs: &Inputs, unknown: &[String], range: &Assessment, all: &[Assessment]) {
    let place = || format!("{id} without {unknown:?}: {}", Value::from(inputs.clone()));
    if let Some(refused) = all.iter().find(|a| !a.scored) {
        assert!(!range.scored, "{}: {:?} has no score", place(), refused.error);
        return;
    }
    if all.is_empty() {
        assert!(!range.scored, "{}", place());
        return;
    }
    assert!(range.scored, "{}: {:?}", place(), range.error);
    for (field, found) in &range.ranges {
        let numbers: Vec<f64> = all.iter().filter_map(|a| a.number(field)).collect();
        let bands: Vec<&Output> =
            all.iter().filter_map(|a| a.get(field)).filter(|o| matches!(o, Output::Band(_))).collect();
        if !numbers.is_empty() {
            let (low, high) =
                numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
            let near = |a: Option<&Output>, b: f64| {
                a.and_then(Output::number).is_some_and(|a| {
                    if field.starts_with("percent") || field == "points" {
                        a == b
                    } else {
                        (a - b).abs() <= 1e-12 * b.abs().max(1.0)
                    }
                })
            };
            assert!(
                near(found.low.as_ref(), low) && near(found.high.as_ref(), high),
                "{}: {field} is {low}..{high}, not {found:?}",
                place()
            );
        }
        let absent = all.iter().any(|a| a.get(field).is_none());
        assert_eq!(found.may_be_absent, absent, "{}: {field}", place());
        for band in &bands {
            let Output::Band(name) = band else { continue };
            assert!(found.bands.contains(name), "{}: {name} is possible, {:?}", place(), found.bands);
        }
        if let Some(Output::Band(one)) = range.get(field) {
            assert!(bands.iter().all(|b| matches!(b, Output::Band(n) if n == one)), "{}: {one}", place());
        } else if !bands.is_empty() {
            assert!(absent || bands.iter().any(|b| *b != bands[0]), "{}: {field} is always {:?}", place(), bands[0]);
        }
    }
}

struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

fn completable(file: &Value) -> Vec<(String, usize)> {
    let items = file["items"].as_array().unwrap().iter();
    items
        .filter(|i| i["unknown"] != "refuse")
        .map(|i| (i["name"].as_str().unwrap().to_owned(), candidates(i["name"].as_str().unwrap(), file).len()))
        .collect()
}

fn loaded(id: &str) -> (Arc<Instrument>, Value) {
    let text = bundled_files().find(|(name, _)| *name == id).unwrap().1;
    (Instrument::bundled(id).unwrap(), serde_json::from_str(text).unwrap())
}

#[test]
fn a_range_is_that_of_trying_every_completion_for_every_instrument() {
    const MOST: usize = 2_500;
    let mut compared = 0;
    for (id, _) in bundled_files() {
        let (instrument, file) = loaded(id);
        let (cases, items) = (vectors(id), completable(&file));
        let mut rng = Rng(20261124 + id.len() as u64);
        for _ in 0..45 {
            let mut inputs = cases[rng.below(cases.len())].clone();
            let (mut unknown, mut size) = (Vec::new(), 1);
            for _ in 0..2 + rng.below(6) {
                let (name, values) = &items[rng.below(items.len())];
                if size * values <= MOST && !unknown.contains(name) {
                    size *= values;
                    unknown.push(name.clone());
                }
            }
            // what a case does not answer is unknown too
            for (name, values) in &items {
                if !inputs.contains_key(name) && !unknown.contains(name) && size * values <= MOST {
                    size *= values;
                    unknown.push(name.clone());
                }
            }
            if items.iter().any(|(name, _)| !inputs.contains_key(name) && !unknown.contains(name)) {
                continue;
            }
            for name in &unknown {
                inputs.insert(name.clone(), Value::Null);
            }
            let range = assess(&instrument, &inputs);
            let all = brute_force(&instrument, &inputs, &unknown, &file);
            compare(id, &inputs, &unknown, &range, &all);
            compared += 1;
        }
    }
    println!("{compared} random cases compared with every completion");
    assert!(compared > 300);
}

#[test]
fn both_counts_of_sanctions_may_be_unknown_together() {
    let (instrument, _) = loaded("violent-reoffending-static");
    let mut inputs = vectors("violent-reoffending-static").remove(0);
    for name in ["total_sanctions", "violent_sanctions"] {
        inputs.insert(name.into(), Value::Null);
    }
    let range = assess(&instrument, &inputs);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut scorer = instrument.scorer(Mode::AsPublished);
    let at = instrument.output_index("linear_predictor").unwrap();
    let mut case = instrument.read_cases(&Value::from(inputs).to_string()).unwrap().remove(0);
    for n in 1..=999 {
        case.answer("total_sanctions", n).unwrap();
        for v in 0..=n {
            case.answer("violent_sanctions", v).unwrap();
            let z = scorer.score(&case).unwrap().number(at).unwrap();
            (low, high) = (low.min(z), high.max(z));
        }
    }
    let found = range.known("linear_predictor").unwrap().bounds().unwrap();
    assert!((found.0 - low).abs() < 1e-12 && (found.1 - high).abs() < 1e-12);
}

/// At no points at all there is no probability; the range is that of the probabilities there are, to the last of them.
#[test]
fn a_result_that_is_absent_at_the_lowest_sum_has_the_range_of_those_that_are_there() {
    let mut absent = 0;
    for id in ["direct-contact-sexual-reoffending", "combined-serious-reoffending"] {
        let (instrument, file) = loaded(id);
        let items = completable(&file);
        for mut inputs in vectors(id) {
            // an old offence of somebody old: no points but for what is hidden
            let old = [("date_of_birth", "1950-01-01"), ("date_of_most_recent_sexual_offence", "1963-01-01")];
            old.iter().for_each(|(name, value)| drop(inputs.insert((*name).into(), (*value).into())));
            inputs.insert("total_sanctions".into(), 1.into());
            for name in ["contact_adult_sexual_sanctions", "contact_child_sexual_sanctions"] {
                inputs.insert(name.into(), 0.into());
            }
            let hidden = ["indecent_image_sanctions", "non_contact_sexual_offences"];
            hidden.iter().for_each(|name| drop(inputs.insert((*name).into(), Value::Null)));
            let open: Vec<&(String, usize)> =
                items.iter().filter(|(name, _)| inputs.get(name).is_none_or(Value::is_null)).collect();
            if open.iter().map(|(_, values)| values).product::<usize>() > 600 {
                continue;
            }
            let unknown: Vec<String> = open.iter().map(|(name, _)| name.clone()).collect();
            unknown.iter().for_each(|name| drop(inputs.insert(name.clone(), Value::Null)));
            let range = assess(&instrument, &inputs);
            let all = brute_force(&instrument, &inputs, &unknown, &file);
            compare(id, &inputs, &unknown, &range, &all);
            absent += usize::from(range.ranges.values().any(|r| r.may_be_absent && r.low != r.high));
        }
    }
    println!("{absent} cases with a result that may be absent, or one of several");
    assert!(absent > 0);
}

#[test]
fn a_choice_by_one_of_several_sums_is_ranged_over_in_full() {
    let (psa, mut file) = loaded("psa");
    file["id"] = "psa-with-a-choice".into();
    let source = json!({"document": file["documents"][0]["key"].clone(), "place": "a test"});
    let when = json!([{"of": "fta_raw", "is": "3"}]);
    file["choices"] = json!([{"when": when, "results": {"fta_scaled": null}, "source": source}]);
    for set in file["golden"].as_array_mut().unwrap() {
        set["instrument"] = "psa-with-a-choice".into();
        // three and four points have the scaled score 4: those vectors no longer hold
        set["vectors"].as_array_mut().unwrap().retain(|v| v["expected"]["fta_scaled"] != 4);
    }
    let instrument = Instrument::from_json(&file.to_string()).unwrap();
    let items: Vec<(String, usize)> = completable(&file).into_iter().filter(|(_, values)| *values < 10).collect();
    let mut rng = Rng(5);
    let mut absent = 0;
    for full in vectors("psa").iter().filter(|case| assess(&psa, case).scored).take(60) {
        let mut inputs = full.clone();
        let unknown: Vec<String> =
            items.iter().filter(|_| rng.below(2) == 0).map(|(name, _)| name.clone()).take(5).collect();
        unknown.iter().for_each(|name| drop(inputs.insert(name.clone(), Value::Null)));
        let range = assess(&instrument, &inputs);
        compare("psa-with-a-choice", &inputs, &unknown, &range, &brute_force(&instrument, &inputs, &unknown, &file));
        absent += usize::from(range.ranges.get("fta_scaled").is_some_and(|r| r.may_be_absent && r.low != r.high));
    }
    println!("{absent} cases in which a result may be absent in the midst of others");
    assert!(absent > 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn knowing_more_never_widens_a_range(which in 0usize..13, case in 0usize..1000, hidden in 0u64..u64::MAX, told in 0u64..u64::MAX) {
        let id = bundled_files().nth(which).unwrap().0;
        let (instrument, file) = loaded(id);
        let cases = vectors(id);
        let full = &cases[case % cases.len()];
        if !assess(&instrument, full).scored {
            // whole answers that contradict each other, and have no score for it, say nothing about knowing more
            return Ok(());
        }
        let small: Vec<String> = completable(&file).into_iter().filter(|(_, n)| *n < 600).map(|(name, _)| name).collect();
        let hide = |bits: u64| {
            let mut inputs = full.clone();
            for (_, name) in small.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1) {
                inputs.insert(name.clone(), Value::Null);
            }
            assess(&instrument, &inputs)
        };
        // a quarter of the answers hidden, then some of them told
        let first = hidden & hidden.rotate_left(17);
        let (less, more) = (hide(first), hide(first & told));
        if !less.scored {
            return Ok(());
        }
        prop_assert!(more.scored, "{id}: {:?}", more.error);
        for (field, wide) in &less.ranges {
            let now = |end: fn(&pleegprofiel::risk::instrument::OutputRange) -> &Option<Output>| {
                more.ranges.get(field).map_or_else(|| more.number(field), |r| end(r).as_ref().and_then(Output::number))
            };
            let (low, high) = (now(|r| &r.low), now(|r| &r.high));
            if let (Some(a), Some(b)) = (wide.low.as_ref().and_then(Output::number), low) {
                prop_assert!(b >= a - 1e-12 * a.abs().max(1.0), "{id} {field}: {b} below {a}");
            }
            if let (Some(a), Some(b)) = (wide.high.as_ref().and_then(Output::number), high) {
                prop_assert!(b <= a + 1e-12 * a.abs().max(1.0), "{id} {field}: {b} above {a}");
            }
            if let Some(Output::Band(name)) = more.get(field) {
                prop_assert!(wide.bands.is_empty() || wide.bands.contains(name));
            }
        }
    }
}
