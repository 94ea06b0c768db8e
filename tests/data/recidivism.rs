//! Recidivism figures against R, brute force and closed forms; what is hidden and what is refused.

use pleegprofiel::{
    Age, Career,
    career::{Category, Custody, Offence, OffencesInCustody, Severity, Window, WindowEnd},
    cohort::recidivism::{Recidivism, RecidivismBuilder, RecidivismOptions, Reoffence},
    survival::KaplanMeier,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn age(years: f64) -> Age {
    Age::years(years).unwrap()
}

/// Index offence at 20, observed from 12 to `to`, new offences and stays at these ages.
fn career(to: f64, new: &[(f64, Category)], stays: &[(f64, f64)]) -> Career {
    Career::by_age()
        .window(Window::ages(age(12.0), age(to), WindowEnd::EndOfRegister))
        .offence(Offence::at_age(age(20.0), Category::HUMAN_TRAFFICKING))
        .offences(new.iter().map(|(at, kind)| Offence::at_age(age(*at), kind.clone())))
        .stays(stays.iter().map(|&(from, to)| Custody::ages(age(from), age(to))))
        .build()
        .unwrap()
}

fn figures(options: RecidivismOptions, careers: &[Career]) -> Recidivism {
    let mut builder = RecidivismBuilder::new(options).unwrap();
    careers.iter().for_each(|career| builder.push(None, career));
    builder.finish().unwrap()
}

fn shown(options: RecidivismOptions) -> RecidivismOptions {
    options.show_small_cells(true)
}

#[test]
fn the_rossi_data_give_the_estimates_and_log_log_intervals_of_r() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |file: &str| std::fs::read_to_string(format!("{root}/fixtures/{file}")).unwrap();
    let rows = |text: &str| -> Vec<Vec<f64>> {
        text.lines().skip(1).map(|line| line.split(',').map(|v| v.parse().unwrap()).collect()).collect()
    };
    let data = rows(&read("rossi/rossi.csv"));
    let km = KaplanMeier::new(data.iter().map(|row| (row[0], row[1] == 1.0))).unwrap();
    let expected = rows(&read("reference/survival/rossi_km.csv"));
    assert_eq!(expected.len(), 7);
    for row in expected {
        let at = km.at(row[0]);
        assert_eq!((at.at_risk as f64, at.events as f64), (row[1], row[2]), "week {}", row[0]);
        let found = [1.0 - at.share, at.se.unwrap(), 1.0 - at.high.unwrap(), 1.0 - at.low.unwrap()];
        for (found, by_r) in found.iter().zip(&row[3..]) {
            // R prints 15 digits; its normal quantile is that of double precision
            assert!((found - by_r).abs() < 1e-12, "week {}: {found} and {by_r}", row[0]);
        }
    }
    assert_eq!((km.persons(), km.events(), km.longest()), (432, 114, 52.0));
}

#[test]
fn the_estimate_is_the_product_over_days_worked_out_person_by_person() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for n in [1, 2, 7, 40, 200] {
        // few distinct times: ties of events with events and with censoring
        let data: Vec<(f64, bool)> = (0..n).map(|_| (f64::from(rng.gen_range(0..12)), rng.gen_bool(0.5))).collect();
        let km = KaplanMeier::new(data.iter().copied()).unwrap();
        for horizon in [0.0, 3.0, 3.5, 7.0, 11.0, 30.0] {
            let mut survival = 1.0;
            for day in 0..=horizon as i32 {
                let day = f64::from(day);
                let at_risk = data.iter().filter(|(t, _)| *t >= day).count() as f64;
                let events = data.iter().filter(|(t, event)| *t == day && *event).count() as f64;
                if at_risk > 0.0 {
                    survival *= 1.0 - events / at_risk;
                }
            }
            let at = km.at(horizon);
            assert!((at.share - (1.0 - survival)).abs() < 1e-12);
            assert_eq!(at.events as usize, data.iter().filter(|(t, event)| *t <= horizon && *event).count());
            if let (Some(low), Some(high)) = (at.low, at.high) {
                assert!(0.0 <= low && low <= at.share && at.share <= high && high <= 1.0);
            }
        }
    }
}

#[test]
fn without_censoring_the_estimate_is_the_plain_share_with_its_binomial_error() {
    let km = KaplanMeier::new((0..50).map(|i| (f64::from(i), true))).unwrap();
    let at = km.at(19.0);
    assert!((at.share - 0.4).abs() < 1e-12);
    assert!((at.se.unwrap() - (0.4_f64 * 0.6 / 50.0).sqrt()).abs() < 1e-12);
    let end = km.at(60.0);
    assert_eq!((end.share, end.se, end.low), (1.0, None, None));
}

#[test]
fn a_constant_hazard_is_recovered_at_every_horizon() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let data: Vec<(f64, bool)> = (0..40_000)
        .map(|_| {
            let (event, end) = (-rng.r#gen::<f64>().ln() / 0.2, rng.gen_range(2.0..12.0));
            (f64::min(event, end), event <= end)
        })
        .collect();
    let km = KaplanMeier::new(data).unwrap();
    for years in 1..=10 {
        let (at, truth) = (km.at(f64::from(years)), 1.0 - (-0.2 * f64::from(years)).exp());
        assert!((at.share - truth).abs() < 4.0 * at.se.unwrap(), "{years}: {} and {truth}", at.share);
    }
}

#[test]
fn time_in_custody_does_not_run() {
    // three years after the index offence by the calendar, one of them at liberty
    let one = career(30.0, &[(23.0, Category::PROPERTY)], &[(20.5, 22.5)]);
    let found = figures(shown(RecidivismOptions::default().years([1, 2])), std::slice::from_ref(&one));
    let share = |i: usize| found.groups[0].shares[i].figures.unwrap().reoffended.share;
    assert_eq!((share(0), share(1)), (1.0, 1.0));
    let later = career(30.0, &[(23.1, Category::PROPERTY)], &[(20.5, 22.5)]);
    let found = figures(shown(RecidivismOptions::default().years([1, 2])), &[later]);
    assert_eq!(found.groups[0].shares[0].figures.unwrap().reoffended.share, 0.0);
    let frequency = found.groups[0].frequency.unwrap();
    assert!((frequency.years.unwrap() - 8.0).abs() < 1e-12 && frequency.offences == Some(1));
}

#[test]
fn each_criterion_counts_its_own_offences() {
    let careers = [
        career(30.0, &[(21.5, Category::DRUGS), (23.5, Category::HUMAN_TRAFFICKING)], &[]),
        career(30.0, &[(20.0, Category::PROPERTY)], &[]),
    ];
    let share = |reoffence: Reoffence, year: usize| {
        let options = shown(RecidivismOptions::default().reoffence(reoffence));
        figures(options, &careers).groups[0].shares[year - 1].figures.unwrap().reoffended.share
    };
    // the offence at the moment of the index offence is part of it
    assert_eq!((share(Reoffence::Any, 1), share(Reoffence::Any, 2)), (0.0, 0.5));
    assert_eq!((share(Reoffence::SameKind, 3), share(Reoffence::SameKind, 4)), (0.0, 0.5));
    assert_eq!(share(Reoffence::Categories(vec![Category::DRUGS, Category::PROPERTY]), 5), 0.5);
    assert_eq!(share(Reoffence::Categories(vec![Category::VIOLENCE]), 5), 0.0);
}

#[test]
fn an_offence_in_custody_counts_where_it_stands_or_is_left_out() {
    let one = career(30.0, &[(21.0, Category::VIOLENCE)], &[(20.5, 22.5)]);
    let counted = figures(shown(RecidivismOptions::default()), std::slice::from_ref(&one));
    assert_eq!(counted.groups[0].shares[0].figures.unwrap().reoffended.share, 1.0);
    let rule = RecidivismOptions::default().in_custody(OffencesInCustody::LeaveOut);
    assert_eq!(figures(shown(rule), &[one]).groups[0].shares[9].figures.unwrap().events, Some(0));
}

#[test]
fn frequency_has_the_standard_error_of_a_ratio() {
    // two years at liberty each; 0, 1, 2, 3 offences: rate 0.75, deviations -1.5, -0.5, 0.5, 1.5
    let careers: Vec<Career> = (0..4)
        .map(|n| {
            let new: Vec<(f64, Category)> = (0..n).map(|i| (20.5 + 0.3 * f64::from(i), Category::OTHER)).collect();
            career(22.0, &new, &[])
        })
        .collect();
    let found = figures(shown(RecidivismOptions::default()), &careers).groups[0].frequency.unwrap();
    assert!((found.rate.unwrap() - 0.75).abs() < 1e-12);
    let se = (5.0_f64 * 4.0 / 3.0).sqrt() / 8.0;
    assert!((found.se.unwrap() - se).abs() < 1e-12);
    assert!((found.low.unwrap() - 0.75 * (-1.959_963_984_540_054 * se / 0.75).exp()).abs() < 1e-12);
}

#[test]
fn small_cells_are_hidden_and_so_is_what_they_could_be_worked_out_from() {
    let mut builder = RecidivismBuilder::new(RecidivismOptions::default().years([5])).unwrap();
    let again = |i: usize| if i.is_multiple_of(2) { vec![(22.0, Category::DRUGS)] } else { Vec::new() };
    for (group, n) in [("a", 60), ("b", 40), ("c", 4)] {
        (0..n).for_each(|i| builder.push(Some(group), &career(30.0, &again(i), &[])));
    }
    let found = builder.finish().unwrap();
    let [everyone, a, b, c] = found.groups.as_slice() else { panic!("four groups") };
    assert_eq!((everyone.persons, a.persons, b.persons, c.persons), (Some(104), Some(60), None, None));
    assert!(everyone.shares[0].figures.is_some() && a.shares[0].figures.is_some());
    assert!(b.shares[0].figures.is_none() && c.shares[0].figures.is_none());
    assert!(b.frequency.is_none() && c.frequency.is_none() && a.frequency.is_some());
}

#[test]
fn a_share_that_tells_of_all_but_a_few_is_hidden() {
    // thirty people, all of whom reoffended but three
    let again = [(21.5, Category::DRUGS)];
    let new = |i: i32| if i < 27 { &again[..] } else { &[] };
    let careers: Vec<Career> = (0..30).map(|i| career(30.0, new(i), &[])).collect();
    let found = figures(RecidivismOptions::default().years([1, 5]), &careers);
    assert!(found.groups[0].shares.iter().all(|at| at.figures.is_none()));
    assert_eq!(found.groups[0].persons, Some(30));
}

#[test]
fn the_end_of_the_register_censors() {
    let again = [(22.0, Category::DRUGS)];
    let mut careers: Vec<Career> = (0..10).map(|_| career(21.0, &[], &[])).collect();
    careers.extend((0..10).map(|i| career(30.0, if i < 5 { &again[..] } else { &[] }, &[])));
    let found = figures(shown(RecidivismOptions::default().years([1, 3, 15])), &careers);
    let at = |i: usize| found.groups[0].shares[i];
    assert_eq!(at(0).figures.unwrap().at_risk, Some(20));
    assert_eq!(at(1).figures.unwrap().reoffended.share, 0.5);
    assert!(at(1).followed && !at(2).followed);
}

#[test]
fn what_has_no_answer_is_refused_with_its_place() {
    let options = || RecidivismOptions::default();
    assert!(RecidivismBuilder::new(options().years([])).is_err());
    assert!(RecidivismBuilder::new(options().years([5, 2])).is_err());
    assert!(RecidivismBuilder::new(options().years([101])).is_err());
    assert!(RecidivismBuilder::new(options().reoffence(Reoffence::Categories(Vec::new()))).is_err());
    assert!(KaplanMeier::new([]).is_err() && KaplanMeier::new([(f64::NAN, true)]).is_err());
    assert!(KaplanMeier::new([(-1.0, true)]).is_err());

    let error = RecidivismBuilder::new(options()).unwrap().finish().unwrap_err();
    assert!(error.to_string().contains("none of 0 careers"), "{error}");
    let mut builder = RecidivismBuilder::new(options()).unwrap();
    let completed = Career::by_age()
        .window(Window::ages(age(12.0), age(30.0), WindowEnd::EndOfRegister))
        .offence(Offence::at_completed_age(20, Category::HUMAN_TRAFFICKING))
        .build()
        .unwrap();
    builder.push(None, &career(30.0, &[], &[]));
    builder.push(None, &completed);
    let error = builder.finish().unwrap_err();
    assert!(error.to_string().contains("row 2: ages in completed years"), "{error}");
    let serious = options().reoffence(Reoffence::Serious(Severity::new(48.0).unwrap()));
    let mut builder = RecidivismBuilder::new(serious).unwrap();
    builder.push(None, &career(30.0, &[(22.0, Category::DRUGS)], &[]));
    let error = builder.finish().unwrap_err();
    assert!(
        error.to_string().contains("row 1: offence 2 of this person, in the order of their days, has no severity"),
        "{error}"
    );
}
