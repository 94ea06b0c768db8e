//! Indicators against counting by hand, in the plainest way; streamed and held; Wilson's interval.

use pleegprofiel::{
    career::CalendarDate,
    cohort::table::{TableOptions, TableSource},
    monitor::{Monitor, MonitorOptions, read_monitor},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;

/// One defendant, as drawn.
struct Drawn {
    birth: CalendarDate,
    committed: CalendarDate,
    intake: CalendarDate,
    verdict: Option<CalendarDate>,
    convicted: bool,
    days: Option<u32>,
    supervision: bool,
    female: bool,
    form: &'static str,
}

fn draw(n: usize, seed: u64) -> Vec<Drawn> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let day = |from: &str, plus: i64| from.parse::<CalendarDate>().unwrap().plus_days(plus).unwrap();
    (0..n)
        .map(|_| {
            let committed = day("2014-01-01", rng.gen_range(0..1000));
            let intake = committed.plus_days(rng.gen_range(0..400)).unwrap();
            let convicted = rng.gen_bool(0.7);
            Drawn {
                birth: day("1975-01-01", rng.gen_range(0..9000)),
                committed,
                intake,
                verdict: rng.gen_bool(0.8).then(|| intake.plus_days(rng.gen_range(30..900)).unwrap()),
                convicted,
                days: (convicted && rng.gen_bool(0.8)).then(|| rng.gen_range(1..2000)),
                supervision: convicted && rng.gen_bool(0.3),
                female: rng.gen_bool(0.15),
                form: ["domestic-sexual", "cross-border-sexual", "labour", "criminal"][rng.gen_range(0..4)],
            }
        })
        .collect()
}

fn table(people: &[Drawn]) -> String {
    let mut text = "id,case,phase,date,outcome,days,form,committed,birth,sex\n".to_owned();
    for (i, p) in people.iter().enumerate() {
        let sex = if p.female { "female" } else { "male" };
        // seven figures, so that text and numbers are in one order
        let (id, case) = (format!("p{i}"), 1_000_000 + i);
        writeln!(text, "{id},{case},intake,{},,,{},{},{},{sex}", p.intake, p.form, p.committed, p.birth).unwrap();
        let Some(on) = p.verdict else { continue };
        let outcome = if p.convicted { "convicted" } else { "acquitted" };
        writeln!(text, "{id},{case},verdict,{on},{outcome},,,,,").unwrap();
        if let Some(days) = p.days {
            writeln!(text, "{id},{case},sanction,{on},unconditional,{days},,,,").unwrap();
        }
        if p.supervision {
            writeln!(text, "{id},{case},supervision,{on},,,,,,").unwrap();
        }
    }
    text
}

fn monitor(text: &str, by_case: bool, small: bool) -> Monitor {
    let options = MonitorOptions::default().show_small_cells(small);
    read_monitor(TableSource::new("events.csv", text.as_bytes()), by_case, &options, &TableOptions::new()).unwrap()
}

#[test]
fn every_table_equals_plain_counting() {
    let people = draw(600, 5);
    let found = monitor(&table(&people), false, true);
    let cell = |of: &str, by: &str, year: i16, key: &str| {
        let table = found.table(of, by).unwrap();
        let at = table.categories.iter().position(|c| c == key).unwrap();
        table.rows.iter().find(|row| row.year == Some(year)).map_or(0, |row| row.cells[at].unwrap().count.get())
    };
    let count = |test: &dyn Fn(&Drawn) -> bool| people.iter().filter(|p| test(p)).count() as u64;
    for year in 2014..2020 {
        let judged = |p: &Drawn| p.verdict.is_some_and(|on| on.year() == year);
        let convicted = |p: &Drawn| judged(p) && p.convicted;
        assert_eq!(cell("intake", "all", year, "all"), count(&|p| p.intake.year() == year));
        assert_eq!(cell("judged", "verdict", year, "convicted"), count(&convicted));
        assert_eq!(cell("convicted", "custody", year, "with"), count(&|p| convicted(p) && p.days.is_some()));
        assert_eq!(cell("convicted", "supervision", year, "ordered"), count(&|p| convicted(p) && p.supervision));
        assert_eq!(cell("convicted", "sex", year, "female"), count(&|p| convicted(p) && p.female));
        let young = |p: &Drawn| p.birth.age_on(p.committed).unwrap().get() < 23.0;
        assert_eq!(cell("intake", "age", year, "young"), count(&|p| p.intake.year() == year && young(p)));
        assert_eq!(cell("judged", "form", year, "labour"), count(&|p| judged(p) && p.form == "labour"));
        let mut days: Vec<u32> = people.iter().filter(|p| convicted(p)).filter_map(|p| p.days).collect();
        let row = found.durations[0].rows.iter().find(|row| row.year == Some(year));
        check_days(&mut days, row.map(|row| (row.mean, row.median)));
        let through = |p: &&Drawn| p.verdict.map(|on| p.intake.days_until(on) as u32).filter(|_| judged(p));
        let mut days: Vec<u32> = people.iter().filter_map(|p| through(&p)).collect();
        let row = found.durations[1].rows.iter().find(|row| row.year == Some(year));
        check_days(&mut days, row.map(|row| (row.mean, row.median)));
    }
    let units = found.units.unwrap();
    assert_eq!((units.cases.get(), units.defendants.get()), (count(&|p| p.verdict.is_some()), units.cases.get()));
}

fn check_days(days: &mut [u32], found: Option<(f64, f64)>) {
    days.sort_unstable();
    let n = days.len();
    let Some((mean, median)) = found else { return assert_eq!(n, 0) };
    assert!((mean - days.iter().map(|d| f64::from(*d)).sum::<f64>() / n as f64).abs() < 1e-9);
    assert_eq!(median, 0.5 * f64::from(days[(n - 1) / 2] + days[n / 2]));
}

#[test]
fn streamed_by_case_held_and_shuffled_give_the_same_bits() {
    let text = table(&draw(400, 9));
    let (held, streamed) = (monitor(&text, false, false), monitor(&text, true, false));
    let bits = |m: &Monitor| serde_json::to_string(m).unwrap();
    assert_eq!(bits(&held), bits(&streamed));
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_by_key(|line| line.bytes().rev().collect::<Vec<_>>());
    let shuffled = format!("{}\n{}\n", text.lines().next().unwrap(), lines.join("\n"));
    assert_eq!(bits(&held), bits(&monitor(&shuffled, false, false)));
}

#[test]
fn shares_have_wilsons_interval() {
    let (mut people, mut text) = (draw(125, 1), String::new());
    for (i, p) in people.iter_mut().enumerate() {
        p.verdict = Some("2018-06-01".parse().unwrap());
        (p.convicted, p.days, p.supervision) = (true, None, i < 25);
    }
    text += &table(&people);
    let found = monitor(&text, false, true);
    let cell = found.table("convicted", "supervision").unwrap().rows[0].cells[0].unwrap();
    // Wilson (1927), eq. 4, in Python's decimal arithmetic of 40 digits with z = 1.959963984540054
    assert_eq!((cell.count.get(), cell.share), (25, 0.2));
    assert!((cell.low - 0.13929930824520925).abs() < 1e-15, "{}", cell.low);
    assert!((cell.high - 0.278_589_927_979_786_6).abs() < 1e-15, "{}", cell.high);
}

#[test]
fn age_is_taken_at_the_offence_and_not_at_the_event() {
    // 22 at the offence, 24 at the verdict; and the day on which someone turns 23
    let rows = "id,case,phase,date,outcome,committed,birth\n\
        a,1,verdict,2018-06-01,convicted,2016-06-01,1993-06-02\n\
        b,2,verdict,2018-06-01,convicted,2016-06-01,1993-06-01\n";
    let found = monitor(rows, false, true);
    let row = &found.table("judged", "age").unwrap().rows[0];
    assert_eq!((row.cells[0].unwrap().count.get(), row.cells[1].unwrap().count.get()), (1, 1));
}

#[test]
fn an_acquittal_of_trafficking_stands_whatever_becomes_of_other_counts() {
    let rows = "id,case,phase,date,outcome,offence,kind\n\
        a,1,verdict,2018-06-01,acquitted,1,human-trafficking\n\
        a,1,verdict,2018-06-01,convicted,2,violence\n\
        a,1,sanction,2018-06-01,unconditional,,\n\
        b,2,verdict,2018-06-01,convicted,1,violence\n\
        c,3,verdict,2018-06-01,acquitted,1,human-trafficking\n\
        c,3,verdict,2018-06-01,convicted,2,human-trafficking\n";
    let found = monitor(rows, false, true);
    let table = found.table("judged", "verdict").unwrap();
    let counts: Vec<u64> = table.rows[0].cells.iter().map(|cell| cell.unwrap().count.get()).collect();
    assert_eq!(table.categories, ["convicted", "acquitted", "other"]);
    assert_eq!(counts, [1, 1, 1]);
    let offences: Vec<u64> = found.offences.rows[0].cells.iter().map(|cell| cell.unwrap().count.get()).collect();
    assert_eq!((offences, found.units.unwrap().offences.get()), (vec![3, 2], 5));
}
