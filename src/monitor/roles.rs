//! People who are victims and offenders both: how many, in which order, within how long.
//!
//! No operational definition of this overlap is published, so the caller states one, and the result repeats it: a share
//! without its definition is no figure.

use super::event::{ChainEvent, Phase};
use super::tally::Persons;
use crate::career::date::CalendarDate;
use crate::error::{Error, Result};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Who counts as a victim and as an offender, and when the two belong together.
///
/// ```
/// use pleegprofiel::monitor::{OverlapDefinition, Phase};
/// let stated = OverlapDefinition::new("reported to the register of victims", Phase::Suspect).within_days(5 * 365);
/// assert!(stated.check().is_ok());
/// assert!(OverlapDefinition::new(" ", Phase::Suspect).check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverlapDefinition {
    /// What makes somebody a victim, in words.
    pub victim: String,
    /// Which phase of the chain, first reached, makes somebody an offender.
    pub offender: Phase,
    /// How many days there may be between the two, either way; `None` for any number.
    pub within_days: Option<u32>,
}

impl OverlapDefinition {
    /// Victims by these words, offenders by this phase, with any time between.
    pub fn new(victim: &str, offender: Phase) -> OverlapDefinition {
        OverlapDefinition { victim: victim.to_owned(), offender, within_days: None }
    }

    /// With at most so many days between the two.
    #[must_use]
    pub fn within_days(mut self, days: u32) -> OverlapDefinition {
        self.within_days = Some(days);
        self
    }

    /// Whether it says who is a victim.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self) -> Result<()> {
        if self.victim.trim().is_empty() {
            return Err(Error::options("what makes somebody a victim must be stated: the result repeats it"));
        }
        Ok(())
    }
}

/// Persons in both roles. Numbers of fewer than ten persons, and what they would follow from, are `None` unless asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// As the caller stated it.
    pub definition: OverlapDefinition,
    /// Persons who are offenders.
    pub offenders: Option<u64>,
    /// Persons who are victims.
    pub victims: Option<u64>,
    /// Persons who are both, by the definition.
    pub both: Option<u64>,
    /// Those of them who were a victim first.
    pub victim_first: Option<u64>,
    /// Those who were an offender first.
    pub offender_first: Option<u64>,
    /// Those who were both on one day.
    pub same_day: Option<u64>,
}

/// Counts persons in both roles, from events of the chain and days on which persons were registered as victims; persons
/// are numbered alike in both.
///
/// # Errors
/// When the definition says nothing of victims.
pub fn overlap(
    events: &[ChainEvent],
    victims: &[(u64, CalendarDate)],
    definition: &OverlapDefinition,
    show_small_cells: bool,
) -> Result<Overlap> {
    definition.check()?;
    fn first(days: impl Iterator<Item = (u64, CalendarDate)>) -> BTreeMap<u64, CalendarDate> {
        let mut all: BTreeMap<u64, CalendarDate> = BTreeMap::new();
        for (person, day) in days {
            let known = all.entry(person).or_insert(day);
            *known = (*known).min(day);
        }
        all
    }
    let of_phase = events.iter().filter(|event| event.phase == definition.offender);
    let offenders = first(of_phase.map(|event| (event.person, event.date)));
    let victims = first(victims.iter().copied());
    // days from victim to offender, of those who are both
    let within = |days: &i64| definition.within_days.is_none_or(|most| days.unsigned_abs() <= u64::from(most));
    let between: Vec<(u64, i64)> = offenders
        .iter()
        .filter_map(|(person, offender)| Some((*person, victims.get(person)?.days_until(*offender))))
        .filter(|(_, days)| within(days))
        .collect();
    let enough = |persons: &mut dyn Iterator<Item = u64>| {
        let mut known = Persons::default();
        persons.for_each(|person| known.add(person));
        known.enough()
    };
    let both: BTreeSet<u64> = between.iter().map(|(person, _)| *person).collect();
    let is_both = |person: &u64| both.contains(person);
    let of_order = |order: fn(i64) -> bool| between.iter().filter(move |(_, days)| order(*days)).map(|(p, _)| *p);
    let orders: [fn(i64) -> bool; 3] = [|days| days > 0, |days| days < 0, |days| days == 0];
    // offenders alone, victims alone, both: three parts of all; both by order: three parts of those
    let whole = |of: &BTreeMap<u64, CalendarDate>| enough(&mut of.keys().copied());
    let alone = |of: &BTreeMap<u64, CalendarDate>| enough(&mut of.keys().copied().filter(|person| !is_both(person)));
    let shown = show_small_cells
        || alone(&offenders) && alone(&victims) && enough(&mut between.iter().map(|(person, _)| *person));
    let by_order = show_small_cells || shown && orders.iter().all(|order| enough(&mut of_order(*order)));
    let count = |order: usize| by_order.then(|| of_order(orders[order]).count() as u64);
    Ok(Overlap {
        definition: definition.clone(),
        offenders: (show_small_cells || whole(&offenders)).then_some(offenders.len() as u64),
        victims: (show_small_cells || whole(&victims)).then_some(victims.len() as u64),
        both: shown.then_some(between.len() as u64),
        victim_first: count(0),
        offender_first: count(1),
        same_day: count(2),
    })
}
