//! One battery that every family runs: easy data, hard data, absurd data. No panic; the answer is finite or
//! says that it cannot be trusted; what is claimed is what the formulas give; the same bits every time.

use crate::support::data::{Person, Table};
use crate::support::naive;
use crate::support::simulate::{four_groups, generator, poisson, simulate, throughout};
use pleegprofiel::{AgeGrid, ErrorKind, Family, Fit, Model, Spec, trajectory::Finding};
use rand::Rng;
use rstest::rstest;

use Family::{Poisson, Zip, ZipTau};

/// Posteriors are exponentials divided by their sum: a few roundings of 1e-16 a group.
const SUM: f64 = 1e-12;
/// Two evaluators, relative: both add terms of one sign, so roundings of 1e-16 grow at most with the root of
/// their number; 1e-10 leaves room for the evaluator's tables to round each group's base once.
const EVALUATORS: f64 = 1e-10;
/// A gradient that counts as none, relative to the information's own scale, the number of events and persons:
/// a hundred roundings of a sum of that size.
const NO_GRADIENT: f64 = 1e-8;

/// What goes in: a table and how many groups of which degree are asked for.
struct Case {
    table: Table,
    groups: usize,
    degree: usize,
}

fn two_kinds(persons: usize, ages: usize, seed: u64) -> Table {
    let mut rng = generator(seed);
    let people = (0..persons)
        .map(|i| {
            Person::new((0..ages).map(|_| poisson(if i % 3 == 0 { 3.0 } else { 0.15 }, &mut rng)).collect::<Vec<_>>())
        })
        .collect();
    Table::new(12, 11 + ages as u32, people)
}

fn one_group() -> Case {
    Case { table: two_kinds(60, 8, 1), groups: 1, degree: 2 }
}

fn clean_groups() -> Case {
    Case { table: two_kinds(120, 10, 2), groups: 2, degree: 1 }
}

fn unequal_follow_up() -> Case {
    let mut table = two_kinds(150, 10, 3);
    for (i, person) in table.people.iter_mut().enumerate() {
        (0..10).filter(|j| *j < i % 4 || *j > 5 + i % 5).for_each(|j| person.counts[j] = None);
    }
    Case { table, groups: 2, degree: 2 }
}

fn missing_in_the_middle() -> Case {
    let mut table = two_kinds(150, 10, 4);
    for (i, person) in table.people.iter_mut().enumerate() {
        (0..10).filter(|j| (i + 3 * j) % 5 == 0).for_each(|j| person.counts[j] = None);
    }
    Case { table, groups: 2, degree: 2 }
}

fn unequal_time_at_risk() -> Case {
    let mut table = two_kinds(150, 8, 5);
    let mut rng = generator(55);
    table.people.iter_mut().for_each(|p| p.exposure = Some((0..8).map(|_| rng.gen_range(0.01..=1.0)).collect()));
    Case { table, groups: 2, degree: 2 }
}

fn missing_cells_and_time_at_risk() -> Case {
    let mut case = unequal_time_at_risk();
    for (i, person) in case.table.people.iter_mut().enumerate() {
        (0..8).filter(|j| (i + j) % 4 == 0).for_each(|j| person.counts[j] = None);
    }
    case
}

fn one_observation() -> Case {
    let table = Table::new(18, 18, two_kinds(90, 1, 6).people);
    Case { table, groups: 2, degree: 0 }
}

fn nobody_observed() -> Case {
    let mut table = two_kinds(40, 6, 7);
    // two of forty persons are in the cohort, but were never seen
    table.people[3].counts = vec![None; 6];
    table.people[4].counts = vec![None; 6];
    Case { table, groups: 2, degree: 1 }
}

fn all_zeros() -> Case {
    Case { table: Table::new(12, 17, vec![Person::new([0; 6]); 30]), groups: 2, degree: 1 }
}

fn one_person() -> Case {
    Case { table: Table::new(12, 17, vec![Person::new([0, 1, 3, 2, 0, 0])]), groups: 1, degree: 1 }
}

fn everyone_the_same() -> Case {
    Case { table: Table::new(12, 17, vec![Person::new([0, 1, 3, 2, 0, 0]); 25]), groups: 2, degree: 1 }
}

fn as_many_groups_as_persons() -> Case {
    Case { table: two_kinds(4, 6, 8), groups: 4, degree: 1 }
}

fn huge_counts() -> Case {
    let mut table = two_kinds(60, 6, 9);
    table.people[0].counts = vec![Some(1_000_000), Some(0), Some(999_999), Some(3), Some(1_000_000), Some(17)];
    table.people[7].counts[2] = Some(50_000);
    Case { table, groups: 3, degree: 1 }
}

fn huge_counts_in_little_time() -> Case {
    let mut case = huge_counts();
    case.table.people[0].exposure = Some(vec![1.6e-16, 1.0, 0.5, 1e-9, 1.0, 1.0]);
    case
}

fn weights() -> Case {
    let mut table = two_kinds(90, 8, 10);
    table.people.iter_mut().enumerate().for_each(|(i, p)| p.weight = 0.25 + 0.5 * (i % 7) as f64);
    Case { table, groups: 2, degree: 2 }
}

fn tiny_and_huge_weights() -> Case {
    let mut table = two_kinds(90, 8, 11);
    table.people.iter_mut().enumerate().for_each(|(i, p)| p.weight = [1e-6, 1.0, 1e6][i % 3]);
    Case { table, groups: 2, degree: 1 }
}

fn fitted(family: Family, case: &Case) -> Fit {
    Spec::counts(family).groups(case.groups).degree(case.degree).starts(16).fit(&case.table.cohort()).unwrap()
}

fn check_posteriors(model: &Model, case: &Case) {
    let ours = model.posteriors(&case.table.cohort()).unwrap();
    assert_eq!(ours.dim(), (case.table.people.len(), case.groups));
    for row in ours.rows() {
        assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "{row}");
        assert!((row.sum() - 1.0).abs() <= SUM, "{row}");
    }
}

fn check(family: Family, case: &Case) {
    let fit = fitted(family, case);
    let model = fit.model();
    check_posteriors(model, case);

    let formulas = naive::evaluate(model, &case.table);
    let apart = (fit.log_likelihood - formulas.log_likelihood).abs() / formulas.log_likelihood.abs().max(1.0);
    let weight: f64 = case.table.people.iter().map(|p| p.weight).sum();
    let scale = weight
        + case
            .table
            .people
            .iter()
            .flat_map(|p| p.counts.iter().flatten().map(|&y| p.weight * f64::from(y)))
            .sum::<f64>();
    crate::support::note(format!(
        "{family}: logL {:.6}, {apart:.1e} apart, converged {}, gradient {:.1e} of {scale:.1e}, {:?}",
        fit.log_likelihood, fit.converged, fit.gradient_norm, fit.findings
    ));
    assert!(fit.log_likelihood.is_finite() && fit.log_likelihood <= 0.0, "{}", fit.log_likelihood);
    assert!(apart <= EVALUATORS, "{} claimed, {} by the formulas", fit.log_likelihood, formulas.log_likelihood);
    if fit.converged {
        assert!(fit.gradient_norm <= NO_GRADIENT * scale, "a gradient of {:e}, scale {scale:e}", fit.gradient_norm);
    } else {
        assert_eq!(fit.best().unwrap_err().kind(), ErrorKind::Untrusted);
    }
    assert_eq!(fit.best().is_err(), fit.findings.iter().any(|f| f.is_fatal()));
    for k in 0..case.groups {
        assert!(model.rates(k).iter().all(|r| r.is_finite() && *r >= 0.0), "{:?}", model.rates(k));
    }
    let members: u64 = fit.groups.iter().map(|g| g.members).sum();
    assert_eq!(members, case.table.people.len() as u64);
    assert_eq!(fit.starts.iter().filter(|s| s.number < 16).count(), 16, "every start is in the record");

    let back = Model::from_json(&model.to_json()).unwrap();
    assert_eq!(&back, model);
    let bits = |m: &Model| m.posteriors(&case.table.cohort()).unwrap().mapv(f64::to_bits);
    assert_eq!(bits(&back), bits(model), "posteriors after a round trip through JSON");

    let one = record(family, case, 16, 1);
    assert_eq!(one, record(family, case, 16, 2), "two threads");
    assert_eq!(one, record(family, case, 16, 16), "sixteen threads");
}

/// Everything a fit says but the number of threads, as text that tells every bit (shortest round-trip decimals).
fn record(family: Family, case: &Case, starts: usize, threads: usize) -> String {
    let options = Spec::counts(family).groups(case.groups).degree(case.degree).starts(starts).threads(threads);
    serde_json::to_string(&options.fit(&case.table.cohort()).unwrap()).unwrap()
}

#[rstest]
#[case::one_group(one_group())]
#[case::clean_groups(clean_groups())]
#[case::unequal_follow_up(unequal_follow_up())]
#[case::missing_in_the_middle(missing_in_the_middle())]
#[case::unequal_time_at_risk(unequal_time_at_risk())]
#[case::missing_cells_and_time_at_risk(missing_cells_and_time_at_risk())]
#[case::one_observation(one_observation())]
#[case::some_never_observed(nobody_observed())]
#[case::all_zeros(all_zeros())]
#[case::one_person(one_person())]
#[case::everyone_the_same(everyone_the_same())]
#[case::as_many_groups_as_persons(as_many_groups_as_persons())]
#[case::huge_counts(huge_counts())]
#[case::huge_counts_in_little_time(huge_counts_in_little_time())]
#[case::weights(weights())]
#[case::tiny_and_huge_weights(tiny_and_huge_weights())]
fn every_family_keeps_its_word_on(#[values(Poisson, Zip, ZipTau)] family: Family, #[case] case: Case) {
    check(family, &case);
}

#[rstest]
fn clean_groups_converge_without_a_fatal_finding(#[values(Poisson, Zip, ZipTau)] family: Family) {
    let fit = fitted(family, &clean_groups());
    assert!(fit.converged && fit.best().is_ok(), "{:?}", fit.findings);
    let shares: Vec<f64> = fit.model().groups().iter().map(|g| g.share).collect();
    // every third of 120 persons offends often, at 3 a year: nobody can be mistaken
    assert!((shares[1] - 1.0 / 3.0).abs() < 1e-3, "{shares:?}");
}

#[rstest]
fn what_the_data_cannot_support_is_refused_or_said(#[values(Poisson, Zip, ZipTau)] family: Family) {
    let refused = |groups: usize, degree: usize, table: &Table| {
        let error = Spec::counts(family).groups(groups).degree(degree).fit(&table.cohort()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOptions);
        error.to_string()
    };
    let three = two_kinds(3, 6, 1);
    assert!(refused(4, 1, &three).contains("4 groups asked for, but the cohort has 3 persons"));
    assert!(refused(2, 5, &two_kinds(9, 5, 1)).contains("needs observations at 6 ages, the cohort has them at 5"));
    let unseen = Table::new(12, 17, vec![Person::seen(vec![None; 6]); 3]);
    assert!(refused(1, 0, &unseen).contains("the cohort has them at 0"));
    // two groups where everyone is alike: said, not passed off as a discovery
    assert!(fitted(family, &everyone_the_same()).best().is_err());
    let nothing = fitted(family, &all_zeros());
    let flat = nothing.findings.iter().any(|f| matches!(f, Finding::FlatLikelihood { .. }));
    assert!(nothing.best().is_err() || flat, "{:?}", nothing.findings);
    assert!(nothing.findings.iter().any(|f| matches!(f, Finding::RateAtZero { .. })), "{:?}", nothing.findings);
}

#[test]
fn a_zero_part_that_the_data_do_not_need_leaves_a_usable_fit() {
    // Poisson data: the zero part of ZIP runs to 0 at all ages, which the finding on separation says
    let fit = fitted(Zip, &unequal_follow_up());
    assert!(fit.gradient_norm < 1e-6, "{}", fit.gradient_norm);
    assert!(fit.findings.iter().any(|f| matches!(f, Finding::ZeroPartSeparated { .. })), "{:?}", fit.findings);
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
}

#[test]
fn a_tau_that_runs_to_infinity_is_said_to_do_so() {
    // eta -> 0 with tau eta -> a polynomial: rate 1, a free zero part. One person is enough; on larger cohorts it is
    // what two groups give for four.
    let case = one_person();
    let fit = fitted(ZipTau, &case);
    assert!(
        fit.findings
            .iter()
            .any(|f| matches!(f, Finding::TauUnbounded { group, tau } if group.index() == 0 && *tau > 1e3))
    );
    // the supremum is the limit: a Poisson of one a year with a zero part of its own, whose top is looked for by steps of
    // ever smaller size
    let counts: Vec<f64> = case.table.people[0].counts.iter().flatten().map(|&y| f64::from(y)).collect();
    let limit = |[a, b]: [f64; 2]| -> f64 {
        let of = |(t, &y): (usize, &f64)| {
            let q = 1.0 / (1.0 + (-(a + b * (2.0 * t as f64 / 5.0 - 1.0))).exp());
            let ln_factorial: f64 = (1..=y as u32).map(|i| f64::from(i).ln()).sum();
            if y == 0.0 { (q + (1.0 - q) * (-1.0_f64).exp()).ln() } else { (1.0 - q).ln() - 1.0 - ln_factorial }
        };
        counts.iter().enumerate().map(of).sum()
    };
    let (mut at, mut step) = ([0.0, 0.0], 1.0);
    while step > 1e-9 {
        let around = [[step, 0.0], [-step, 0.0], [0.0, step], [0.0, -step], [step, step], [-step, -step]];
        let better = around.map(|[a, b]| [at[0] + a, at[1] + b]).into_iter().find(|&to| limit(to) > limit(at));
        (at, step) = better.map_or((at, step / 2.0), |to| (to, step));
    }
    // tau ends at e^30 and not at infinity, a rounding off
    assert!((fit.log_likelihood - limit(at)).abs() < 1e-10, "{} {}", fit.log_likelihood, limit(at));
    // tau is none of the free parameters, and the fit can be used
    assert_eq!(fit.parameters, 2);
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
}

fn large(family: Family, persons: usize, exposure: bool) -> Case {
    let mut truth = four_groups(family);
    let mut groups = truth.groups().to_vec();
    groups.iter_mut().for_each(|g| g.coefficients[0] += 1.0);
    truth = Model::new(family, AgeGrid::years(12, 21).unwrap(), groups).unwrap();
    let at_liberty = |rng: &mut rand_chacha::ChaCha8Rng, grid: AgeGrid| {
        (vec![true; grid.len()], Some((0..grid.len()).map(|_| rng.gen_range(0.2..1.0)).collect()))
    };
    let window: crate::support::simulate::Window<'_> = if exposure { &at_liberty } else { &throughout };
    Case { table: simulate(&truth, persons, 31, window).table, groups: 2, degree: 1 }
}

#[rstest]
fn one_two_and_sixteen_threads_give_the_same_bits_on_large_cohorts(
    #[values(Poisson, Zip, ZipTau)] family: Family,
    // beyond 6,000 distinct histories the search is on a sample; beyond 4,096 sums are cut into chunks
    #[values(true, false)] sampled: bool,
) {
    let (persons, distinct) = if sampled { (22_000, 6_001) } else { (4_200, 4_097) };
    let case = large(family, persons, !sampled);
    let found = case.table.cohort().distinct_histories();
    assert!(found >= distinct, "{found} distinct histories do not test what this is to test");
    let one = record(family, &case, 4, 1);
    assert_eq!(one, record(family, &case, 4, 2), "two threads");
    assert_eq!(one, record(family, &case, 4, 16), "sixteen threads");
}

#[rstest]
fn a_sampled_search_ends_where_the_formulas_say(#[values(Poisson, Zip, ZipTau)] family: Family) {
    let case = large(family, 22_000, false);
    let fit = Spec::counts(family).groups(2).degree(1).starts(4).fit(&case.table.cohort()).unwrap();
    let formulas = naive::evaluate(fit.model(), &case.table).log_likelihood;
    assert!((fit.log_likelihood / formulas - 1.0).abs() <= EVALUATORS);
    // two groups for a cohort of four: ZIP(tau) then runs to rate 1, tau without bound, which is an answer
    assert!(fit.converged && fit.best().is_ok(), "{:?}", fit.findings);
    assert!(fit.gradient_norm <= NO_GRADIENT * case.table.events() as f64, "{}", fit.gradient_norm);
}
