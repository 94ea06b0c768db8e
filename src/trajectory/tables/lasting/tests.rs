//! Against the engine of cells, whose starts, passes and climbs are its own.

use crate::cohort::builder::{CohortBuilder, PersonRow};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::numeric::streams::stream;
use crate::trajectory::answer::by_cells::search;
use crate::trajectory::answer::by_tables;
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data;
use crate::trajectory::family::Family;
use crate::trajectory::progress::Ticker;
use crate::trajectory::search::by_cells::climb;
use crate::trajectory::spec::Spec;
use crate::trajectory::spec::layout::Layout;
use crate::trajectory::tables::count_spec::CountSpec;
use rand::Rng;
use rand_distr::{Distribution, Gamma, Poisson};

/// What of people differs from "seen throughout, at liberty throughout, each one person".
#[derive(Debug, Clone, Copy, Default)]
struct With {
    gaps: bool,
    time: bool,
    weights: bool,
}

/// A low group, one that peaks early and one that goes on, each with a factor of its own.
fn people(n: usize, with: With, seed: u64) -> Cohort {
    let grid = AgeGrid::years(12, 23).unwrap();
    let mut rng = stream(seed, 0);
    let mut builder = CohortBuilder::new(grid);
    for i in 0..n {
        let (level, slope, variance) = [(-2.0, 0.0, 0.8), (-0.3, -1.2, 0.3), (0.2, 0.6, 0.1)][i % 3];
        let factor: f64 = Gamma::new(1.0 / variance, variance).unwrap().sample(&mut rng);
        let (from, to) = if with.gaps { (i % 5, 12 - i % 4) } else { (0, 12) };
        let time: Vec<f64> = (0..12).map(|_| if with.time { rng.gen_range(0.1..1.0) } else { 1.0 }).collect();
        let counts: Vec<Option<u32>> = (0..12)
            .map(|t| {
                let mean = factor * time[t] * f64::exp(level + slope * grid.scaled(t));
                let y = Poisson::new(mean.max(1e-9)).unwrap().sample(&mut rng) as u32;
                ((from..to).contains(&t) && !(with.gaps && (i + t) % 7 == 0)).then_some(y)
            })
            .collect();
        let weight = if with.weights && i % 4 == 0 { 2.5 } else { 1.0 };
        let exposure = with.time.then_some(&time[..]);
        builder.push(PersonRow { exposure, weight, ..PersonRow::new(&counts) }).unwrap();
    }
    builder.finish()
}

/// The best that the engine of cells reaches from its own starts.
fn by_general_starts(options: &CountSpec, cohort: &Cohort) -> f64 {
    let spec = options.whole();
    let panel = data::distinct(Family::NegMultinomial, cohort);
    let layout = Layout::new(&spec);
    let cells = Cells::new(&panel, &spec, &layout);
    let engine = Engine { cells: &cells, layout: &layout };
    let found = search(&engine, &spec, &panel, &Ticker::new(&|_| true), &mut Vec::new());
    let best = found.into_iter().next().unwrap();
    climb::at_limits(&engine, climb::top(&engine, best, 200, climb::PROMISE)).log_likelihood()
}

#[test]
fn the_search_of_plain_counts_ends_where_that_of_the_general_engine_does_or_higher() {
    let all = [
        With::default(),
        With { gaps: true, ..With::default() },
        With { time: true, weights: true, ..With::default() },
        With { gaps: true, time: true, weights: true },
    ];
    for (seed, with) in all.into_iter().enumerate() {
        let cohort = people(240, with, seed as u64);
        for (groups, common) in [(1, false), (2, true), (3, false), (3, true)] {
            let options = CountSpec::new(Family::NegMultinomial).groups(groups).degree(2).common_dispersion(common);
            let fit = by_tables::fit_counts(&options, &cohort, &|_| true).unwrap();
            let general = by_general_starts(&options, &cohort);
            assert!(fit.converged, "{with:?} {groups} {common}: {:?}", fit.findings);
            // both are at a top to rounding
            assert!(
                fit.log_likelihood > general - 1e-6,
                "{with:?} {groups} {common}: {} {general}",
                fit.log_likelihood
            );
            // and the engine of cells says the same of the same model
            let same = fit.model().log_likelihood_of(&data::distinct(Family::NegMultinomial, &cohort));
            assert!((fit.log_likelihood / same - 1.0).abs() < 1e-12, "{} {same}", fit.log_likelihood);
        }
    }
}

#[test]
fn threads_change_no_bit_of_a_fit_whose_people_keep_a_factor() {
    // so many different histories that passes have several chunks
    for time in [false, true] {
        let cohort = people(9_000, With { time, ..With::default() }, 7);
        let options = Spec::counts(Family::NegMultinomial).groups(2).degree(1).starts(8);
        let of = |threads| {
            let fit = options.clone().threads(threads).fit(&cohort).unwrap();
            (fit.log_likelihood.to_bits(), fit.model().clone(), fit.starts.clone(), fit.gradient_norm.to_bits())
        };
        let one = of(1);
        assert_eq!(one, of(2));
        assert_eq!(one, of(5));
    }
}

#[test]
fn a_person_of_weight_two_is_two_people() {
    let cohort = people(120, With { gaps: true, time: true, weights: false }, 3);
    let of = |weight: f64, times: usize| {
        let mut builder = CohortBuilder::new(cohort.grid());
        for i in (0..cohort.persons()).flat_map(|i| vec![i; times]) {
            let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
            let row = PersonRow { exposure: Some(&exposure), weight, ..PersonRow::new(&counts) };
            builder.push(row).unwrap();
        }
        let fit = Spec::counts(Family::NegMultinomial).groups(2).degree(1).starts(8).fit(&builder.finish()).unwrap();
        (fit.log_likelihood, fit.bic_persons)
    };
    let (heavy, twice) = (of(2.0, 1), of(1.0, 2));
    assert!((heavy.0 / twice.0 - 1.0).abs() < 1e-12 && (heavy.1 - twice.1).abs() < 1e-6, "{heavy:?} {twice:?}");
}
