//! What can be worked out from all tables of a run by an attacker who adds and subtracts whatever is printed, and knows
//! which combinations of years, outcomes and properties there are at all.
//!
//! Every printed number is a sum over combinations. A number of people is worked out when it is a sum of multiples of
//! printed ones: the attacker solves for that exactly, for every group of people that one or two properties and a year
//! (or none) make, and every group that a row does not show.

use pleegprofiel::monitor::{
    ChainEvent, Disposal, Monitor, MonitorBuilder, MonitorOptions, Sanction, Table, Unit, VerdictOutcome,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// One defendant: properties by name, `None` where the chain has not come so far.
#[derive(Debug, Clone)]
struct One {
    person: u64,
    suspect: Option<i16>,
    intake: Option<i16>,
    disposal: Option<(i16, Disposal)>,
    verdict: Option<(i16, VerdictOutcome)>,
    custody: bool,
    conditional: bool,
    supervision: bool,
    female: bool,
    together: bool,
    two_counts: bool,
    parket: u16,
}

fn draw(sizes: usize, rng: &mut ChaCha8Rng) -> Vec<One> {
    let mut all = Vec::new();
    let women = rng.gen_range(0.05..0.4);
    while all.len() < sizes {
        // some stand trial twice
        let person =
            if !all.is_empty() && rng.gen_bool(0.1) { rng.gen_range(0..all.len()) as u64 } else { all.len() as u64 };
        let start = 2015 + rng.gen_range(0..4);
        let later = |rng: &mut ChaCha8Rng, year: i16| year + i16::from(rng.gen_bool(0.4));
        let intake = rng.gen_bool(0.9).then(|| later(rng, start));
        let disposal = intake.filter(|_| rng.gen_bool(0.9)).map(|year| {
            let how = if rng.gen_bool(0.75) { Disposal::Summoned } else { Disposal::Dismissed };
            (later(rng, year), how)
        });
        let verdict = disposal.filter(|(_, how)| *how == Disposal::Summoned && rng.gen_bool(0.93)).map(|(year, _)| {
            let found = match rng.gen_range(0..20) {
                0..=12 => VerdictOutcome::Convicted,
                13..=18 => VerdictOutcome::Acquitted,
                _ => VerdictOutcome::Discharged,
            };
            (later(rng, year), found)
        });
        let convicted = verdict.is_some_and(|(_, found)| found == VerdictOutcome::Convicted);
        let custody = convicted && rng.gen_bool(0.85);
        let one = One {
            person,
            suspect: rng.gen_bool(0.95).then_some(start),
            intake,
            disposal,
            verdict,
            custody,
            conditional: custody && rng.gen_bool(0.5),
            supervision: convicted && rng.gen_bool(0.3),
            female: person % 100 < (women * 100.0) as u64,
            together: false,
            two_counts: verdict.is_some() && rng.gen_bool(0.15),
            parket: [0, 0, 0, 0, 1, 1, 1, 2, 2, 3][rng.gen_range(0..10)],
        };
        all.push(one);
    }
    // pairs of one verdict year become one case
    let mut last: Option<usize> = None;
    for i in 0..all.len() {
        if all[i].verdict.is_none() || rng.gen_bool(0.8) {
            continue;
        }
        match last.take() {
            Some(j) if all[j].verdict.map(|v| v.0) == all[i].verdict.map(|v| v.0) && all[j].person != all[i].person => {
                all[i].together = true;
                all[j].together = true;
                all.swap(i.min(j + 1), i);
            }
            _ => last = Some(i),
        }
    }
    all.retain(|one| one.suspect.is_some() || one.intake.is_some());
    all
}

const OFFICES: [&str; 4] = ["west", "east", "north", "south"];

fn monitor(people: &[One], small: bool) -> Monitor {
    let mut builder =
        MonitorBuilder::new(MonitorOptions::default().values(OFFICES.map(str::to_owned)).show_small_cells(small))
            .unwrap();
    let day = |year: i16| format!("{year}-06-01").parse().unwrap();
    let events = |case: u64, one: &One| {
        let (p, mut own) = (one.person, Vec::new());
        own.extend(one.suspect.map(|y| ChainEvent::suspect(case, p, day(y))));
        own.extend(one.intake.map(|y| ChainEvent::intake(case, p, day(y))));
        own.extend(one.disposal.map(|(y, how)| ChainEvent::disposal(case, p, day(y), how)));
        if let Some((y, found)) = one.verdict {
            own.push(ChainEvent::verdict(case, p, day(y), found).of_offence(1, None));
            if one.two_counts {
                own.push(ChainEvent::verdict(case, p, day(y), found).of_offence(2, None));
            }
            own.extend(one.custody.then(|| ChainEvent::sanction(case, p, day(y), Sanction::Unconditional, Some(100))));
            own.extend(one.conditional.then(|| ChainEvent::sanction(case, p, day(y), Sanction::Conditional, None)));
            own.extend(one.supervision.then(|| ChainEvent::supervision(case, p, day(y))));
        }
        own.into_iter().map(|event| event.by(None, Some(one.female)).in_value(one.parket)).collect::<Vec<_>>()
    };
    // those together, two by two of one year of verdict
    let mut waiting: BTreeMap<i16, One> = BTreeMap::new();
    for (case, one) in people.iter().enumerate() {
        let case = case as u64;
        if !one.together {
            builder.push_case(&events(case, one));
        } else if let Some(other) = waiting.remove(&one.verdict.unwrap().0) {
            builder.push_case(&[events(case, one), events(case, &other)].concat());
        } else {
            waiting.insert(one.verdict.unwrap().0, one.clone());
        }
    }
    for (case, one) in waiting.into_values().enumerate() {
        builder.push_case(&events((people.len() + case) as u64, &one));
    }
    builder.finish().unwrap()
}

/// The year and properties of a defendant in a population; `None` when not in it.
fn in_table(one: &One, of: &str, by: &str) -> Option<(i16, String)> {
    let convicted = one.verdict.filter(|(_, found)| *found == VerdictOutcome::Convicted);
    let year = match of {
        "suspects" => one.suspect?,
        "intake" => one.intake?,
        "disposed" => one.disposal?.0,
        "judged" => one.verdict?.0,
        "convicted" => convicted?.0,
        _ => convicted.filter(|_| one.custody)?.0,
    };
    let word = |yes: bool, a: &str, b: &str| if yes { a.to_owned() } else { b.to_owned() };
    let category = match by {
        "all" => "all".to_owned(),
        "disposal" => one.disposal?.1.key().to_owned(),
        "verdict" => one.verdict?.1.key().to_owned(),
        "custody" => word(one.custody, "with", "without"),
        "combination" => word(one.conditional, "unconditional+conditional", "unconditional"),
        "supervision" => word(one.supervision, "ordered", "not"),
        "further" => OFFICES[usize::from(one.parket)].to_owned(),
        "sex" => word(one.female, "female", "male"),
        "company" => word(one.together, "with-others", "alone"),
        "counts" => format!("{}-{}", one.verdict?.1.key(), word(one.two_counts, "several", "one")),
        "throughput" => word(one.intake.is_some(), "known", "unknown"),
        "age" | "form" => "unknown".to_owned(),
        _ => "known".to_owned(),
    };
    Some((year, category))
}

type Row = Vec<f64>;

/// Every printed number as a sum over people.
fn printed(found: &Monitor, people: &[One]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |of: &str, by: &str, year: Option<i16>, category: Option<&str>, weight: &dyn Fn(&One) -> f64| {
        let inside = |one: &One| {
            let fits = in_table(one, of, by).is_some_and(|(own, which)| {
                year.is_none_or(|year| year == own) && category.is_none_or(|category| category == which)
            });
            if fits { weight(one) } else { 0.0 }
        };
        rows.push(people.iter().map(inside).collect::<Row>());
    };
    fn each<U: Unit>(table: &Table<U>, mut add: impl FnMut(&str, &str, Option<i16>, Option<&str>)) {
        let (of, by) = (table.of.key(), table.by.key());
        for row in &table.rows {
            add(of, by, row.year, None);
            for (category, _) in table.categories.iter().zip(&row.cells).filter(|(_, cell)| cell.is_some()) {
                add(of, by, row.year, Some(category));
            }
        }
    }
    for table in &found.tables {
        each(table, |of, by, year, category| add(of, by, year, category, &|_| 1.0));
    }
    // two defendants a case, two offences a defendant, and the attacker knows it
    each(&found.cases, |of, by, year, category| {
        add(of, by, year, category, &|one| if one.together { 0.5 } else { 1.0 });
    });
    each(&found.offences, |of, by, year, category| {
        add(of, by, year, category, &|one| if one.two_counts { 2.0 } else { 1.0 });
    });
    if found.units.is_some() {
        add("judged", "all", None, None, &|one| if one.together { 0.5 } else { 1.0 });
        add("judged", "company", None, Some("with-others"), &|_| 1.0);
        add("judged", "all", None, None, &|one| if one.two_counts { 2.0 } else { 1.0 });
        add("judged", "all", None, None, &|one| f64::from(one.two_counts));
    }
    rows
}

const TABLES: [(&str, &str); 15] = [
    ("suspects", "further"),
    ("judged", "further"),
    ("suspects", "all"),
    ("intake", "all"),
    ("disposed", "disposal"),
    ("judged", "verdict"),
    ("convicted", "custody"),
    ("imprisoned", "combination"),
    ("convicted", "supervision"),
    ("suspects", "sex"),
    ("convicted", "sex"),
    ("judged", "company"),
    ("judged", "counts"),
    ("intake", "sex"),
    ("judged", "sex"),
];

/// Groups of people by one or two properties, within a year or not, that fewer than ten persons are in: those worked out.
fn told(people: &[One], rows: &[Row]) -> Vec<String> {
    // people alike in every respect are one column
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, one) in people.iter().enumerate() {
        kinds.entry(format!("{:?}", One { person: 0, ..one.clone() })).or_default().push(i);
    }
    let columns: Vec<&Vec<usize>> = kinds.values().collect();
    let narrow = |row: &Row| columns.iter().map(|of| row[of[0]]).collect::<Row>();
    let mut basis: Vec<(usize, Row)> = Vec::new();
    for row in rows.iter().map(narrow) {
        let row = without(&basis, row);
        if let Some(lead) = row.iter().position(|v| v.abs() > 1e-7) {
            let scale = row[lead];
            basis.push((lead, row.into_iter().map(|v| v / scale).collect()));
        }
    }
    let mut groups: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (i, one) in people.iter().enumerate() {
        let own: Vec<(String, i16, String)> = TABLES
            .iter()
            .filter_map(|(of, by)| {
                in_table(one, of, by).map(|(year, which)| (format!("{of}/{by}/{which}"), year, which))
            })
            .collect();
        for (a, (name, year, _)) in own.iter().enumerate() {
            for key in [name.clone(), format!("{name} {year}")] {
                groups.entry(key).or_default().insert(i);
            }
            for (other, other_year, _) in &own[..a] {
                groups.entry(format!("{name} & {other}")).or_default().insert(i);
                groups.entry(format!("{name} {year} & {other}")).or_default().insert(i);
                groups.entry(format!("{name} & {other} {other_year}")).or_default().insert(i);
            }
        }
        // what has not been reached
        for (of, by) in TABLES.iter().filter(|(of, by)| in_table(one, of, by).is_none()) {
            for (name, year, _) in &own {
                groups.entry(format!("{name} & not {of}")).or_default().insert(i);
                groups.entry(format!("{name} {year} & not {of}")).or_default().insert(i);
            }
            let _ = by;
        }
    }
    let few = groups.into_iter().filter(|(_, of)| {
        let persons: BTreeSet<u64> = of.iter().map(|i| people[*i].person).collect();
        persons.len() < 10
    });
    few.filter(|(_, of)| {
        let target = columns.iter().map(|column| f64::from(of.contains(&column[0]))).collect();
        without(&basis, target).iter().all(|v| v.abs() < 1e-7)
    })
    .map(|(name, of)| format!("{name}: {}", of.len()))
    .collect()
}

fn without(basis: &[(usize, Row)], mut row: Row) -> Row {
    for (lead, known) in basis {
        let factor = row[*lead];
        if factor != 0.0 {
            row.iter_mut().zip(known).for_each(|(v, k)| *v -= factor * k);
        }
    }
    row
}

#[test]
fn no_figure_of_fewer_than_ten_persons_follows_from_all_that_is_printed() {
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let mut shown = 0;
    for size in [40, 90, 200, 200, 400, 400, 800, 800, 1500] {
        let people = draw(size, &mut rng);
        let found = monitor(&people, false);
        let rows = printed(&found, &people);
        shown += rows.len();
        let told = told(&people, &rows);
        assert!(told.is_empty(), "{size}: {told:#?}");
    }
    assert!(shown > 400, "hiding everything is no protection worth having: {shown} figures are printed");
}

#[test]
fn the_same_attacker_works_out_many_when_nothing_is_hidden() {
    let people = draw(200, &mut ChaCha8Rng::seed_from_u64(22));
    assert!(told(&people, &printed(&monitor(&people, true), &people)).len() > 30);
}

#[test]
fn ten_trials_of_one_person_are_one_person() {
    let mut people = draw(300, &mut ChaCha8Rng::seed_from_u64(23));
    for one in people.iter_mut().filter(|one| one.female) {
        // one person stands trial once in a case
        (one.person, one.together) = (7, false);
    }
    let found = monitor(&people, false);
    assert!(people.iter().filter(|one| one.female).count() > 30);
    assert!(found.tables.iter().all(|table| table.by.key() != "sex"), "{:?}", found.table("suspects", "sex"));
}
