//! Careers from records to a cohort: properties that hold for every career, checked against counting by hand.

use pleegprofiel::{
    Age, AgeGrid, Career, Cohort,
    career::{
        CalendarDate, Category, Custody, Offence, OffencesInCustody, Participation, Period, Severity, TransitionMatrix,
        Versatility, Window, WindowEnd,
    },
    cohort::{CareerOptions, OutsideGrid},
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::HashMap;

fn day(text: &str) -> CalendarDate {
    text.parse().unwrap()
}

fn age(years: f64) -> Age {
    Age::years(years).unwrap()
}

const KINDS: [Category; 4] = [Category::PROPERTY, Category::VIOLENCE, Category::DRUGS, Category::HUMAN_TRAFFICKING];

/// A dated career in days since birth.
#[derive(Debug, Clone)]
struct Plan {
    birth: CalendarDate,
    window: (i64, i64),
    stays: Vec<(i64, i64)>,
    /// Day since birth and number of the category.
    offences: Vec<(i64, usize)>,
}

impl Plan {
    fn career(&self, birth: CalendarDate) -> Career {
        let at = |days: i64| birth.plus_days(days).unwrap();
        Career::dated(birth)
            .window(Window::dates(at(self.window.0), at(self.window.1), WindowEnd::EndOfRegister))
            .stays(self.stays.iter().map(|&(from, to)| Custody::dates(at(from), at(to))))
            .offences(self.offences.iter().map(|&(days, kind)| {
                Offence::on(at(days), KINDS[kind].clone()).with_severity(Severity::new(1.0 + kind as f64).unwrap())
            }))
            .build()
            .unwrap()
    }

    /// Days of a span that were observed and not in custody, one by one.
    fn days_at_liberty(&self, span: std::ops::Range<i64>) -> usize {
        span.filter(|d| (self.window.0..self.window.1).contains(d))
            .filter(|d| !self.stays.iter().any(|&(from, to)| (from..to).contains(d)))
            .count()
    }
}

fn births() -> impl Strategy<Value = CalendarDate> {
    // Half of them on days that some months or years do not have.
    let odd = prop::sample::select(vec!["1960-02-29", "1972-02-29", "1983-03-01", "1990-12-31", "1977-08-31"]);
    prop_oneof![odd.prop_map(day), (0_i64..14_000).prop_map(|d| day("1955-01-01").plus_days(d).unwrap())]
}

fn plans() -> impl Strategy<Value = Plan> {
    (births(), 0_i64..9_000, 1_i64..8_000).prop_flat_map(|(birth, from, length)| {
        let window = (from, from + length);
        let cuts = prop::collection::btree_set(0..from + length + 500, 0..10);
        let offences = prop::collection::vec((window.0..window.1, 0..KINDS.len()), 0..15);
        (Just(birth), Just(window), cuts, offences).prop_map(|(birth, window, cuts, offences)| {
            let cuts: Vec<i64> = cuts.into_iter().collect();
            // Every second gap between the cuts is custody; now and then two stays touch.
            let mut stays: Vec<(i64, i64)> = cuts.chunks_exact(2).map(|c| (c[0], c[1])).collect();
            if let Some(&(from, to)) = stays.last()
                && to - from > 1
            {
                stays.pop();
                stays.extend([(from, from + 1), (from + 1, to)]);
            }
            Plan { birth, window, stays, offences }
        })
    })
}

fn grids() -> impl Strategy<Value = AgeGrid> {
    prop_oneof![
        Just(AgeGrid::years(0, 49).unwrap()),
        Just(AgeGrid::months(0, 1, 600).unwrap()),
        Just(AgeGrid::months(0, 6, 100).unwrap()),
        Just(AgeGrid::months(0, 7, 86).unwrap()),
    ]
}

/// The grid's borders in days since birth, by the public calendar.
fn borders(birth: CalendarDate, grid: AgeGrid) -> Vec<i64> {
    (0..=grid.len() as u32)
        .map(|j| birth.days_until(birth.plus_months(grid.start_months() + j * grid.width_months()).unwrap()))
        .collect()
}

fn leave_out() -> CareerOptions {
    CareerOptions::default().in_custody(OffencesInCustody::LeaveOut)
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(28_638),
        failure_persistence: None,
        ..ProptestConfig::with_cases(256)
    })]

    #[test]
    fn street_time_equals_counting_day_by_day(plan in plans()) {
        let career = plan.career(plan.birth);
        let time = career.street_time();
        prop_assert_eq!(time.at_liberty_days, Some(plan.days_at_liberty(0..20_000) as u32));
        prop_assert!((time.custody_years + time.at_liberty_years - time.observed_years).abs() < 1e-9);
    }

    #[test]
    fn time_at_risk_of_each_interval_equals_counting_day_by_day(plan in plans(), grid in grids()) {
        let made = Cohort::from_careers(grid, [("", plan.career(plan.birth))], &leave_out()).unwrap();
        let borders = borders(plan.birth, grid);
        let by_hand: Vec<f64> = borders
            .windows(2)
            .map(|b| plan.days_at_liberty(b[0]..b[1]) as f64 / (b[1] - b[0]) as f64)
            .collect();
        prop_assert_eq!(made.cohort.exposure(0), by_hand);
    }

    #[test]
    fn yearly_time_at_risk_adds_up_to_street_time(plan in plans()) {
        let career = plan.career(plan.birth);
        let made = Cohort::from_careers(AgeGrid::years(0, 49).unwrap(), [("", &career)], &leave_out()).unwrap();
        let sum: f64 = made.cohort.exposure(0).iter().sum();
        prop_assert!((sum - career.street_time().at_liberty_years).abs() < 1e-9);
    }

    #[test]
    fn every_offence_is_counted_in_its_interval_or_as_left_out(plan in plans(), grid in grids()) {
        let made = Cohort::from_careers(grid, [("", plan.career(plan.birth))], &leave_out()).unwrap();
        prop_assert_eq!(made.cohort.events() + made.left_out.in_custody, plan.offences.len() as u64);

        let borders = borders(plan.birth, grid);
        let counts = made.cohort.counts(0);
        for (j, b) in borders.windows(2).enumerate() {
            let inside = |&&(at, _): &&(i64, usize)| {
                // Touching stays are one; the first day of a stay is not inside it.
                let held = plan.stays.iter().any(|&(from, to)| from <= at && at < to);
                let arrest = plan.stays.iter().any(|&(from, _)| from == at)
                    && !plan.stays.iter().any(|&(_, to)| to == at);
                (b[0]..b[1]).contains(&at) && (!held || arrest)
            };
            let by_hand = plan.offences.iter().filter(inside).count() as u32;
            let observed = plan.days_at_liberty(b[0]..b[1]) > 0;
            prop_assert_eq!(counts[j], observed.then_some(by_hand));
        }
    }

    #[test]
    fn offences_in_custody_count_or_are_an_error_unless_left_out(plan in plans(), grid in grids()) {
        let career = plan.career(plan.birth);
        let borders = borders(plan.birth, grid);
        let impossible = borders
            .windows(2)
            .filter(|b| plan.days_at_liberty(b[0]..b[1]) == 0)
            .filter(|b| plan.offences.iter().any(|&(at, _)| (b[0]..b[1]).contains(&at)))
            .count();
        match Cohort::from_careers(grid, [("", &career)], &CareerOptions::default()) {
            Ok(made) => {
                prop_assert_eq!(impossible, 0);
                prop_assert_eq!(made.cohort.events(), plan.offences.len() as u64);
                prop_assert_eq!(made.left_out, Default::default());
            }
            Err(error) => prop_assert_eq!(error.issue_count(), impossible as u64),
        }
    }

    /// From 1901 to 2099 the calendar repeats every 28 years (10,227 days), and so does everything measured in age.
    #[test]
    fn a_career_moved_by_a_whole_cycle_of_leap_years_measures_the_same(plan in plans(), grid in grids()) {
        let (here, there) = (plan.career(plan.birth), plan.career(plan.birth.plus_days(10_227).unwrap()));
        prop_assert_eq!(here.measures(&KINDS[3]), there.measures(&KINDS[3]));
        let cohort = |career: &Career| Cohort::from_careers(grid, [("", career)], &leave_out()).unwrap();
        let (here, there) = (cohort(&here).cohort, cohort(&there).cohort);
        prop_assert_eq!((here.counts(0), here.exposure(0)), (there.counts(0), there.exposure(0)));
    }

    #[test]
    fn the_order_of_records_does_not_change_measures(plan in plans()) {
        let mut other = plan.clone();
        other.offences.reverse();
        let (a, b) = (plan.career(plan.birth).measures(&KINDS[3]), other.career(plan.birth).measures(&KINDS[3]));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn a_dated_career_and_the_same_by_age_agree(plan in plans()) {
        let dated = plan.career(plan.birth);
        let at = |days: i64| plan.birth.age_on(plan.birth.plus_days(days).unwrap()).unwrap();
        let by_age = Career::by_age()
            .window(Window::ages(at(plan.window.0), at(plan.window.1), WindowEnd::EndOfRegister))
            .stays(plan.stays.iter().map(|&(from, to)| Custody::ages(at(from), at(to))))
            .offences(plan.offences.iter().map(|&(days, kind)| Offence::at_age(at(days), KINDS[kind].clone())))
            .build()
            .unwrap();
        let (a, b) = (dated.street_time(), by_age.street_time());
        prop_assert!((a.at_liberty_years - b.at_liberty_years).abs() < 1e-9);
        let grid = AgeGrid::years(0, 49).unwrap();
        let cohort = |career: &Career| Cohort::from_careers(grid, [("", career)], &leave_out()).unwrap().cohort;
        let (a, b) = (cohort(&dated), cohort(&by_age));
        prop_assert_eq!(a.counts(0), b.counts(0));
        for (a, b) in a.exposure(0).iter().zip(b.exposure(0)) {
            prop_assert!((a - b).abs() < 1e-9);
        }
    }

    #[test]
    fn no_measure_is_ever_nan_or_infinite(plan in plans()) {
        let career = plan.career(plan.birth);
        let specialisation = TransitionMatrix::of([&career]).unwrap().specialisation();
        let participation = Participation::of([&career], 0..=49).unwrap();
        let rate = career.frequency(Period::ActiveCareer, OffencesInCustody::LeaveOut);
        // NaN and infinity are written as null, which only an Option reads back.
        let text = serde_json::to_string(&(career.measures(&KINDS[3]), &specialisation, &participation, rate)).unwrap();
        let back: (pleegprofiel::career::CareerMeasures, pleegprofiel::career::Specialisation, Participation, pleegprofiel::career::Frequency) =
            serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back, (career.measures(&KINDS[3]), specialisation, participation, rate));
    }

    #[test]
    fn a_career_reads_back_from_json(plan in plans()) {
        let career = plan.career(plan.birth);
        let text = serde_json::to_string(&career).unwrap();
        prop_assert_eq!(serde_json::from_str::<Career>(&text).unwrap(), career);
    }

    #[test]
    fn participation_by_age_agrees_with_the_cohort(plans in prop::collection::vec(plans(), 1..6)) {
        let careers: Vec<Career> = plans.iter().map(|plan| plan.career(plan.birth)).collect();
        let participation = Participation::of(&careers, 0..=49).unwrap();
        let observed: u64 = participation.ages.iter().map(|a| a.participation.observed).sum();
        let made = Cohort::from_careers(AgeGrid::years(0, 49).unwrap(), careers.iter().map(|c| ("", c)), &leave_out());
        prop_assert_eq!(observed, made.unwrap().cohort.observations());
    }

    #[test]
    fn dates_print_and_parse_to_themselves(days in 0_i64..292_000) {
        let date = day("1600-01-01").plus_days(days).unwrap();
        prop_assert_eq!(date.to_string().parse::<CalendarDate>().unwrap(), date);
        prop_assert_eq!(day("1600-01-01").days_until(date), days);
    }

    #[test]
    fn completed_months_grow_by_one_at_each_border_and_nowhere_else(birth in births(), days in 1_i64..40_000) {
        let on = birth.plus_days(days).unwrap();
        let months = birth.completed_months(on).unwrap();
        let before = birth.completed_months(on.plus_days(-1).unwrap()).unwrap();
        prop_assert_eq!(months - before, u32::from(birth.plus_months(months).unwrap() == on));
    }

    /// With kinds drawn independently, the expectation of the corrected index is the index of the source.
    #[test]
    fn the_corrected_diversity_of_all_samples_averages_to_that_of_the_source(n in 2_u32..8) {
        let (p, q) = (0.3_f64, 0.7_f64);
        let choose = |n: u32, k: u32| (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
        let expected: f64 = (0..=n)
            .map(|k| {
                let chance = choose(n, k) * p.powi(k as i32) * q.powi((n - k) as i32);
                chance * Versatility::of_counts([k, n - k]).unbiased.unwrap()
            })
            .sum();
        prop_assert!((expected - (1.0 - p * p - q * q)).abs() < 1e-12);
    }
}

#[test]
fn the_last_day_of_a_window_is_observed_and_the_day_it_ends_on_is_not() {
    let with = |offence: &str| {
        Career::dated(day("1990-05-06"))
            .window(Window::dates(day("2008-05-06"), day("2010-01-01"), WindowEnd::EndOfRegister))
            .offence(Offence::on(day(offence), Category::DRUGS))
            .build()
    };
    assert!(with("2008-05-06").is_ok() && with("2009-12-31").is_ok());
    assert!(with("2008-05-05").is_err() && with("2010-01-01").is_err());
}

#[test]
fn a_window_from_birthday_to_birthday_is_whole_years_leap_or_not() {
    for birth in ["1988-02-29", "1990-02-28", "1990-03-01", "1999-12-31"].map(day) {
        let at = |years: u32| birth.plus_months(12 * years).unwrap();
        let career =
            Career::dated(birth).window(Window::dates(at(12), at(31), WindowEnd::EndOfRegister)).build().unwrap();
        assert_eq!(career.street_time().at_liberty_years, 19.0);
        let made = Cohort::from_careers(AgeGrid::years(12, 30).unwrap(), [("x", career)], &CareerOptions::default());
        let cohort = made.unwrap().cohort;
        assert!(!cohort.has_exposure() && cohort.observations() == 19 && cohort.id(0) == Some("x"));
    }
}

#[test]
fn a_leap_day_counts_as_one_day_of_366() {
    let career = Career::dated(day("1990-01-01"))
        .window(Window::dates(day("2008-01-01"), day("2009-01-01"), WindowEnd::EndOfRegister))
        .stay(Custody::dates(day("2008-02-29"), day("2008-03-01")))
        .build()
        .unwrap();
    let made = Cohort::from_careers(AgeGrid::years(18, 18).unwrap(), [("", career)], &CareerOptions::default());
    assert_eq!(made.unwrap().cohort.exposure(0), [365.0 / 366.0]);
}

#[test]
fn careers_by_age_have_exact_fractions_of_an_interval() {
    let custody = age(18.0 + 1.0 / 12.0);
    let career = Career::by_age()
        .window(Window::ages(age(17.5), age(20.0 + 1.0 / 3.0), WindowEnd::Died))
        .stay(Custody::ages(custody, age(18.75)))
        .offence(Offence::at_age(custody, Category::DRUGS))
        .build()
        .unwrap();
    let made = Cohort::from_careers(AgeGrid::years(17, 21).unwrap(), [("", career)], &CareerOptions::default());
    assert_eq!(made.unwrap().cohort.exposure(0), [0.5, 4.0 / 12.0, 1.0, 4.0 / 12.0, 0.0]);
}

#[test]
fn same_kinds_in_a_row_are_specialisation_whatever_the_persons_mix() {
    let career = |kinds: &[usize]| {
        Career::by_age()
            .window(Window::ages(age(12.0), age(60.0), WindowEnd::EndOfRegister))
            .offences((0_u8..).zip(kinds).map(|(i, &k)| Offence::at_completed_age(15 + i, KINDS[k].clone())))
            .build()
            .unwrap()
    };
    let careers = [career(&[0, 0, 0, 0]), career(&[1, 1, 1])];
    let apart = TransitionMatrix::of(&careers).unwrap().specialisation();
    assert_eq!(apart.pooled, Some(1.0));
    // 0>1, 1>0, 0>1: R = (2, 1), C = (1, 2), N = 3, so E = (2/3, 2/3).
    let mixed = TransitionMatrix::of([&career(&[0, 1, 0, 1])]).unwrap().specialisation();
    let by_key: HashMap<&str, f64> = mixed.categories.iter().map(|c| (c.category.key(), c.fsc.unwrap())).collect();
    assert!((by_key["property"] - (0.0 - 2.0 / 3.0) / (2.0 - 2.0 / 3.0)).abs() < 1e-14);
    assert!((by_key["violence"] - (0.0 - 2.0 / 3.0) / (1.0 - 2.0 / 3.0)).abs() < 1e-14);
}

#[test]
fn the_widest_grid_and_the_latest_birth_are_no_problem() {
    let birth = day("2399-12-31");
    let error = Career::dated(birth).window(Window::dates(birth, birth, WindowEnd::Unknown)).build().unwrap_err();
    assert!(error.to_string().contains("it is empty"));
    let birth = day("2300-02-28");
    let career =
        Career::dated(birth).window(Window::dates(birth, day("2399-12-31"), WindowEnd::Unknown)).build().unwrap();
    let grid = AgeGrid::months(0, 1, 1812).unwrap();
    let options = CareerOptions::default().outside_grid(OutsideGrid::LeaveOut);
    let made = Cohort::from_careers(grid, [("", &career)], &options).unwrap();
    assert_eq!(made.cohort.observations(), 99 * 12 + 11);
    assert!(Participation::of([&career], 0..=149).is_ok());
}

#[test]
fn issues_of_many_careers_are_bounded_and_in_order() {
    let bad = Career::by_age()
        .window(Window::ages(age(0.0), age(90.0), WindowEnd::EndOfRegister))
        .offences((50..80).map(|years| Offence::at_completed_age(years, Category::OTHER)))
        .build()
        .unwrap();
    let careers = (0..1_000).map(|_| ("someone", &bad));
    let error = Cohort::from_careers(AgeGrid::years(12, 30).unwrap(), careers, &CareerOptions::default()).unwrap_err();
    assert_eq!((error.issue_count(), error.issues().len(), error.issues()[0].row), (30_000, 5, Some(1)));
    assert!(!error.to_string().contains("someone"));
}
