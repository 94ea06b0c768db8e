//! Dossiers that cannot be used: every problem at once, with path, value and what would be accepted.

use crate::fixtures::{problems, value};
use pleegprofiel::advice::Dossier;
use serde_json::{Value, json};

fn with(place: &str, new: Value) -> Vec<String> {
    let mut dossier = value("incidental");
    match dossier.pointer_mut(place) {
        Some(found) => *found = new,
        None => {
            let (parent, key) = place.rsplit_once('/').unwrap();
            dossier.pointer_mut(parent).unwrap()[key] = new;
        }
    }
    problems(&dossier)
}

#[track_caller]
fn one(found: &[String], parts: &[&str]) {
    let hit = found.iter().any(|problem| parts.iter().all(|part| problem.contains(part)));
    assert!(hit, "{parts:?} in {found:#?}");
}

#[test]
fn all_problems_come_at_once_with_path_value_and_what_is_accepted() {
    let mut dossier = value("incidental");
    dossier["asked"]["on"] = json!("2026-02-30");
    dossier["asked"]["moment"] = json!("lunch");
    dossier["career"]["offences"][0]["on"] = json!("1980-01-01");
    dossier["answers"]["age_at_first_sanction"] = json!("twenty");
    dossier["factors"]["work"] = json!("perhaps");
    dossier["factors"]["no-start-qualification"] = json!("present");
    dossier["protected"]["sex"] = json!("woman");
    let found = problems(&dossier);
    assert!(found.len() >= 7, "{found:#?}");
    one(&found, &["$.asked.on", "2026-02-30 is not a day of the calendar"]);
    one(&found, &["$.asked.moment", "\"lunch\"", "one of arrest, remand-suspension, hearing"]);
    one(&found, &["$.career.offences[0]", "before birth"]);
    one(&found, &["$.factors.work", "\"perhaps\"", "\"present\""]);
    one(&found, &["$.factors.start-qualification", "opposite"]);
    one(&found, &["$.answers.age_at_first_sanction", "\"twenty\" is not a whole number"]);
    one(&found, &["$.answers.sex", "\"female\" is accepted"]);
}

#[test]
fn impossible_dates_are_named_where_they_stand() {
    one(
        &with("/career/offences/1/on", json!("2027-01-01")),
        &["$.career.offences[1].on", "2027-01-01", "after the day of the assessment"],
    );
    one(
        &with("/career/offences/0/on", json!("1997-01-01")),
        &["$.career.offences[0]", "1997-01-01", "before the window"],
    );
    one(&with("/career/window/to", json!("2026-03-01")), &["$.career.window.to", "2026-03-01"]);
    one(&with("/career/custody/0/to", json!("2025-08-01")), &["$.career.custody[0]", "backwards"]);
    one(&with("/asked/verdict", json!("2026-02-03")), &["$.asked.verdict", "2026-02-03"]);
    one(&with("/career/offences/0/age", json!(20)), &["$.career.offences[0]", "on and age given together"]);
    let birth = with("/birth", json!("2027-01-01"));
    one(&birth, &["$.birth", "not before the day of the assessment"]);
    assert!(!birth.iter().any(|p| p.contains("2027-01-01")), "a date of birth stands in no message");
}

#[test]
fn an_article_without_a_date_and_one_that_did_not_exist_are_refused() {
    let article = |number: &str| json!({"law": "sr", "number": number});
    let mut by_age = json!({
        "format": "pleegprofiel-dossier", "format_version": 1, "asked": {"on": "2026-02-01", "instruments": []},
        "career": {"window": {"from": 12, "to": 30}, "custody": [],
                   "offences": [{"age": 24.5, "category": "sexual", "adjudicated": true}]}});
    assert!(problems(&by_age).is_empty());
    by_age["career"]["offences"][0]["article"] = article("242");
    one(&problems(&by_age), &["$.career.offences[0].article", "\"242\" without a date", "1 July 2024"]);
    let mut dossier = value("incidental");
    dossier["career"]["offences"][0] =
        json!({"on": "2024-07-01", "category": "sexual", "adjudicated": true, "article": article("240b")});
    one(&problems(&dossier), &["$.career.offences[0].article", "\"240b\" did not exist on 2024-07-01", "252"]);
    dossier["career"]["offences"][0]["on"] = json!("2024-06-30");
    assert!(problems(&dossier).is_empty());
    dossier["career"]["offences"][0]["article"] = article("254d");
    one(&problems(&dossier), &["\"254d\" did not exist on 2024-06-30"]);
}

#[test]
fn answers_that_contradict_each_other_are_refused() {
    one(&with("/answers/sex", json!("female")), &["$.answers.sex", "$.protected.sex", "\"male\""]);
    one(&with("/answers/date_of_birth", json!("1986-05-18")), &["$.answers.date_of_birth", "$.birth"]);
    one(&with("/population/age", json!(50)), &["$.population.age", "50", "39"]);
    one(&with("/factors/no-start-qualification", json!("present")), &["$.factors.start-qualification", "opposite"]);
    one(
        &with("/factors/criminal-relative", json!("absent")),
        &["$.factors.criminal-relative", "criminal-partner, \"present\""],
    );
    // first sanctioned at an age that the date of birth and the present conviction do not allow
    one(&with("/answers/age_at_first_sanction", json!(60)), &["$.answers", "all-reoffending-static"]);
    one(&with("/answers/age_at_first_sanction", json!(110)), &["$.answers", "all-reoffending-static", "out of range"]);
    let mut early = value("early-peak");
    early["factors"]["first-offence-as-minor"] = json!("absent");
    one(&problems(&early), &["$.factors.first-offence-as-minor", "$.career.offences"]);
}

#[test]
fn wrong_types_and_names_are_refused_with_what_would_be_accepted() {
    one(
        &with("/answers/total_sanctions", json!("two")),
        &["$.answers.total_sanctions", "\"two\" is not a whole number"],
    );
    one(
        &with("/answers/offence_category", json!("piracy")),
        &["$.answers.offence_category", "\"piracy\" is not one of", "burglary_domestic"],
    );
    one(
        &with("/asked/instruments", json!(["no-such"])),
        &["$.asked.instruments[0]", "no-such", "all-reoffending-static"],
    );
    one(&with("/asked/about", json!([7])), &["$.asked.about[0]", "7", "2 offences"]);
    one(
        &with("/population_overrides/all-reoffending-static/reason", json!(" ")),
        &["$.population_overrides.all-reoffending-static"],
    );
    one(
        &with("/career/offences/0/category", json!("Theft")),
        &["$.career.offences[0].category", "\"Theft\"", "kebab-case"],
    );
    one(&with("/wrok", json!(1)), &["$.wrok", "unknown key; known are"]);
    let twice = r#"{"format": "pleegprofiel-dossier", "format_version": 1, "asked": {"on": "2026-02-01", "on": "2026-02-02", "instruments": []}}"#;
    one(&[Dossier::from_json(twice).unwrap_err().to_string()], &["$.asked.on", "stands twice"]);
}

#[test]
fn an_identifier_that_is_not_marked_printable_may_stand_in_no_other_text() {
    let found = with("/account/situation", json!("Karel Verzonnen woont samen."));
    one(&found, &["$.account.situation", "not marked printable"]);
    assert!(!found.iter().any(|problem| problem.contains("Verzonnen")), "{found:?}");
    assert!(with("/account/situation", json!("Zaak 00/000001-24 loopt.")).is_empty(), "that one is marked");
    // the words of a name in another order; one of them alone may be any word
    one(
        &with("/account/situation", json!("VERZONNEN, Karel woont samen")),
        &["$.account.situation", "not marked printable"],
    );
    assert!(with("/account/situation", json!("Dit is verzonnen.")).is_empty());
    // what another entry of the list would print
    for (key, text) in [("kind", "zaak van karel verzonnen"), ("value", "Karel Verzonnen")] {
        let found = with(&format!("/identifiers/1/{key}"), json!(text));
        one(&found, &["$.identifiers[1]", "what another identifier keeps from print"]);
        assert!(!found.join("; ").to_lowercase().contains("karel"), "{found:?}");
    }
}

#[test]
fn an_identifier_that_may_not_be_printed_is_quoted_in_no_problem() {
    let long = format!("{} Karel Verzonnen", "x".repeat(50));
    let places = [
        ("/account/confesses", json!("Karel Verzonnen")),
        ("/account/confesses", json!(long)),
        ("/birth", json!("karel  VERZONNEN")),
        ("/answers/sex", json!("Karel")),
        ("/answers/Karel Verzonnen", json!(1)),
        ("/asked/moment", json!("Verzonnen")),
        ("/asked/instruments", json!(["Karel Verzonnen"])),
        ("/career/offences/0/category", json!("Karel Verzonnen")),
        ("/identifiers/0/printable", json!("Karel Verzonnen")),
        ("/identifiers/0", json!("Karel Verzonnen")),
        ("/identifiers", json!("Karel Verzonnen")),
    ];
    for (place, value) in places {
        let found = with(place, value);
        assert!(!found.is_empty(), "{place}");
        let said = found.join("; ").to_lowercase();
        assert!(!said.contains("karel") && !said.contains("verzonnen"), "{place}: {found:?}");
    }
    one(&with("/account/confesses", json!("Karel Verzonnen")), &["$.account.confesses", "(not quoted)", "\"present\""]);
    let mut dossier = value("incidental");
    for (value, other) in [(json!("1234.56.782"), json!(123456782)), (json!(123456782), json!("123456782"))] {
        dossier["identifiers"][0]["value"] = value;
        dossier["account"]["confesses"] = other;
        let found = problems(&dossier);
        one(&found, &["$.account.confesses"]);
        assert!(!found.join("; ").contains("123456782"), "{found:?}");
    }
    let text = value("incidental").to_string().replacen(
        "\"account\":{",
        "\"account\":{\"Karel Verzonnen\":1,\"Karel Verzonnen\":2,",
        1,
    );
    let said = Dossier::from_json(&text).unwrap_err().to_string();
    assert!(said.contains("twice") || said.contains("key"), "{said}");
    assert!(!said.contains("Karel"), "{said}");
}

#[test]
fn what_was_found_out_lies_on_the_day_of_the_assessment_or_before_it() {
    for name in ["assessment_date", "most_recent_offence_date"] {
        let found = with(&format!("/answers/{name}"), json!("2035-12-02"));
        one(&found, &[&format!("$.answers.{name}"), "2035-12-02 lies after the day of the assessment, 2026-02-02"]);
    }
}

#[test]
fn a_verdict_on_an_offence_that_no_court_has_judged_is_refused() {
    one(
        &with("/career/offences/1/adjudicated", json!(false)),
        &["$.asked.verdict", "2025-03-14", "\"adjudicated\": true"],
    );
    let mut dossier = value("incidental");
    dossier["career"]["offences"][1]["adjudicated"] = json!(false);
    dossier["asked"]["about"] = json!([0, 1]);
    assert!(problems(&dossier).is_empty(), "the verdict may be on the other");
}

#[test]
fn an_item_that_no_instrument_asked_for_reads_is_listed_and_no_error() {
    let mut dossier = value("late-peak");
    dossier["answers"]["something_else"] = json!({"free": ["form"]});
    let read = Dossier::from_json(&dossier.to_string()).unwrap();
    assert_eq!(read.unread(), ["something_else", "temper_control"]);
}

#[test]
fn a_date_of_birth_that_cannot_be_hides_no_other_problem_of_the_career() {
    let mut dossier = value("incidental");
    dossier["birth"] = json!("1986-02-31");
    dossier["career"]["offences"][0]["on"] = json!("2009-13-01");
    dossier["career"]["window"]["to"] = json!("2027-01-01");
    let found = problems(&dossier);
    for (place, what) in
        [("$.birth", "calendar"), ("$.career.offences[0].on", "2009-13-01"), ("$.career.window.to", "after")]
    {
        one(&found, &[place, what]);
    }
    assert!(found.iter().all(|problem| !problem.contains("1986")), "{found:?}");
}

#[test]
fn an_article_is_the_same_however_its_law_is_spelled() {
    for (law, number) in [("Sr", "240b"), ("SR", "240B"), ("Wetboek van Strafrecht", "240b"), ("WvSr", "240B")] {
        let offence = json!({"on": "2025-02-01", "category": "sexual", "case": 1, "adjudicated": true,
                             "article": {"law": law, "number": number}});
        one(&with("/career/offences/0", offence), &["$.career.offences[0].article", "did not exist on 2025-02-01"]);
    }
}

#[test]
fn an_article_and_a_category_that_contradict_each_other_are_refused() {
    let of = |category: &str, number: &str| {
        let offence = json!({"on": "2020-02-01", "category": category, "case": 1, "adjudicated": true,
                             "article": {"number": number}});
        with("/career/offences/0", offence)
    };
    one(&of("human-trafficking", "242"), &["$.career.offences[0].category", "contradicts article 242"]);
    one(&of("property", "273f"), &["$.career.offences[0].category", "\"human-trafficking\" is accepted"]);
    assert!(of("human-trafficking", "273F").is_empty() && of("sexual", "242").is_empty());
    // every article of which it was read, by the day, against every category that comes with the crate
    one(
        &of("property", "242"),
        &["$.career.offences[0].category", "\"property\" contradicts article 242", "\"sexual\""],
    );
    one(&of("violence", "248e"), &["$.career.offences[0].category", "\"sexual\" is accepted"]);
    let new =
        json!({"on": "2024-07-01", "category": "drugs", "case": 1, "adjudicated": true, "article": {"number": "251"}});
    one(&with("/career/offences/0", new), &["$.career.offences[0].category", "\"sexual\" is accepted (Stb. 2024, 59"]);
    // what was not read says nothing against a category
    assert!(of("property", "310").is_empty());
}

#[test]
fn a_verdict_follows_birth_and_the_offences_it_is_about() {
    one(&with("/asked/verdict", json!("2019-04-09")), &["$.asked.verdict", "before the offence it is about", "[1]"]);
    one(&with("/asked/verdict", json!("1980-01-01")), &["$.asked.verdict", "lies before the day of birth"]);
    assert!(with("/asked/verdict", json!("2019-04-10")).is_empty());
}

#[test]
fn a_first_offence_as_a_minor_that_was_not_there_to_be_seen_is_refused() {
    let found = with("/factors/first-offence-as-minor", json!("present"));
    one(&found, &["$.factors.first-offence-as-minor", "\"present\" contradicts $.career"]);
}

#[test]
fn answers_out_of_range_are_named_by_their_items() {
    let mut dossier = value("incidental");
    dossier["answers"]["violent_sanctions"] = json!(9);
    dossier["answers"]["total_sanctions"] = json!(2);
    one(&problems(&dossier), &["violent sanctions out of range (answers to total_sanctions and violent_sanctions)"]);
}
