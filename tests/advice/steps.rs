//! The steps at their own time: each reads a file of its own, and what lies between them is kept on file.

use crate::fixtures::{draft, judgement};
use pleegprofiel::{
    Error,
    advice::{Completion, Draft, Judged, Judgement, Reaction, Shown, Signature},
};
use serde_json::Value;

/// The parts of a judgement file that one step is for.
fn part(whole: &Value, keys: &[&str]) -> Value {
    let head = ["format", "format_version", "draft"];
    let kept = |key: &str| head.contains(&key) || keys.contains(&key);
    whole.as_object().unwrap().iter().filter(|(key, _)| kept(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn files(draft: &Draft) -> [Value; 3] {
    let whole = judgement(draft);
    [
        part(&whole, &["estimates", "instruments", "information", "needs", "serious_harm", "outcome"]),
        part(&whole, &["reaction"]),
        part(&whole, &["final"]),
    ]
}

fn messages(error: &Error) -> Vec<String> {
    error.issues().iter().map(|issue| issue.message.clone()).collect()
}

fn judged(draft: &Draft) -> Judged {
    let [judgement, _, _] = files(draft);
    draft.clone().judge(Judgement::from_json(&judgement.to_string(), draft).unwrap()).unwrap()
}

fn shown(draft: &Draft) -> Shown {
    let (judged, [_, reaction, _]) = (judged(draft), files(draft));
    let reaction = Reaction::from_json(&reaction.to_string(), &judged).unwrap();
    judged.show(reaction).unwrap()
}

#[test]
fn three_files_in_three_steps_make_the_advice_that_one_file_makes() {
    let draft = draft("incidental");
    let [_, _, signature] = files(&draft);
    let kept = Judged::from_json(&judged(&draft).to_json()).unwrap();
    assert_eq!(kept, judged(&draft));
    let kept = Shown::from_json(&shown(&draft).to_json()).unwrap();
    assert_eq!(kept, shown(&draft));
    let signature = Signature::from_json(&signature.to_string(), &kept).unwrap();
    let by_steps = kept.finalise(signature).unwrap();
    let at_once = Completion::from_json(&judgement(&draft).to_string(), &draft).unwrap().complete(draft).unwrap();
    assert_eq!(by_steps.to_json(), at_once.to_json());
}

#[test]
fn a_step_reads_no_part_of_another_step() {
    let draft = draft("incidental");
    let whole = judgement(&draft).to_string();
    let error = Judgement::from_json(&whole, &draft).unwrap_err();
    let found = messages(&error);
    assert!(found.iter().any(|m| m.contains("$.reaction")) && found.iter().any(|m| m.contains("$.final")), "{found:?}");
    assert_eq!(error.issue_count(), 2);
    let error = Reaction::from_json(&whole, &judged(&draft)).unwrap_err();
    assert!(error.issue_count() >= 6, "{error}");
}

#[test]
fn a_reaction_or_a_signature_for_another_draft_is_refused_with_all_its_problems() {
    let draft = draft("incidental");
    let [_, mut reaction, mut signature] = files(&draft);
    reaction["draft"] = "0".repeat(64).into();
    reaction["reaction"]["said"]["on"] = "2026-02-30".into();
    let found = messages(&Reaction::from_json(&reaction.to_string(), &judged(&draft)).unwrap_err());
    assert!(found.iter().any(|m| m.contains("$.draft") && m.contains("another draft")), "{found:?}");
    assert!(found.iter().any(|m| m.contains("$.reaction.said.on") && m.contains("2026-02-30")), "{found:?}");
    signature["draft"] = "0".repeat(64).into();
    signature["final"]["approved"][0]["level"] = "high".into();
    let found = messages(&Signature::from_json(&signature.to_string(), &shown(&draft)).unwrap_err());
    assert!(found.iter().any(|m| m.contains("$.draft") && m.contains("another draft")), "{found:?}");
    assert!(found.iter().any(|m| m.contains("$.final.approved[0].level") && m.contains("high")), "{found:?}");
}

#[test]
fn what_was_changed_between_two_steps_is_refused() {
    let draft = draft("incidental");
    let (judged, shown) = (judged(&draft).to_json(), shown(&draft).to_json());
    for (from, to) in [("few offences, but planned", "many offences"), ("\"state\":\"judged\"", "\"state\":\"final\"")]
    {
        assert!(judged.contains(from));
        assert!(Judged::from_json(&judged.replacen(from, to, 1)).is_err(), "{from}");
        assert!(Shown::from_json(&shown.replacen(from, to, 1)).is_err(), "{from}");
    }
    let changed = shown.replacen("He agrees with most of it.", "He agrees with all of it.", 1);
    let error = Shown::from_json(&changed).unwrap_err().to_string();
    assert!(error.contains("$.hash") && error.contains("changed since it was made"), "{error}");
    // nor is one taken for the other
    assert!(Judged::from_json(&shown).is_err() && Shown::from_json(&judged).is_err());
    assert!(Draft::from_json(&judged).is_err() && Judged::from_json(&draft.to_json()).is_err());
}

#[cfg(feature = "report")]
#[test]
fn what_is_shown_to_the_person_is_still_a_draft_on_paper() {
    let draft = draft("incidental");
    let page = judged(&draft).html(&pleegprofiel::advice::Headings::default()).unwrap();
    assert!(page.contains("@top-center { content: \"DRAFT - NO ADVICE\"") && page.contains("This is a draft"));
    assert!(page.contains("few offences, but planned") && !page.contains("Made final"));
}

#[test]
fn the_form_names_every_key_and_is_refused_until_it_is_filled_in() {
    let draft = draft("incidental");
    let form: Value = serde_json::from_str(&draft.judgement_form()).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&form), keys(&judgement(&draft)));
    let found = messages(&Completion::from_json(&form.to_string(), &draft).unwrap_err());
    for place in ["$.estimates[0].level", "$.instruments[1].stance", "$.information.needed", "$.outcome", "$.final.by"]
    {
        assert!(found.iter().any(|m| m.contains(place)), "{place}: {found:#?}");
    }
}
