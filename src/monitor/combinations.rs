//! What goes together: offences charged in a case, sanctions demanded of or imposed on a defendant. The tables of a
//! case-law study.
//!
//! Does not belong here: hiding, as these tables are of published judgments; a register's are [`Monitor`](super::Monitor)'s.

use super::case::{Case, understand};
use super::count::{Cases, Count, Defendants};
use super::event::{ChainEvent, Demand, Phase, Sanctions, VerdictOutcome};
use super::options::MonitorOptions;
use crate::error::{Issues, Result};
use std::collections::BTreeMap;

/// What was demanded of, or imposed on, a defendant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// Sanctions of these kinds, together.
    Sanctions(Sanctions),
    /// Something else was asked for.
    Demand(Demand),
    /// No sanction: the verdict.
    Verdict(VerdictOutcome),
}

/// Counts of combinations. They are of published judgments, person by person, and so are shown whatever their size.
///
/// ```
/// use pleegprofiel::monitor::{ChainEvent, Combinations, Fate, MonitorOptions, Sanction, Sanctions, VerdictOutcome};
/// let day = "2018-05-01".parse()?;
/// let events = [
///     ChainEvent::verdict(1, 1, day, VerdictOutcome::Convicted),
///     ChainEvent::sanction(1, 1, day, Sanction::Unconditional, Some(365)),
///     ChainEvent::sanction(1, 1, day, Sanction::Conditional, Some(90)),
/// ];
/// let found = Combinations::of(&events, &MonitorOptions::default())?;
/// let both = Fate::Sanctions(Sanctions::of(&[Sanction::Unconditional, Sanction::Conditional]));
/// assert_eq!(found.imposed[&both].get(), 1);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Combinations {
    /// Cases by the kinds of offence charged in them, as places in the categories of the options.
    pub charged: BTreeMap<Vec<u16>, Count<Cases>>,
    /// Defendants by what was demanded; those without a demand are in none.
    pub demanded: BTreeMap<Fate, Count<Defendants>>,
    /// Defendants by what was imposed; those without a verdict are in none.
    pub imposed: BTreeMap<Fate, Count<Defendants>>,
}

impl Combinations {
    /// Counts the combinations of these events, in any order.
    ///
    /// # Errors
    /// Lists what is wrong with the events, as [`MonitorBuilder::finish`](super::MonitorBuilder::finish), with their
    /// positions from 1 as rows.
    pub fn of(events: &[ChainEvent], options: &MonitorOptions) -> Result<Combinations> {
        options.check()?;
        let mut own = events.to_vec();
        for (i, event) in own.iter_mut().enumerate() {
            event.row = u32::try_from(i + 1).unwrap_or(u32::MAX);
        }
        own.sort_by_key(|event| (event.case, event.person, event.row));
        let mut issues = Issues::in_memory();
        let cases: Vec<Case> =
            own.chunk_by(|a, b| a.case == b.case).map(|case| understand(case, options, &mut issues)).collect();
        issues.into_result("the events make no chain")?;
        let mut found = Combinations { charged: BTreeMap::new(), demanded: BTreeMap::new(), imposed: BTreeMap::new() };
        for case in &cases {
            one_more(&mut found.charged, case.kinds.clone());
            for defendant in &case.defendants {
                if defendant.on(Phase::Demand).is_some() {
                    let sanctions = Fate::Sanctions(defendant.demanded);
                    one_more(&mut found.demanded, defendant.demand.map_or(sanctions, Fate::Demand));
                }
                if let Some(verdict) = defendant.verdict {
                    let none = defendant.sanctions.is_empty();
                    let sanctions = Fate::Sanctions(defendant.sanctions);
                    one_more(&mut found.imposed, if none { Fate::Verdict(verdict) } else { sanctions });
                }
            }
        }
        Ok(found)
    }

    /// Number of cases.
    pub fn cases(&self) -> Count<Cases> {
        self.charged.values().fold(Count::new(0), |sum, count| sum + *count)
    }

    /// Number of defendants with a verdict.
    pub fn judged(&self) -> Count<Defendants> {
        self.imposed.values().fold(Count::new(0), |sum, count| sum + *count)
    }
}

fn one_more<K: Ord, U: super::count::Unit>(counts: &mut BTreeMap<K, Count<U>>, key: K) {
    let count = counts.entry(key).or_insert(Count::new(0));
    *count = *count + Count::new(1);
}
