//! What is kept of a search and said of its answer, whichever way in: by the counts of a cohort or by a panel.

use crate::support::simulate::{four_groups, simulate, throughout};
use pleegprofiel::{
    AgeGrid, Cohort, ErrorKind, Family, OutcomeSpec, Panel, PersonRow, Spec,
    ndarray::Array2,
    trajectory::{Finding, Progress, StartKind, StartStop},
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn people(persons: usize) -> Cohort {
    let grid = four_groups(Family::Zip).grid();
    let mut builder = pleegprofiel::cohort::CohortBuilder::new(grid);
    for person in simulate(&four_groups(Family::Zip), persons, 81, &throughout).table.people {
        builder.push(PersonRow::new(&person.counts)).unwrap();
    }
    builder.finish()
}

fn spec(family: Family, groups: usize) -> Spec {
    Spec::new(groups).outcome(OutcomeSpec::counts(family).degree(2)).starts(12)
}

#[test]
fn plain_counts_have_the_same_record_of_starts_whichever_way_in() {
    let cohort = people(120);
    for (family, groups) in [(Family::Poisson, 3), (Family::Zip, 2), (Family::Poisson, 1)] {
        let plain = Spec::counts(family).groups(groups).degree(2).starts(12).fit(&cohort).unwrap();
        let general = spec(family, groups).fit(&Panel::from_cohort(&cohort)).unwrap();
        assert!((plain.log_likelihood - general.log_likelihood).abs() < 1e-6);
        let ends = |starts: &[pleegprofiel::trajectory::StartRecord]| -> Vec<(usize, StartKind, StartStop)> {
            starts.iter().map(|s| (s.number, s.kind, s.stop)).collect()
        };
        assert_eq!(ends(&plain.starts), ends(&general.starts), "{family} {groups}");
        assert_eq!(plain.optima.len(), general.optima.len());
        let once = |findings: &[Finding]| findings.iter().any(|f| matches!(f, Finding::ReachedOnce { .. }));
        assert_eq!(once(&plain.findings), once(&general.findings), "{family} {groups}");
        assert!(general.seeding.is_none());
        // and says how it was sought
        for fit in [&plain, &general] {
            assert_eq!((fit.spec().starts_asked(), fit.spec().seed_asked()), (12, 1));
        }
    }
}

#[test]
fn a_richer_model_keeps_the_search_for_the_simpler_one_that_it_starts_from() {
    let panel = Panel::from_cohort(&people(60));
    let fit = spec(Family::Zinb, 2).starts(4).fit(&panel).unwrap();
    let seeding = fit.seeding.as_ref().unwrap();
    assert_eq!(seeding.family, Family::Zip);
    assert!(seeding.starts.len() >= 4 && fit.starts.len() >= 4);
    assert!(seeding.starts.iter().any(|s| s.kind == StartKind::Neighbour));
    let told = &fit.grolts(&panel).unwrap().items;
    let ninth = told.iter().find(|item| item.item == "9").unwrap();
    assert!(ninth.answer.contains(&format!("the best zip of {} climbs", seeding.starts.len())), "{}", ninth.answer);

    // no neighbours, when none are wanted, on any route
    let fit = spec(Family::Zinb, 2).starts(4).neighbours(false).fit(&panel).unwrap();
    assert!(fit.seeding.unwrap().starts.iter().all(|s| s.kind != StartKind::Neighbour));
    let by_options =
        Spec::counts(Family::Zinb).groups(2).degree(2).starts(4).neighbours(false).fit(&people(60)).unwrap();
    assert!(by_options.starts.iter().all(|s| s.kind != StartKind::Neighbour));
}

#[test]
fn a_fit_can_be_stopped_while_its_seeds_are_sought() {
    let panel = Panel::from_cohort(&people(200));
    for family in [Family::Zip, Family::Zinb] {
        let asked = AtomicUsize::new(0);
        let stop = |_: Progress| asked.fetch_add(1, Ordering::Relaxed) < 3;
        let error = spec(family, 3).starts(40).fit_with_progress(&panel, &stop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{family}");
        // one answer a thread at most after the first no
        assert!(asked.load(Ordering::Relaxed) < 200, "{family}");
    }
}

#[test]
fn progress_is_told_while_seeds_are_sought_and_never_goes_back() {
    let panel = Panel::from_cohort(&people(60));
    let seen = Mutex::new(Vec::new());
    let watch = |p: Progress| {
        seen.lock().unwrap().push((p.done, p.total));
        true
    };
    let fit = spec(Family::Zinb, 2).starts(6).threads(1).fit_with_progress(&panel, &watch).unwrap();
    let seen = seen.into_inner().unwrap();
    let seeds = fit.seeding.unwrap().starts.len();
    assert!(seen.iter().filter(|(done, _)| *done > 0).count() > seeds.min(6) + 6, "{seen:?}");
    assert!(seen.windows(2).all(|w| w[0].0 <= w[1].0), "{seen:?}");
    assert!(seen.iter().all(|(done, total)| done <= total), "{seen:?}");
}

#[test]
fn a_finding_about_one_of_several_outcomes_names_it() {
    // nobody of the first group is ever violent before 16
    let theft = Array2::from_shape_fn((120, 8), |(i, t)| Some(f64::from((i % 2 * 3 + (i + t) % 3) as u32)));
    let violence =
        Array2::from_shape_fn((120, 8), |(i, t)| Some(f64::from(u8::from(i % 2 == 1 && (i / 2 + t) % 2 == 0))));
    let grid = AgeGrid::years(12, 19).unwrap();
    let panel = Panel::new(grid).series("theft", theft.view()).unwrap().series("violence", violence.view()).unwrap();
    let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(0);
    let fit = Spec::new(2).outcome(of("theft")).outcome(of("violence")).starts(4).fit(&panel).unwrap();
    let zero = fit.findings.iter().find(|f| matches!(f.what(), Finding::RateAtZero { .. })).unwrap();
    let Finding::OfOutcome { outcome, of } = zero else { panic!("{zero:?}") };
    assert_eq!(
        (outcome.as_str(), matches!(**of, Finding::RateAtZero { group, .. } if group.index() == 0)),
        ("violence", true)
    );
    assert!(zero.to_string().starts_with("violence: the rate of group 1 runs to 0"), "{zero}");
    assert!(!zero.is_fatal());
    let json = serde_json::to_value(zero).unwrap();
    assert_eq!((&json["finding"], &json["of"]["finding"]), (&"of-outcome".into(), &"rate-at-zero".into()));
}

#[test]
fn events_at_hardly_any_liberty_are_told_of_a_panel_as_of_a_cohort() {
    let grid = AgeGrid::years(18, 21).unwrap();
    let counts = Array2::from_shape_fn((80, 4), |(i, t)| ((i + t) % 3) as u32);
    let mut exposure = Array2::from_elem((80, 4), 1.0);
    (exposure[(2, 0)], exposure[(1, 1)]) = (0.001, 0.001);
    let cohort = Cohort::from_matrices(grid, counts.view(), Some(exposure.view())).unwrap();
    let plain = Spec::counts(Family::Poisson).groups(1).degree(0).fit(&cohort).unwrap();
    let low = |findings: &[Finding]| -> Vec<Finding> {
        findings.iter().filter(|f| matches!(f, Finding::LowExposure { .. })).cloned().collect()
    };
    let told = low(&plain.findings);
    assert_eq!(told.len(), 1);
    for family in [Family::Poisson, Family::NegBin] {
        let spec = Spec::new(1).outcome(OutcomeSpec::counts(family).degree(0)).starts(4);
        assert_eq!(low(&spec.fit(&Panel::from_cohort(&cohort)).unwrap().findings), told, "{family}");
        let by_options = Spec::counts(family).groups(1).degree(0).starts(4).fit(&cohort).unwrap();
        assert_eq!(low(&by_options.findings), told, "{family}");
    }
}
