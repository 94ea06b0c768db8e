//! The reporting checklist: every question is there, answered from the data or handed to the researcher.

use pleegprofiel::{
    AgeGrid, Cohort, Family, OutcomeSpec, Panel, PersonRow, Spec,
    cohort::CohortBuilder,
    ndarray::Array2,
    trajectory::{
        Dropout,
        grolts::{GROLTS_QUESTIONS, GroltsStatus},
        selection::SelectionOptions,
    },
};

fn cohort() -> Cohort {
    let counts = Array2::from_shape_fn((90, 8), |(i, t)| {
        if i % 3 == 0 { 1 + ((i + t) % 3) as u32 } else { u32::from((i * 7 + t) % 13 == 0) }
    });
    Cohort::from_counts(AgeGrid::years(12, 19).unwrap(), counts.view()).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn all_twenty_one_questions_are_there_in_the_order_of_the_checklist() {
    let numbers: Vec<&str> = GROLTS_QUESTIONS.iter().map(|q| q.0).collect();
    let expected = [
        "1", "2", "3a", "3b", "3c", "4", "5", "6a", "6b", "7", "8", "9", "10", "11", "12", "13", "14a", "14b", "14c",
        "15", "16",
    ];
    assert_eq!(numbers, expected);
    let cohort = cohort();
    let fit = Spec::counts(Family::Poisson).groups(2).degree(1).starts(4).fit(&cohort).unwrap();
    let record = fit.grolts(&cohort).unwrap();
    assert_eq!(record.items.iter().map(|i| i.item).collect::<Vec<_>>(), expected);
    for item in &record.items {
        assert_eq!(item.answer.is_empty(), item.status == GroltsStatus::NeedsResearcher, "{}", item.item);
        assert_eq!(item.researcher.is_none(), item.status == GroltsStatus::Answered, "{}", item.item);
        assert!(item.researcher.iter().all(|r| r.starts_with("needs the researcher: ")));
    }
    let stored = json(&record.to_json());
    assert_eq!(stored["items"].as_array().unwrap().len(), 21);
    assert!(stored["source"].as_str().unwrap().contains("10.1080/10705511.2016.1247646"));
    let markdown = record.to_markdown();
    assert!(GROLTS_QUESTIONS.iter().all(|(n, q)| markdown.contains(&format!("## {n}. {q}"))));
    assert!(markdown.contains("*needs the researcher: "));
}

#[test]
fn answers_hold_the_figures_of_the_fit() {
    let cohort = cohort();
    let fit = Spec::counts(Family::Zip).groups(2).degree(1).zero_degree(0).starts(4).seed(9).fit(&cohort).unwrap();
    let record = fit.grolts(&cohort).unwrap();
    let data = |item: &str| json(&record.item(item).unwrap().data_json());
    assert_eq!(data("1")["intervals"], 8);
    assert_eq!(data("3a")["series"][0]["observed"], 720);
    assert_eq!(record.item("3a").unwrap().status, GroltsStatus::Answered);
    let events: f64 = (0..90).flat_map(|i| cohort.counts(i)).map(|y| f64::from(y.unwrap())).sum();
    let mean = data("4")["series"][0]["mean"].as_f64().unwrap();
    assert!((mean - events / 720.0).abs() < 1e-12, "{mean}");
    assert_eq!((data("9")["seed"].as_u64(), data("9")["climbs"].as_u64()), (Some(9), Some(fit.starts.len() as u64)));
    assert_eq!(data("12")["members"], serde_json::json!(fit.groups.iter().map(|g| g.members).collect::<Vec<_>>()));
    assert_eq!(data("13")["relative_entropy"].as_f64(), fit.entropy);
    // every parameter, also one that is not free because its zero part ran to nothing
    let all = fit.model().parameter_names().len();
    assert_eq!(data("15")["estimates"].as_array().unwrap().len(), all);
    assert!(fit.parameters <= all);
    assert_eq!(data("14a")["curves"].as_array().unwrap().len(), 2);
    assert!(record.item("7").unwrap().answer.contains("polynomial of degree 1; zero part polynomial of degree 0"));
    assert!(data("16")["specification"]["outcomes"].is_array());
}

#[test]
fn missing_values_and_time_at_risk_are_described() {
    let mut builder = CohortBuilder::new(AgeGrid::years(12, 15).unwrap());
    for i in 0..60_u32 {
        let mut counts = [Some(i % 2), Some(0), Some(i % 3), Some(1)];
        match i % 4 {
            0 => counts[3] = None,
            1 => counts[1] = None,
            _ => {}
        }
        let exposure = counts.map(|c| c.map_or(0.0, |_| if i % 5 == 0 { 0.5 } else { 1.0 }));
        builder.push(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }).unwrap();
    }
    let cohort = builder.finish();
    let fit = Spec::counts(Family::Poisson).groups(1).degree(1).starts(1).fit(&cohort).unwrap();
    let record = fit.grolts(&cohort).unwrap();
    let missing = json(&record.item("3a").unwrap().data_json())["series"][0].clone();
    assert_eq!((missing["dropped_out"].as_u64(), missing["gaps"].as_u64()), (Some(15), Some(15)));
    assert_eq!((missing["complete"].as_u64(), missing["observed"].as_u64()), (Some(30), Some(60 * 4 - 30)));
    assert_eq!(record.item("3a").unwrap().status, GroltsStatus::Partly);
    let time = json(&record.item("2").unwrap().data_json());
    let exposure = time["series"][0]["by_interval"][0]["exposure_mean"].as_f64().unwrap();
    assert!((exposure - (48.0 + 12.0 * 0.5) / 60.0).abs() < 1e-12, "{exposure}");
    assert!(record.item("13").unwrap().answer.starts_with("One group"));
}

#[test]
fn dropout_and_covariates_of_a_panel_are_described() {
    let values = Array2::from_shape_fn((120, 5), |(i, t)| {
        (t < 2 + (i * 7) % 5).then(|| f64::from(u8::from((i * 5 + t * 3) % 4 < if i % 2 == 0 { 1 } else { 3 })))
    });
    let female: Vec<f64> = (0..120).map(|i| f64::from(u8::from(i % 2 == 0 || i % 7 == 0))).collect();
    let panel = Panel::new(AgeGrid::years(12, 16).unwrap())
        .series("contact", values.view())
        .unwrap()
        .covariate("female", &female)
        .unwrap();
    let spec = Spec::new(2)
        .outcome(OutcomeSpec::new("contact", Family::Bernoulli).degree(0))
        .membership(["female"])
        .dropout(Dropout::new("contact", 0))
        .starts(4);
    let fit = spec.fit(&panel).unwrap();
    let record = fit.grolts(&panel).unwrap();
    assert!(record.item("8").unwrap().answer.contains("female"));
    assert!(record.item("3b").unwrap().answer.contains("by group and age"));
    assert!(record.item("3a").unwrap().answer.contains("Haviland"));
}

#[test]
fn a_search_adds_the_models_that_were_compared() {
    let cohort = cohort();
    let search = SelectionOptions::new().families([Family::Poisson]).degrees([0, 1]).starts(3);
    let selection = search.clone().groups(1..=2).select(&cohort).unwrap();
    let record = selection.grolts(&cohort).unwrap();
    let data = |item: &str| json(&record.item(item).unwrap().data_json());
    for item in ["7", "10", "11", "12"] {
        assert_eq!(record.item(item).unwrap().status, GroltsStatus::Answered, "{item}");
    }
    assert_eq!((data("11")["models"].as_u64(), data("11")["one_group"].as_bool()), (Some(4), Some(true)));
    for (row, c) in data("10").as_array().unwrap().iter().zip(&selection.candidates) {
        assert_eq!(row["bic_persons"].as_f64(), c.figures.as_ref().map(|f| f.bic_persons));
    }
    let without = search.groups(2..=2).select(&cohort).unwrap().grolts(&cohort).unwrap();
    assert_eq!(without.item("11").unwrap().status, GroltsStatus::Partly);
}

#[test]
fn another_cohort_than_that_of_the_fit_is_refused() {
    let cohort = cohort();
    let fit = Spec::counts(Family::Poisson).groups(1).degree(0).starts(1).fit(&cohort).unwrap();
    let other = Cohort::from_counts(cohort.grid(), Array2::from_elem((3, 8), 1_u32).view()).unwrap();
    assert!(fit.grolts(&other).is_err());
    let late = Cohort::from_counts(AgeGrid::years(13, 20).unwrap(), Array2::from_elem((90, 8), 1_u32).view()).unwrap();
    assert!(fit.grolts(&late).is_err());
}
