//! The picture in the walk-through of the documentation is the one that the crate draws.

use crate::support::simulate::four_groups;
use pleegprofiel::{
    Career, Classifier, Definitions, Family, Language, Profile,
    career::{CalendarDate, Category, Custody, Offence, Window, WindowEnd},
    cohort::CareerOptions,
    name_model,
    profile::classify::Classification,
    report::posterior_path_svg,
};

/// The record of `src/profile/walkthrough.md` up to a day.
fn answer(until: &str) -> Classification {
    let day = |text: &str| text.parse::<CalendarDate>().unwrap();
    let offences = ["2007-11-02", "2012-08-19", "2013-03-30", "2014-01-12", "2015-06-01", "2015-11-23"]
        .into_iter()
        .chain(["2017-02-14", "2018-04-03", "2018-09-21"]);
    let career = Career::dated(day("1990-05-06"))
        .window(Window::dates(day("2002-05-06"), day(until), WindowEnd::EndOfRegister))
        .offences(offences.filter(|at| day(at) < day(until)).map(|at| Offence::on(day(at), Category::PROPERTY)))
        .stays((until > "2016-07-01").then(|| Custody::dates(day("2016-03-01"), day("2016-07-01"))))
        .build()
        .unwrap();
    let model = four_groups(Family::Poisson);
    let naming = name_model(&model, &Definitions::default()).unwrap();
    let classifier = Classifier::new(model, naming).unwrap().named("made-up example");
    classifier.classify_career(&career, &CareerOptions::default()).unwrap()
}

#[test]
fn the_picture_of_the_walk_through_is_up_to_date() {
    let drawn = posterior_path_svg(&answer("2019-05-06"), 0.8, Language::English);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/profile/walkthrough.svg");
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        std::fs::write(&path, format!("{}\n", drawn.replace('\n', ""))).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept.trim_end() == drawn.replace('\n', ""),
        "drawn otherwise now: run with UPDATE_PICTURES=1 and look at it"
    );
}

#[test]
fn the_picture_names_profiles_and_the_reason_for_none_in_both_languages() {
    let young = answer("2009-05-06");
    let dutch = posterior_path_svg(&young, 0.8, Language::Dutch);
    for text in ["laat pieken: 0,35", "onbeslist (too-young)", "leeftijd (jaren)", "te jong om het te zeggen"] {
        assert!(dutch.contains(text), "{text}: {dutch}");
    }
    let svg = posterior_path_svg(&answer("2019-05-06"), 0.8, Language::English);
    assert!(svg.contains("late-peak offenders: 0.99") && svg.contains("Offences up to age 29: 9"));
    assert!(svg.starts_with("<svg") && !svg.contains("NaN"));
    assert_eq!(answer("2019-05-06").profile(), Some(Profile::LatePeak));
    assert_eq!(answer("2013-05-06").profile(), Some(Profile::LatePeak));
    assert_eq!(answer("2012-05-06").answer.undecided.map(|why| why.key()), Some("alike"));
}
