//! What earlier versions stored can be read for ever, and says what it said.

use crate::support::data::{fixture, toronto};
use pleegprofiel::{
    Classifier, ClassifyOptions, Decision, FormState, GeneralModel, PassJournal, PersonRow, SelectionState,
    TrajectoryModel,
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
        let model = TrajectoryModel::from_json(&text(file)).unwrap();
        let figure: f64 = figure.parse().unwrap();
        let now = model.log_likelihood(&cohort).unwrap();
        // parameters are stored in full; sums of 378 people by whatever code there is
        assert!((now / figure - 1.0).abs() < 1e-12, "{file}: {now} for {figure}");
        assert_eq!(TrajectoryModel::from_json(&model.to_json()).unwrap(), model, "{file}");
        read += 1;
    }
    assert_eq!(read, 8);
}

#[test]
fn a_stored_model_with_names_still_names_people() {
    let model = TrajectoryModel::from_json(&text("model-with-names.json")).unwrap();
    assert!(Decision::of(&model).unwrap().is_some());
    let classifier = Classifier::of_stored(model, ClassifyOptions::default()).unwrap();
    let counts: Vec<Option<u32>> = (0..31).map(|t| Some(u32::from((8..12).contains(&t)))).collect();
    assert!(classifier.classify(PersonRow::new(&counts)).unwrap().groups.iter().sum::<f64>() > 0.999_999);
}

#[test]
fn general_models_and_results_to_go_on_from_load() {
    let general = GeneralModel::from_json(&text("general-membership.json")).unwrap();
    assert_eq!((general.groups(0), general.parameters().len()), (2, 8));
    assert_eq!(GeneralModel::from_json(&general.to_json()).unwrap(), general);
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
