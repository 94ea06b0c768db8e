//! Where the answer is known without an optimiser: one group has a closed form or a brute-force search, and
//! one group has no local optima that peers could have missed.

use crate::support::data::{Person, Table, toronto};
use crate::support::naive::evaluate_groups;
use crate::support::peers::Peer;
use pleegprofiel::{
    Family, Fit, Spec,
    trajectory::{Finding, Group, GroupNumber},
};
use rstest::rstest;

/// Closed forms hold to the last digits; the fit stops when a Newton step promises less than 1e-10 of
/// log-likelihood, which with an information of 1e3 or more is 5e-7 in a coefficient, and its last step
/// squares that error. 1e-9 would show a stop one step early.
const CLOSED: f64 = 1e-9;

fn one_group(family: Family, degree: usize, table: &Table) -> Fit {
    Spec::counts(family).groups(1).degree(degree).starts(8).fit(&table.cohort()).unwrap()
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} is not {b}");
}

#[rstest]
#[case("TO1")]
#[case("TO1adj")]
#[case("TO1risk")]
fn the_rate_of_one_flat_poisson_group_is_events_over_time(#[case] data: &str) {
    let table = toronto(data);
    let time: f64 = table.people.iter().map(|p| p.exposure.as_ref().map_or(31.0, |e| e.iter().sum())).sum();
    let fit = one_group(Family::Poisson, 0, &table);
    close(fit.model().rate(0, 0), table.events() as f64 / time, CLOSED);
    assert_eq!(fit.model().groups()[0].share, 1.0);
}

/// Eleven persons, three ages, one window cut short, unequal time at risk.
fn small(with_exposure: bool) -> Table {
    let counts: [[u32; 3]; 11] = [
        [0, 0, 0],
        [1, 0, 2],
        [0, 3, 0],
        [0, 0, 0],
        [4, 1, 0],
        [0, 0, 1],
        [2, 2, 2],
        [0, 0, 0],
        [0, 5, 1],
        [1, 0, 0],
        [0, 0, 0],
    ];
    let mut people: Vec<Person> = counts.iter().map(|row| Person::new(*row)).collect();
    people[9].counts[2] = None;
    if with_exposure {
        for (i, person) in people.iter_mut().enumerate() {
            person.exposure = Some((0..3).map(|j| 0.2 + 0.07 * ((i * 3 + j * 5) % 11) as f64).collect());
        }
    }
    Table::new(18, 20, people)
}

#[rstest]
fn a_polynomial_through_every_age_gives_events_over_time_at_every_age(#[values(false, true)] with_exposure: bool) {
    let table = small(with_exposure);
    let fit = one_group(Family::Poisson, 2, &table);
    for j in 0..3 {
        let seen = table.people.iter().filter(|p| p.counts[j].is_some());
        let (events, time) = seen.fold((0.0, 0.0), |(y, e), p| {
            (y + f64::from(p.counts[j].unwrap_or(0)), e + p.exposure.as_ref().map_or(1.0, |e| e[j]))
        });
        close(fit.model().rate(0, j), events / time, CLOSED);
    }
}

/// The largest value of a function on an interval: the best of a grid, then golden section around it.
fn maximise(f: &dyn Fn(f64) -> f64, low: f64, high: f64, cells: usize) -> (f64, f64) {
    let at = |i: usize| low + (high - low) * i as f64 / cells as f64;
    let best = (0..=cells).max_by(|&a, &b| f(at(a)).total_cmp(&f(at(b)))).expect("a grid has points");
    let (mut a, mut b) = (at(best.saturating_sub(1)), at((best + 1).min(cells)));
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..60 {
        let (x, y) = (b - golden * (b - a), a + golden * (b - a));
        if f(x) > f(y) { b = y } else { a = x }
    }
    let x = 0.5 * (a + b);
    (x, f(x))
}

/// Forty persons, three ages, 20 of 120 cells with an event, 1.35 on average: a rate below 1 and more zeros than
/// that explains, so that the zero part of ZIP(tau), above one half at such rates, has somewhere to go.
fn sparse(with_exposure: bool) -> Table {
    let mut table = Table::new(18, 20, vec![Person::new([0; 3]); 40]);
    for i in 0..20 {
        table.people[(11 * i) % 37].counts[i % 3] = Some(if i == 0 { 3 } else { 1 + u32::from(i % 4 == 1) });
    }
    if with_exposure {
        for (i, person) in table.people.iter_mut().enumerate() {
            person.exposure = Some((0..3).map(|j| 0.5 + 0.05 * ((i * 3 + j * 5) % 11) as f64).collect());
        }
    }
    table
}

#[rstest]
fn a_flat_zero_inflated_group_is_the_best_of_a_brute_force_search(
    #[values(Family::Zip, Family::ZipTau)] family: Family,
    #[values(false, true)] with_exposure: bool,
) {
    let table = if family == Family::Zip { small(with_exposure) } else { sparse(with_exposure) };
    let fit = one_group(family, 0, &table);
    let at = |eta: f64, zero: f64| {
        let mut group = fit.model().groups()[0].clone();
        group.coefficients = vec![eta];
        match family {
            Family::Zip => group.zero_coefficients = vec![zero],
            _ => group.tau = Some(zero.exp()),
        }
        evaluate_groups(family, &[group], &table).log_likelihood
    };
    let profile = |eta: f64| maximise(&|zero| at(eta, zero), -12.0, 12.0, 48).1;
    let (eta, best) = maximise(&profile, -4.0, 4.0, 80);
    crate::support::note(format!("{family}: eta {eta}, {best}; {:?}, {:?}", fit.model().groups()[0], fit.findings));
    // golden section knows the top of a parabola to the root of the rounding, 1e-8, and its height to 1e-13
    close(fit.log_likelihood, best, 1e-11);
    close(fit.model().groups()[0].coefficients[0], eta, 1e-6);
    assert!(fit.converged);
}

#[rstest]
fn a_zero_inflated_group_at_the_boundary_of_tau_is_a_poisson_with_half_of_the_zeros(
    #[values(false, true)] with_exposure: bool,
) {
    // rates above 1 ask for a tau below 0: the best allowed is tau = 0, a zero part of one half
    let table = small(with_exposure);
    let fit = one_group(Family::ZipTau, 0, &table);
    let at = |eta: f64| {
        let group =
            Group { share: 1.0, coefficients: vec![eta], zero_coefficients: vec![], tau: Some(0.0), dispersion: None };
        evaluate_groups(Family::ZipTau, &[group], &table).log_likelihood
    };
    let (eta, best) = maximise(&at, -4.0, 4.0, 80);
    // tau ends where its gradient, tau times a slope of a few units, is below 1e-8: so near is the height
    close(fit.log_likelihood, best, 1e-8);
    close(fit.model().groups()[0].coefficients[0], eta, 1e-6);
    assert!(fit.findings.contains(&Finding::TauAtZero { group: GroupNumber::of_index(0) }), "{:?}", fit.findings);
}

/// Log-likelihoods of one group: crimCV 1.0.0 (init = 20 or 5, seed 1) and flexmix 2.3.18 (5 starts), cubic.
#[rstest]
#[case("crimcv_TO1_ZIP_1_i20.json")]
#[case("crimcv_TO1_ZIPt_1_i20.json")]
#[case("crimcv_TO1adj_ZIP_1_i20.json")]
#[case("crimcv_TO1adj_ZIPt_1_i20.json")]
#[case("crimcv_TO1risk_ZIPt_1_i5.json")]
#[case("flexmix_TO1_1.json")]
#[case("flexmix_TO1adj_1.json")]
#[case("flexmix_TO1risk_1.json")]
fn one_group_ends_where_the_peers_end(#[case] file: &str) {
    let peer = Peer::read(file);
    let fit = one_group(peer.family(), 3, &toronto(peer.text("data")));
    let gain = fit.log_likelihood - peer.number("loglik");
    crate::support::note(format!("{file}: gain {gain:+.1e}, {:?}", fit.findings));
    // one group needs no EM, and what climbs without it ends quadratically: far below 1e-6 on either side
    assert!(gain.abs() < 1e-6, "{file}: {gain:+e}");
    // a tau of 0 is no free parameter here; the peer counts it
    let at_zero = f64::from(u8::from(fit.findings.contains(&Finding::TauAtZero { group: GroupNumber::of_index(0) })));
    let bic = fit.bic_observations + at_zero * (fit.observations as f64).ln();
    assert!((bic + 2.0 * gain - peer.number("bic")).abs() < 1e-6, "{file}");
}

#[test]
fn a_tau_that_runs_to_zero_is_said_to_be_zero() {
    // crimCV 1.0.0 on TO1adj, one group: "a tau at the boundary 0" (fits.csv)
    let fit = one_group(Family::ZipTau, 3, &toronto("TO1adj"));
    assert!(fit.findings.contains(&Finding::TauAtZero { group: GroupNumber::of_index(0) }), "{:?}", fit.findings);
}
