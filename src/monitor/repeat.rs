//! Repeat victimisation: the share who are victims again within some years, with an event of its own definition.

use super::tally::FEW;
use crate::career::date::CalendarDate;
use crate::cohort::recidivism::figures::ShareOf;
use crate::cohort::recidivism::small_cells::step;
use crate::error::{Error, Issues, Result};
use crate::survival::event_share::KaplanMeier;
use serde::Serialize;
use std::collections::BTreeMap;

/// What counts as being a victim again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepeatDefinition {
    /// The event, in words; the published share of 45 % within five years is of any offence, not of trafficking again.
    pub event: String,
    /// Registrations of fewer days after the first are the same event.
    pub apart_days: u32,
    /// Within so many years.
    pub years: f64,
}

/// The share who were victims again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repeat {
    /// As the caller stated it.
    pub definition: RepeatDefinition,
    /// Persons followed; `None` where they are fewer than ten and small cells are hidden.
    pub persons: Option<u64>,
    /// The Kaplan-Meier share; `None` where it is of too few people to be shown. Where small cells are hidden it is rounded
    /// to about one and a half persons, the ends of the interval outwards, as recidivism figures are: counts beside it would
    /// tell how few were lost to follow-up.
    pub share: Option<ShareOf>,
    /// The step to which the share is rounded; `None` where it is not, as small cells are shown, or not told.
    pub rounded_to: Option<f64>,
    /// Persons who were victims again by then; `None` where small cells are hidden.
    pub again: Option<u64>,
    /// Persons followed so long without being one; `None` where small cells are hidden.
    pub at_risk: Option<u64>,
}

/// The share of persons who are registered as victims again, from the first registration of each to `register_end`, the
/// first day after the register. Time runs in years as ages do; who is not registered again is followed to the end.
///
/// ```
/// use pleegprofiel::monitor::{RepeatDefinition, repeat_victims};
/// let day = |text: &str| text.parse();
/// let victims = [(1, day("2010-01-01")?), (1, day("2012-01-01")?), (2, day("2010-01-01")?)];
/// let stated = RepeatDefinition { event: "any offence".into(), apart_days: 1, years: 5.0 };
/// let found = repeat_victims(&victims, day("2020-01-01")?, &stated, true)?;
/// assert_eq!((found.again, found.share.expect("small cells are shown").share), (Some(1), 0.5));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// When the definition has no words or years, there is nobody, or a registration lies after the register (by position,
/// from 1).
pub fn repeat_victims(
    victims: &[(u64, CalendarDate)],
    register_end: CalendarDate,
    definition: &RepeatDefinition,
    show_small_cells: bool,
) -> Result<Repeat> {
    if definition.event.trim().is_empty() || !(definition.years > 0.0 && definition.years.is_finite()) {
        return Err(Error::options(
            "what counts as an event, in words, and within how many years (above 0) must be stated",
        ));
    }
    let mut issues = Issues::in_memory();
    let mut by_person: BTreeMap<u64, Vec<CalendarDate>> = BTreeMap::new();
    for (i, (person, day)) in victims.iter().enumerate() {
        if *day >= register_end {
            issues.add(Some(i as u64 + 1), Some("date"), || {
                format!("{day} lies after the register, before {register_end}")
            });
        }
        by_person.entry(*person).or_default().push(*day);
    }
    issues.into_result("the registrations cannot be followed")?;
    let mut times = Vec::with_capacity(by_person.len());
    for days in by_person.values_mut() {
        days.sort_unstable();
        let first = days[0];
        let again = days.iter().find(|day| first.days_until(**day) >= i64::from(definition.apart_days.max(1)));
        let until = first.age_on(*again.unwrap_or(&register_end))?;
        times.push((until.get(), again.is_some()));
    }
    let found = KaplanMeier::new(times.iter().copied())?.at(definition.years);
    let persons = times.len() as u64;
    let rest = persons - found.events;
    let shown = show_small_cells || [found.events, rest, found.at_risk].iter().all(|n| *n >= FEW);
    let parts = step(1.5, persons.saturating_sub(FEW) as f64);
    let rounded = |of: ShareOf| ShareOf {
        share: (of.share * parts).round() / parts,
        se: None,
        low: of.low.map(|low| (low * parts).floor() / parts),
        high: of.high.map(|high| (high * parts).ceil() / parts),
    };
    let share = ShareOf::from(found);
    Ok(Repeat {
        definition: definition.clone(),
        persons: (show_small_cells || persons >= FEW).then_some(persons),
        rounded_to: (shown && !show_small_cells).then_some(1.0 / parts),
        share: shown.then_some(if show_small_cells { share } else { rounded(share) }),
        again: show_small_cells.then_some(found.events),
        at_risk: show_small_cells.then_some(found.at_risk),
    })
}
