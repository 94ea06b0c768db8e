//! What happens in the chain: phases, their outcomes, sanctions, forms of exploitation.
//!
//! Does not belong here: which events can follow which (`case`).

use crate::career::category::Category;
use crate::career::date::CalendarDate;
use crate::units::keyed;

keyed! {
    /// A phase of the chain, in the order in which they follow each other.
    Phase {
        /// Registered as a suspect by the police.
        Suspect = ("suspect", "verdachte bij de politie", "police suspect"),
        /// Taken in by the prosecution service.
        Intake = ("intake", "instroom bij het OM", "intake by the prosecution"),
        /// Disposed of by the prosecution service.
        Disposal = ("disposal", "afdoening door het OM", "disposal by the prosecution"),
        /// What the prosecution asked for at trial.
        Demand = ("demand", "strafeis", "demand"),
        /// Judged in first instance.
        Verdict = ("verdict", "afdoening in eerste aanleg", "verdict in first instance"),
        /// A sanction that the verdict imposes.
        Sanction = ("sanction", "opgelegde sanctie", "sanction imposed"),
        /// Supervision that the verdict orders.
        Supervision = ("supervision", "reclasseringstoezicht", "supervision ordered"),
    }
}

keyed! {
    /// How the prosecution service disposed of an offence.
    Disposal {
        /// Brought to court.
        Summoned = ("summoned", "gedagvaard", "summoned"),
        /// Dropped, on whatever ground.
        Dismissed = ("dismissed", "geseponeerd", "dismissed"),
        /// Anything else.
        Other = ("other", "anders", "other"),
    }
}

keyed! {
    /// What a court of first instance found of an offence.
    VerdictOutcome {
        /// Found guilty.
        Convicted = ("convicted", "veroordeeld", "convicted"),
        /// Acquitted of this offence; other counts of the same defendant may stand.
        Acquitted = ("acquitted", "vrijgesproken", "acquitted"),
        /// Discharged from prosecution (ontslag van alle rechtsvervolging).
        Discharged = ("discharged", "ontslagen van alle rechtsvervolging", "discharged"),
        /// Anything else.
        Other = ("other", "anders", "other"),
    }
}

keyed! {
    /// A kind of sanction. Which measures and orders a register calls so is the register's own; tables in which a
    /// kind means two things cannot be held against each other.
    Sanction {
        /// Imprisonment or detention to be served.
        Unconditional = ("unconditional", "onvoorwaardelijk", "unconditional"),
        /// A suspended sentence.
        Conditional = ("conditional", "voorwaardelijk", "suspended"),
        /// Community sentence (taakstraf).
        Community = ("community", "taakstraf", "community sentence"),
        /// Unpaid work (werkstraf), where a source tells it apart from the former.
        Work = ("work", "werkstraf", "unpaid work"),
        /// A measure.
        Measure = ("measure", "maatregel", "measure"),
        /// Anything else.
        Other = ("other", "overig", "other"),
    }
}

keyed! {
    /// What the prosecution asked for, when it is not a sanction.
    Demand {
        /// Acquittal.
        Acquittal = ("acquittal", "vrijspraak", "acquittal"),
        /// Discharge from prosecution.
        Discharge = ("discharge", "ontslag van alle rechtsvervolging", "discharge"),
        /// Not known.
        Unknown = ("unknown", "onbekend", "unknown"),
    }
}

keyed! {
    /// Form of exploitation.
    Exploitation {
        /// Sexual, within the country.
        DomesticSexual = ("domestic-sexual", "binnenlandse seksuele uitbuiting", "domestic sexual exploitation"),
        /// Sexual, across a border.
        CrossBorderSexual = ("cross-border-sexual", "grensoverschrijdende seksuele uitbuiting", "cross-border sexual exploitation"),
        /// Sexual, the source does not say which.
        Sexual = ("sexual", "seksuele uitbuiting", "sexual exploitation"),
        /// Of labour.
        Labour = ("labour", "arbeidsuitbuiting", "labour exploitation"),
        /// For crime.
        Criminal = ("criminal", "criminele uitbuiting", "criminal exploitation"),
        /// Forced services.
        Services = ("forced-services", "gedwongen dienstverlening", "forced services"),
        /// Anything else.
        Other = ("other", "overig", "other"),
    }
}

/// A set of kinds of sanction: what one judgement, or one demand, is made up of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sanctions(u8);

impl Sanctions {
    /// Of these kinds.
    pub fn of(kinds: &[Sanction]) -> Sanctions {
        Sanctions(kinds.iter().fold(0, |set, kind| set | 1 << *kind as u8))
    }

    /// Whether this kind is among them.
    pub fn has(self, kind: Sanction) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// With another kind.
    #[must_use]
    pub fn with(self, kind: Sanction) -> Sanctions {
        Sanctions(self.0 | 1 << kind as u8)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in the set, in order.
    pub fn kinds(self) -> impl Iterator<Item = Sanction> {
        Sanction::ALL.iter().copied().filter(move |kind| self.has(*kind))
    }

    /// The keys, joined by `+`; `none` of an empty set.
    pub fn key(self) -> String {
        let keys: Vec<&str> = self.kinds().map(Sanction::key).collect();
        if keys.is_empty() { "none".to_owned() } else { keys.join("+") }
    }
}

/// What an event comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    None,
    Disposal(Disposal),
    Demanded(Demand),
    Verdict(VerdictOutcome),
    Sanction(Sanction),
}

/// One event of one defendant in one case. Persons and cases are numbers of the caller's, any that tell them apart.
///
/// ```
/// use pleegprofiel::monitor::{ChainEvent, Sanction, VerdictOutcome};
/// let day = "2019-03-01".parse()?;
/// let verdict = ChainEvent::verdict(1, 7, day, VerdictOutcome::Convicted);
/// let prison = ChainEvent::sanction(1, 7, day, Sanction::Unconditional, Some(553));
/// assert_ne!(verdict, prison);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ChainEvent {
    pub(crate) case: u64,
    pub(crate) person: u64,
    pub(crate) phase: Phase,
    pub(crate) date: CalendarDate,
    pub(crate) outcome: Outcome,
    /// Days of a sanction or demand.
    pub(crate) days: Option<u32>,
    /// Number of the offence within the case.
    pub(crate) offence: Option<u32>,
    /// Place of the category in the set of the options, from 0.
    pub(crate) kind: Option<u16>,
    pub(crate) form: Option<Exploitation>,
    /// Place of the value of the further column.
    pub(crate) further: Option<u16>,
    pub(crate) committed: Option<CalendarDate>,
    pub(crate) birth: Option<CalendarDate>,
    pub(crate) female: Option<bool>,
    /// Where it stands in its table.
    pub(crate) row: u32,
}

impl ChainEvent {
    pub(crate) fn new(case: u64, person: u64, phase: Phase, date: CalendarDate, outcome: Outcome) -> ChainEvent {
        ChainEvent {
            case,
            person,
            phase,
            date,
            outcome,
            days: None,
            offence: None,
            kind: None,
            form: None,
            further: None,
            committed: None,
            birth: None,
            female: None,
            row: 0,
        }
    }

    /// Registered as a suspect.
    pub fn suspect(case: u64, person: u64, date: CalendarDate) -> ChainEvent {
        ChainEvent::new(case, person, Phase::Suspect, date, Outcome::None)
    }

    /// Taken in by the prosecution service.
    pub fn intake(case: u64, person: u64, date: CalendarDate) -> ChainEvent {
        ChainEvent::new(case, person, Phase::Intake, date, Outcome::None)
    }

    /// Disposed of by the prosecution service.
    pub fn disposal(case: u64, person: u64, date: CalendarDate, outcome: Disposal) -> ChainEvent {
        ChainEvent::new(case, person, Phase::Disposal, date, Outcome::Disposal(outcome))
    }

    /// A sanction asked for, and of how many days.
    pub fn demand(case: u64, person: u64, date: CalendarDate, kind: Sanction, days: Option<u32>) -> ChainEvent {
        let event = ChainEvent::new(case, person, Phase::Demand, date, Outcome::Sanction(kind));
        ChainEvent { days, ..event }
    }

    /// Something asked for that is no sanction.
    pub fn demand_of(case: u64, person: u64, date: CalendarDate, demand: Demand) -> ChainEvent {
        ChainEvent::new(case, person, Phase::Demand, date, Outcome::Demanded(demand))
    }

    /// Judged.
    pub fn verdict(case: u64, person: u64, date: CalendarDate, outcome: VerdictOutcome) -> ChainEvent {
        ChainEvent::new(case, person, Phase::Verdict, date, Outcome::Verdict(outcome))
    }

    /// A sanction imposed, and of how many days.
    pub fn sanction(case: u64, person: u64, date: CalendarDate, kind: Sanction, days: Option<u32>) -> ChainEvent {
        let event = ChainEvent::new(case, person, Phase::Sanction, date, Outcome::Sanction(kind));
        ChainEvent { days, ..event }
    }

    /// Supervision ordered.
    pub fn supervision(case: u64, person: u64, date: CalendarDate) -> ChainEvent {
        ChainEvent::new(case, person, Phase::Supervision, date, Outcome::None)
    }

    /// Of which offence of the case, by number, and of which kind, by its place in
    /// [`MonitorOptions::kind_of`](super::MonitorOptions::kind_of).
    #[must_use]
    pub fn of_offence(self, number: u32, kind: Option<u16>) -> ChainEvent {
        ChainEvent { offence: Some(number), kind, ..self }
    }

    /// Of which form of exploitation.
    #[must_use]
    pub fn in_form(self, form: Exploitation) -> ChainEvent {
        ChainEvent { form: Some(form), ..self }
    }

    /// Of which value of the further column (the public prosecutor's office, for one), by its place in
    /// [`MonitorOptions::values`](super::MonitorOptions::values).
    #[must_use]
    pub fn in_value(self, place: u16) -> ChainEvent {
        ChainEvent { further: Some(place), ..self }
    }

    /// When the offence was (first) committed.
    #[must_use]
    pub fn committed_on(self, date: CalendarDate) -> ChainEvent {
        ChainEvent { committed: Some(date), ..self }
    }

    /// Of whom: date of birth and sex, where known.
    #[must_use]
    pub fn by(self, birth: Option<CalendarDate>, female: Option<bool>) -> ChainEvent {
        ChainEvent { birth, female, ..self }
    }
}

/// The place of a category in a set.
pub(crate) fn place_of(categories: &crate::career::category::CategorySet, category: &Category) -> Option<u16> {
    categories.labels().iter().position(|label| label.category == *category).map(|at| at as u16)
}
