//! What is not shown of the recidivism of few people, and how exactly the rest is.
//!
//! Does not belong here: how a hidden figure looks in print.

use super::figures::{FrequencyAfter, GroupRecidivism, MeanOf, NewCases, ShareFigures, ShareOf, at_least_one};

/// Cells of fewer persons are protected: the limit that statistical offices use for sensitive tables.
pub(crate) const FEW: u64 = 10;

/// Persons by what has become of them, of everyone, one group, or all groups that are not shown.
#[derive(Debug, Clone, PartialEq)]
struct Unit {
    persons: u64,
    /// Persons, or the fewest that were at risk at an event where they came under observation one by one.
    fewest: u64,
    years: Vec<Cells>,
}

/// By one year.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cells {
    reoffended: u64,
    competing: u64,
    /// With a second new case.
    again: u64,
    at_risk: u64,
}

impl Unit {
    fn of(group: &GroupRecidivism) -> Unit {
        let cells = |f: Option<ShareFigures>| Cells {
            reoffended: f.and_then(|f| f.events).unwrap_or(0),
            competing: f.and_then(|f| f.competing_events).unwrap_or(0),
            again: f.and_then(|f| f.new_cases?.again).unwrap_or(0),
            at_risk: f.and_then(|f| f.at_risk).unwrap_or(0),
        };
        let years = group.shares.iter().map(|at| cells(at.figures)).collect();
        let persons = group.persons.unwrap_or(0);
        Unit { persons, fewest: group.fewest.map_or(persons, |fewest| fewest.min(persons)), years }
    }

    /// Those of this unit that are in none of the others.
    fn without<'a>(&self, others: impl Iterator<Item = &'a Unit>) -> Unit {
        let mut rest = self.clone();
        for other in others {
            rest.persons -= other.persons;
            for (mine, its) in rest.years.iter_mut().zip(&other.years) {
                mine.reoffended -= its.reoffended;
                mine.competing -= its.competing;
                mine.again -= its.again;
                mine.at_risk -= its.at_risk;
            }
        }
        rest
    }

    /// How far the smaller of those who reoffended by the last year and those who did not reaches.
    fn strength(&self) -> u64 {
        let last = self.years.last().map_or(0, |cells| cells.reoffended);
        last.min(self.persons - last)
    }
}

/// What may be shown.
#[derive(Debug, Default)]
struct Choice {
    groups: Vec<usize>,
    years: Vec<usize>,
    /// Those of the years at which competing events may be shown.
    competing: Vec<usize>,
    /// Those at which numbers of new cases may be.
    again: Vec<usize>,
}

impl Choice {
    fn figures(&self) -> (usize, usize) {
        (self.years.len() * (self.groups.len() + 1), self.groups.len())
    }
}

/// Hides what could point at someone; the rule stands at [`Recidivism`](super::figures::Recidivism).
pub(super) fn hide(groups: &mut [GroupRecidivism]) {
    let units: Vec<Unit> = groups.iter().map(Unit::of).collect();
    let Some((everyone, parts)) = units.split_first() else { return };
    let choice = choose(everyone, parts);
    let shown = everyone.persons >= FEW;
    for (g, group) in groups.iter_mut().enumerate() {
        let shown = shown && (g == 0 || choice.groups.contains(&(g - 1)));
        group.persons = group.persons.filter(|_| shown);
        let reoffended = units[g].years.last().map_or(0, |cells| cells.reoffended);
        let frequency = group.frequency.filter(|_| shown && !choice.years.is_empty());
        group.frequency = frequency.map(|f| rounded_frequency(f, reoffended));
        for (y, at) in group.shares.iter_mut().enumerate() {
            at.followed = units[g].years[y].at_risk >= FEW && shown;
            let more = [choice.competing.contains(&y), choice.again.contains(&y)];
            let visible = shown && choice.years.contains(&y);
            at.figures = at.figures.filter(|_| visible).map(|f| rounded(f, &units[g], more));
        }
    }
}

/// Of all sets of groups that leave the largest, the one under which most figures are shown; of equals the larger.
fn choose(everyone: &Unit, parts: &[Unit]) -> Choice {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&g| (std::cmp::Reverse(parts[g].strength()), std::cmp::Reverse(parts[g].persons), g));
    let ungrouped = everyone.without(parts.iter()).persons > 0;
    let mut best = Choice::default();
    for k in 0..=parts.len() {
        let hidden = parts.len() - k + usize::from(ungrouped);
        // a single group that is not shown is everyone without the others
        if hidden == 1 && !ungrouped && k > 0 {
            continue;
        }
        let groups = order[..k].to_vec();
        let rest = everyone.without(groups.iter().map(|&g| &parts[g]));
        let mut units: Vec<&Unit> = std::iter::once(everyone).chain(groups.iter().map(|&g| &parts[g])).collect();
        if hidden > 0 {
            units.push(&rest);
        }
        if units.iter().any(|unit| unit.persons.min(unit.fewest) < FEW) {
            continue;
        }
        let years = apart(&units, (0..everyone.years.len()).collect(), |cells| cells.reoffended);
        let competing = apart(&units, years.clone(), |cells| cells.competing);
        let again = apart(&units, years.clone(), |cells| cells.again);
        let choice = Choice { groups, years, competing, again };
        if choice.figures() > best.figures() {
            best = choice;
        }
    }
    best
}

/// The years, from the first, up to and between which at least [`FEW`] persons of every unit had the event, with as
/// many who had not, and as many still followed. Taking each as soon as it can be leaves the most.
fn apart(units: &[&Unit], from: Vec<usize>, of: impl Fn(&Cells) -> u64) -> Vec<usize> {
    let mut last: Option<usize> = None;
    let fits = |y: &usize| {
        let good = units.iter().all(|unit| {
            let (now, before) = (of(&unit.years[*y]), last.map_or(0, |y| of(&unit.years[y])));
            now - before >= FEW && unit.persons - now >= FEW && unit.years[*y].at_risk >= FEW
        });
        if good {
            last = Some(*y);
        }
        good
    };
    from.into_iter().filter(fits).collect()
}

/// Steps to which shares are rounded, as parts of 1, from fine to coarse.
const STEPS: [f64; 7] = [1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0];

/// The finest step that is at least `persons` persons of so many.
pub(crate) fn step(persons: f64, of: f64) -> f64 {
    STEPS.into_iter().find(|parts| persons * parts <= of).unwrap_or(STEPS[STEPS.len() - 1])
}

/// Of so many persons the others can make up for one who leaves in so many ways that finer steps tell nothing.
const MANY: u64 = 300;

/// Shares move by less than a step when one person leaves unseen: one and a half persons, with ten of them gone. Of many
/// people, the share that reoffended is given more finely.
fn rounded(figures: ShareFigures, unit: &Unit, [competing, again]: [bool; 2]) -> ShareFigures {
    let n = unit.fewest as f64;
    let coarse = step(1.5, n - FEW as f64);
    let fine = if unit.fewest >= MANY { step(0.4, n) } else { coarse };
    let share = |of: ShareOf, parts: f64| ShareOf {
        share: (of.share * parts).round() / parts,
        se: None,
        low: of.low.map(|low| (low * coarse).floor() / coarse),
        high: of.high.map(|high| (high * coarse).ceil() / coarse),
    };
    ShareFigures {
        reoffended: share(figures.reoffended, fine),
        competing: figures.competing.filter(|_| competing).map(|of| share(of, coarse)),
        kaplan_meier: figures.kaplan_meier.filter(|_| competing).map(|of| share(of, coarse)),
        new_cases: figures
            .new_cases
            .filter(|_| again)
            .map(|of| rounded_cases(of, figures.events.unwrap_or(0), unit.fewest)),
        at_risk: None,
        events: None,
        competing_events: None,
    }
}

/// Mean numbers, of so many persons, of whom so many reoffended: as frequencies, and no finer than what one person adds.
fn rounded_cases(of: NewCases, reoffended: u64, persons: u64) -> NewCases {
    let most = of.most.unwrap_or(0) as f64;
    let mean = |of: MeanOf, among: u64| {
        let of_two = of.mean * 2.0 / reoffended.max(1) as f64;
        let to = Steps::of(of.mean, of_two.max(most / among.max(1) as f64));
        MeanOf {
            mean: to.nearest(of.mean),
            se: None,
            low: of.low.map(|low| to.below(low)),
            high: of.high.map(|high| to.above(high)),
        }
    };
    NewCases {
        per_person: mean(of.per_person, persons),
        per_reoffender: of.per_reoffender.map(|of| at_least_one(mean(of, reoffended))),
        cases: None,
        again: None,
        most: None,
    }
}

/// Multiples of 1, 2 or 5 of a decimal place, no finer than two digits of a value nor than a least step.
struct Steps {
    multiple: f64,
    /// Whole numbers of parts keep the printed decimals short.
    parts: f64,
}

impl Steps {
    fn of(value: f64, least: f64) -> Steps {
        let places = if value > 0.0 { 1 - value.log10().floor() as i32 } else { 0 };
        let unit = 10f64.powi(-places);
        let multiple = [1.0, 2.0, 5.0, 10.0, 20.0].into_iter().find(|m| m * unit >= least).unwrap_or(50.0);
        Steps { multiple, parts: 10f64.powi(places) }
    }

    fn to(&self, value: f64, round: fn(f64) -> f64) -> f64 {
        round(value * self.parts / self.multiple) * self.multiple / self.parts
    }

    fn nearest(&self, value: f64) -> f64 {
        self.to(value, f64::round)
    }

    fn below(&self, value: f64) -> f64 {
        self.to(value, f64::floor)
    }

    fn above(&self, value: f64) -> f64 {
        self.to(value, f64::ceil)
    }
}

/// No finer than what two of those who reoffended add; the ends of the interval outwards.
fn rounded_frequency(f: FrequencyAfter, reoffended: u64) -> FrequencyAfter {
    let rate = f.rate.unwrap_or(0.0);
    let least = if rate > 0.0 { rate * 2.0 / reoffended.max(1) as f64 } else { 1.0 };
    let to = Steps::of(rate, least);
    FrequencyAfter {
        offences: None,
        years: None,
        rate: f.rate.map(|v| to.nearest(v)),
        se: None,
        low: f.low.map(|v| to.below(v)),
        high: f.high.map(|v| to.above(v)),
    }
}
