//! Stays in custody of a dated table, in any order, put in order for the careers they belong to.

use super::careers::{One, People};
use super::field::Reading;
use super::header::{self, Others};
use super::options::TableOptions;
use super::register::{Day, Tally, day};
use super::rows::Table;
use crate::career::custody::Custody;
use crate::career::date::CalendarDate;
use crate::career::person::Career;
use crate::error::Result;

/// A stay, and the row it stands in.
struct Stay {
    person: usize,
    from: CalendarDate,
    to: CalendarDate,
    row: u64,
}

/// Reads the table of stays, and gives each to its person.
pub(super) fn read(people: &mut People, table: &mut Table<'_>, options: &TableOptions) -> Result<()> {
    let names = [options.id_column.as_str(), "from", "to"];
    let Some([Some(id), Some(from), Some(to)]) = header::named(table, names, 3, Others::Refused, options) else {
        return Ok(());
    };
    let (reading, mut tally) = (Reading::new(options), Tally::default());
    let mut stays = Vec::new();
    while table.next()? {
        if !table.complete() {
            continue;
        }
        let person = people.find(table, id, options);
        let from = day(table, (from, "from"), false, &reading, options, &mut tally);
        let to = day(table, (to, "to"), true, &reading, options, &mut tally);
        let Some(person) = person else { continue };
        if [from, to].contains(&Day::LeftOut) || people.people[person].is_none() {
            tally.left_out += 1;
            continue;
        }
        if let (Some(from), Some(to)) = (from.date(), to.date()) {
            stays.push(Stay { person, from, to, row: table.row });
        }
    }
    people.warnings.extend(table.finish(&reading));
    people.warnings.extend(tally.warnings(&table.name, options.incomplete));
    stays.sort_by_key(|stay| (stay.person, stay.from, stay.row));
    check(people, table, &stays);
    if !table.issues.is_empty() {
        return Ok(());
    }
    for stay in stays {
        if let Some(one) = &mut people.people[stay.person] {
            let builder = std::mem::replace(&mut one.builder, Career::by_age());
            one.builder = builder.stay(Custody::dates(stay.from, stay.to));
        }
    }
    Ok(())
}

/// What is wrong with stays, at the rows that they stand in.
fn check(people: &People, table: &mut Table<'_>, stays: &[Stay]) {
    let mut problems: Vec<(u64, &str, String)> = Vec::new();
    for own in stays.chunk_by(|a, b| a.person == b.person) {
        let birth = people.people[own[0].person].as_ref().and_then(One::birth);
        let mut latest: Option<&Stay> = None;
        for stay in own {
            let Stay { from, to, row, .. } = stay;
            if to <= from {
                problems.push((*row, "to", format!("the stay is empty: from {from} up to, not including, {to}")));
                continue;
            }
            if birth.is_some_and(|birth| *from < birth) {
                problems.push((*row, "from", format!("{from} lies before birth")));
            }
            if let Some(before) = latest.filter(|before| *from < before.to) {
                let (place, end) = (table.place(before.row), before.to);
                problems.push((*row, "from", format!("{from} lies within the stay of {place}, which ends at {end}")));
            }
            if latest.is_none_or(|before| *to > before.to) {
                latest = Some(stay);
            }
        }
    }
    problems.sort_unstable();
    for (row, column, problem) in problems {
        table.issues.add(Some(row), Some(column), || problem);
    }
}
