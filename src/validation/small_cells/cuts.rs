//! Where people in order of risk may be parted: at thresholds, and at the ends of groups of risk.

use super::super::predictions::Predictions;
use super::enough;

/// People without and with the outcome.
type People = [u64; 2];

fn among(a: People, b: People) -> People {
    [a[0] - b[0], a[1] - b[1]]
}

/// Nobody, or enough without and with the outcome.
fn apart(rest: People) -> bool {
    rest == [0, 0] || rest.iter().all(|n| enough(*n))
}

fn counted(of: &Predictions) -> impl Iterator<Item = (usize, f64, bool)> + '_ {
    let (p, y) = (of.probabilities(), of.outcomes());
    (0..p.len()).filter(|&i| of.weights().is_none_or(|w| w[i] > 0.0)).map(|i| (i, p[i], y[i]))
}

fn band(from: &[f64], risk: f64) -> usize {
    from.partition_point(|place| *place <= risk)
}

/// Numbers of people below the first of some rising risks, from each up to the next, and from the last up.
pub(crate) fn people(of: &Predictions, from: &[f64]) -> Vec<People> {
    let mut bands = vec![[0; 2]; from.len() + 1];
    counted(of).for_each(|(_, p, y)| bands[band(from, p)][usize::from(y)] += 1);
    bands
}

/// Of places at which people may be parted into those of a lower risk and those of at least it, in order of preference:
/// the ones that leave nobody or enough people, of either outcome, between any two, below the lowest and from the highest
/// up. Scores of the same people come one after the other, and where those from a place up are a part of those from a
/// place of another score, the others of them are nobody or enough too.
pub(crate) fn told(scores: &[(&Predictions, Vec<f64>)]) -> Vec<Vec<f64>> {
    let mut all: Vec<(&Predictions, Vec<f64>)> = Vec::new();
    for (of, wanted) in scores {
        let mut places = wanted.clone();
        places.sort_by(f64::total_cmp);
        places.dedup();
        // those of at least each place, nobody last
        let mut above = people(of, &places);
        for at in (0..places.len()).rev() {
            above[at] = [above[at][0] + above[at + 1][0], above[at][1] + above[at + 1][1]];
        }
        let others: Vec<Both> = all.iter().map(|(other, from)| Both::new((other, from), (of, &places))).collect();
        let mut taken = vec![false; places.len()];
        for place in wanted {
            let at = places.partition_point(|p| p < place);
            let up = (at + 1..places.len()).find(|&k| taken[k]).map_or([0; 2], |k| above[k + 1]);
            let down = (0..at).rev().find(|&k| taken[k]).map_or(above[0], |k| above[k + 1]);
            let own = above[at + 1];
            taken[at] =
                apart(among(down, own)) && apart(among(own, up)) && others.iter().all(|both| both.apart(at + 1));
        }
        let from = places.into_iter().zip(taken).filter(|(_, taken)| *taken).map(|(place, _)| place).collect();
        all.push((of, from));
    }
    all.into_iter().map(|(_, from)| from).collect()
}

/// People from a place of one score up and from a place of another.
struct Both(Vec<Vec<People>>);

impl Both {
    fn new((first, a): (&Predictions, &[f64]), (second, b): (&Predictions, &[f64])) -> Both {
        let mut both = vec![vec![[0; 2]; b.len() + 2]; a.len() + 2];
        for (i, p, y) in counted(first) {
            both[band(a, p)][band(b, second.probabilities()[i])][usize::from(y)] += 1;
        }
        for i in (0..=a.len()).rev() {
            for j in (0..=b.len()).rev() {
                let [up, right, corner] = [both[i + 1][j], both[i][j + 1], both[i + 1][j + 1]];
                (0..2).for_each(|y| both[i][j][y] = both[i][j][y] + up[y] + right[y] - corner[y]);
            }
        }
        Both(both)
    }

    /// Whether the people from a place of the second score up are apart from those of every place of the first, where one
    /// are a part of the other.
    fn apart(&self, at: usize) -> bool {
        (1..self.0.len() - 1).all(|i| {
            let common = self.0[i][at];
            let only = [among(self.0[i][0], common), among(self.0[0][at], common)];
            only.iter().all(|rest| *rest != [0, 0]) || only.into_iter().all(apart)
        })
    }
}
