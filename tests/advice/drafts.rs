//! What stands in a draft: every sentence with its ground, nothing chosen, nothing averaged, nothing that identifies.

use crate::fixtures::{ALL, draft, draft_of, statement, value};
use pleegprofiel::{
    Language, Profile,
    advice::{Draft, Frame, Ground, Known, Met, NeedState, NotGiven, Part, Says, SourceStatus},
};
use serde_json::{Value, json};

#[test]
fn the_six_persons_are_what_they_were_made_to_be() {
    for (name, profile) in [
        ("incidental", Profile::Incidental),
        ("early-peak", Profile::EarlyPeak),
        ("late-peak", Profile::LatePeak),
        ("continuous", Profile::Continuous),
        ("first-offence-trafficking", Profile::Incidental),
    ] {
        assert_eq!(draft(name).body().profile.profile, Some(profile), "{name}");
    }
    let minor = draft("undecided-minor");
    assert_eq!(minor.body().profile.undecided.as_deref(), Some("too-young"));
    assert!(statement(&minor, "profile/pending/2").text.contains("no court has judged"));
}

#[test]
fn every_sentence_has_a_ground_and_a_key_of_its_own_in_both_languages() {
    for name in ALL {
        for language in [Language::Dutch, Language::English] {
            let draft = draft_of(&value(name), language);
            assert_eq!(draft.body().sections.iter().map(|s| s.part).collect::<Vec<_>>(), Part::ALL);
            for s in draft.statements() {
                assert!(!s.grounds.is_empty() && !s.text.trim().is_empty(), "{name}: {}", s.key);
            }
            assert!(draft.statements().count() > 50);
        }
    }
}

#[test]
fn the_same_dossier_gives_the_same_draft_and_reads_back() {
    for name in ALL {
        let made = draft(name);
        assert_eq!(made.to_json(), draft(name).to_json());
        assert_eq!(made.to_json(), made.clone().into_json());
        assert_eq!(Draft::from_json(&made.to_json()).unwrap(), made);
        // written again by another program, with spaces between
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&made.to_json()).unwrap()).unwrap();
        assert!(
            Draft::from_json(&pretty).is_ok() || Draft::from_json(&pretty).unwrap_err().to_string().contains("hash")
        );
    }
}

#[test]
fn a_draft_that_was_changed_is_not_read() {
    let text = draft("incidental").to_json();
    let changed = text.replacen("\"level\":\"low\"", "\"level\":\"high\"", 1);
    assert_ne!(changed, text);
    let error = Draft::from_json(&changed).unwrap_err().to_string();
    assert!(error.contains("$.hash") && error.contains("make the draft anew"), "{error}");
}

#[test]
fn one_record_of_answers_serves_every_instrument_asked_for() {
    let draft = draft("early-peak");
    let results = &draft.body().instruments;
    assert_eq!(results.len(), 3);
    assert!(results[0].assessment.scored && results[1].assessment.scored);
    // only one of them reads this, and it is an answer of the one record
    assert!(results[1].assessment.inputs.contains_key("violent_sanctions"));
    assert!(!results[0].assessment.inputs.contains_key("violent_sanctions"));
    assert!(draft.body().unread.is_empty());
}

#[test]
fn a_person_outside_the_population_is_scored_only_with_a_reason_and_the_mismatch_is_said_either_way() {
    let with = draft("incidental");
    let said = statement(&with, "instrument/all-reoffending-static/population");
    assert!(said.text.contains("netherlands is not england-and-wales") && said.text.contains("second opinion"));
    let without = draft("late-peak");
    assert!(statement(&without, "instrument/all-reoffending-static/population").text.contains("netherlands"));
    let result = statement(&without, "instrument/all-reoffending-static/result");
    assert_eq!(result.says, Says::Unknown);
}

#[test]
fn an_unknown_answer_gives_a_range_and_names_itself() {
    let mut dossier = value("incidental");
    dossier["answers"]["total_sanctions"] = Value::Null;
    let draft = draft_of(&dossier, Language::English);
    let result = statement(&draft, "instrument/all-reoffending-static/result");
    assert_eq!(result.says, Says::Range);
    assert!(result.text.contains("total_sanctions") && result.text.contains(" to "), "{}", result.text);
    let assessment = &draft.body().instruments[0].assessment;
    assert!(assessment.ranges.contains_key("percent_2y"));
}

#[test]
fn instruments_that_differ_stand_beside_each_other() {
    let draft = draft("continuous");
    let said = statement(&draft, "instruments/differ");
    assert!(said.text.contains("all-reoffending-static: high") && said.text.contains("not averaged"), "{}", said.text);
    assert_eq!(
        draft.body().instruments.iter().filter_map(|r| r.level.as_deref()).collect::<Vec<_>>(),
        ["high", "medium"]
    );
}

#[test]
fn present_absent_unknown_and_not_asked_are_four_things() {
    let draft = draft("incidental");
    let of = |key: &str| statement(&draft, key);
    assert_eq!(of("factor/criminal-partner").says, Says::Stated);
    assert!(of("factor/criminal-family").text.starts_with("Absent"));
    assert!(
        of("factor/criminal-friends").text.starts_with("Unknown")
            && of("factor/criminal-friends").says == Says::Unknown
    );
    assert!(of("factor/mental-health-problems").text.starts_with("Not asked"));
    assert_eq!(of("factor/mental-health-problems").says, Says::NotAsked);
    let context: Vec<Known> = draft.body().social_context.iter().map(|part| part.presence).collect();
    assert_eq!(context, [Known::Absent, Known::Present, Known::Unknown]);
    assert!(of("factor/work").text.contains("limited degree"));
}

#[test]
fn needs_and_serious_harm_are_left_to_the_professional() {
    for name in ALL {
        let draft = draft(name);
        assert!(draft.body().needs.iter().all(|need| need.state == NeedState::Unanswered && need.severity.is_none()));
        assert_eq!(draft.body().needs.len(), 12);
        assert!(draft.body().serious_harm.iter().all(|harm| harm.level.is_none()));
        assert_eq!(draft.body().serious_harm.len(), 9); // four groups in the community, five in custody
    }
}

#[test]
fn little_known_groups_are_remarked_on() {
    let woman = draft("first-offence-trafficking");
    for key in ["profile/incidental", "profile/women", "profile/first-offence"] {
        assert!(statement(&woman, key).text.contains("Little is known"), "{key}");
    }
    let man = draft("late-peak");
    assert!(
        man.statements()
            .all(|s| !["profile/incidental", "profile/women", "profile/first-offence"].contains(&s.key.as_str()))
    );
}

#[test]
fn nobody_is_placed_without_an_adjudicated_case_or_where_that_is_not_said() {
    let mut dossier = value("undecided-minor");
    for at in 0..2 {
        dossier["career"]["offences"][at]["adjudicated"] = json!(false);
    }
    let of = |dossier: &Value| draft_of(dossier, Language::English).body().profile.clone();
    assert_eq!(of(&dossier).not_given, Some(NotGiven::NoAdjudicatedCase));
    assert!(of(&dossier).posterior.is_empty());
    let mut dossier = value("incidental");
    dossier["career"]["offences"][0].as_object_mut().unwrap().remove("adjudicated");
    assert_eq!(of(&dossier).not_given, Some(NotGiven::AdjudicationUnknown));
    let mut dossier = value("undecided-minor");
    dossier["asked"].as_object_mut().unwrap().remove("about");
    assert_eq!(of(&dossier).not_given, Some(NotGiven::AboutUnknown));
    let mut dossier = value("incidental");
    dossier["career"].as_object_mut().unwrap().remove("custody");
    assert_eq!(of(&dossier).not_given, Some(NotGiven::CustodyUnknown));
    dossier.as_object_mut().unwrap().remove("career");
    dossier["asked"].as_object_mut().unwrap().remove("about");
    assert_eq!(of(&dossier).not_given, Some(NotGiven::NoCareer));
}

#[test]
fn what_does_not_go_together_and_may_be_right_is_told_on_the_draft_in_both_languages() {
    let changed = |key: &str, change: &dyn Fn(&mut Value), parts: &[&str]| {
        let mut dossier = value("incidental");
        change(&mut dossier);
        let key = format!("instruments/doubt/{key}");
        for (language, begin) in [(Language::Dutch, "Controleer: "), (Language::English, "To be checked: ")] {
            let draft = draft_of(&dossier, language);
            let doubts: Vec<_> = draft.statements().filter(|s| s.key.starts_with("instruments/doubt/")).collect();
            assert_eq!(doubts.iter().map(|s| s.key.as_str()).collect::<Vec<_>>(), [key.as_str()]);
            assert!(doubts[0].text.starts_with(begin) && doubts[0].grounds.len() == 2, "{}", doubts[0].text);
            assert!(parts.iter().all(|part| doubts[0].text.contains(part)), "{parts:?} in {}", doubts[0].text);
        }
    };
    let answer = |name: &'static str, to: Value| move |d: &mut Value| d["answers"][name] = to.clone();
    changed("assessment-date", &answer("assessment_date", json!("2025-12-02")), &["2025-12-02", "2026-02-02"]);
    changed("verdict", &answer("date_of_current_conviction", json!("2024-03-14")), &["2025-03-14", "2024-03-14"]);
    let one = |d: &mut Value| {
        d["answers"]["total_sanctions"] = json!(1);
        d["answers"]["age_at_first_sanction"] = json!(38);
    };
    changed("total-sanctions", &one, &["2", "1"]);
    changed("first-sanction", &answer("age_at_first_sanction", json!(15)), &["15", "12", "23"]);
    changed("legal-status", &|d| d["population"]["legal_status"] = json!("community"), &["community", "2026-02-02"]);
    changed("legal-status", &|d| d["career"]["custody"] = json!([]), &["custody", "2026-02-02"]);
    let pending = |d: &mut Value| {
        for at in 0..2 {
            d["career"]["offences"][at]["adjudicated"] = json!(false);
        }
        d["asked"].as_object_mut().unwrap().remove("verdict");
    };
    changed("nothing-adjudicated", &pending, &["all-reoffending-static, violent-reoffending-static"]);
    // a sanction before the career was observed contradicts nothing, nor does an instrument for suspects
    for name in ALL {
        let found = draft(name).statements().filter(|s| s.key.starts_with("instruments/doubt/")).count();
        assert_eq!(found, 0, "{name}");
    }
    let mut only = value("first-offence-trafficking");
    only["answers"]["age_at_first_sanction"] = json!(31);
    let draft = draft_of(&only, Language::English);
    let doubts: Vec<_> = draft.statements().filter(|s| s.key.starts_with("instruments/doubt/")).collect();
    assert_eq!(doubts.iter().map(|s| s.key.as_str()).collect::<Vec<_>>(), ["instruments/doubt/only-sanction"]);
    assert!(doubts[0].text.contains("at age 35") && doubts[0].text.contains("at age 31"), "{}", doubts[0].text);
    let mut late = value("incidental");
    late["career"]["window"]["from"] = json!("2006-05-17");
    late["answers"]["age_at_first_sanction"] = json!(15);
    assert!(!draft_of(&late, Language::English).statements().any(|s| s.key == "instruments/doubt/first-sanction"));
}

#[test]
fn an_article_on_a_day_of_which_it_was_not_read_says_so() {
    let mut dossier = value("incidental");
    dossier["career"]["offences"][0] = json!({"on": "1999-08-22", "category": "human-trafficking", "case": 1,
        "adjudicated": true, "article": {"number": "273f"}});
    for (language, words) in [(Language::Dutch, "is niet gelezen"), (Language::English, "has not been read")] {
        let draft = draft_of(&dossier, language);
        let text = |at: usize| statement(&draft, &format!("offending/article/{at}")).text.clone();
        assert!(text(0).contains(words) && !text(1).contains(words), "{} {}", text(0), text(1));
    }
}

#[test]
fn frames_are_ruled_in_or_out_only_by_what_is_stated() {
    let can = |name: &str, frame: Frame| {
        let draft = draft(name);
        draft.body().frames.iter().find(|state| state.frame == frame).unwrap().can_apply
    };
    assert_eq!(can("incidental", Frame::SuspendedSentence), Met::Yes);
    assert_eq!(can("continuous", Frame::SuspendedSentence), Met::No); // 60 months
    assert_eq!(can("late-peak", Frame::SuspendedSentence), Met::Unknown); // no length asked
    assert_eq!(can("first-offence-trafficking", Frame::ConditionalRelease), Met::Yes);
    assert_eq!(can("continuous", Frame::ConditionalRelease), Met::No); // verdict before 1 July 2021
    assert_eq!(can("undecided-minor", Frame::AdolescentLaw), Met::Yes);
    assert_eq!(can("incidental", Frame::AdolescentLaw), Met::No);
    for name in ALL {
        // the list of offences has not been read
        assert_eq!(can(name, Frame::Gvm), Met::Unknown, "{name}");
    }
}

#[test]
fn what_stands_on_a_source_that_was_not_read_says_so() {
    let draft = draft("undecided-minor");
    let article = statement(&draft, "offending/article/2");
    assert!(article.text.contains("art. 273f paragraph 3 Sr"), "{}", article.text);
    let single = statement(&draft, "factor/single-parent-family");
    assert!(single.grounds.iter().any(|g| matches!(g, Ground::Source { status: SourceStatus::SecondHand, .. })));
    assert!(statement(&draft, "frame/suspended-sentence").text.contains("older text, to be checked"));
    assert!(statement(&draft, "frame/gvm").text.contains("has not been read"));
}

#[test]
fn no_draft_holds_an_identifier_that_is_not_marked_or_a_date_of_birth() {
    for name in ALL {
        for language in [Language::Dutch, Language::English] {
            let (dossier, draft) = (value(name), draft_of(&value(name), language));
            let text = draft.to_json();
            assert!(!text.contains(dossier["birth"].as_str().unwrap()), "{name}");
            assert!(!text.contains("Verzonnen"), "{name}");
            assert_eq!(text.contains("00/000001-24"), name == "incidental");
        }
    }
}

#[test]
fn interventions_are_the_callers_and_none_are_shipped() {
    let draft = draft("incidental");
    assert!(draft.body().interventions.is_empty());
    let said = &statement(&draft, "interventions/none-shipped").text;
    assert!(said.contains("none with an evaluated effect was found") && said.contains("no proof"));
}

#[test]
fn figures_are_printed_in_few_digits_and_no_probability_as_a_bare_nothing_or_one() {
    let bare = ["0", "1", "0.00", "1.00", "0,00", "1,00", "0.000", "1.000", "0,000", "1,000"];
    let mut bounded = 0;
    for name in ALL {
        for language in [Language::Dutch, Language::English] {
            let draft = draft_of(&value(name), language);
            for figure in draft.statements().flat_map(|s| &s.grounds) {
                let Ground::Figure { name: what, value } = figure else { continue };
                let decimals = value.split(['.', ',']).nth(1).map_or(0, str::len);
                assert!(decimals <= 3, "{name}: {what} = {value}");
                if what.starts_with("posterior") || what == "typicality" {
                    assert!(!bare.contains(&value.as_str()), "{name}: {what} = {value}");
                    bounded += usize::from(value.starts_with(['<', '>']));
                }
            }
            for text in draft.part(Part::Profile).iter().map(|s| &s.text) {
                assert!(!["1.00)", "1,00)", "0.00)", "0,00)"].iter().any(|bare| text.contains(bare)), "{text}");
            }
        }
    }
    assert!(bounded > 0, "no probability of the six is next to nothing or one");
}

#[test]
fn without_any_answer_an_instrument_has_no_result_and_the_dossier_is_drafted_all_the_same() {
    for name in ALL {
        let mut dossier = value(name);
        dossier.as_object_mut().unwrap().remove("answers");
        for result in &draft_of(&dossier, Language::English).body().instruments {
            assert!(result.says <= Says::Unknown, "{name}: {}", result.title);
            assert!(result.level.is_none() && !result.not_asked.is_empty(), "{name}: {}", result.title);
        }
    }
}
