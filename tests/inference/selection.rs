//! A search over models: it finds what was put in, keeps every model as a single fit would give it, goes on where
//! it stopped, and never chooses what cannot be trusted.

use crate::support::data::wide;
use pleegprofiel::{
    AgeGrid, Cohort, ErrorKind, Family, OutcomeSpec, Panel, Spec,
    ndarray::Array2,
    trajectory::{
        Progress,
        inference::{BootstrapOptions, Resampling},
        selection::{
            Evidence, Selection, SelectionCriterion, SelectionOptions, SelectionProgress, SelectionState,
            SelectionWatch,
        },
    },
};
use std::sync::atomic::{AtomicUsize, Ordering};

fn simulated() -> Cohort {
    wide("sim/sim_poisson_n1000.csv").cohort()
}

/// Two groups, far apart.
fn small() -> Cohort {
    let counts = Array2::from_shape_fn((120, 8), |(i, t)| {
        if i % 3 == 0 { 2 + ((i + t) % 3) as u32 } else { u32::from((i * 7 + t) % 11 == 0) }
    });
    Cohort::from_counts(AgeGrid::years(12, 19).unwrap(), counts.view()).unwrap()
}

fn options() -> SelectionOptions {
    SelectionOptions::new().families([Family::Poisson, Family::Zip]).groups(1..=3).degrees(0..=1).starts(4)
}

fn watched<'a>(progress: &'a (dyn Fn(SelectionProgress<'_>) -> bool + Sync)) -> SelectionWatch<'a> {
    SelectionWatch { progress, clock: None }
}

#[test]
fn the_number_of_groups_and_the_degree_of_a_simulated_cohort_are_found_again() {
    // fixtures/sim: four groups, quadratic in age
    let options = SelectionOptions::new().families([Family::Poisson]).groups(1..=6).degrees(1..=3).starts(12);
    let selection = options.select(&simulated()).unwrap();
    let best = selection.best().unwrap();
    assert_eq!((best.model.groups, &best.model.degrees[..]), (4, &[2][..]), "{best:?}");
    assert_eq!(selection.candidates.len(), 18);
    assert_eq!(best.trusted().unwrap().members.iter().sum::<u64>(), 1000);
}

#[test]
fn figures_in_the_table_are_those_of_a_single_fit() {
    let cohort = small();
    let selection = options().select(&cohort).unwrap();
    assert_eq!(selection.candidates.len(), 12);
    for (i, candidate) in selection.candidates.iter().enumerate() {
        let model = &candidate.model;
        let fit = Spec::counts(model.family().unwrap())
            .groups(model.groups)
            .degrees(model.degrees.iter().copied())
            .starts(4)
            .fit(&cohort)
            .unwrap();
        let figures = candidate.figures.as_ref().unwrap();
        assert_eq!(figures.log_likelihood.to_bits(), fit.log_likelihood.to_bits(), "{model}");
        assert_eq!((figures.parameters, figures.bic_persons, figures.icl), (fit.parameters, fit.bic_persons, fit.icl));
        assert_eq!((figures.aic, figures.bic_observations), (fit.aic, fit.bic_observations));
        assert_eq!((figures.entropy, figures.optima), (fit.entropy, fit.optima.len()));
        let share = fit.model().groups().iter().map(|g| g.share).fold(1.0, f64::min);
        assert_eq!(figures.smallest_share.to_bits(), share.to_bits());
        let avepp = fit.groups.iter().filter_map(|g| g.avepp).fold(1.0, f64::min);
        assert_eq!(figures.smallest_avepp, fit.groups.iter().all(|g| g.avepp.is_some()).then_some(avepp));
        assert_eq!(candidate.fatal.is_empty(), fit.best().is_ok(), "{model}");
        assert_eq!(selection.fit(i, &cohort).unwrap(), fit);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let cohort = small();
    let one = options().threads(1).select(&cohort).unwrap();
    let three = options().threads(3).select(&cohort).unwrap();
    assert_eq!(one.candidates, three.candidates);
    assert_eq!((one.ranking, one.best, one.parsimonious), (three.ranking, three.best, three.parsimonious));
}

#[test]
fn a_search_that_was_stopped_goes_on_to_the_same_bits_and_refits_nothing() {
    let cohort = small();
    let whole = options().select(&cohort).unwrap();
    let mut state = SelectionState::new();
    let finished = AtomicUsize::new(0);
    let stop = |p: SelectionProgress<'_>| p.state.is_none() || finished.fetch_add(1, Ordering::Relaxed) < 4;
    let stopped = options().threads(1).select_from(&cohort, &mut state, watched(&stop)).unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Cancelled);
    assert_eq!(state.finished().len(), 5);

    let mut state = SelectionState::from_json(&state.to_json()).unwrap();
    let before = state.clone();
    let fresh = AtomicUsize::new(0);
    let count = |p: SelectionProgress<'_>| {
        fresh.fetch_add(usize::from(p.state.is_some()), Ordering::Relaxed);
        true
    };
    let rest = options().select_from(&cohort, &mut state, watched(&count)).unwrap();
    assert_eq!(fresh.into_inner(), 12 - 5);
    assert_eq!(rest, whole);
    assert!(before.finished().iter().all(|f| state.finished().contains(f)));
    assert_eq!(SelectionState::from_json(&state.to_json()).unwrap(), state);
    // what was finished before is fitted again when its full fit is wanted
    let best = rest.best.unwrap();
    assert_eq!(rest.fit(best, &cohort).unwrap(), whole.fit(best, &cohort).unwrap());
}

#[test]
fn results_of_another_cohort_or_other_options_are_refused() {
    let cohort = small();
    let mut state = SelectionState::new();
    let few = || SelectionOptions::new().families([Family::Poisson]).groups(1..=2).degrees([0]).starts(2);
    few().select_from(&cohort, &mut state, SelectionWatch::default()).unwrap();
    let mut counts = Array2::from_shape_fn((120, 8), |(i, t)| cohort.counts(i)[t].unwrap());
    counts[(119, 7)] += 1;
    let other = Cohort::from_counts(cohort.grid(), counts.view()).unwrap();
    for (cohort, options) in [(&other, few()), (&cohort, few().seed(2)), (&cohort, few().starts(3))] {
        let error = options.select_from(cohort, &mut state.clone(), SelectionWatch::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOptions);
        assert!(error.to_string().contains("of other data or options"), "{error}");
    }
    // more of the same is no other search
    few().groups(1..=3).select_from(&cohort, &mut state, SelectionWatch::default()).unwrap();
    assert_eq!(state.finished().len(), 3);
    for bad in ["", "{}", "[]", "{\"format\":\"x\",\"version\":1,\"fingerprint\":null,\"finished\":[]}"] {
        assert_eq!(SelectionState::from_json(bad).unwrap_err().kind(), ErrorKind::InvalidModel, "{bad}");
    }
}

#[test]
fn a_fit_that_cannot_be_trusted_is_never_chosen() {
    // one record for all: two groups cannot be told apart, whatever a criterion says
    let counts = Array2::from_elem((40, 6), 1_u32);
    let cohort = Cohort::from_counts(AgeGrid::years(12, 17).unwrap(), counts.view()).unwrap();
    let search = |groups| SelectionOptions::new().families([Family::Poisson]).groups(groups).degrees([0]).starts(3);
    let selection = search(1..=3).select(&cohort).unwrap();
    assert_eq!(selection.best().unwrap().model.groups, 1);
    assert!(selection.candidates[1..].iter().all(|c| c.trusted().is_none() && !c.fatal.is_empty()));
    assert_eq!(selection.ranking, [0]);
    let none = search(2..=3).select(&cohort).unwrap();
    assert_eq!((none.best, none.parsimonious), (None, None));
    assert_eq!(none.best().unwrap_err().kind(), ErrorKind::Untrusted);
    assert_eq!(none.grolts(&cohort).unwrap_err().kind(), ErrorKind::Untrusted);
}

#[test]
fn the_smallest_model_within_reach_stands_beside_the_best() {
    let cohort = small();
    let value = |s: &Selection, i: usize| s.criterion().of(s.candidates[i].trusted().unwrap());
    for criterion in SelectionCriterion::ALL {
        let selection = options().criterion(criterion).within(30.0).select(&cohort).unwrap();
        let best = selection.best.unwrap();
        assert!(selection.ranking.windows(2).all(|w| value(&selection, w[0]) <= value(&selection, w[1])));
        let near: Vec<usize> = selection
            .ranking
            .iter()
            .copied()
            .filter(|&i| selection.difference(i).unwrap() < 30.0 || i == best)
            .collect();
        let size = |i: usize| selection.candidates[i].figures.as_ref().unwrap().parameters;
        let smallest = near.iter().map(|&i| size(i)).min().unwrap();
        assert_eq!(size(selection.parsimonious.unwrap()), smallest);
        assert_eq!(selection.evidence(best), None);
        let other = selection.ranking[1];
        assert_eq!(selection.evidence(other).is_some(), criterion.is_bic());
    }
    let alone = options().within(0.0).select(&cohort).unwrap();
    assert_eq!(alone.parsimonious, alone.best);
}

#[test]
fn evidence_has_the_limits_of_kass_and_raftery() {
    let of = Evidence::of_difference;
    assert_eq!(
        [0.0, 2.0, 2.1, 6.0].map(of),
        [Evidence::BareMention, Evidence::BareMention, Evidence::Positive, Evidence::Positive]
    );
    assert_eq!([6.1, 10.0, 10.1].map(of), [Evidence::Strong, Evidence::Strong, Evidence::VeryStrong]);
}

#[test]
fn degrees_are_lowered_group_by_group_while_the_criterion_improves() {
    let cohort = small();
    let search = SelectionOptions::new().families([Family::Poisson]).groups(2..=2).degrees([2]).starts(6);
    let (even, lowered) =
        (search.clone().select(&cohort).unwrap(), search.clone().eliminate(true).select(&cohort).unwrap());
    // the few with many events have 2, 3, 4, 2, 3, 4, 2, 3 of them, the others hardly any at all ages
    assert!(lowered.candidates.len() > even.candidates.len());
    let best = lowered.best().unwrap();
    assert_eq!(best.model.degrees, [2, 0]);
    assert!(best.figures.as_ref().unwrap().bic_persons < even.best().unwrap().figures.as_ref().unwrap().bic_persons);
    assert_eq!(search.clone().eliminate(true).threads(2).select(&cohort).unwrap().candidates, lowered.candidates);
    let listed = search.lists([vec![0, 1], vec![1, 0]]).select(&cohort).unwrap();
    let labels: Vec<String> = listed.candidates.iter().map(|c| c.model.degrees_label()).collect();
    assert_eq!(labels, ["2", "1,0"], "the same list twice is one model");
}

#[test]
fn a_panel_is_searched_with_a_specification_for_the_rest() {
    let cohort = small();
    let panel = Panel::from_cohort(&cohort);
    let base = Spec::new(1).outcome(OutcomeSpec::counts(Family::NegBin).degree(0).common_dispersion(true));
    let search = SelectionOptions::new().groups(1..=2).starts(3);
    let mut state = SelectionState::new();
    let selection = search.clone().base(base).select_from(&panel, &mut state, SelectionWatch::default()).unwrap();
    assert_eq!(selection.candidates.len(), 2);
    for (k, c) in selection.candidates.iter().enumerate() {
        let outcome = OutcomeSpec::counts(Family::NegBin).degree(0).common_dispersion(true);
        let fit = Spec::new(k + 1).outcome(outcome).starts(3).fit(&panel).unwrap();
        assert_eq!(c.figures.as_ref().unwrap().log_likelihood.to_bits(), fit.log_likelihood.to_bits());
        assert_eq!(c.model.degrees_label(), "as given");
    }
    assert_eq!(selection.grolts(&panel).unwrap().items.len(), 21);
    let other = Spec::new(1).outcome(OutcomeSpec::counts(Family::NegBin).degree(0));
    assert!(search.clone().base(other).select_from(&panel, &mut state, SelectionWatch::default()).is_err());
    let dual = Spec::dual(1, 1).outcome(OutcomeSpec::counts(Family::NegBin));
    assert!(search.clone().base(dual).select(&panel).is_err());
    let without = search.select(&panel).unwrap_err().to_string();
    assert!(without.contains("needs a base specification"), "{without}");
}

#[test]
fn impossible_searches_are_refused_before_anything_is_fitted() {
    let cohort = small();
    let search = SelectionOptions::new;
    let refused = [
        search().groups(0..=2),
        search().groups(1..=33),
        search().degrees([6]),
        search().families([]),
        search().degrees([]),
        search().zero_degree(7),
        search().families([Family::Poisson]).zero_degree(1),
        search().lists([vec![1; 9]]),
        search().within(f64::NAN),
        search().threads(0),
        search().starts(0),
        search().groups(1..=1).families([Family::Beta]),
    ];
    for options in refused {
        let error = options.clone().select(&cohort).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOptions, "{options:?}: {error}");
    }
}

#[test]
fn stability_of_the_best_and_the_smallest_model_within_reach_is_worked_out() {
    let cohort = simulated();
    // within so much that the two are not the same model
    let search = SelectionOptions::new().families([Family::Poisson]).groups(2..=4).degrees([2]).starts(8).within(1e4);
    let mut selection = search.select(&cohort).unwrap();
    let (best, small) = (selection.best.unwrap(), selection.parsimonious.unwrap());
    assert_eq!((best, small), (2, 0));
    assert!(selection.candidates.iter().all(|c| c.stability.is_none()));
    let options = BootstrapOptions::new(Resampling::Case).replicates(20).starts(4);
    let seen = AtomicUsize::new(0);
    let count = |_: Progress| seen.fetch_add(1, Ordering::Relaxed) < usize::MAX;
    selection.work_out_stability(&cohort, &options, &count).unwrap();
    assert!(seen.into_inner() >= 2 * 20);
    assert!(selection.candidates[1].stability.is_none());
    // the figure is that of a bootstrap of the same fit by hand
    let panel = Panel::from_cohort(&cohort);
    for candidate in [best, small] {
        let fit = selection.fit(candidate, &cohort).unwrap();
        let by_hand = fit.bootstrap(&panel, &options).unwrap().stability().unwrap().rand_index;
        assert_eq!(selection.candidates[candidate].stability, Some(by_hand));
        // groups drawn apart: refits put nearly the same people together
        assert!((0.7..=1.0).contains(&by_hand), "{candidate}: {by_hand}");
    }
    // one group is the same people whatever is drawn
    let mut one = search.groups(1..=1).select(&cohort).unwrap();
    one.work_out_stability(&cohort, &options, &|_| true).unwrap();
    assert_eq!(one.candidates[0].stability, Some(1.0));
    let stopped = selection.work_out_stability(&cohort, &options, &|_| false).unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_stability_figure_can_be_put_beside_a_model() {
    let mut selection = options().select(&small()).unwrap();
    selection.set_stability(0, Some(0.9));
    selection.set_stability(99, Some(0.9));
    assert_eq!(selection.candidates[0].stability, Some(0.9));
}
