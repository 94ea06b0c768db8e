//! Where people in order of a value may be parted: at thresholds, and at the ends of groups.

use super::super::predictions::Predictions;
use super::{counted, enough};

/// People in order of a value (a risk, an age), each of a kind.
pub(crate) struct Ranked<'a> {
    values: &'a [f64],
    /// The kind of each; `None` where somebody does not count.
    kinds: Vec<Option<u16>>,
    /// Kinds of which there have to be enough on either side; of those beyond nothing is told.
    told: usize,
}

impl<'a> Ranked<'a> {
    /// Kinds are numbered from 0; of those from `told` on nothing is told but that they are people.
    pub(crate) fn new(values: &'a [f64], told: usize, kind: impl Fn(usize) -> usize) -> Ranked<'a> {
        let kinds = (0..values.len()).map(|i| Some(kind(i).min(told) as u16)).collect();
        Ranked { values, kinds, told }
    }

    /// Without and with the outcome, in order of risk.
    pub(crate) fn of(people: &'a Predictions) -> Ranked<'a> {
        let (y, counts) = (people.outcomes(), counted(people));
        let kinds = (0..y.len()).map(|i| counts(i).then_some(u16::from(y[i]))).collect();
        Ranked { values: people.probabilities(), kinds, told: 2 }
    }

    fn counted(&self) -> impl Iterator<Item = (usize, f64, usize)> + '_ {
        let kinds = self.kinds.iter().enumerate();
        kinds.filter_map(|(i, kind)| kind.map(|kind| (i, self.values[i], usize::from(kind))))
    }

    fn nobody(&self) -> People {
        vec![0; self.told + 1]
    }

    /// Nobody, or enough of every kind that is told.
    fn apart(&self, rest: &[u64]) -> bool {
        rest.iter().all(|n| *n == 0) || rest[..self.told].iter().all(|n| enough(*n))
    }

    /// Numbers of people below the first of some rising values, from each up to the next, and from the last up.
    fn bands(&self, from: &[f64]) -> Vec<People> {
        let mut bands = vec![self.nobody(); from.len() + 1];
        self.counted().for_each(|(_, value, kind)| bands[band(from, value)][kind] += 1);
        bands
    }
}

/// Numbers of people by kind, those of which nothing is told last.
type People = Vec<u64>;

fn among(a: &[u64], b: &[u64]) -> People {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

pub(crate) fn band(from: &[f64], value: f64) -> usize {
    from.partition_point(|place| *place <= value)
}

/// Numbers of people without and with the outcome below the first of some rising risks, from each up to the next, and
/// from the last up.
pub(crate) fn people(of: &Predictions, from: &[f64]) -> Vec<[u64; 2]> {
    Ranked::of(of).bands(from).into_iter().map(|band| [band[0], band[1]]).collect()
}

/// Of places at which people may be parted into those of a lower value and those of at least it, in order of preference:
/// the ones that leave nobody or enough people, of every kind, between any two, below the lowest and from the highest
/// up. Orders of the same people come one after the other, and where those from a place up are a part of those from a
/// place of another order, the others of them are nobody or enough too.
pub(crate) fn told(orders: &[(Ranked<'_>, Vec<f64>)]) -> Vec<Vec<f64>> {
    let mut all: Vec<(&Ranked<'_>, Vec<f64>)> = Vec::new();
    for (of, wanted) in orders {
        let mut places = wanted.clone();
        places.sort_by(f64::total_cmp);
        places.dedup();
        // those of at least each place, nobody last
        let mut above = of.bands(&places);
        for at in (0..places.len()).rev() {
            above[at] = above[at].iter().zip(&above[at + 1]).map(|(own, up)| own + up).collect();
        }
        let nobody = of.nobody();
        let others: Vec<Both<'_>> = all.iter().map(|(other, from)| Both::new((other, from), (of, &places))).collect();
        let mut taken = vec![false; places.len()];
        for place in wanted {
            let at = places.partition_point(|p| p < place);
            let up = (at + 1..places.len()).find(|&k| taken[k]).map_or(&nobody, |k| &above[k + 1]);
            let down = (0..at).rev().find(|&k| taken[k]).map_or(&above[0], |k| &above[k + 1]);
            let own = &above[at + 1];
            taken[at] = of.apart(&among(down, own))
                && of.apart(&among(own, up))
                && others.iter().all(|both| both.apart(at + 1));
        }
        let from = places.into_iter().zip(taken).filter(|(_, taken)| *taken).map(|(place, _)| place).collect();
        all.push((of, from));
    }
    all.into_iter().map(|(_, from)| from).collect()
}

/// People from a place of one order up and from a place of another.
struct Both<'a> {
    of: &'a Ranked<'a>,
    people: Vec<Vec<People>>,
}

impl<'a> Both<'a> {
    fn new((first, a): (&'a Ranked<'a>, &[f64]), (second, b): (&Ranked<'_>, &[f64])) -> Both<'a> {
        let mut both = vec![vec![first.nobody(); b.len() + 2]; a.len() + 2];
        for (i, value, kind) in first.counted() {
            both[band(a, value)][band(b, second.values[i])][kind] += 1;
        }
        for i in (0..=a.len()).rev() {
            for j in (0..=b.len()).rev() {
                let (up, right, corner) = (&both[i + 1][j], &both[i][j + 1], &both[i + 1][j + 1]);
                let own = both[i][j].iter().zip(up).zip(right.iter().zip(corner));
                both[i][j] = own.map(|((own, up), (right, corner))| own + up + right - corner).collect();
            }
        }
        Both { of: first, people: both }
    }

    /// Whether the people from a place of the second order up are apart from those of every place of the first, where one
    /// are a part of the other.
    fn apart(&self, at: usize) -> bool {
        (1..self.people.len() - 1).all(|i| {
            let common = &self.people[i][at];
            let only = [among(&self.people[i][0], common), among(&self.people[0][at], common)];
            only.iter().all(|rest| rest.iter().any(|n| *n > 0)) || only.iter().all(|rest| self.of.apart(rest))
        })
    }
}
