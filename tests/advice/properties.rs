//! Over random dossiers: what is taken away never makes a sentence stronger nor a range narrower, and protected
//! characteristics reach no score.

use crate::fixtures::{ALL, draft_of, problems, value};
use pleegprofiel::{
    Language,
    advice::{Draft, Says},
    risk::instrument::Output,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FACTORS: [&str; 14] = [
    "criminal-relative",
    "criminal-family",
    "criminal-partner",
    "criminal-friends",
    "no-start-qualification",
    "start-qualification",
    "single-parent-family",
    "unstable-family",
    "mental-health-problems",
    "benefits-or-no-income",
    "first-offence-as-minor",
    "work",
    "partner",
    "children",
];

/// Answers of three instruments that may stand together.
fn answers() -> impl Strategy<Value = Value> {
    let known = || prop_oneof![3 => Just(json!(true)), 3 => Just(json!(false)), 1 => Just(Value::Null)];
    (0..4u8, 14..35i64, 1..30i64, 0..9i64, known(), known(), 0..3i64, 0..4u8).prop_map(
        |(category, first, sanctions, violent, charge, fta, convictions, drop)| {
            let category = ["theft_non_motor", "acquisitive_violence", "other_offences", "unknown"][usize::from(category)];
            let mut all = json!({
                "assessment_date": "2026-02-02", "date_of_birth": "1986-05-17", "date_of_current_conviction": "2025-03-14",
                "date_at_start_of_followup": "2026-02-02", "age_at_first_sanction": first, "sex": "male",
                "offence_category": category, "total_sanctions": sanctions, "violent_sanctions": violent.min(sanctions),
                "pending_charge": charge, "prior_fta_older_than_2_years": fta, "prior_fta_past_2_years": convictions,
                "age_at_current_arrest": 39, "current_violent_offense": false, "prior_sentence_to_incarceration": true,
                "prior_misdemeanor_conviction": true, "prior_felony_conviction": true, "prior_violent_convictions": convictions,
            });
            let names: Vec<String> = all.as_object().unwrap().keys().cloned().collect();
            for name in names.iter().skip(usize::from(drop)).step_by(7).filter(|_| drop > 0) {
                all.as_object_mut().unwrap().remove(name);
            }
            all
        },
    )
}

fn dossier() -> impl Strategy<Value = Value> {
    let state = prop_oneof![Just("present"), Just("absent"), Just("unknown"), Just("not-asked")];
    let states = proptest::collection::vec(proptest::option::of(state), FACTORS.len());
    (0..ALL.len(), answers(), states, any::<[bool; 4]>(), proptest::option::of(1..80u32)).prop_map(
        |(who, answers, states, flags, months)| {
            let mut dossier = value(ALL[who]);
            if who == 0 {
                dossier["asked"]["instruments"] =
                    json!(["all-reoffending-static", "violent-reoffending-static", "psa"]);
                dossier["population_overrides"]["psa"] = json!({"author": "a", "reason": "b"});
                dossier["answers"] = answers;
            }
            let factors =
                FACTORS.iter().zip(states).filter_map(|(name, state)| Some(((*name).to_owned(), json!(state?))));
            dossier["factors"] = Value::Object(factors.collect());
            dossier["asked"]["sentence_months"] = months.map_or(Value::Null, |m| json!(m));
            if flags[0] {
                dossier["account"] = json!({"confesses": flags[1]});
            }
            dossier["contra_indications"] =
                json!({"obstructs_inquiry": flags[2], "rejects_every_intervention": flags[3]});
            dossier
        },
    )
}

/// Places of everything that can be taken away: what is not asked for by the form itself.
fn removable(value: &Value, at: &str, out: &mut Vec<String>) {
    let Some(map) = value.as_object() else {
        if let Some(list) = value.as_array() {
            list.iter().enumerate().for_each(|(i, one)| removable(one, &format!("{at}/{i}"), out));
        }
        return;
    };
    for (key, inner) in map {
        let place = format!("{at}/{key}");
        let needed = [
            "/format",
            "/format_version",
            "/asked",
            "/asked/on",
            "/asked/instruments",
            "/birth",
            "/career",
            "/identifiers",
        ];
        let form = [
            "window",
            "from",
            "to",
            "on",
            "category",
            "kind",
            "value",
            "number",
            "offences",
            "jurisdiction",
            "legal_status",
            "author",
            "reason",
        ];
        if !needed.contains(&place.as_str()) && !form.contains(&key.as_str()) {
            out.push(place.clone());
        }
        removable(inner, &place, out);
    }
}

fn says(draft: &Draft) -> BTreeMap<String, Says> {
    draft.statements().map(|s| (s.key.clone(), s.says)).collect()
}

/// Lowest and highest of every number.
fn limits(draft: &Draft) -> BTreeMap<String, (f64, f64)> {
    let mut all = BTreeMap::new();
    for result in &draft.body().instruments {
        let a = &result.assessment;
        for (field, range) in &a.ranges {
            if let (Some(low), Some(high)) =
                (range.low.as_ref().and_then(Output::number), range.high.as_ref().and_then(Output::number))
            {
                all.insert(format!("{}/{field}", a.instrument), (low, high));
            }
        }
        for (field, output) in a.results.iter().filter(|(field, _)| !a.ranges.contains_key(*field)) {
            if let Some(value) = output.as_ref().and_then(Output::number) {
                all.insert(format!("{}/{field}", a.instrument), (value, value));
            }
        }
    }
    all
}

fn without(dossier: &Value, place: &str) -> Value {
    let mut less = dossier.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    less.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
    less
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn taking_an_answer_away_never_makes_a_sentence_stronger_nor_a_range_narrower(
        dossier in dossier(),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 8),
    ) {
        prop_assume!(problems(&dossier).is_empty());
        let whole = draft_of(&dossier, Language::English);
        let mut places = Vec::new();
        removable(&dossier, "", &mut places);
        let mut taken = 0;
        for place in picks.iter().map(|pick| pick.get(&places)) {
            let less = without(&dossier, place);
            // an answer that another needs may go only together with it
            if !problems(&less).is_empty() {
                continue;
            }
            taken += 1;
            let less = draft_of(&less, Language::English);
            let before = says(&whole);
            for (key, after) in says(&less) {
                if let Some(before) = before.get(&key) {
                    prop_assert!(after <= *before, "{key} without {place}: {before:?} became {after:?}");
                }
            }
            let appeared = whole.body().profile.profile.is_none() && less.body().profile.profile.is_some();
            prop_assert!(!appeared, "a profile appeared without {place}");
            let wide = limits(&less);
            for (field, (low, high)) in limits(&whole) {
                if let Some((lower, higher)) = wide.get(&field) {
                    let inside = *lower <= low && high <= *higher;
                    prop_assert!(inside, "{field} without {place}: {low}..{high} became {lower}..{higher}");
                }
            }
        }
        prop_assert!(taken > 0, "nothing could be taken away");
    }

    #[test]
    fn protected_characteristics_reach_no_score_and_no_profile(dossier in dossier(), sex in prop_oneof![Just("man"), Just("woman"), Just("other")], origin in "[a-z]{3,12}") {
        prop_assume!(problems(&dossier).is_empty());
        let mut other = dossier.clone();
        other["protected"] = json!({"sex": sex, "origin": origin});
        // a sex that contradicts an answer is refused, not used
        prop_assume!(problems(&other).is_empty());
        let (a, b) = (draft_of(&dossier, Language::English), draft_of(&other, Language::English));
        prop_assert_eq!(&a.body().instruments, &b.body().instruments);
        prop_assert_eq!(&a.body().profile, &b.body().profile);
        prop_assert_eq!(&a.body().frames, &b.body().frames);
        let quoted = ["\"", origin.as_str(), "\""].concat();
        prop_assert!(!b.to_json().contains(&quoted));
    }

    #[test]
    fn an_absent_field_is_unknown_and_never_no(dossier in dossier()) {
        prop_assume!(problems(&dossier).is_empty());
        let draft = draft_of(&dossier, Language::English);
        for name in FACTORS {
            let stated = dossier["factors"].get(name);
            let of = draft.statements().find(|s| s.key == format!("factor/{name}")).unwrap();
            // what follows from an opposite or from both parts is known
            let follows = ["start-qualification", "no-start-qualification", "criminal-relative"].contains(&name);
            if !follows && stated.is_none() {
                prop_assert_eq!(of.says, Says::NotAsked);
                prop_assert!(of.text.starts_with("Not asked"));
            }
        }
        for key in ["information/needed", "information/obtainable", "account/confesses"] {
            let (part, field) = key.split_once('/').unwrap();
            if dossier.get(part).and_then(|p| p.get(field)).is_none() {
                let of = draft.statements().find(|s| s.key == key).unwrap();
                prop_assert!(of.says == Says::NotAsked && of.text.starts_with("Not asked"));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = pleegprofiel::advice::Dossier::from_json(&text);
        let _ = Draft::from_json(&text);
        let _ = pleegprofiel::advice::record::verify(text.as_bytes());
    }
}
