//! Every bundled instrument against its published pairs, and what a result says.

use pleegprofiel::{
    career::CalendarDate,
    risk::instrument::{
        Answer, Assessment, Case, Instrument, Mode, Output, Population, PopulationOverride, bundled_files,
    },
};
use serde_json::{Value, json};
use std::path::Path;

const ENGLAND: &str = "england-and-wales";

fn population(instrument: &Instrument) -> Population {
    let target = &instrument.card().population;
    Population {
        jurisdiction: target.jurisdiction.clone(),
        legal_status: target.legal_status[0].clone(),
        age: Some(30),
        sex: None,
    }
}

fn case(instrument: &Instrument, inputs: &Value) -> Case {
    instrument.read_cases(&inputs.to_string()).unwrap().remove(0)
}

fn strict(instrument: &Instrument, inputs: &Value) -> Assessment {
    instrument.assess(&case(instrument, inputs).with_population(population(instrument)), Mode::Strict).unwrap()
}

fn published(instrument: &Instrument, inputs: &Value) -> Assessment {
    instrument.assess(&case(instrument, inputs), Mode::AsPublished).unwrap()
}

fn someone() -> Value {
    json!({"assessment_date": "2026-08-04", "date_of_birth": "1991-07-17", "date_of_current_conviction": "2021-08-05",
        "age_at_first_sanction": 21, "sex": "male", "offence_category": "other_offences", "total_sanctions": 2,
        "date_at_start_of_followup": "2021-12-12"})
}

fn dynamic() -> Value {
    let mut inputs = someone();
    let more = json!({"accommodation_problems": "no_problems", "relationship_problems": "some_problems",
        "activities_encourage_offending": "no_problems", "chronic_drinking": "some_problems", "binge_drinking": "no_problems",
        "impulsivity": "some_problems", "pro_criminal_attitudes": "no_problems", "unemployed": true,
        "domestic_abuse_perpetrator": false, "relationship_status": "none"});
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    inputs
}

#[test]
fn every_bundled_instrument_loads() {
    let mut bad = Vec::new();
    for (id, text) in bundled_files() {
        match Instrument::from_json(text) {
            Ok(loaded) => assert!(loaded.id() == id && loaded.golden_vectors() > 0),
            Err(e) => bad.push(format!("{id}: {e}")),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_golden_files_of_the_reference_come_out_as_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/instruments");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if let Some(id) = name.strip_prefix("golden-").and_then(|n| n.strip_suffix(".json")) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let report = Instrument::bundled(id).unwrap().verify(&text).unwrap();
            assert!(report.failures.is_empty() && report.vectors > 0, "{id}: {report:?}");
            files += 1;
        }
    }
    assert_eq!(files, 13);
}

#[test]
fn a_changed_coefficient_does_not_load() {
    let text = bundled_files().find(|(id, _)| *id == "all-reoffending-static").unwrap().1;
    let wrong = text.replacen("0.155944202809011", "0.155944202809012", 1);
    assert_ne!(wrong, text);
    let why = Instrument::from_json(&wrong).unwrap_err().to_string();
    assert!(why.contains("golden vector not reproduced: offence"), "{why}");
}

#[test]
fn invalid_answers_give_every_code_that_applies() {
    let all = Instrument::bundled("all-reoffending-static").unwrap();
    let mut inputs = someone();
    inputs["total_sanctions"] = json!(0);
    inputs["age_at_first_sanction"] = json!(120);
    inputs["offence_category"] = json!("unknown");
    inputs["date_of_current_conviction"] = json!("2027-01-01");
    inputs["sex"] = Value::Null;
    let result = published(&all, &inputs);
    let mut codes = result.error.clone();
    codes.sort();
    let expected = [
        "age_at_first_sanction_out_of_range",
        "conviction_more_than_three_months_after_assessment",
        "first_sanction_after_current_conviction",
        "missing_mandatory_input",
        "offence_not_mapped",
        "total_sanctions_out_of_range",
    ];
    assert_eq!(codes, expected);
    assert!(!result.scored && result.results.values().all(Option::is_none) && result.contributions.is_empty());
}

#[test]
fn a_case_outside_the_population_needs_an_override_with_author_and_reason() {
    let all = Instrument::bundled("all-reoffending-static").unwrap();
    let one = case(&all, &someone());
    let unstated = all.assess(&one, Mode::Strict).unwrap();
    assert_eq!(unstated.error, ["population_not_stated"]);
    assert!(unstated.refusal[0].contains("for england-and-wales: community or custody or release"));
    let dutch =
        Population { jurisdiction: "netherlands".into(), legal_status: "suspect".into(), age: Some(30), sex: None };
    let refused = all.assess(&one.clone().with_population(dutch.clone()), Mode::Strict).unwrap();
    assert_eq!(refused.error, ["population_mismatch"]);
    assert_eq!(refused.population_differences.len(), 2);
    // the published mode changes nothing about a population that is stated
    assert_eq!(
        all.assess(&one.clone().with_population(dutch.clone()), Mode::AsPublished).unwrap().error,
        ["population_mismatch"]
    );
    let codes_of_scorer = |case: &Case| all.scorer(Mode::Strict).score(case).unwrap_err().to_string();
    assert_eq!(codes_of_scorer(&one), "population_not_stated");
    assert_eq!(codes_of_scorer(&one.clone().with_population(dutch.clone())), "population_mismatch");

    let permission = PopulationOverride { author: "A. Jansen".into(), reason: "validation study".into() };
    let passed = all.assess(&one.with_population(dutch).with_override(permission.clone()), Mode::Strict).unwrap();
    assert!(passed.scored && passed.population_differences.len() == 2);
    assert_eq!(passed.population_override, Some(permission));
    assert!(passed.warnings.iter().any(|w| w.contains("outside the population")));

    let nobody = json!({"inputs": someone(), "population_override": {"author": " ", "reason": "x"}});
    assert!(all.read_cases(&nobody.to_string()).is_err());
}

#[test]
fn missing_counts_as_no_only_as_published_and_the_result_says_so() {
    let all = Instrument::bundled("all-reoffending-dynamic").unwrap();
    let as_published = published(&all, &dynamic());
    assert!(as_published.scored);
    assert!(as_published.as_published.contains(&"drug_heroin is missing and counts as false".to_owned()));
    assert!(as_published.as_published.iter().any(|t| t.contains("no population is stated")));
    let range = strict(&all, &dynamic());
    assert!(range.as_published.is_empty() && range.get("percent_2y").is_none());
    let found = &range.ranges["percent_2y"];
    let (low, high) = (found.low.as_ref().unwrap().number().unwrap(), found.high.as_ref().unwrap().number().unwrap());
    // "no" to everything is the lowest of all completions: unknown drug use had lowered the score
    assert_eq!(Some(low), as_published.number("percent_2y"));
    assert!(high > low + 1.0, "{low} {high}");
    assert_eq!(range.unknown.len(), 14);
}

#[test]
fn a_missing_dynamic_item_leads_to_the_static_score_only_as_published() {
    let all = Instrument::bundled("all-reoffending-dynamic").unwrap();
    let mut inputs = dynamic();
    inputs["impulsivity"] = Value::Null;
    let fallen = published(&all, &inputs);
    assert_eq!(
        (fallen.error.as_slice(), fallen.score_type.as_deref()),
        (["missing_dynamic_input".to_owned()].as_slice(), Some("static"))
    );
    let form = published(&Instrument::bundled("all-reoffending-static").unwrap(), &someone());
    assert_eq!(fallen.number("percent_2y"), form.number("percent_2y"));
    assert_eq!(strict(&all, &inputs).score_type.as_deref(), Some("dynamic"));
}

#[test]
fn girls_of_10_to_15_are_refused_by_ogrs3() {
    let ogrs3 = Instrument::bundled("ogrs3").unwrap();
    let girl = json!({"sex": "female", "date_of_birth": "2008-01-01", "date_of_current_conviction": "2022-06-01",
        "date_at_start_of_followup": "2022-06-01", "total_sanctions": 3, "age_at_first_sanction": 13, "offence_parameter": 0.0328});
    assert_eq!(published(&ogrs3, &girl).error, ["sources_disagree_on_sign"]);
    // of the age that the dates give, not the 30 of the others
    let strict = |instrument: &Instrument, inputs: &Value| {
        let population = Population { age: Some(14), ..population(instrument) };
        instrument.assess(&case(instrument, inputs).with_population(population), Mode::Strict).unwrap()
    };
    assert_eq!(strict(&ogrs3, &girl).error, ["sources_disagree_on_sign"]);
    let mut boy_or_girl = girl.clone();
    boy_or_girl["sex"] = Value::Null;
    assert_eq!(strict(&ogrs3, &boy_or_girl).error, ["sources_disagree_on_sign"]);
    let mut older = girl;
    older["date_at_start_of_followup"] = json!("2024-06-01");
    assert!(strict(&ogrs3, &older).scored);
}

#[test]
fn nothing_defaults_to_today() {
    let all = Instrument::bundled("all-reoffending-static").unwrap();
    let mut inputs = someone();
    inputs["assessment_date"] = Value::Null;
    for result in [published(&all, &inputs), strict(&all, &inputs)] {
        assert_eq!(result.error, ["missing_mandatory_input"]);
    }
    inputs = someone();
    inputs["date_at_start_of_followup"] = Value::Null;
    assert_eq!(strict(&all, &inputs).error, ["missing_mandatory_input"]);
    assert!(
        published(&all, &inputs)
            .as_published
            .iter()
            .any(|t| t == "date_at_start_of_followup is missing and counts as date_of_current_conviction")
    );
}

#[test]
fn the_terms_of_a_result_add_up_to_its_linear_predictor() {
    for id in ["all-reoffending-dynamic", "violent-reoffending-dynamic", "serious-violent-reoffending-dynamic", "ogrs3"]
    {
        let instrument = Instrument::bundled(id).unwrap();
        let text = bundled_files().find(|(name, _)| *name == id).unwrap().1;
        let file: Value = serde_json::from_str(text).unwrap();
        let result = published(&instrument, &file["golden"][0]["vectors"][0]["inputs"]);
        let sum: f64 = result.contributions.iter().map(|c| c.value).sum();
        approx::assert_relative_eq!(sum, result.number("linear_predictor").unwrap(), epsilon = 1e-12);
        for c in &result.contributions {
            assert!(text.contains(&format!("\"{}\"", c.coefficient)) && !c.source.is_empty(), "{c:?}");
        }
    }
}

#[test]
fn the_same_case_gives_the_same_result_and_it_reads_back() {
    for (id, text) in bundled_files() {
        let instrument = Instrument::bundled(id).unwrap();
        let file: Value = serde_json::from_str(text).unwrap();
        for vector in file["golden"][0]["vectors"].as_array().unwrap() {
            let result = published(&instrument, &vector["inputs"]);
            assert_eq!(result, published(&instrument, &vector["inputs"]));
            let read: Assessment = serde_json::from_str(&result.to_json()).unwrap();
            assert_eq!(read, result, "{id}");
            assert_eq!((result.content_hash.len(), result.instrument.as_str()), (64, id));
            assert_eq!(result.made_for, instrument.card().population);
            assert!(!result.derived_from_data_of.is_empty());
            assert!(
                result.engine.starts_with("pleegprofiel ") && !result.inputs.is_empty() && !result.horizons.is_empty()
            );
        }
    }
}

#[test]
fn a_result_repeats_the_protected_characteristics_its_instrument_uses() {
    let result = published(&Instrument::bundled("all-reoffending-static").unwrap(), &someone());
    assert_eq!(result.uses, ["age", "sex"]);
    // every instrument that asks for sex, birth or an age says so
    for (id, text) in bundled_files() {
        let instrument = Instrument::bundled(id).unwrap();
        let file: Value = serde_json::from_str(text).unwrap();
        for (item, word) in [
            ("sex", "sex"),
            ("date_of_birth", "age"),
            ("age_at_current_arrest", "age"),
            ("unemployed", "unemployment"),
            ("current_psychiatric_treatment", "psychiatric treatment"),
        ] {
            let asked = file["items"].as_array().unwrap().iter().any(|i| i["name"] == item);
            assert!(!asked || instrument.card().uses.iter().any(|u| u == word), "{id} asks for {item}");
        }
    }
}

#[test]
fn two_results_of_one_person_show_what_moved_and_by_which_item() {
    let all = Instrument::bundled("all-reoffending-static").unwrap();
    let before = strict(&all, &someone());
    let mut later = someone();
    later["total_sanctions"] = json!(4);
    later["assessment_date"] = json!("2027-01-01");
    let after = strict(&all, &later);
    let change = before.change_to(&after).unwrap();
    assert_eq!(change.answers.keys().collect::<Vec<_>>(), ["assessment_date", "total_sanctions"]);
    assert_eq!(change.answers["total_sanctions"], (Some(Answer::Whole(2)), Some(Answer::Whole(4))));
    assert!(change.results.contains_key("percent_2y"));
    // the months were at their cap at both dates: all that moved, moved by the number of sanctions
    assert!(change.terms.iter().all(|t| t.by == ["total_sanctions"]), "{:?}", change.terms);
    let moved: f64 = change.terms.iter().map(|t| t.after - t.before).sum();
    let z = |a: &Assessment| a.number("linear_predictor").unwrap();
    approx::assert_relative_eq!(moved, z(&after) - z(&before), epsilon = 1e-12);
    let other = published(&Instrument::bundled("violent-reoffending-static").unwrap(), &json!({}));
    assert!(before.change_to(&other).is_err());
}

#[test]
fn a_case_can_be_made_answer_by_answer() {
    let psa = Instrument::bundled("psa").unwrap();
    let mut one = psa.case().with_population(Population {
        jurisdiction: "united-states".into(),
        legal_status: "suspect".into(),
        age: Some(43),
        sex: None,
    });
    one.answer("age_at_current_arrest", 43).unwrap();
    for item in [
        "current_violent_offense",
        "pending_charge",
        "prior_misdemeanor_conviction",
        "prior_felony_conviction",
        "prior_fta_older_than_2_years",
        "prior_sentence_to_incarceration",
    ] {
        one.answer(item, true).unwrap();
    }
    one.answer("prior_fta_past_2_years", 1).unwrap();
    // violent convictions do not matter to failing to appear; they do to a new arrest
    let result = psa.assess(&one, Mode::Strict).unwrap();
    assert_eq!(
        (result.number("fta_scaled"), result.unknown.as_slice()),
        (Some(5.0), ["prior_violent_convictions".to_owned()].as_slice())
    );
    assert!(one.answer("nothing", true).is_err());
    assert!(one.answer("pending_charge", 1).is_err());
    let date = Answer::Date(CalendarDate::new(2020, 1, 1).unwrap());
    assert!(one.answer("pending_charge", &date).is_err());
    assert!(Instrument::bundled("ovp").unwrap().assess(&one, Mode::Strict).is_err());
}

#[test]
fn more_sanctions_than_the_formula_was_made_for_are_warned_of() {
    let serious = Instrument::bundled("serious-violent-reoffending-static").unwrap();
    let mut inputs = someone();
    inputs["violent_sanctions"] = json!(1);
    inputs["total_sanctions"] = json!(40);
    assert!(strict(&serious, &inputs).warnings[0].contains("more than 33 sanctions"));
}

#[test]
fn a_band_is_given_only_when_the_whole_range_lies_in_it() {
    let all = Instrument::bundled("all-reoffending-static").unwrap();
    let mut inputs = someone();
    inputs["offence_category"] = Value::Null;
    let narrow = strict(&all, &inputs);
    assert_eq!((narrow.band(), narrow.ranges["band"].bands.as_slice()), (Some("low"), ["low".to_owned()].as_slice()));
    inputs["total_sanctions"] = Value::Null;
    let wide = strict(&all, &inputs);
    assert_eq!(wide.get("band"), None::<&Output>);
    assert!(wide.ranges["band"].bands.len() > 1);
    assert_eq!(ENGLAND, all.card().population.jurisdiction);
}
