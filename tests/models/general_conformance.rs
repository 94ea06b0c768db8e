//! One battery that every family of the general engine runs: what is claimed is what the formulas give, the
//! top is a top, and nothing that should not matter does.

use crate::support::general::cases::{AGES, covariate, drawn, everywhere, outcome, spec, truth, varying, with_gaps};
use crate::support::general::formulas::Formulas;
use crate::support::general::table::Table;
use crate::support::note;
use pleegprofiel::{
    AgeGrid, Family, Fit, Model, OutcomeSpec, Panel, PersonRow, Spec,
    cohort::CohortBuilder,
    trajectory::{Basis, Errors},
};
use rstest::rstest;

use Family::{Bernoulli, Beta, CensoredNormal, NegBin, NegMultinomial, Poisson, Zinb, Zip, ZipTau};

/// Posteriors are exponentials divided by their sum: a few roundings of 1e-16 a group.
const SUM: f64 = 1e-12;
/// Two evaluators, relative. `lgamma` and `erfc` of the formulas are good to 1e-15 of arguments of order 10, and
/// the differences of `lgamma` in the beta's constant cancel a digit or two.
const EVALUATORS: f64 = 1e-11;
/// Largest element of the gradient at an answer, per person: the engine stops where a step promises 1e-10 of
/// log-likelihood, which at an information of 1 a person is a gradient of 1e-5 x sqrt(persons) at most.
const NO_GRADIENT: f64 = 1e-5;
/// The same top reached by two ways. Newton converges quadratically: the last step leaves less than the 1e-10 of
/// log-likelihood it promised, so parameters 1e-5 standard errors.
const SAME_TOP: f64 = 1e-8;
const SAME_PARAMETER: f64 = 1e-5;

fn case(family: Family) -> Table {
    drawn(family, &spec(family), &with_gaps(160, family, 3), 11).0
}

fn fitted(spec: &Spec, table: &Table) -> Fit {
    spec.fit(&table.panel()).unwrap()
}

fn same_answer(a: &Fit, b: &Fit, what: &str) {
    let apart = (a.log_likelihood - b.log_likelihood).abs();
    note(format!("{what}: {apart:.1e} apart"));
    assert!(
        apart <= SAME_TOP * a.log_likelihood.abs().max(1.0),
        "{what}: {} and {}",
        a.log_likelihood,
        b.log_likelihood
    );
    // where a parameter has run to an end of its range, "as far as possible" is no number
    let (of_a, of_b) = (a.by(Errors::Information).unwrap().estimates(), b.by(Errors::Information).unwrap().estimates());
    for (x, y) in of_a.iter().zip(&of_b) {
        assert_eq!(x.se.is_some(), y.se.is_some(), "{what}: {:?}", x.parameter);
        let apart = (x.value - y.value).abs();
        let near = x.se.is_none_or(|se| apart <= SAME_PARAMETER * se.max(1.0));
        assert!(near, "{what}: {:?} is {} and {}", x.parameter, x.value, y.value);
    }
}

#[rstest]
fn what_is_claimed_is_what_the_formulas_give_and_the_top_is_a_top(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let table = case(family);
    let fit = fitted(&spec(family), &table);
    let model = fit.model();
    let formulas = Formulas::of(model);
    let claimed = formulas.evaluate(model.parameters(), &table);
    let apart = (fit.log_likelihood / claimed.log_likelihood - 1.0).abs();
    note(format!(
        "{family}: logL {:.6}, {apart:.1e} apart, gradient {:.1e}, {:?}",
        fit.log_likelihood, fit.gradient_norm, fit.findings
    ));
    assert!(apart <= EVALUATORS, "{} claimed, {} by the formulas", fit.log_likelihood, claimed.log_likelihood);
    assert!(fit.converged && fit.best().is_ok(), "{:?}", fit.findings);
    let persons = table.persons() as f64;
    assert!(fit.gradient_norm <= NO_GRADIENT * persons, "a gradient of {:e}", fit.gradient_norm);
    // the same by differences of the formulas, so that the engine's own gradient is not taken at its word
    let slope = crate::support::general::differences::gradients(
        &|theta| vec![formulas.evaluate(theta, &table).log_likelihood],
        model.parameters(),
    );
    let steepest = slope[0].iter().fold(0.0_f64, |m, g| g.abs().max(m));
    // differences are good to 1e-13 x 1e3 / 3e-3 and to h^4 times a fifth derivative of 10 a person
    assert!(steepest <= NO_GRADIENT * persons, "a slope of {steepest:e} by differences");

    let ours = fit.posteriors(&table.panel()).unwrap();
    for (row, by_formulas) in ours.rows().into_iter().zip(&claimed.posteriors) {
        assert!((row.sum() - 1.0).abs() <= SUM && row.iter().all(|p| (0.0..=1.0).contains(p)), "{row}");
        assert!(row.iter().zip(by_formulas).all(|(a, b)| (a - b).abs() < 1e-9), "{row} and {by_formulas:?}");
    }
    let members: u64 = fit.groups.iter().map(|g| g.members).sum();
    assert_eq!(members, table.persons() as u64);
    assert!((fit.groups.iter().map(|g| g.share).sum::<f64>() - 1.0).abs() <= SUM);
}

#[rstest]
fn posterior_of_an_unobserved_person_equals_the_group_shares(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let mut table = case(family);
    table.series[0].1[5] = vec![f64::NAN; AGES];
    let fit = fitted(&spec(family), &table);
    let posterior = fit.posteriors(&table.panel()).unwrap();
    for (p, share) in posterior.row(5).iter().zip(fit.by(Errors::Information).unwrap().shares()) {
        assert!((p - share.value).abs() <= SUM, "{p} for a share of {}", share.value);
    }
}

#[rstest]
fn the_order_of_persons_does_not_matter(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let table = case(family);
    let n = table.persons();
    // 59 and 160 have no common factor, so this visits everyone
    let order: Vec<usize> = (0..n).map(|i| (i * 59 + 17) % n).collect();
    let (a, b) = (fitted(&spec(family), &table), fitted(&spec(family), &table.select(&order)));
    same_answer(&a, &b, "in another order");
}

#[rstest]
fn one_two_and_sixteen_threads_give_the_same_bits(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let panel = case(family).panel();
    let record = |threads: usize| {
        let fit = spec(family).threads(threads).fit(&panel).unwrap();
        let bits = |v: ndarray::Array2<f64>| v.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        (
            serde_json::to_string(&fit).unwrap(),
            bits(fit.by(Errors::Information).unwrap().covariance()),
            bits(fit.by(Errors::Sandwich).unwrap().covariance()),
        )
    };
    let one = record(1);
    assert!(one == record(2), "two threads");
    assert!(one == record(16), "sixteen threads");
}

#[rstest]
fn a_weight_of_two_is_the_person_twice(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let table = case(family);
    let n = table.persons();
    let double = |i: usize| i.is_multiple_of(3);
    let weighted =
        Table { weights: Some((0..n).map(|i| if double(i) { 2.0 } else { 1.0 }).collect()), ..table.clone() };
    let twice: Vec<usize> = (0..n).chain((0..n).filter(|&i| double(i))).collect();
    let (a, b) = (fitted(&spec(family), &weighted), fitted(&spec(family), &table.select(&twice)));
    same_answer(&a, &b, "weighted");
    // the information is the same; the sandwich is not, since a person twice is two persons
    for (x, y) in a
        .by(Errors::Information)
        .unwrap()
        .covariance()
        .iter()
        .zip(b.by(Errors::Information).unwrap().covariance().iter())
    {
        assert!((x - y).abs() <= 1e-4 * (x.abs() + 1e-3), "{x} and {y}");
    }
    assert_eq!((a.persons, b.persons), (n, twice.len()));
}

#[rstest]
fn a_missing_cell_is_a_cell_left_out(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    // never seen at the two last ages, on a grid that has them or has not: a line in one u is a line in the other
    let mut table = drawn(family, &spec(family), &everywhere(120), 5).0;
    for row in &mut table.series[0].1 {
        row[AGES - 2..].fill(f64::NAN);
    }
    let short = Table {
        grid: AgeGrid::years(12, 9 + AGES as u32).unwrap(),
        series: vec![("y".into(), table.series[0].1.iter().map(|r| r[..AGES - 2].to_vec()).collect())],
        ..table.clone()
    };
    let (a, b) = (fitted(&spec(family), &table), fitted(&spec(family), &short));
    assert_eq!(a.observations, b.observations);
    let apart = (a.log_likelihood - b.log_likelihood).abs();
    assert!(apart <= SAME_TOP * a.log_likelihood.abs().max(1.0), "{} and {}", a.log_likelihood, b.log_likelihood);
    for g in 0..2 {
        let (x, y) = (a.model().curve(0, g), b.model().curve(0, g));
        assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() <= 1e-5 * x.abs()), "{x} and {y}");
    }
}

#[rstest]
fn half_the_time_at_risk_is_twice_the_rate(#[values(Poisson, Zip, NegBin, Zinb, NegMultinomial)] family: Family) {
    // not ZIP(tau), whose zero part hangs on the rate per year
    let table = case(family);
    let mut half = table.clone();
    half.exposure[0].iter_mut().flatten().flatten().for_each(|e| *e *= 0.5);
    let (a, b) = (fitted(&spec(family), &table), fitted(&spec(family), &half));
    let apart = (a.log_likelihood - b.log_likelihood).abs();
    assert!(apart <= SAME_TOP * a.log_likelihood.abs(), "{} and {}", a.log_likelihood, b.log_likelihood);
    for g in 0..2 {
        for (x, y) in a.model().curve(0, g).iter().zip(&b.model().curve(0, g)) {
            assert!((y / x - 2.0).abs() <= 1e-5, "rates of {x} and {y} a year");
        }
    }
}

#[rstest]
fn rates_are_per_year_on_a_grid_of_half_years(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial)] family: Family,
) {
    // the same cells on a grid of years and of half years: the rate is twice as large
    let table = case(family);
    let halves = Table { grid: AgeGrid::months(144, 6, AGES).unwrap(), ..table.clone() };
    let (years, halves_fit) = (fitted(&spec(family), &table), fitted(&spec(family), &halves));
    let formulas = Formulas::of(halves_fit.model()).evaluate(halves_fit.model().parameters(), &halves);
    assert!((halves_fit.log_likelihood / formulas.log_likelihood - 1.0).abs() <= EVALUATORS);
    if family != ZipTau {
        let (x, y) = (years.model().curve(0, 1)[0], halves_fit.model().curve(0, 1)[0]);
        assert!((y / x - 2.0).abs() <= 1e-5, "{x} and {y} a year");
    }
}

#[rstest]
fn a_model_comes_back_from_json_bit_for_bit(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let n = 120;
    let mut like = everywhere(n);
    like.covariates.push(("x1".into(), covariate(n, 1)));
    like.varying.push(("z1".into(), varying(n, 2)));
    let spec = Spec::new(2).outcome(outcome(family).varying(["z1"])).membership(["x1"]).starts(4);
    let table = drawn(family, &spec, &like, 8).0;
    let fit = fitted(&spec, &table);
    let back: Model = serde_json::from_str(&serde_json::to_string(fit.model()).unwrap()).unwrap();
    assert_eq!(&back, fit.model());
    let bits = |m: &Model| m.posteriors(&table.panel()).unwrap().mapv(f64::to_bits);
    assert_eq!(bits(&back), bits(fit.model()));
}

#[test]
fn a_scale_with_a_floor_only_comes_back_from_json() {
    let table = drawn(CensoredNormal, &spec(CensoredNormal), &everywhere(80), 5).0;
    let spec = Spec::new(1).outcome(outcome(CensoredNormal).bounds(0.0, f64::INFINITY));
    let fit = fitted(&spec, &table);
    let back: Model = serde_json::from_str(&serde_json::to_string(fit.model()).unwrap()).unwrap();
    assert_eq!(&back, fit.model());
}

#[rstest]
fn cells_evaluated_once_and_cells_evaluated_one_by_one_agree(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    // a covariate different in every cell makes each cell one of its own; with an effect of exactly 0 the
    // likelihood is that of the model without it, where alike cells are evaluated once
    let mut table = drawn(family, &spec(family), &everywhere(150), 9).0;
    table.varying.push(("z1".into(), varying(150, 4)));
    let plain = drawn(family, &spec(family), &everywhere(2), 1).1;
    let common = Spec::new(2).outcome(outcome(family).varying(["z1"]).common_effects(true));
    let direct = crate::support::general::formulas::model(&common, &table, &|p| match p.term.as_str() {
        "z1" => 0.0,
        _ => truth(family, p),
    });
    let (a, b) = (plain.posteriors(&table.panel()).unwrap(), direct.posteriors(&table.panel()).unwrap());
    let most = a.iter().zip(&b).fold(0.0_f64, |m, (x, y)| m.max((x - y).abs()));
    // the same terms in another order of rows: no rounding differs within a person
    assert!(most <= 1e-13, "posteriors {most:e} apart");
}

/// The counts of a table as the engine of plain counts takes them.
fn cohort(table: &Table) -> pleegprofiel::Cohort {
    let mut builder = CohortBuilder::new(table.grid);
    for i in 0..table.persons() {
        let counts: Vec<Option<u32>> =
            table.series[0].1[i].iter().map(|y| (!y.is_nan()).then_some(*y as u32)).collect();
        let e = table.exposure[0]
            .as_ref()
            .map(|e| e[i].iter().zip(&counts).map(|(e, y)| if y.is_some() { *e } else { 0.0 }).collect::<Vec<f64>>());
        builder.push(PersonRow { id: None, counts: &counts, exposure: e.as_deref(), weight: 1.0 }).unwrap();
    }
    builder.finish()
}

#[rstest]
fn the_engine_of_plain_counts_gives_the_same_answer(
    #[values(Poisson, Zip, ZipTau)] family: Family,
    #[values(true, false)] exposure: bool,
) {
    let mut like = with_gaps(400, family, 3);
    if !exposure {
        like.exposure[0] = None;
    }
    let table = drawn(family, &spec(family), &like, 12).0;
    let cohort = cohort(&table);
    let mut options = Spec::counts(family).groups(2).degree(1).starts(12);
    if family == Zip {
        options = options.zero_degree(1);
    }
    let plain = options.fit(&cohort).unwrap();
    // a basis that the plain engine does not know keeps it from lending its answer
    let line = Basis::b_spline(1, &[], table.grid).unwrap();
    let mut bases = OutcomeSpec::counts(family).bases([line.clone()]);
    if family == Zip {
        bases = bases.zero_bases([line]);
    }
    let panel = Panel::from_cohort(&cohort);
    let lent = Spec::new(2).outcome(OutcomeSpec::counts(family).degree(1)).fit(&panel).unwrap();
    let own = Spec::new(2).outcome(bases).fit(&panel).unwrap();
    for general in [&lent, &own] {
        let apart = (general.log_likelihood - plain.log_likelihood).abs();
        note(format!("{family}, time at risk {exposure}: {apart:.1e} apart"));
        assert!(apart <= 1e-8, "{} and {}", general.log_likelihood, plain.log_likelihood);
        let (x, y) = (general.posteriors(&panel).unwrap(), plain.model().posteriors(&cohort).unwrap());
        // what is left of 1e-8 in log-likelihood is 1e-4 standard errors at worst
        assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() <= 1e-6), "posteriors");
    }
    let ours: Vec<f64> = lent
        .by(Errors::Information)
        .unwrap()
        .estimates()
        .iter()
        .filter(|e| {
            matches!(e.parameter.part, pleegprofiel::trajectory::Part::Curve | pleegprofiel::trajectory::Part::Zero)
        })
        .map(|e| e.value)
        .collect();
    let theirs = plain.model().groups().iter().flat_map(|g| g.coefficients.iter().chain(&g.zero_coefficients));
    assert!(ours.iter().zip(theirs).all(|(x, y)| (x - y).abs() <= 1e-6), "{ours:?}");
}

#[rstest]
fn a_polynomial_written_as_a_spline_gives_the_same_likelihood(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let table = drawn(family, &spec(family), &with_gaps(300, family, 3), 13).0;
    let fit_with = |basis: Basis| {
        let outcome = outcome(family).bases([basis.clone()]);
        let outcome = if family.has_zero_curve() { outcome.zero_bases([basis]) } else { outcome };
        fitted(&Spec::new(2).outcome(outcome).starts(16), &table)
    };
    let line = fit_with(Basis::polynomial(1).unwrap());
    let natural = fit_with(Basis::natural_spline(&[], table.grid).unwrap());
    let (square, b) = (fit_with(Basis::polynomial(2).unwrap()), fit_with(Basis::b_spline(2, &[], table.grid).unwrap()));
    for (x, y) in [(&line, &natural), (&square, &b)] {
        let apart = (x.log_likelihood - y.log_likelihood).abs();
        note(format!("{family}: {apart:.1e} apart, {:?} {:?}", x.findings, y.findings));
        // where a dispersion or tau runs to 0, how near it comes is worth up to 1e-7
        assert!(apart <= 1e-6, "{} and {}", x.log_likelihood, y.log_likelihood);
        assert_eq!(x.parameters, y.parameters);
        for g in 0..2 {
            let (x, y) =
                (x.by(Errors::Information).unwrap().curve(0, g), y.by(Errors::Information).unwrap().curve(0, g));
            for (x, y) in x.iter().zip(&y) {
                assert!((x.value - y.value).abs() <= 1e-4 * x.value.abs(), "{x:?} and {y:?}");
                let (Some(a), Some(b)) = (x.se, y.se) else { continue };
                assert!((a - b).abs() <= 1e-3 * a, "standard errors {a} and {b} of one curve in two bases");
            }
        }
    }
}

#[rstest]
fn a_shared_zero_part_is_a_special_case(#[values(Zip, Zinb)] family: Family) {
    let table = drawn(family, &spec(family), &with_gaps(300, family, 3), 14).0;
    let shared = Spec::new(2).outcome(outcome(family).shared_zero(true)).starts(16);
    let (free, shared) = (fitted(&spec(family).starts(16), &table), fitted(&shared, &table));
    assert!(shared.converged && shared.log_likelihood <= free.log_likelihood + 1e-9);
    assert_eq!(shared.parameters, free.parameters - 2);
    let of = |g| (0..AGES).map(|t| shared.model().curve(0, g)[t]).collect::<Vec<f64>>();
    assert!(of(0) != of(1), "only the zero part is shared");
    let formulas = Formulas::of(shared.model()).evaluate(shared.model().parameters(), &table);
    assert!((shared.log_likelihood / formulas.log_likelihood - 1.0).abs() <= EVALUATORS);
}

#[rstest]
fn a_common_spread_is_a_special_case(#[values(NegBin, Zinb, NegMultinomial, CensoredNormal, Beta)] family: Family) {
    let table = drawn(family, &spec(family), &with_gaps(300, family, 3), 15).0;
    let common = Spec::new(2).outcome(outcome(family).common_dispersion(true)).starts(16);
    let (free, common) = (fitted(&spec(family).starts(16), &table), fitted(&common, &table));
    assert!(common.converged && common.log_likelihood <= free.log_likelihood + 1e-9);
    assert_eq!(common.parameters, free.parameters - 1);
    assert_eq!(common.model().spread(0, 0), common.model().spread(0, 1));
    let formulas = Formulas::of(common.model()).evaluate(common.model().parameters(), &table);
    assert!((common.log_likelihood / formulas.log_likelihood - 1.0).abs() <= EVALUATORS);
}

#[rstest]
fn every_group_may_have_a_degree_of_its_own(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let table = drawn(family, &spec(family), &with_gaps(300, family, 3), 16).0;
    let zero = |o: OutcomeSpec| if family.has_zero_curve() { o.zero_degree(0) } else { o };
    let with =
        |degrees: [usize; 2]| fitted(&Spec::new(2).outcome(zero(outcome(family)).degrees(degrees)).starts(16), &table);
    let (narrow, mixed, wide) = (with([0, 0]), with([0, 2]), with([2, 2]));
    assert!(
        narrow.log_likelihood <= mixed.log_likelihood + 1e-6,
        "{} and {}",
        narrow.log_likelihood,
        mixed.log_likelihood
    );
    assert!(mixed.log_likelihood <= wide.log_likelihood + 1e-6, "{} and {}", mixed.log_likelihood, wide.log_likelihood);
    assert_eq!((mixed.parameters, wide.parameters), (narrow.parameters + 2, narrow.parameters + 4));
    // which degree is which group's does not hang on the order they are given in
    let turned = with([2, 0]);
    assert!(
        (mixed.log_likelihood - turned.log_likelihood).abs() <= 1e-6,
        "{} and {}",
        mixed.log_likelihood,
        turned.log_likelihood
    );
    let formulas = Formulas::of(mixed.model()).evaluate(mixed.model().parameters(), &table);
    assert!((mixed.log_likelihood / formulas.log_likelihood - 1.0).abs() <= EVALUATORS);
}
