//! Which populations are told apart, by what, and how the tables hang together.

use super::case::{Defendant, Form};
use super::event::{Disposal, Exploitation, Phase, Sanction, Sanctions, VerdictOutcome};
use super::options::MonitorOptions;
use crate::units::keyed;

keyed! {
    /// Whom a table is about. The year is that in which the phase was first reached.
    Population {
        /// Suspects of the police.
        Suspects = ("suspects", "verdachten bij de politie", "police suspects"),
        /// Taken in by the prosecution service.
        Intake = ("intake", "instroom bij het OM", "intake by the prosecution"),
        /// Disposed of by the prosecution service.
        Disposed = ("disposed", "afdoeningen door het OM", "disposals by the prosecution"),
        /// Judged in first instance.
        Judged = ("judged", "afdoeningen in eerste aanleg", "verdicts in first instance"),
        /// Convicted of an offence of the index kind; the year is that of the verdict.
        Convicted = ("convicted", "veroordeelden in eerste aanleg", "convicted in first instance"),
        /// Those of them with an unconditional custodial part.
        Imprisoned = ("imprisoned", "onvoorwaardelijk gestraften", "with an unconditional part"),
    }
}

keyed! {
    /// By what a population is split.
    Split {
        /// Not at all.
        All = ("all", "aantal", "number"),
        /// Outcome of the disposal.
        Disposal = ("disposal", "wijze van afdoening", "outcome of the disposal"),
        /// Outcome in first instance.
        Verdict = ("verdict", "uitspraak in eerste aanleg", "outcome in first instance"),
        /// With an unconditional part or without.
        Custody = ("custody", "onvoorwaardelijk deel", "unconditional part"),
        /// Which sanctions go together.
        Combination = ("combination", "combinatie van sancties", "combination of sanctions"),
        /// Supervision ordered.
        Supervision = ("supervision", "toezicht opgelegd", "supervision ordered"),
        /// Age at the offence.
        Age = ("age", "leeftijd bij het feit", "age at the offence"),
        /// Sex.
        Sex = ("sex", "geslacht", "sex"),
        /// Form of exploitation.
        Form = ("form", "uitbuitingsvorm", "form of exploitation"),
        /// By a further column of the caller's.
        Further = ("further", "nader kenmerk", "further property"),
        /// Alone in the case or with others.
        Company = ("company", "aantal verdachten in de zaak", "defendants in the case"),
        /// Outcome, and one offence judged or several: shown whole or not at all, as the offences of a defendant are.
        Counts = ("counts", "uitspraak en aantal feiten", "outcome and offences judged"),
        /// Whether the time from intake to verdict is known.
        Throughput = ("throughput", "doorlooptijd van instroom tot uitspraak", "time from intake to verdict"),
        /// Whether the days unconditional are known.
        Days = ("days", "dagen onvoorwaardelijk", "days unconditional"),
    }
}

/// A category of a split.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) key: String,
    pub(crate) labels: [String; 2],
    /// Left out when nobody in all the data is in it: it says something of the register rather than of people.
    pub(crate) optional: bool,
}

fn label(key: &str, [nl, en]: [&str; 2], optional: bool) -> Label {
    Label { key: key.to_owned(), labels: [nl.to_owned(), en.to_owned()], optional }
}

/// A table: whom it is about, by what, and the cell of another table that it is a split of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) of: Population,
    pub(crate) by: Split,
    pub(crate) parent: Option<(Population, Split, usize)>,
}

const fn plan(of: Population, by: Split, parent: Option<(Population, Split, usize)>) -> Plan {
    Plan { of, by, parent }
}

const fn whole(of: Population) -> Option<(Population, Split, usize)> {
    match of {
        Population::Convicted => Some((Population::Judged, Split::Verdict, 0)),
        Population::Imprisoned => Some((Population::Convicted, Split::Custody, 0)),
        of => Some((of, Split::All, 0)),
    }
}

/// Every table, parents first. No two of them split one population by properties of which one implies the other: the
/// difference of two such tables would tell of people whom neither shows. Age, sex and form are therefore shown of one
/// population only.
pub(crate) const PLANS: [Plan; 29] = {
    use Population::{Convicted, Disposed, Imprisoned, Intake, Judged, Suspects};
    [
        plan(Suspects, Split::All, None),
        plan(Intake, Split::All, None),
        plan(Disposed, Split::All, None),
        plan(Judged, Split::All, None),
        plan(Disposed, Split::Disposal, whole(Disposed)),
        plan(Judged, Split::Verdict, whole(Judged)),
        plan(Convicted, Split::Custody, whole(Convicted)),
        plan(Imprisoned, Split::Combination, whole(Imprisoned)),
        plan(Convicted, Split::Supervision, whole(Convicted)),
        plan(Suspects, Split::Age, whole(Suspects)),
        plan(Intake, Split::Age, whole(Intake)),
        plan(Judged, Split::Age, whole(Judged)),
        plan(Convicted, Split::Age, whole(Convicted)),
        plan(Suspects, Split::Sex, whole(Suspects)),
        plan(Intake, Split::Sex, whole(Intake)),
        plan(Judged, Split::Sex, whole(Judged)),
        plan(Convicted, Split::Sex, whole(Convicted)),
        plan(Suspects, Split::Form, whole(Suspects)),
        plan(Intake, Split::Form, whole(Intake)),
        plan(Judged, Split::Form, whole(Judged)),
        plan(Convicted, Split::Form, whole(Convicted)),
        plan(Suspects, Split::Further, whole(Suspects)),
        plan(Intake, Split::Further, whole(Intake)),
        plan(Judged, Split::Further, whole(Judged)),
        plan(Convicted, Split::Further, whole(Convicted)),
        plan(Judged, Split::Company, whole(Judged)),
        plan(Judged, Split::Counts, whole(Judged)),
        plan(Judged, Split::Throughput, whole(Judged)),
        plan(Imprisoned, Split::Days, whole(Imprisoned)),
    ]
};

impl Population {
    /// The year in which a defendant belongs to it, if ever.
    pub(crate) fn year(self, of: &Defendant) -> Option<i16> {
        let phase = match self {
            Population::Suspects => Phase::Suspect,
            Population::Intake => Phase::Intake,
            Population::Disposed => Phase::Disposal,
            _ => Phase::Verdict,
        };
        let member = match self {
            Population::Convicted => of.convicted(),
            Population::Imprisoned => of.convicted() && of.sanctions.has(Sanction::Unconditional),
            _ => true,
        };
        of.on(phase).filter(|_| member).map(|date| date.year())
    }
}

/// Kinds of sanction that may stand beside an unconditional part.
fn beside() -> impl Iterator<Item = Sanctions> {
    (0..32_usize).map(|bits| {
        let kinds: Vec<Sanction> =
            Sanction::ALL[1..].iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, k)| *k).collect();
        Sanctions::of(&kinds).with(Sanction::Unconditional)
    })
}

impl Split {
    /// Places of the categories of a split by a further column as they are counted, in the order in which they are told.
    pub(crate) fn order(values: &mut [String]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].cmp(&values[b]));
        values.sort_unstable();
        order.into_iter().map(|place| place + 2).chain([1, 0]).collect()
    }

    /// Whether it says who people are, rather than what became of them.
    pub(crate) fn describes(self) -> bool {
        matches!(self, Split::Age | Split::Sex | Split::Form | Split::Further)
    }

    pub(crate) fn labels_of(self, options: &MonitorOptions) -> Vec<Label> {
        let unknown = || label("unknown", ["onbekend", "unknown"], true);
        match self {
            Split::All => vec![label("all", ["alle", "all"], false)],
            Split::Disposal => {
                Disposal::ALL.iter().map(|d| label(d.key(), d.labels(), *d == Disposal::Other)).collect()
            }
            Split::Verdict => {
                let rare = |v: VerdictOutcome| matches!(v, VerdictOutcome::Discharged | VerdictOutcome::Other);
                VerdictOutcome::ALL.iter().map(|v| label(v.key(), v.labels(), rare(*v))).collect()
            }
            Split::Custody => vec![
                label("with", ["met onvoorwaardelijk deel", "with an unconditional part"], false),
                label("without", ["zonder onvoorwaardelijk deel", "without an unconditional part"], false),
            ],
            Split::Combination => beside()
                .map(|set| {
                    let join = |at: usize| set.kinds().map(|kind| kind.labels()[at]).collect::<Vec<_>>().join(" + ");
                    Label { key: set.key(), labels: [join(0), join(1)], optional: true }
                })
                .collect(),
            Split::Supervision => {
                vec![
                    label("ordered", ["opgelegd", "ordered"], false),
                    label("not", ["niet opgelegd", "not ordered"], false),
                ]
            }
            Split::Age => {
                let young = options.young;
                let own =
                    |key: &str, nl: String, en: String| Label { key: key.into(), labels: [nl, en], optional: false };
                vec![
                    own("young", format!("jonger dan {young}"), format!("under {young}")),
                    own("older", format!("{young} of ouder"), format!("{young} or older")),
                    unknown(),
                ]
            }
            Split::Sex => {
                vec![label("female", ["vrouw", "women"], false), label("male", ["man", "men"], false), unknown()]
            }
            Split::Form => {
                let mut all: Vec<Label> = Exploitation::ALL.iter().map(|f| label(f.key(), f.labels(), true)).collect();
                all.push(label("several", ["meer dan een vorm", "more than one form"], true));
                all.push(unknown());
                all
            }
            Split::Further => {
                let own = |value: &String| Label {
                    key: value.clone(),
                    labels: [value.clone(), value.clone()],
                    optional: true,
                };
                let several = label("several", ["meer dan een", "more than one"], true);
                options.values.iter().map(own).chain([several, unknown()]).collect()
            }
            Split::Company => vec![
                label("alone", ["alleen in de zaak", "alone in the case"], false),
                label("with-others", ["met anderen in de zaak", "with others in the case"], true),
            ],
            Split::Counts => VerdictOutcome::ALL
                .iter()
                .flat_map(|v| {
                    let [nl, en] = v.labels();
                    let own = |key: &str, nl: String, en: String, optional| Label {
                        key: format!("{}-{key}", v.key()),
                        labels: [nl, en],
                        optional,
                    };
                    let rare = !matches!(v, VerdictOutcome::Convicted | VerdictOutcome::Acquitted);
                    [
                        own("one", format!("{nl}, een feit"), format!("{en}, one offence"), rare),
                        own("several", format!("{nl}, meer feiten"), format!("{en}, several offences"), true),
                    ]
                })
                .collect(),
            Split::Throughput | Split::Days => vec![label("known", ["bekend", "known"], false), unknown()],
        }
    }

    /// The category of a defendant, by place.
    pub(crate) fn place(self, of: &Defendant, alone: bool, options: &MonitorOptions) -> usize {
        let among = |first: Option<bool>| first.map_or(2, |yes| usize::from(!yes));
        match self {
            Split::All => 0,
            Split::Disposal => of.disposal.unwrap_or(Disposal::Other) as usize,
            Split::Verdict => of.verdict.unwrap_or(VerdictOutcome::Other) as usize,
            Split::Custody => usize::from(!of.sanctions.has(Sanction::Unconditional)),
            Split::Combination => {
                let others = Sanction::ALL[1..].iter().enumerate();
                others.filter(|(_, kind)| of.sanctions.has(**kind)).map(|(i, _)| 1 << i).sum()
            }
            Split::Supervision => usize::from(of.on(Phase::Supervision).is_none()),
            Split::Age => among(of.age.map(|age| age < options.young)),
            Split::Sex => among(of.female),
            Split::Form => match of.form {
                Some(Form::One(form)) => form as usize,
                Some(Form::Several) => Exploitation::ALL.len(),
                None => Exploitation::ALL.len() + 1,
            },
            Split::Further => of.further.map_or(0, |value| value.map_or(1, |value| 2 + usize::from(value))),
            Split::Company => usize::from(!alone),
            Split::Counts => {
                2 * (of.verdict.unwrap_or(VerdictOutcome::Other) as usize) + usize::from(of.judged.len() > 1)
            }
            Split::Throughput => usize::from(of.on(Phase::Intake).is_none()),
            Split::Days => usize::from(of.days.is_none()),
        }
    }
}
