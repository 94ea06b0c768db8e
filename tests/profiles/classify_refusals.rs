//! Who is not classified, and what a classification states that it had to do without.

use crate::support::simulate::four_groups;
use pleegprofiel::{
    Age, AgeGrid, Career, Classifier, Definitions, ErrorKind, Family, Language, Model, PersonRow,
    career::{Category, CategorySet, Custody, OffencesInCustody, Window, WindowEnd},
    cohort::{CareerOptions, OutsideGrid},
    name_model,
    profile::{
        Undecided,
        classify::{ClassifyOptions, Limitation, Refusal},
    },
};

/// Fewer people than the default: these tests ask nothing of them.
fn few() -> ClassifyOptions {
    ClassifyOptions { people: 300, ..ClassifyOptions::default() }
}

fn classifier(model: Model) -> Classifier {
    let naming = name_model(&model, &Definitions::default()).unwrap();
    Classifier::with(model, naming, few()).unwrap()
}

#[test]
fn who_may_not_or_cannot_be_classified_is_refused_by_name() {
    let classifier = classifier(four_groups(Family::Poisson));
    let refused = |row: PersonRow<'_>| {
        let error = classifier.classify(row).unwrap_err();
        (error.kind(), Refusal::of(&error))
    };
    let none = [Some(0); 28];
    assert_eq!(refused(PersonRow::new(&none)), (ErrorKind::Refused, Some(Refusal::NoAdjudicatedCase)));
    assert_eq!(refused(PersonRow::new(&[None; 28])), (ErrorKind::Refused, Some(Refusal::NoTimeAtLiberty)));
    let mut one = none;
    one[5] = Some(1);
    assert_eq!(refused(PersonRow::new(&one[..27])), (ErrorKind::InvalidValue, None));
    one[6] = Some(1_000_001);
    assert_eq!(refused(PersonRow::new(&one)), (ErrorKind::InvalidValue, None));
    one[6] = Some(0);
    for e in [0.0, -1.0, 1.1, f64::NAN] {
        let mut exposure = [1.0; 28];
        exposure[5] = e;
        let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&one) };
        assert_eq!(refused(row), (ErrorKind::InvalidValue, None), "{e}");
    }
    let other = |grid: AgeGrid, counts: &[Option<u32>]| classifier.classify_on(grid, PersonRow::new(counts));
    let error = other(AgeGrid::years(8, 11).unwrap(), &[Some(1); 4]).unwrap_err();
    assert_eq!(Refusal::of(&error), Some(Refusal::YoungerThanModel), "{error}");
    let error = other(AgeGrid::years(10, 13).unwrap(), &[Some(1); 4]).unwrap_err();
    assert_eq!(Refusal::of(&error), Some(Refusal::OutsideModel), "{error}");
    assert!(error.to_string().contains("2 offences at ages outside the model's, 12 up to 40"), "{error}");
    let half_years = AgeGrid::months(144, 6, 4).unwrap();
    assert_eq!(other(half_years, &[Some(1); 4]).unwrap_err().kind(), ErrorKind::InvalidOptions);
    let answer = other(AgeGrid::years(10, 13).unwrap(), &[Some(0), Some(0), Some(1), Some(2)]).unwrap();
    assert!(answer.limitations.contains(&Limitation::OutsideGrid { years: 2.0 }));
    assert_eq!((answer.age, answer.offences), (14.0, 3));
    assert!(matches!(answer.answer.undecided, Some(Undecided::TooFewAges { .. })));
}

fn age(years: f64) -> Age {
    Age::years(years).unwrap()
}

#[test]
fn a_career_is_refused_or_its_limitations_are_stated() {
    let classifier = classifier(four_groups(Family::Poisson));
    let build = |from: f64, to: f64, offences: &[f64]| {
        Career::by_age()
            .window(Window::ages(age(from), age(to), WindowEnd::EndOfRegister))
            .offences(offences.iter().map(|at| pleegprofiel::career::Offence::at_age(age(*at), Category::PROPERTY)))
    };
    let default = CareerOptions::default();
    let refusal = |career: &Career, options: &CareerOptions| {
        let error = classifier.classify_career(career, options).unwrap_err();
        (error.kind(), Refusal::of(&error))
    };
    let no_offence = build(12.0, 20.0, &[]).build().unwrap();
    assert_eq!(refusal(&no_offence, &default).1, Some(Refusal::NoAdjudicatedCase));
    let property = build(12.0, 20.0, &[15.0]).build().unwrap();
    let trafficking = default.clone().only([Category::HUMAN_TRAFFICKING]);
    assert_eq!(refusal(&property, &trafficking).1, Some(Refusal::NoAdjudicatedCase));
    let young = build(8.0, 11.5, &[10.0]).build().unwrap();
    assert_eq!(refusal(&young, &default).1, Some(Refusal::YoungerThanModel));
    let locked_up = build(12.0, 14.0, &[12.0]).stay(Custody::ages(age(11.0), age(14.0))).build().unwrap();
    let leave = default.clone().in_custody(OffencesInCustody::LeaveOut);
    assert_eq!(refusal(&locked_up, &leave).1, Some(Refusal::NoTimeAtLiberty));
    let early = build(10.0, 20.0, &[10.5, 16.0]).build().unwrap();
    assert_eq!(refusal(&early, &default).0, ErrorKind::InvalidInput);
    // dates out of order: refused when the career is built, with every problem
    let disorder = build(20.0, 12.0, &[15.0]).stay(Custody::ages(age(15.0), age(14.0))).build().unwrap_err();
    assert_eq!((disorder.kind(), disorder.issue_count()), (ErrorKind::InvalidInput, 2));

    let answer = classifier.classify_career(&early, &default.clone().outside_grid(OutsideGrid::LeaveOut)).unwrap();
    assert!(answer.limitations.iter().any(|l| matches!(l, Limitation::LeftOut(left) if left.outside_grid == 1)));
    assert!(answer.limitations.contains(&Limitation::OutsideGrid { years: 2.0 }));
    let own = Category::new("poaching").unwrap();
    let categories = CategorySet::built_in().with("poaching", "stroperij", "poaching").unwrap();
    let poacher = build(15.0, 22.0, &[16.0]).offence(pleegprofiel::career::Offence::at_age(age(17.0), own));
    let answer = classifier.classify_career(&poacher.build_with(&categories).unwrap(), &default).unwrap();
    assert_eq!(answer.offences, 2);
    assert!(answer.limitations.contains(&Limitation::OwnCategories(vec!["poaching".into()])));
    assert!(answer.limitations.contains(&Limitation::NotFromFirstAge { seen_from: 15.0, model_from: 12.0 }));
    let text = answer.text(Language::Dutch);
    assert!(text.contains("poaching") && text.contains("Waargenomen vanaf 15 jaar"), "{text}");
}

#[test]
fn models_and_options_that_cannot_classify_are_refused() {
    let model = four_groups(Family::Poisson);
    let naming = name_model(&model, &Definitions::default()).unwrap();
    for bad in [
        ClassifyOptions { coverage: 1.0, ..few() },
        ClassifyOptions { people: 10, ..few() },
        ClassifyOptions { unlike: f64::NAN, ..few() },
        ClassifyOptions { tell_apart: 0.4, ..few() },
    ] {
        let error = Classifier::with(model.clone(), naming.clone(), bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOptions);
    }
    let mut swapped = model.groups().to_vec();
    swapped.swap(0, 3);
    let swapped = Model::new(Family::Poisson, model.grid(), swapped).unwrap();
    let error = Classifier::new(swapped, naming.clone()).unwrap_err();
    assert!(error.to_string().contains("not that of the model"), "{error}");
    let yes_or_no = Model::new(Family::Bernoulli, model.grid(), model.groups().to_vec()).unwrap();
    assert!(Classifier::new(yes_or_no, naming).unwrap_err().to_string().contains("rates of offending"));
}
