//! What earlier versions stored can be read for ever, and says what it said.

use crate::support::data::{fixture, toronto};
use pleegprofiel::{
    Classifier, Cohort, Family, Fit, Model, OutcomeSpec, Panel, PersonRow, Spec,
    ndarray::Array2,
    profile::{Decision, classify::ClassifyOptions},
    trajectory::{COUNTS, Errors, forms::FormState, passes::PassJournal, selection::SelectionState},
};

fn text(file: &str) -> String {
    std::fs::read_to_string(fixture(&format!("stored/{file}"))).unwrap()
}

#[test]
fn stored_models_load_and_have_the_log_likelihood_they_had() {
    let cohort = toronto("TO1").cohort();
    let figures = text("figures.csv");
    let mut read = 0;
    for line in figures.lines().skip(1) {
        let (file, figure) = line.split_once(',').unwrap();
        let model = Model::from_json(&text(file)).unwrap();
        let figure: f64 = figure.parse().unwrap();
        let now = model.log_likelihood(&cohort).unwrap();
        // parameters are stored in full; sums of 378 people by whatever code there is
        assert!((now / figure - 1.0).abs() < 1e-12, "{file}: {now} for {figure}");
        assert_eq!(Model::from_json(&model.to_json()).unwrap(), model, "{file}");
        read += 1;
    }
    assert_eq!(read, 8);
}

/// Fits of all kinds: plain and looked at, with a shared dispersion, with covariates, joined, and one that is no answer.
fn fits() -> Vec<(&'static str, Fit)> {
    let cohort = toronto("TO1").cohort();
    let few = |family| Spec::counts(family).groups(2).degree(1).starts(4);
    let plain = few(Family::Zip).fit(&cohort).unwrap();
    let common = few(Family::NegBin).common_dispersion(true).seed(9).neighbours(false).fit(&cohort).unwrap();
    let panel = Panel::from_cohort(&cohort);
    let odd: Vec<f64> = (0..cohort.persons()).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
    let with = panel.clone().covariate("odd", &odd).unwrap();
    let membership = few(Family::Poisson).membership(["odd"]).fit(&with).unwrap();
    let values = panel.values(COUNTS).unwrap();
    let both = panel.series("again", values.view()).unwrap();
    let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(1);
    let dual = Spec::dual(2, 2).outcome(of(COUNTS)).outcome(of("again")).starts(2).fit(&both).unwrap();
    // nobody offends: the rate has no maximum but nothing
    let nobody = Cohort::from_counts(cohort.grid(), Array2::<u32>::zeros((9, cohort.grid().len())).view()).unwrap();
    let none = few(Family::Poisson).fit(&nobody).unwrap();
    let looked = plain.checked(&cohort).unwrap();
    vec![
        ("plain", plain),
        ("looked", looked),
        ("common", common),
        ("membership", membership),
        ("dual", dual),
        ("none", none),
    ]
}

#[test]
fn a_fit_reads_back_with_every_bit_and_answers_as_before() {
    for (name, fit) in fits() {
        let again = Fit::from_json(&fit.to_json()).unwrap();
        // what is no number is not equal to itself
        assert_eq!(format!("{again:?}"), format!("{fit:?}"), "{name}");
        assert_eq!(again.to_json(), fit.to_json(), "{name}");
        for errors in [Errors::Information, Errors::Sandwich] {
            // of plain counts there is no sandwich, before and after
            let told = |fit: &Fit| fit.by(errors).map(|by| format!("{:?} {:?}", by.estimates(), by.shares()));
            match (told(&again), told(&fit)) {
                (Ok(again), Ok(fit)) => assert_eq!(again, fit, "{name}"),
                (Err(again), Err(fit)) => assert_eq!((errors, again.to_string()), (Errors::Sandwich, fit.to_string())),
                (again, fit) => panic!("{name}, {errors:?}: {again:?} and {fit:?}"),
            }
        }
        assert_eq!(again.best().is_ok(), fit.best().is_ok(), "{name}");
    }
}

#[test]
fn parts_of_two_fits_do_not_make_one() {
    let all = fits();
    let value = |i: usize| serde_json::to_value(&all[i].1).unwrap();
    let mut mixed = value(0);
    mixed["inference"] = value(3)["inference"].clone();
    let told = Fit::from_json(&mixed.to_string()).unwrap_err().to_string();
    assert!(told.starts_with("not a usable fit: its specification has"), "{told}");
    let mut fewer = value(0);
    fewer["groups"].as_array_mut().unwrap().pop();
    assert!(Fit::from_json(&fewer.to_string()).unwrap_err().to_string().contains("groups"));
    let mut other = value(0);
    other["version"] = 2.into();
    assert!(Fit::from_json(&other.to_string()).unwrap_err().to_string().contains("version 2"));
    assert!(Fit::from_json("{").is_err() && Fit::from_json("[]").is_err());
}

#[test]
fn a_stored_model_with_names_still_names_people() {
    let model = Model::from_json(&text("model-with-names.json")).unwrap();
    assert!(Decision::of(&model).unwrap().is_some());
    let classifier = Classifier::of_stored(model, ClassifyOptions::default()).unwrap();
    let counts: Vec<Option<u32>> = (0..31).map(|t| Some(u32::from((8..12).contains(&t)))).collect();
    assert!(classifier.classify(PersonRow::new(&counts)).unwrap().groups.iter().sum::<f64>() > 0.999_999);
}

#[test]
fn general_models_and_results_to_go_on_from_load() {
    let general = Model::from_json(&text("general-membership.json")).unwrap();
    assert_eq!((general.group_count(0), general.parameters().len()), (2, 8));
    assert_eq!(Model::from_json(&general.to_json()).unwrap(), general);
    let selection = SelectionState::from_json(&text("selection.json")).unwrap();
    assert_eq!(selection.finished().len(), 2);
    assert_eq!(SelectionState::from_json(&selection.to_json()).unwrap(), selection);
    let forms = FormState::from_json(&text("forms.json")).unwrap();
    assert!(!forms.is_empty() && FormState::from_json(&forms.to_json()).unwrap() == forms);
    let passes = text("passes.json");
    let head: serde_json::Value = serde_json::from_str(passes.lines().next().unwrap()).unwrap();
    let mut journal = PassJournal::new(head["of"].as_str().unwrap());
    journal.read(&passes).unwrap();
    assert_eq!(journal.len(), passes.lines().count() - 1);
}
