//! Answers that contradict each other or the stated population: refused, counted, never resolved in silence.

use pleegprofiel::risk::instrument::{Assessment, Instrument, Mode, bundled_files};
use serde_json::{Value, json};

fn psa(changes: &Value) -> Value {
    let mut case = json!({"population": {"jurisdiction": "united-states", "legal_status": "suspect", "age": 30},
        "age_at_current_arrest": 30, "current_violent_offense": false, "pending_charge": false,
        "prior_misdemeanor_conviction": false, "prior_felony_conviction": false, "prior_violent_convictions": 0,
        "prior_fta_past_2_years": 0, "prior_fta_older_than_2_years": false, "prior_sentence_to_incarceration": false});
    for (key, value) in changes.as_object().unwrap() {
        case[key] = value.clone();
    }
    case
}

fn assess(id: &str, case: &Value, mode: Mode) -> Assessment {
    let instrument = Instrument::bundled(id).unwrap();
    let case = &instrument.read_cases(&case.to_string()).unwrap()[0];
    let result = instrument.assess(case, mode).unwrap();
    // the fast way refuses what the explained way refuses
    assert_eq!(instrument.scorer(mode).score(case).is_ok(), result.scored && result.ranges.is_empty(), "{result:?}");
    result
}

#[test]
fn a_violent_conviction_without_a_conviction_is_refused_in_864_of_4608_combinations() {
    let instrument = Instrument::bundled("psa").unwrap();
    let (mut refused, mut tried) = (0, 0);
    for age in [19, 20, 21, 22, 23, 40] {
        for bits in 0..64u32 {
            let yes = |i: u32| bits >> i & 1 == 1;
            for violent in 0..4 {
                for fta in 0..3 {
                    let case = psa(&json!({"population": {"jurisdiction": "united-states", "legal_status": "suspect",
                        "age": age}, "age_at_current_arrest": age, "current_violent_offense": yes(0),
                        "pending_charge": yes(1), "prior_misdemeanor_conviction": yes(2),
                        "prior_felony_conviction": yes(3), "prior_violent_convictions": violent,
                        "prior_fta_past_2_years": fta, "prior_fta_older_than_2_years": yes(4),
                        "prior_sentence_to_incarceration": yes(5)}));
                    let case = &instrument.read_cases(&case.to_string()).unwrap()[0];
                    let result = instrument.assess(case, Mode::Strict).unwrap();
                    let contradictory = violent > 0 && !yes(2) && !yes(3);
                    assert_eq!(result.error == ["violent_conviction_without_conviction"], contradictory);
                    assert_eq!(result.scored, !contradictory);
                    assert!(instrument.assess(case, Mode::AsPublished).unwrap().scored);
                    refused += usize::from(contradictory);
                    tried += 1;
                }
            }
        }
    }
    assert_eq!((refused, tried), (864, 4608));
}

fn ogrs3(changes: &Value) -> Value {
    let mut case = json!({"population": {"jurisdiction": "england-and-wales", "legal_status": "community", "age": 32},
        "sex": "male", "date_of_birth": "1992-02-29", "date_of_current_conviction": "2024-03-01",
        "date_at_start_of_followup": "2024-03-01", "total_sanctions": 4, "age_at_first_sanction": 16,
        "offence_parameter": 0.2});
    for (key, value) in changes.as_object().unwrap() {
        case[key] = value.clone();
    }
    case
}

#[test]
fn dates_and_parameters_that_cannot_be_are_refused_and_those_at_the_limit_are_not() {
    let cases = [
        (json!({}), None),
        (json!({"offence_parameter": 999}), Some("offence_parameter_above_table")),
        (json!({"offence_parameter": 0.7606}), None),
        (json!({"offence_parameter": -50.0}), Some("offence_parameter_below_table")),
        (json!({"offence_parameter": -0.7956}), None),
        (json!({"date_at_start_of_followup": "2003-03-01"}), Some("followup_before_conviction")),
        (json!({"date_at_start_of_followup": "2024-02-29"}), Some("followup_before_conviction")),
    ];
    for (changes, code) in cases {
        let result = assess("ogrs3", &ogrs3(&changes), Mode::Strict);
        assert_eq!(result.error.first().map(String::as_str), code, "{changes}");
        assert_eq!(result.scored, code.is_none(), "{changes}");
    }
}

#[test]
fn an_offence_before_birth_or_after_the_assessment_is_refused() {
    let case = |offence: Value, sexual: &str| {
        json!({"population": {"jurisdiction": "england-and-wales", "legal_status": "community", "age": 44},
            "sex": "male", "date_of_birth": "1980-01-01", "assessment_date": "2024-06-01",
            "date_at_start_of_followup": "2024-06-01", "supervision_status": "community",
            "has_sexual_offence_history": true, "total_sanctions": 3, "contact_adult_sexual_sanctions": 1,
            "contact_child_sexual_sanctions": 0, "indecent_image_sanctions": 0, "non_contact_sexual_offences": 0,
            "stranger_victim": false, "date_of_most_recent_sexual_offence": sexual, "most_recent_offence_date": offence})
    };
    let of = |offence: Value, sexual: &str| {
        assess("direct-contact-sexual-reoffending", &case(offence, sexual), Mode::Strict).error
    };
    assert!(of(json!("2020-01-01"), "2010-01-01").is_empty());
    assert!(of(json!("2024-06-01"), "2010-01-01").is_empty());
    assert!(of(Value::Null, "2010-01-01").is_empty());
    assert_eq!(of(json!("1970-01-01"), "2010-01-01"), ["offence_before_birth"]);
    assert_eq!(of(json!("2030-01-01"), "2010-01-01"), ["offence_after_assessment"]);
    assert_eq!(of(json!("2020-01-01"), "1980-01-01"), ["sexual_offence_not_after_birth"]);
}

#[test]
fn the_published_form_scores_a_contradiction_and_the_result_says_so() {
    let result = assess("psa", &psa(&json!({"prior_violent_convictions": 2})), Mode::AsPublished);
    assert!(result.scored);
    assert!(
        result.warnings.iter().any(|w| w.contains("a violent conviction is a conviction")),
        "{:?}",
        result.warnings
    );
    let refused = assess("psa", &psa(&json!({"prior_violent_convictions": 2})), Mode::Strict);
    assert!(refused.refusal[0].contains("a violent conviction is a conviction"), "{:?}", refused.refusal);
}

#[test]
fn an_age_that_contradicts_the_stated_one_is_refused_in_every_mode() {
    let population = |age: u32| json!({"jurisdiction": "united-states", "legal_status": "suspect", "age": age});
    for (stated, item, good) in [(30, 15, false), (40, 20, false), (20, 40, false), (30, 29, true), (30, 31, true)] {
        let case = psa(&json!({"population": population(stated), "age_at_current_arrest": item}));
        for mode in [Mode::Strict, Mode::AsPublished] {
            let result = assess("psa", &case, mode);
            assert_eq!(result.scored, good, "{stated} and {item}");
            assert_eq!(result.error == ["age_contradicts_population"], !good);
        }
    }
    // a birthday apart, but one of the two is a minor and the instrument is for adults
    let minor = psa(&json!({"population": population(18), "age_at_current_arrest": 17}));
    assert!(!assess("psa", &minor, Mode::Strict).scored);
    // an override passes a difference in population, not a contradiction
    let mut case = psa(&json!({"population": population(30), "age_at_current_arrest": 15}));
    case["population_override"] = json!({"author": "a", "reason": "b"});
    assert!(!assess("psa", &case, Mode::Strict).scored);
}

#[test]
fn dates_and_sex_that_contradict_the_population_are_refused() {
    let case = |age: u32, more: &Value| {
        let mut population = json!({"jurisdiction": "england-and-wales", "legal_status": "community", "age": age});
        for (key, value) in more.as_object().unwrap() {
            population[key] = value.clone();
        }
        json!({"population": population, "sex": "male", "date_of_birth": "1970-02-28",
            "date_of_current_conviction": "2020-03-01", "date_at_start_of_followup": "2020-03-01",
            "total_sanctions": 1, "age_at_first_sanction": 14, "offence_parameter": 0.1599})
    };
    let score = |case: &Value| assess("ogrs3", case, Mode::Strict);
    for age in [25, 48, 52, 80] {
        assert_eq!(score(&case(age, &json!({}))).error, ["age_contradicts_population"], "{age}");
    }
    // released two years later: any age between the conviction and the release
    let mut later = case(52, &json!({}));
    later["date_at_start_of_followup"] = json!("2022-03-01");
    assert!(score(&later).scored);
    assert!(score(&case(50, &json!({}))).scored && score(&case(49, &json!({}))).scored);
    assert_eq!(score(&case(50, &json!({"sex": "female"}))).error, ["sex_contradicts_population"]);
    assert!(score(&case(50, &json!({"sex": "male"}))).scored);
}

#[test]
fn an_unknown_answer_is_narrowed_by_logic_only_and_the_result_says_by_what() {
    // a violent conviction: at least one of the two is yes, which the raw score of failing to appear shows
    let case = psa(&json!({"prior_violent_convictions": 1, "prior_misdemeanor_conviction": null,
        "prior_felony_conviction": false}));
    let result = assess("psa", &case, Mode::Strict);
    assert!(result.scored, "{result:?}");
    assert!(result.warnings.iter().any(|w| w.starts_with("completions left out as contradictory: a violent")));
    let range = &result.ranges["fta_raw"];
    assert_eq!(range.low, range.high);
    // nothing to leave out, nothing said
    let open = assess("psa", &psa(&json!({"prior_misdemeanor_conviction": null})), Mode::Strict);
    assert!(open.warnings.is_empty() && open.ranges["fta_raw"].low != open.ranges["fta_raw"].high, "{open:?}");
    // the stated age may be a birthday apart, so it narrows no unknown age
    let mut no_age = psa(&json!({"age_at_current_arrest": null}));
    no_age["population"]["age"] = json!(50);
    let range = &assess("psa", &no_age, Mode::Strict).ranges["nca_raw"];
    assert_ne!(range.low, range.high);
}

#[test]
fn the_rules_of_every_instrument_name_their_source_and_each_can_be_broken() {
    let mut rules = 0;
    for (id, text) in bundled_files() {
        let file: Value = serde_json::from_str(text).unwrap();
        for rule in file["consistency"].as_array().map_or(&[][..], Vec::as_slice) {
            assert!(rule["logical"] == json!(true) || rule["source"]["document"].is_string(), "{id}");
            assert!(rule["text"].as_str().unwrap().len() > 20, "{id}");
            rules += 1;
        }
    }
    assert!(rules >= 35, "{rules}");
}

#[test]
fn a_rule_that_names_nothing_or_never_or_always_holds_is_refused_when_loading() {
    let file = |rule: Value| {
        let mut file: Value =
            serde_json::from_str(bundled_files().find(|(name, _)| *name == "psa").unwrap().1).unwrap();
        file["consistency"].as_array_mut().unwrap().push(rule);
        Instrument::from_json(&file.to_string()).unwrap_err().to_string()
    };
    let rule = |when: Value| json!({"code": "x", "text": "why", "logical": true, "when": when});
    assert!(file(rule(json!([{"of": "shoe_size", "is": "1"}]))).contains("used but not declared"));
    let never = json!([{"of": "pending_charge", "is": "true"}, {"of": "pending_charge", "is": "false"}]);
    assert!(file(rule(never)).contains("$.consistency[2]: the rule never holds"));
    let above = json!([{"of": "age_at_current_arrest", "above": "120"}]);
    assert!(file(rule(above)).contains("the rule never holds"));
    assert!(file(rule(json!([]))).contains("the rule always holds"));
    let mut both = rule(json!([{"of": "pending_charge", "is": "true"}]));
    both["unless"] = json!([[{"of": "pending_charge", "is": "true"}]]);
    assert!(file(both).contains("the rule never holds"));
    let mut unfounded = rule(json!([{"of": "pending_charge", "is": "true"}]));
    unfounded.as_object_mut().unwrap().remove("logical");
    assert!(file(unfounded).contains("either a source or"));
    let again = json!({"code": "age_contradicts_population", "text": "why", "logical": true, "population": "age",
        "of": "age_at_current_arrest"});
    assert!(file(again).contains("that of another rule"));
    let date = json!({"code": "x", "text": "why", "logical": true, "population": "age", "of": "pending_charge"});
    assert!(file(date).contains("is not an item that takes a whole number"));
}
