//! What can be worked out of few people from a stream by period.

use pleegprofiel::{
    Language,
    report::DriftReport,
    validation::{Drift, DriftAlarm, DriftOptions, Predictions, ShownDrift, Stability},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const REFERENCE: usize = 200;

fn watch(people: &[(f64, bool, bool)], sizes: &[usize]) -> Drift {
    let stream = Predictions::new(people.iter().map(|p| p.0).collect(), people.iter().map(|p| p.1).collect()).unwrap();
    let marks = vec![("mark".to_owned(), people.iter().map(|p| p.2).collect())];
    let mut from = REFERENCE;
    let spans: Vec<(String, usize, usize)> = sizes
        .iter()
        .enumerate()
        .map(|(k, n)| {
            from += n;
            ((k + 1).to_string(), from - n, from)
        })
        .collect();
    Drift::watch(&stream, &marks, &spans, DriftOptions { reference: REFERENCE, false_alarm_every: 2e3 }).unwrap()
}

fn draw(n: usize, level: f64, marked: f64, rng: &mut ChaCha8Rng) -> Vec<(f64, bool, bool)> {
    (0..n)
        .map(|_| {
            let p = rng.gen_range(0.05..0.95_f64);
            (p, rng.gen_bool((p * level).min(1.0)), rng.gen_bool(marked))
        })
        .collect()
}

/// Numbers of fewer than ten that follow: people, with and without outcome or mark, of a period, and of all that lies
/// between two charts but for the periods of which it is told.
fn few(drift: &Drift, shown: &ShownDrift) -> usize {
    let mut found = 0;
    let mut since = [0; 2];
    let mut rest = 0;
    for (all, period) in drift.periods.iter().zip(&shown.periods) {
        let outcomes = [all.events, all.people - all.events];
        found += usize::from(period.people.is_some() && all.people < 10);
        rest += if period.people.is_none() { all.people } else { 0 };
        match period.events {
            Some(events) => {
                assert_eq!(events, all.events);
                found += outcomes.iter().filter(|n| **n < 10).count();
            }
            None => since = [since[0] + outcomes[0], since[1] + outcomes[1]],
        }
        if period.cusum.is_some() {
            found += if since == [0, 0] { 0 } else { since.iter().filter(|n| **n < 10).count() };
            since = [0, 0];
        }
        let marked = (all.shares[0] * all.people as f64).round() as usize;
        found += usize::from(period.shares[0].is_some() && (marked < 10 || all.people - marked < 10));
    }
    found + usize::from(shown.people.is_some() && (1..10).contains(&rest))
}

#[test]
fn no_number_of_fewer_than_ten_follows_from_periods_and_charts() {
    let mut rng = ChaCha8Rng::seed_from_u64(91);
    let (mut told, mut hidden, mut broken) = (0, 0, 0);
    for _ in 0..40 {
        let sizes: Vec<usize> = (0..rng.gen_range(1..9))
            .map(|_| if rng.gen_bool(0.2) { rng.gen_range(1..12) } else { rng.gen_range(20..300) })
            .collect();
        let (level, marked) = (rng.gen_range(0.1..1.2), rng.gen_range(0.0..0.2));
        let people = draw(REFERENCE + sizes.iter().sum::<usize>(), level, marked, &mut rng);
        let drift = watch(&people, &sizes);
        let shown = drift.shown(false);
        assert_eq!(few(&drift, &shown), 0, "{sizes:?} {shown:?}");
        let charts = shown.periods.iter().map(|p| p.cusum.is_some());
        told += charts.clone().filter(|told| *told).count();
        hidden += charts.filter(|told| !*told).count();
        let all = drift.shown(true);
        assert!(!all.hidden);
        broken += few(&drift, &all);
        // what is shown of a period is what it was
        for (period, of) in shown.periods.iter().zip(&all.periods) {
            assert!(
                period.cusum.is_none_or(|c| Some(c) == of.cusum)
                    && period.expected.is_none_or(|e| Some(e) == of.expected)
            );
            assert!(
                period.people.is_some()
                    || period.expected.is_none() && period.stability.is_none() && period.alarms.is_empty()
            );
        }
    }
    assert!(told > 40 && hidden > 40 && broken > 100, "{told} told, {hidden} hidden, {broken} follow where nothing is");
}

#[test]
fn a_chart_is_not_shown_where_it_adds_up_few_of_a_period_before() {
    let period = |n: usize, events: usize| (0..n).map(move |i| (0.3, i < events, false));
    let mut people: Vec<(f64, bool, bool)> = period(REFERENCE, 60).collect();
    for (n, events) in [(40, 15), (40, 4), (40, 12), (40, 7), (40, 12)] {
        people.extend(period(n, events));
    }
    let shown = watch(&people, &[40; 5]).shown(false);
    let events: Vec<Option<usize>> = shown.periods.iter().map(|p| p.events).collect();
    assert_eq!(events, [Some(15), None, Some(12), None, Some(12)]);
    // 4 and 7 are eleven together
    let charts: Vec<bool> = shown.periods.iter().map(|p| p.cusum.is_some()).collect();
    assert_eq!(charts, [true, false, false, false, true]);
}

#[test]
fn an_index_is_of_parts_of_ten_and_an_alarm_of_a_small_period_waits_for_the_next() {
    let mut rng = ChaCha8Rng::seed_from_u64(92);
    let mut people = draw(REFERENCE, 0.5, 0.1, &mut rng);
    // thirty, then nine with the outcome each, then thirty
    people.extend(draw(30, 0.5, 0.1, &mut rng));
    people.extend([(0.05, true, false); 9]);
    people.extend(draw(30, 0.5, 0.1, &mut rng));
    let drift = watch(&people, &[30, 9, 30]);
    assert!(drift.periods[1].alarms.contains(&DriftAlarm::MoreOutcomes), "{drift:?}");
    let shown = drift.shown(false);
    assert!(shown.periods[1].alarms.is_empty() && shown.periods[1].stability.is_none());
    assert!(shown.periods[2].alarms.contains(&DriftAlarm::MoreOutcomes));
    assert_eq!(shown.people, None, "nine would be what the others leave");
    // tenths of twenty of the reference, taken together until the period has ten
    let mut rising: Vec<f64> = people[..REFERENCE].iter().map(|p| p.0).collect();
    rising.sort_by(f64::total_cmp);
    let cell = |p: f64| (1..10).filter(|k| rising[k * REFERENCE / 10] < p).count();
    let mut cells = [[0u32; 2]; 10];
    people[..REFERENCE].iter().for_each(|p| cells[cell(p.0)][0] += 1);
    people[REFERENCE..REFERENCE + 30].iter().for_each(|p| cells[cell(p.0)][1] += 1);
    let mut parts: Vec<[u32; 2]> = vec![[0; 2]];
    for [before, now] in cells {
        if parts[parts.len() - 1][1] >= 10 {
            parts.push([0; 2]);
        }
        let last = parts.len() - 1;
        parts[last] = [parts[last][0] + before, parts[last][1] + now];
    }
    if parts[parts.len() - 1][1] < 10 {
        let [before, now] = parts.pop().unwrap();
        let last = parts.len() - 1;
        parts[last] = [parts[last][0] + before, parts[last][1] + now];
    }
    let column = |k: usize| parts.iter().map(|part| f64::from(part[k])).collect::<Vec<f64>>();
    let index = Stability::new(&column(0), &column(1)).unwrap();
    assert!(parts.len() > 1 && parts.len() < 10);
    assert_eq!(shown.periods[0].stability, Some([index.psi_half_added, index.psi_p]));
    assert_eq!(
        drift.shown(true).periods[0].stability,
        Some([drift.periods[0].stability, drift.periods[0].stability_p])
    );
    // the report shows no more
    let report = DriftReport::new(&drift, 3, Language::English, false);
    let (rows, notes) = (&report.table().rows, &report.table().notes);
    assert_eq!(rows[1][1..], ["–"; 7].map(String::from).into_iter().chain([String::new()]).collect::<Vec<_>>());
    assert!(notes.iter().any(|note| note.starts_with("Fewer than 10 assessments after the reference")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("--show-small-cells")));
    assert!(!report.html().unwrap().contains("69 assessments in 3 periods"));
    let all = DriftReport::new(&drift, 3, Language::English, true);
    assert!(all.table().rows[1][1] == "9" && all.table().notes.len() == notes.len() - 1);
    assert!(all.html().unwrap().contains("69 assessments in 3 periods"));
}
