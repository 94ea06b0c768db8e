//! What the golden vectors are worth: every number of every bundled instrument is changed by one unit in its last
//! printed digit, loses or gains its minus, and every pair of tables of one shape is swapped. None of these files may
//! load, but for changes that show in no result.

#![allow(clippy::print_stdout)] // the counts are worth seeing with --nocapture

use pleegprofiel::risk::instrument::{Instrument, bundled_files};
use serde_json::Value;
use std::collections::BTreeMap;

/// Places of an instrument file that hold a coefficient: keys under which a printed number stands.
const COEFFICIENTS: [&str; 7] =
    ["coefficient", "intercept", "slope", "value", "true_value", "probability", "probability_2y"];
/// Other printed numbers: limits, caps, Copas constants, lower bounds of bands, ends of tables and of ranges.
const OTHERS: [&str; 14] = [
    "range",
    "from",
    "to",
    "plus",
    "at_most",
    "at_least",
    "above",
    "below",
    "is",
    "months",
    "minimum",
    "maximum",
    "times",
    "percent_2y",
];

/// Instruments (none: all), the end of a place, the beginning of a change, and why no result can show it.
type Invisible = (&'static [&'static str], &'static str, &'static str, &'static str);
const INVISIBLE: [Invisible; 24] = [
    (&[], "/derived/3/at_least", "0 -1", "a career is never negative: such a case is refused"),
    (&[], "/table/0/from", "0 -1", "nothing that a table is read by is negative"),
    (&[], "/minimum", "0 -1", "no per cent is negative"),
    (&[], "/bands/0/from", "0 -1", "no per cent and no points are negative"),
    (&ALL_REOFFENDING, "/maximum", "99.99 ", "the highest per cent there is lies below"),
    (&SERIOUS, "/maximum", "99.99 ", "the highest per cent there is lies below"),
    (&SEXUAL, "/maximum", "99.99 ", "the highest per cent there is lies below"),
    (
        &VIOLENT_COUNTS,
        "/items/8/range/1",
        "999 +1",
        "1,000 violent sanctions are more than the most sanctions there can be",
    ),
    (&SEXUAL, "/terms/5/table/0/from", "0 +1", "no sanction at all is refused"),
    (&SEXUAL, "/bands/0/from", "0 +1", "no points at all have a result of their own, which is low"),
    (&["ogp", "ovp"], "/maximum", "99 ", "the highest per cent there is lies below 97"),
    (&["ogp", "ovp"], "/minimum", "1 ", "the lowest per cent there is is 2"),
    (&["ogp", "ovp"], "/bands/0/from", "0 +1", "the lowest per cent there is is 2"),
    (&["ogrs3"], "/bands/0/from", "0 +1", "the lowest per cent is 1"),
    (&["ogp"], "/bands/1/from", "34 -1", "no number of points gives 33 %"),
    (&["ogp"], "/bands/2/from", "67 +1", "no number of points gives 67 %"),
    (&["ovp"], "/bands/2/from", "60 +1", "no number of points gives 60 %"),
    (&["ogp", "ovp"], "/to", "2 +1", "the row of the highest level there is"),
    (&["ogp", "ovp"], "/to", "4 +1", "the row of the highest sum of two levels there is"),
    (&["ogp"], "/terms/7/table/6/to", "6 +1", "the row of the highest sum of three levels there is"),
    (&["psa"], "/outputs/1/table/5/to", "7 +1", "no more points than 7"),
    (&["psa"], "/outputs/3/table/5/to", "13 +1", "no more points than 13"),
    (&["psa"], "/outputs/5/table/1/to", "7 +1", "no more points than 7"),
    (&["ogrs3", "ovp"], "/table/0/from", "1", "younger people, and girls under 16 in OGRS3, are refused"),
];
const ALL_REOFFENDING: [&str; 2] = ["all-reoffending-static", "all-reoffending-dynamic"];
const SERIOUS: [&str; 2] = ["serious-violent-reoffending-static", "serious-violent-reoffending-dynamic"];
const SEXUAL: [&str; 2] = ["direct-contact-sexual-reoffending", "indirect-contact-sexual-reoffending"];
const VIOLENT_COUNTS: [&str; 4] = [
    "violent-reoffending-static",
    "violent-reoffending-dynamic",
    "serious-violent-reoffending-static",
    "serious-violent-reoffending-dynamic",
];

fn files() -> Vec<(&'static str, Value)> {
    bundled_files().map(|(id, text)| (id, serde_json::from_str(text).unwrap())).collect()
}

/// Paths of printed numbers under some keys, in the parts that compute.
fn places(value: &Value, keys: &[&str]) -> Vec<String> {
    fn walk(value: &Value, path: String, keys: &[&str], out: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    let here = format!("{path}/{key}");
                    let number = inner.as_str().is_some_and(|t| t.parse::<f64>().is_ok());
                    if number && keys.contains(&key.as_str()) {
                        out.push(here);
                    } else {
                        walk(inner, here, keys, out);
                    }
                }
            }
            Value::Array(list) => {
                for (i, inner) in list.iter().enumerate() {
                    let here = format!("{path}/{i}");
                    if path.ends_with("/range") && inner.is_string() && keys.contains(&"range") {
                        out.push(here);
                        continue;
                    }
                    walk(inner, here, keys, out);
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for part in ["items", "derived", "rules", "terms", "choices", "outputs"] {
        walk(&value[part], format!("/{part}"), keys, &mut out);
    }
    out
}

/// The text of a number one unit of its last digit away, with as many decimals.
fn moved(text: &str, by: i128) -> String {
    let decimals = text.split_once('.').map_or(0, |(_, f)| f.len());
    let digits: i128 = text.replace('.', "").parse().unwrap();
    let changed = digits + by;
    let (sign, size) =
        (if changed < 0 { "-" } else { "" }, format!("{:0>width$}", changed.abs(), width = decimals + 1));
    let (whole, fraction) = size.split_at(size.len() - decimals);
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Keeps the published pairs only.
fn published_only(file: &Value) -> Value {
    let mut file = file.clone();
    file["golden"].as_array_mut().unwrap().truncate(1);
    file
}

fn loads(file: &Value) -> bool {
    Instrument::from_json(&file.to_string()).is_ok()
}

#[derive(Debug, Default, PartialEq)]
struct Count {
    mutants: usize,
    caught_by_published: usize,
    missed: Vec<String>,
}

fn mutate(keys: &[&str]) -> BTreeMap<&'static str, Count> {
    let mut counts = BTreeMap::new();
    for (id, file) in files() {
        let mut count = Count::default();
        for place in places(&file, keys) {
            let text = file.pointer(&place).unwrap().as_str().unwrap().to_owned();
            let nought = text.chars().all(|c| "-0.".contains(c));
            let turned = text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned);
            let changes = [("+1", moved(&text, 1)), ("-1", moved(&text, -1)), ("turned", turned)];
            for (by, other) in changes.into_iter().filter(|(by, _)| !(nought && *by == "turned")) {
                let mut mutant = file.clone();
                *mutant.pointer_mut(&place).unwrap() = Value::from(other);
                count.mutants += 1;
                count.caught_by_published += usize::from(!loads(&published_only(&mutant)));
                if loads(&mutant) {
                    count.missed.push(format!("{place} {text} {by}"));
                }
            }
        }
        counts.insert(id, count);
    }
    counts
}

/// Prints what was found; mutants, those caught by the published pairs alone, and those missed, of all instruments.
fn report(what: &str, counts: &BTreeMap<&'static str, Count>) -> [usize; 3] {
    for (id, c) in counts {
        println!(
            "{what}: {id}: {} mutants, {} caught by the published pairs alone, {} missed by all: {:?}",
            c.mutants,
            c.caught_by_published,
            c.missed.len(),
            c.missed
        );
    }
    let sum = |f: fn(&Count) -> usize| counts.values().map(f).sum::<usize>();
    let all = [sum(|c| c.mutants), sum(|c| c.caught_by_published), sum(|c| c.missed.len())];
    println!("{what}: {} mutants, {} caught by the published pairs alone, {} missed", all[0], all[1], all[2]);
    all
}

#[test]
fn a_last_digit_moves_by_one_and_keeps_its_decimals() {
    assert_eq!((moved("-0.0175", 1), moved("-0.0175", -1)), ("-0.0174".into(), "-0.0176".into()));
    assert_eq!((moved("9", 1), moved("0", -1), moved("0.00", -1)), ("10".into(), "-1".into(), "-0.01".into()));
}

#[test]
fn no_coefficient_can_change_by_one_unit_in_its_last_digit() {
    let counts = mutate(&COEFFICIENTS);
    // the figures that `docs/trust.md` and "How an instrument comes in" tell
    assert_eq!(report("coefficients", &counts), [1875, 789, 4]);
    for (id, count) in &counts {
        if *id == "ovp" {
            // the row for no sanction at all: the instrument refuses such a case
            assert_eq!(count.missed.len(), 2, "{id}: {:?}", count.missed);
            assert!(count.missed.iter().all(|m| m.starts_with("/terms/0/table/0/coefficient 0 ")));
        } else if *id == "combined-serious-reoffending" {
            // 0.0038314176245211 is rounded to 0.38 % before it is added: its last digits show in no result
            assert_eq!(count.missed.len(), 2, "{id}: {:?}", count.missed);
            assert!(count.missed.iter().all(|m| m.contains("0.0038314176245211")));
        } else {
            assert_eq!(count.missed, Vec::<String>::new(), "{id}");
        }
    }
}

/// Changes of a limit that show in no result, with the reason: place, number and change.
fn shows_in_no_result(id: &str, missed: &str) -> bool {
    let Some((place, change)) = missed.split_once(' ') else { return false };
    INVISIBLE.iter().any(|(ids, end, what, _)| {
        (ids.is_empty() || ids.contains(&id)) && place.ends_with(end) && change.starts_with(what)
    })
}

#[test]
fn no_limit_can_change_by_one_unit_where_a_result_shows_it() {
    let counts = mutate(&OTHERS);
    // the figures that `docs/trust.md` and "How an instrument comes in" tell
    let [mutants, _, missed] = report("limits", &counts);
    assert_eq!((mutants, missed), (1588, 97));
    let visible: Vec<String> = counts
        .iter()
        .flat_map(|(id, c)| c.missed.iter().filter(|m| !shows_in_no_result(id, m)).map(move |m| format!("{id} {m}")))
        .collect();
    assert_eq!(visible, Vec::<String>::new());
}

/// A table: its shape, its values, and how to write others in their place.
fn tables(file: &Value) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (t, term) in file["terms"].as_array().into_iter().flatten().enumerate() {
        if let Some(rows) = term["table"].as_array() {
            let shape =
                rows.iter().map(|r| format!("{}|{}|{}", r["level"], r["from"], r["to"])).collect::<Vec<_>>().join(";");
            found.push((shape, (0..rows.len()).map(|i| format!("/terms/{t}/table/{i}/coefficient")).collect()));
        }
    }
    for (o, output) in file["outputs"].as_array().into_iter().flatten().enumerate() {
        if let Some(rows) = output["table"].as_array() {
            let shape = rows.iter().map(|r| format!("{}|{}", r["from"], r["to"])).collect::<Vec<_>>().join(";");
            found.push((shape, (0..rows.len()).map(|i| format!("/outputs/{o}/table/{i}/value")).collect()));
        }
    }
    // the columns by sex, and the column of all other single coefficients
    for sex in ["male", "female"] {
        let own: Vec<usize> = (0..file["terms"].as_array().map_or(0, Vec::len))
            .filter(|t| file["terms"][*t]["level"] == sex && file["terms"][*t]["coefficient"].is_string())
            .collect();
        let shape = own.iter().map(|t| file["terms"][*t]["name"].to_string()).collect::<Vec<_>>().join(";");
        if !own.is_empty() {
            found.push((shape, own.iter().map(|t| format!("/terms/{t}/coefficient")).collect()));
        }
    }
    for start in ["offence_free_months", "age^", "copas", "drug", "past_conviction"] {
        for sex in ["male", "female", ""] {
            let own: Vec<usize> = (0..file["terms"].as_array().map_or(0, Vec::len))
                .filter(|t| {
                    let term = &file["terms"][*t];
                    let level = term["level"].as_str().unwrap_or_default();
                    let fits = if sex.is_empty() { !["male", "female"].contains(&level) } else { level == sex };
                    fits && term["coefficient"].is_string()
                        && term["name"].as_str().is_some_and(|n| n.starts_with(start))
                })
                .collect();
            let shape = own.iter().map(|t| {
                format!(
                    "{}{}",
                    file["terms"][*t]["name"],
                    if sex.is_empty() { &file["terms"][*t]["level"] } else { &Value::Null }
                )
            });
            let shape = shape.collect::<Vec<_>>().join(";");
            if own.len() > 1 {
                found.push((shape, own.iter().map(|t| format!("/terms/{t}/coefficient")).collect()));
            }
        }
    }
    found
}

#[test]
fn no_pair_of_tables_of_one_shape_can_be_swapped() {
    let files = files();
    let all: Vec<(usize, String, Vec<String>)> = files
        .iter()
        .enumerate()
        .flat_map(|(f, (_, file))| tables(file).into_iter().map(move |(shape, places)| (f, shape, places)))
        .collect();
    let read = |f: usize, places: &[String]| -> Vec<Value> {
        places.iter().map(|p| files[f].1.pointer(p).unwrap().clone()).collect()
    };
    let (mut pairs, mut alike, mut published, mut missed) = (0, 0, 0, Vec::new());
    for (i, (f, shape, own)) in all.iter().enumerate() {
        for (g, other_shape, other) in &all[i + 1..] {
            if shape != other_shape || own == other && f == g {
                continue;
            }
            let (a, b) = (read(*f, own), read(*g, other));
            if a == b {
                alike += 1;
                continue;
            }
            pairs += 1;
            // the first takes the second's numbers, and the second the first's
            let mut one = files[*f].1.clone();
            own.iter().zip(&b).for_each(|(p, v)| *one.pointer_mut(p).unwrap() = v.clone());
            let mut two = if f == g { one.clone() } else { files[*g].1.clone() };
            other.iter().zip(&a).for_each(|(p, v)| *two.pointer_mut(p).unwrap() = v.clone());
            published += usize::from(!loads(&published_only(&two)) && (f == g || !loads(&published_only(&one))));
            if loads(&two) || f != g && loads(&one) {
                missed.push(format!("{} {} with {} {}", files[*f].0, own[0], files[*g].0, other[0]));
            }
        }
    }
    println!(
        "swapped tables: {pairs} pairs, {published} caught by the published pairs alone, {} missed; {alike} pairs are equal",
        missed.len()
    );
    assert_eq!(pairs, 85);
    assert_eq!(missed, Vec::<String>::new());
}
