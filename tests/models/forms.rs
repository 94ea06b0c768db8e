//! The form that is chosen: that of the data, and an answer or a reason on everything that can be asked.

use crate::support::data::{Person, Table};
use crate::support::simulate::{four_groups, generator, poisson, simulate, throughout};
use pleegprofiel::{
    AgeGrid, Cohort, ErrorKind, Family, FormOptions, Model, Panel, Spec,
    trajectory::{
        Finding, Group, GroupNumber,
        forms::{FormProgress, FormState},
    },
};

use pleegprofiel::ndarray;
use rand_distr::{Distribution, Gamma};
use rstest::rstest;

/// A richer form at its limit is the simpler one: the climb's last step promises less than 1e-10, the leap costs at most
/// 1e-8 a parameter.
const LIMIT: f64 = 1e-6;

fn poisson_cohort() -> Cohort {
    simulate(&four_groups(Family::Poisson), 400, 3, &throughout).table.cohort()
}

/// People of the four groups whose counts spread more than Poisson counts do: every cell's mean times a gamma variable
/// of variance 0.8.
fn over_dispersed(persons: usize) -> Table {
    let truth = four_groups(Family::Poisson);
    let simulated = simulate(&truth, persons, 5, &throughout);
    let mut rng = generator(50);
    let gamma = Gamma::new(1.0 / 0.8, 0.8).unwrap();
    let people = simulated
        .group
        .iter()
        .map(|&k| {
            let cells = 0..truth.grid().len();
            Person::new(cells.map(|j| poisson(truth.rate(k, j) * gamma.sample(&mut rng), &mut rng)).collect::<Vec<_>>())
        })
        .collect();
    Table { grid: truth.grid(), people }
}

#[rstest]
#[case::negbin(Family::NegBin, false)]
#[case::negbin_common(Family::NegBin, true)]
fn a_negative_binomial_fit_of_poisson_data_is_the_poisson_fit(#[case] family: Family, #[case] common: bool) {
    // counts as even as can be: their spread is below Poisson's, so every dispersion runs to 0
    let even = Cohort::from_counts(
        AgeGrid::years(12, 19).unwrap(),
        ndarray::Array2::from_shape_fn((120, 8), |(i, t)| if i < 60 { 1 } else { 4 + u32::from((i + t) % 2 == 0) })
            .view(),
    )
    .unwrap();
    let fit = |o: Spec| o.groups(2).degree(1).starts(8).fit(&even).unwrap();
    let poisson = fit(Spec::counts(Family::Poisson));
    let negbin = fit(Spec::counts(family).common_dispersion(common));
    assert!((negbin.log_likelihood - poisson.log_likelihood).abs() < LIMIT, "{}", negbin.log_likelihood);
    assert!(
        negbin.findings.contains(&Finding::DispersionAtZero { group: GroupNumber::of_index(0) }),
        "{:?}",
        negbin.findings
    );
    assert!(negbin.best().is_ok(), "{:?}", negbin.findings);
    assert_eq!(negbin.parameters, poisson.parameters, "a dispersion of 0 is no free parameter");
}

#[test]
fn a_zero_inflated_fit_of_data_without_excess_zeros_is_the_poisson_fit() {
    let even = Cohort::from_counts(
        AgeGrid::years(12, 19).unwrap(),
        ndarray::Array2::from_shape_fn((120, 8), |(i, t)| if i < 60 { 1 } else { 4 + u32::from((i + t) % 2 == 0) })
            .view(),
    )
    .unwrap();
    let fit = |o: Spec| o.groups(2).degree(1).starts(8).fit(&even).unwrap();
    let poisson = fit(Spec::counts(Family::Poisson));
    for zero in [0, 1] {
        let zip = fit(Spec::counts(Family::Zip).zero_degree(zero));
        assert!((zip.log_likelihood - poisson.log_likelihood).abs() < LIMIT, "{}", zip.log_likelihood);
        assert!(zip.findings.iter().any(|f| matches!(f, Finding::ZeroPartSeparated { .. })), "{:?}", zip.findings);
        assert!(zip.best().is_ok(), "{:?}", zip.findings);
        assert_eq!(zip.parameters, poisson.parameters, "a zero part of nothing has no free parameters");
    }
}

#[test]
fn the_form_of_the_data_is_chosen_and_its_log_likelihood_is_that_of_a_full_fit() {
    let choice = FormOptions::new().degree(2).groups(1..=5).choose(&poisson_cohort()).unwrap();
    assert_eq!(choice.form.family, Family::Poisson);
    let again = Spec::counts(Family::Poisson).groups(choice.fit.groups.len()).degree(2).fit(&poisson_cohort()).unwrap();
    assert!((choice.fit.log_likelihood - again.log_likelihood).abs() < LIMIT);
    let table = over_dispersed(400);
    let choice = FormOptions::new().degree(2).groups(1..=5).choose(&table.cohort()).unwrap();
    assert!(matches!(choice.form.family, Family::NegBin), "{}", choice.form);
    let poisson = choice.by_form().into_iter().find(|c| c.form.family == Family::Poisson).unwrap();
    assert!(poisson.distance > 50.0, "{}", poisson.distance);
    let sureness = choice.sureness.unwrap();
    assert!(sureness.mean_poisson > sureness.mean, "{sureness:?}");
    assert_eq!(choice.candidates.first().map(|c| (c.form, c.distance)), Some((choice.form, 0.0)));
}

#[test]
fn one_two_and_sixteen_threads_choose_the_same_bits() {
    let cohort = over_dispersed(150).cohort();
    let of = |threads: usize| FormOptions::new().degree(2).groups(1..=4).threads(threads).choose(&cohort).unwrap();
    let one = of(1);
    for threads in [2, 16] {
        let other = of(threads);
        assert_eq!(one.candidates, other.candidates, "{threads} threads");
        assert_eq!(one.fit.log_likelihood.to_bits(), other.fit.log_likelihood.to_bits(), "{threads} threads");
    }
}

#[test]
fn work_that_is_stopped_ends_as_cancelled() {
    let error = FormOptions::new().choose_with_progress(&poisson_cohort(), &|p| p.done < 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

fn offender_of_5_000() -> Table {
    let mut rng = generator(8);
    let mut people: Vec<Person> =
        (0..60).map(|_| Person::new((0..12).map(|_| poisson(0.4, &mut rng)).collect::<Vec<_>>())).collect();
    people[0] = Person::new([0, 20, 400, 900, 1_100, 1_000, 800, 500, 200, 60, 15, 5]);
    Table::new(12, 23, people)
}

#[rstest]
#[case::nobody_offends(Table::new(12, 21, vec![Person::new([0; 10]); 50]))]
#[case::one_person(Table::new(12, 17, vec![Person::new([0, 1, 3, 2, 0, 0])]))]
#[case::three_people(Table::new(12, 17, vec![Person::new([0, 1, 3, 2, 0, 0]), Person::new([1; 6]), Person::new([0; 6])]))]
#[case::one_age(Table::new(18, 18, (0..50).map(|i| Person::new([i % 4])).collect()))]
#[case::all_alike(Table::new(12, 17, vec![Person::new([0, 1, 3, 2, 0, 0]); 25]))]
#[case::one_person_with_5_000_offences(offender_of_5_000())]
#[case::ages_with_no_one(Table::new(12, 21, (0..60).map(|i| Person::seen((0..10).map(|t| (t < 6).then_some((i + t) % 3 / 2)).collect())).collect()))]
fn everything_has_an_answer_or_a_reason(#[case] table: Table) {
    match FormOptions::new().choose(&table.cohort()) {
        Ok(choice) => {
            assert!(choice.fit.best().is_ok() && choice.fit.log_likelihood.is_finite());
            assert!(choice.fit.parameters <= choice.fit.observations as usize, "{}", choice.fit.parameters);
        }
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Untrusted | ErrorKind::InvalidOptions), "{error}");
            assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn what_no_cohort_can_be_asked_is_refused_with_what_would_be_accepted() {
    let cohort = poisson_cohort();
    let refused = |o: FormOptions| {
        let error = o.choose(&cohort).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOptions);
        error.to_string()
    };
    assert!(refused(FormOptions::new().groups(500..=500)).contains("not 1 to 32"));
    assert!(refused(FormOptions::new().forms(Vec::new())).contains("no forms"));
    assert!(refused(FormOptions::new().starts(0)).contains("not 1 to 100,000"));
}

/// Person-period rows with gaps (fixtures/cases/gaps.csv): an earlier build gave -1172.0858 with most seeds, and refused
/// with seed 1 and 80 or more starts; a later one -1171.6628 with 26 of 28 seeds and -1171.6285 with two. The better one
/// has other ages at which nobody of a group has events, in two groups at once. A pin: nobody else's number is known.
#[test]
fn rows_with_gaps_are_answered_alike_with_every_seed_and_any_number_of_starts() {
    let text = std::fs::read_to_string("fixtures/cases/gaps.csv").unwrap();
    let rows: Vec<[u32; 3]> = text
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<u32> = line.split(',').map(|c| c.parse().unwrap()).collect();
            [cells[0], cells[1], cells[2]]
        })
        .collect();
    let (first, last) = (rows.iter().map(|r| r[1]).min().unwrap(), rows.iter().map(|r| r[1]).max().unwrap());
    let mut people: std::collections::BTreeMap<u32, Vec<Option<u32>>> = std::collections::BTreeMap::new();
    for [id, age, count] in rows {
        people.entry(id).or_insert_with(|| vec![None; (last - first + 1) as usize])[(age - first) as usize] =
            Some(count);
    }
    let cohort = Table::new(first, last, people.into_values().map(Person::seen).collect()).cohort();
    let options = Spec::counts(Family::Zip).groups(3).degree(2);
    for (seed, starts) in [(1, 40), (2, 40), (3, 40), (4, 40), (9, 40), (1, 80), (1, 150), (5, 150)] {
        let fit = options.clone().seed(seed).starts(starts).fit(&cohort).unwrap();
        assert!(fit.best().is_ok(), "seed {seed}, {starts} starts: {:?}", fit.findings);
        // the pin is rounded to 5e-5
        assert!(fit.log_likelihood > -1171.6285 - 1e-4, "seed {seed}, {starts} starts: {}", fit.log_likelihood);
    }
}

#[test]
fn a_chosen_model_reads_back_with_its_record() {
    let choice = FormOptions::new().degree(1).groups(1..=2).choose(&poisson_cohort()).unwrap();
    let model = choice.fit.model().clone().with_record(choice.candidates.clone());
    assert_eq!(Model::from_json(&model.to_json()).unwrap(), model);
    // without a record a model is written as before
    let group = Group::poisson(1.0, [0.0]);
    let given = Model::new(Family::Poisson, AgeGrid::years(12, 13).unwrap(), vec![group]).unwrap();
    assert!(!given.to_json().contains("chosen_from"));
}

#[test]
fn a_choice_goes_on_from_where_it_was_stopped_to_the_same_bits() {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let cohort = over_dispersed(150).cohort();
    let options = FormOptions::new().groups(1..=4).degree(2);
    let whole = options.choose(&cohort).unwrap();

    // stopped after five looks, kept as text, gone on with
    let (looks, kept) = (AtomicUsize::new(0), Mutex::new(String::new()));
    let mut state = FormState::new();
    let stopped = options.clone().threads(1).choose_from(&cohort, &mut state, &|p: FormProgress<'_>| {
        let Some(state) = p.state else { return true };
        *kept.lock().unwrap() = state.to_json();
        looks.fetch_add(1, Ordering::Relaxed) < 4
    });
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    let text = kept.into_inner().unwrap();
    let mut read = FormState::from_json(&text).unwrap();
    assert_eq!((read.len(), &read), (5, &state));

    let looks = AtomicUsize::new(0);
    let on = options.choose_from(&cohort, &mut read, &|p| {
        looks.fetch_add(usize::from(p.state.is_some()), Ordering::Relaxed);
        true
    });
    assert_eq!(on.unwrap(), whole);
    assert_eq!(looks.into_inner() + 5, read.len(), "nothing is looked at twice");
    let mut full = FormState::from_json(&read.to_json()).unwrap();
    assert_eq!(options.choose_from(&cohort, &mut full, &|p| p.state.is_none()).unwrap(), whole);

    let message = |e: pleegprofiel::Error| e.to_string();
    let other = options.clone().seed(2).choose_from(&cohort, &mut full, &|_| true);
    assert!(message(other.unwrap_err()).contains("another choice"));
    let other = options.choose_from(&over_dispersed(151).cohort(), &mut full, &|_| true);
    assert!(message(other.unwrap_err()).contains("other data"));
    let damaged = [
        ("", "EOF"),
        ("{}", "missing field"),
        (&text.replace("pleegprofiel-forms", "pleegprofiel-selection"), "the format is"),
        (&text.replace("\"version\": 1", "\"version\": 2"), "version 2"),
    ];
    for (text, why) in damaged {
        assert!(message(FormState::from_json(text).unwrap_err()).contains(why), "{why}");
    }
    // a model of another form than it says
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["looked"][0]["top"]["blocks"][0].as_array_mut().unwrap().pop();
    let mut cut = FormState::from_json(&value.to_string()).unwrap();
    assert_eq!(options.choose_from(&cohort, &mut cut, &|_| true).unwrap_err().kind(), ErrorKind::InvalidModel);
}

#[test]
fn a_dispersion_that_groups_share_is_judged_at_its_own_top() {
    // where groups differ in spread, the likelihood rises as soon as their dispersions may part: no matter of this model
    let mut model = four_groups(Family::Poisson).groups().to_vec();
    for (group, alpha) in model.iter_mut().zip([0.02, 0.2, 1.0, 3.0]) {
        group.dispersion = Some(alpha);
    }
    let model = Model::new(Family::NegBin, four_groups(Family::Poisson).grid(), model).unwrap();
    let cohort = model.simulate(600, 11).unwrap().data;
    for groups in 2..=4 {
        let fit = Spec::counts(Family::NegBin).groups(groups).degree(2).common_dispersion(true).fit(&cohort).unwrap();
        let upwards = |f: &Finding| matches!(f, Finding::NotAMaximum { .. });
        assert!(fit.converged && !fit.findings.iter().any(upwards), "{groups}: {:?}", fit.findings);
        // and so says the other way to evaluate it
        let by_cells = Spec::counts(Family::NegBin).groups(groups).degree(2).common_dispersion(true).starts(4);
        let by_cells = by_cells.fit(&Panel::from_cohort(&cohort)).unwrap();
        assert!(!by_cells.findings.iter().any(upwards), "{groups}: {:?}", by_cells.findings);
    }
}

/// Toronto with time at risk, where few starts reach the best optimum.
#[cfg(feature = "csv")]
#[test]
fn the_choice_hangs_on_no_seed_and_more_starts_choose_nothing_worse() {
    use pleegprofiel::cohort::table::{TableOptions, TableSource, read_cohort};
    let open = |name: &str| TableSource::open(format!("fixtures/toronto/{name}")).unwrap();
    let cohort = read_cohort(open("TO1.csv"), Some(open("TO1Risk.csv")), &TableOptions::new()).unwrap();
    let choose = |seed: u64, starts: usize| FormOptions::new().seed(seed).starts(starts).choose(&cohort).unwrap();
    let first = choose(1, 16);
    for (seed, starts) in [(3, 16), (5, 16), (1, 100)] {
        let other = choose(seed, starts);
        assert_eq!((other.form, other.fit.groups.len()), (first.form, first.fit.groups.len()), "seed {seed}");
        // a last step of either climb promises less than this
        assert!((other.fit.bic_persons - first.fit.bic_persons).abs() < LIMIT, "seed {seed}, {starts} starts");
    }
}
