//! Draft, judged, shown, final: what each step asks for, and that nothing comes out before the last.

use crate::fixtures::{draft, draft_of, judgement, value};
use pleegprofiel::advice::{Advice, Completion, Draft};
use serde_json::{Value, json};

fn complete(draft: &Draft, judgement: &Value) -> Result<Advice, Vec<String>> {
    match Completion::from_json(&judgement.to_string(), draft) {
        Ok(completion) => Ok(completion.complete(draft.clone()).unwrap()),
        Err(error) => Err(error.issues().iter().map(|issue| issue.message.clone()).collect()),
    }
}

#[track_caller]
fn refused(place: &str, with: Value, parts: &[&str]) {
    let draft = draft("incidental");
    let mut judgement = judgement(&draft);
    *judgement.pointer_mut(place).unwrap() = with;
    let found = complete(&draft, &judgement).unwrap_err();
    assert!(found.iter().any(|p| parts.iter().all(|part| p.contains(part))), "{parts:?} in {found:#?}");
}

#[test]
fn a_judgement_a_reaction_and_a_signature_make_an_advice() {
    let draft = draft("incidental");
    let advice = complete(&draft, &judgement(&draft)).unwrap();
    let levels = advice.levels();
    // three levels, three fields
    assert_eq!(
        (levels[0].level.as_deref(), levels[0].overridden_level.as_deref(), levels[0].approved_level.as_deref()),
        (Some("low"), Some("medium"), Some("medium"))
    );
    assert_eq!(
        (levels[1].level.as_deref(), levels[1].overridden_level.as_deref(), levels[1].approved_level.as_deref()),
        (Some("low"), None, None)
    );
    let json: Value = serde_json::from_str(&advice.to_json()).unwrap();
    assert_eq!((json["state"].as_str(), json["final"]["by"].as_str()), (Some("final"), Some("M. Voorbeeld")));
    assert_eq!(json["draft_hash"], draft.hash());
    // the instrument's own result stands as it was
    assert_eq!(json["draft"]["instruments"][0]["level"], "low");
}

#[test]
fn the_level_of_an_instrument_is_never_overwritten() {
    let draft = draft("incidental");
    let advice = complete(&draft, &judgement(&draft)).unwrap();
    assert_eq!(advice.draft(), &draft);
}

#[test]
fn a_departure_without_a_reason_a_direction_or_another_level_is_refused() {
    refused("/instruments/0/reason", json!(" "), &["$.instruments[0].reason", "a text that says something"]);
    refused(
        "/instruments/0/direction",
        json!("sideways"),
        &["$.instruments[0].direction", "\"sideways\"", "higher, lower"],
    );
    refused("/instruments/0/overridden_level", json!("low"), &["overridden_level", "\"low\"", "no other level"]);
    refused(
        "/instruments/0/overridden_level",
        json!("quite high"),
        &["overridden_level", "no level of the instrument", "medium"],
    );
    refused("/instruments/0/direction", json!("lower"), &["overridden_level", "\"medium\" is higher than \"low\""]);
    refused("/instruments/0/stance", json!("shrugs"), &["$.instruments[0].stance", "agrees, departs, not-used"]);
}

#[test]
fn a_judgement_of_another_draft_is_refused() {
    refused("/draft", json!("0".repeat(64)), &["$.draft", "another draft"]);
}

#[test]
fn everything_that_an_advice_needs_is_asked_for() {
    refused("/instruments", json!([]), &["$.instruments", "nothing is said of all-reoffending-static"]);
    refused("/estimates", json!([]), &["$.estimates", "reoffending"]);
    refused("/outcome", json!({}), &["$.outcome", "advice"]);
    refused("/outcome", json!({"no-advice": [{"reason": "mood", "explanation": "x"}]}), &["reason", "obstruction"]);
    refused("/reaction", json!({"none": {"on": "2026-03-10", "why": "refused"}}), &["$.reaction.none.explanation"]);
    refused("/reaction/said/on", json!("2026-01-01"), &["$.reaction", "before the day of the assessment"]);
    refused("/final/on", json!("2026-03-01"), &["$.final.on", "before the draft was shown"]);
    refused("/final/approved/0/level", json!("high"), &["$.final.approved[0].level", "\"high\"", "low, medium"]);
    refused("/serious_harm/0/group", json!("prisoners"), &["$.serious_harm[0].group", "in custody only"]);
    refused("/needs/0/scale", json!("luck"), &["$.needs[0].scale", "friends"]);
}

#[test]
fn all_problems_of_a_judgement_come_at_once() {
    let draft = draft("incidental");
    let mut judgement = judgement(&draft);
    judgement["draft"] = json!("0".repeat(64));
    judgement["instruments"][0]["reason"] = json!("");
    judgement["final"]["on"] = json!("2026-13-01");
    assert!(complete(&draft, &judgement).unwrap_err().len() >= 3);
    // a judgement that cannot be read hides nothing of the other parts
    judgement["final"]["on"] = json!("2026-03-09");
    judgement["reaction"]["said"]["on"] = json!("2026-02-01");
    let found = complete(&draft, &judgement).unwrap_err();
    assert!(found.iter().any(|p| p.contains("$.reaction: shown on 2026-02-01")), "{found:#?}");
    judgement["reaction"]["said"]["on"] = json!("2026-03-10");
    let found = complete(&draft, &judgement).unwrap_err();
    assert!(found.iter().any(|p| p.contains("$.final.on: 2026-03-09 lies before")), "{found:#?}");
}

#[test]
fn agreement_with_an_instrument_that_gave_nothing_is_refused() {
    let draft = draft("late-peak");
    let mut judgement = judgement(&draft);
    judgement["instruments"][0] = json!({"instrument": "all-reoffending-static", "stance": "agrees"});
    assert!(complete(&draft, &judgement).unwrap_err().iter().any(|p| p.contains("has no result")));
}

#[test]
fn no_advice_is_an_outcome_with_its_reasons() {
    let draft = draft("late-peak");
    let mut judgement = judgement(&draft);
    judgement["outcome"] =
        json!({"no-advice": [{"reason": "rejection-of-every-intervention", "explanation": "refused every talk"}]});
    judgement["reaction"] = json!({"none": {"on": "2026-03-10", "why": "refused", "explanation": "left the room"}});
    let advice = complete(&draft, &judgement).unwrap();
    assert!(advice.to_json().contains("rejection-of-every-intervention"));
}

#[cfg(feature = "report")]
#[test]
fn a_draft_bears_its_mark_on_paper_and_an_advice_does_not() {
    use pleegprofiel::advice::Headings;
    let draft = draft("incidental");
    let headings = Headings::from_json(r#"{"profile": "<Profile>"}"#).unwrap();
    let page = draft.html(&headings).unwrap();
    assert!(page.contains("@top-center { content: \"DRAFT - NO ADVICE\"") && page.contains("This is a draft"));
    assert!(page.contains("&lt;Profile&gt;") && !page.contains("<Profile>"), "headings are escaped");
    assert!(page.contains("size: A4") && page.contains("counter(page)"));
    assert!(page.contains("00&#x2f;000001-24") && !page.contains("Verzonnen") && !page.contains("1986-05-17"));
    let advice = complete(&draft, &judgement(&draft)).unwrap().html(&headings).unwrap();
    assert!(!advice.contains("DRAFT") && advice.contains("Probation advice") && advice.contains("M. Voorbeeld"));
    assert!(advice.contains("He agrees with most of it."));
}

#[test]
fn no_advice_for_a_reason_that_the_dossier_denies_is_refused() {
    let mut dossier = value("incidental");
    dossier["contra_indications"] = json!({"no_tie_with_a_european_country": "absent"});
    let draft = draft_of(&dossier, pleegprofiel::Language::English);
    let mut judged = judgement(&draft);
    let said = |reason: &str| json!({"no-advice": [{"reason": reason, "explanation": "said by the police"}]});
    judged["outcome"] = said("no-tie-with-a-european-country");
    let refused = complete(&draft, &judged).unwrap_err().join("; ");
    assert!(refused.contains("$.outcome.no-advice[0].reason") && refused.contains("the opposite of"), "{refused}");
    // what nobody answered is for the professional to say
    judged["outcome"] = said("obstruction");
    assert!(complete(&draft, &judged).is_ok());
}

#[test]
fn an_advice_that_contradicts_itself_is_refused_with_every_place() {
    let draft = draft("incidental");
    let mut judged = judgement(&draft);
    judged["estimates"] = json!([
        {"question": "reoffending", "level": "low", "reason": "a"}, {"question": " Reoffending", "level": "high", "reason": "b"}]);
    judged["instruments"][1] = json!({"instrument": "violent-reoffending-static", "stance": "agrees",
        "direction": "higher", "overridden_level": "high", "reason": "zzz"});
    judged["final"]["approved"] = json!([{"instrument": "all-reoffending-static", "level": "low"},
        {"instrument": "all-reoffending-static", "level": "medium"}, {"instrument": "psa", "level": "low"}]);
    judged["information"] = json!({"needed": "absent", "obtainable": "present"});
    let reason = json!({"reason": "information-not-obtainable", "explanation": "x"});
    judged["outcome"] = json!({"no-advice": [reason, reason]});
    let found = complete(&draft, &judged).unwrap_err();
    for parts in [
        ["$.estimates[1].question", "$.estimates[0] already, \"low\""],
        ["$.instruments[1].direction: \"higher\"", "goes with \"agrees\"; null, an empty text or no \"direction\""],
        ["$.instruments[1].overridden_level: \"high\"", "goes with \"agrees\""],
        ["$.instruments[1].reason: \"zzz\"", "goes with \"agrees\""],
        ["$.final.approved[1].instrument", "$.final.approved[0] already, \"low\""],
        ["$.final.approved[2].instrument", "\"psa\" is not an instrument of the draft"],
        ["$.outcome.no-advice[0].reason", "contradicts $.information.needed, \"absent\""],
        ["$.outcome.no-advice[0].reason", "contradicts $.information.obtainable, \"present\""],
        ["$.outcome.no-advice[1].reason", "stands twice"],
    ] {
        assert!(found.iter().any(|p| parts.iter().all(|part| p.contains(part))), "{parts:?} in {found:#?}");
    }
}

#[test]
fn keys_of_a_departure_may_stand_empty_with_another_stance() {
    let draft = draft("incidental");
    let mut judged = judgement(&draft);
    for empty in [json!(null), json!(""), json!(" ")] {
        judged["instruments"][1] = json!({"instrument": "violent-reoffending-static", "stance": "agrees",
            "direction": empty, "overridden_level": empty, "reason": empty});
        assert!(complete(&draft, &judged).is_ok(), "{empty}");
    }
    judged["instruments"][1] = json!({"instrument": "violent-reoffending-static", "stance": "not-used",
        "direction": "higher | lower", "overridden_level": "", "reason": "not made for this group"});
    judged["final"]["approved"] = json!([{"instrument": "violent-reoffending-static", "level": "low"}]);
    let found = complete(&draft, &judged).unwrap_err();
    assert!(found.iter().any(|p| p.contains("$.instruments[1].direction: \"higher | lower\"")), "{found:#?}");
    assert!(found.iter().any(|p| p.contains("$.final.approved[0].level") && p.contains("does not use")), "{found:#?}");
}

#[test]
fn an_advice_that_replaces_another_says_which_and_why() {
    let draft = draft("incidental");
    let mut judged = judgement(&draft);
    let first = complete(&draft, &judged).unwrap();
    judged["final"]["replaces"] = json!({"advice": "the last one", "reason": " "});
    let found = complete(&draft, &judged).unwrap_err();
    assert!(found.iter().any(|p| p.contains("$.final.replaces.reason")), "{found:#?}");
    judged["final"]["replaces"]["reason"] = json!("the wrong level was approved");
    let found = complete(&draft, &judged).unwrap_err();
    assert!(
        found.iter().any(|p| p.contains("$.final.replaces.advice: \"the last one\" is not the hash")),
        "{found:#?}"
    );
    judged["final"]["replaces"]["advice"] = json!(first.hash());
    let second = complete(&draft, &judged).unwrap();
    let replaces = second.signature().replaces.as_ref().unwrap();
    assert!(replaces.is_of(&first.to_json()) && !replaces.is_of(&second.to_json()));
    assert!(second.to_json().contains("the wrong level was approved") && !first.to_json().contains("replaces"));
    #[cfg(feature = "report")]
    {
        let page = second.html(&pleegprofiel::advice::Headings::default()).unwrap();
        assert!(page.contains("replaces the advice") && page.contains(&first.hash()[..16]));
    }
}
