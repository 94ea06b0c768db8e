//! Which group of one fit is which group of another: the assignment that keeps most people where they are,
//! and how far two groupings agree.

use crate::numeric::logspace::most_likely;
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::model::{Model, order};
use crate::trajectory::spec::Grouping;

/// For each row the column that is its own, so that the sum of gains is largest.
///
/// Shortest augmenting paths with potentials (Kuhn 1955; Jonker & Volgenant 1987), O(n^3).
pub(crate) fn assignment(gain: &[Vec<f64>]) -> Vec<usize> {
    let n = gain.len();
    let (mut row_price, mut column_price) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    // row of each column, 0 for none; column 0 stands for the row being placed
    let mut row_of = vec![0_usize; n + 1];
    for row in 1..=n {
        row_of[0] = row;
        let (mut least, mut from, mut done) = (vec![f64::INFINITY; n + 1], vec![0; n + 1], vec![false; n + 1]);
        let mut at = 0;
        while row_of[at] != 0 {
            done[at] = true;
            let i = row_of[at];
            let (mut delta, mut next) = (f64::INFINITY, 0);
            for j in (1..=n).filter(|&j| !done[j]) {
                let slack = -gain[i - 1][j - 1] - row_price[i] - column_price[j];
                if slack < least[j] {
                    (least[j], from[j]) = (slack, at);
                }
                if least[j] < delta {
                    (delta, next) = (least[j], j);
                }
            }
            for j in 0..=n {
                if done[j] {
                    row_price[row_of[j]] += delta;
                    column_price[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            }
            at = next;
        }
        while at != 0 {
            row_of[at] = row_of[from[at]];
            at = from[at];
        }
    }
    let mut out = vec![0; n];
    (1..=n).for_each(|j| out[row_of[j] - 1] = j - 1);
    out
}

/// Another model of the same people with its groups in the order of the original.
pub(crate) struct Aligned {
    pub(crate) theta: Vec<f64>,
    /// Posteriors of the original people, history after history.
    pub(crate) posterior: Vec<f64>,
    /// Whether groups had to change places.
    pub(crate) relabelled: bool,
}

/// Gains of pairs that may not be: groups whose curves have different terms.
const NEVER: f64 = -1e15;

/// Puts the groups of `other` in the order of `original`: each person's posterior probabilities under both
/// models, multiplied and summed, are the agreement of two groups, and the assignment of most agreement is
/// taken. `cells` are the people that the original was fitted to.
pub(crate) fn align(
    original: &Model,
    other: &Model,
    cells: &Cells,
    posterior: &[f64],
    relaid: impl FnOnce() -> Cells,
) -> Aligned {
    let classes = original.layout.classes;
    let there = if other.layout.blocks == original.layout.blocks {
        Engine { cells, layout: &other.layout }.posteriors(&other.theta).posterior
    } else {
        let cells = relaid();
        Engine { cells: &cells, layout: &other.layout }.posteriors(&other.theta).posterior
    };
    let by_outcome: Vec<Vec<usize>> = match original.spec.grouping {
        Grouping::Single(k) => {
            let gain = agreement(cells, posterior, &there, classes, k, &|c| c, &|a, b| {
                (0..original.spec.outcomes.len()).all(|o| same_terms(original, other, o, a, b))
            });
            vec![assignment(&gain); original.spec.outcomes.len()]
        }
        Grouping::Dual(..) => (0..original.spec.outcomes.len())
            .map(|o| {
                let groups = original.group_count(o);
                let of = |c: usize| original.spec.component_of(o, c);
                let gain = agreement(cells, posterior, &there, classes, groups, &of, &|a, b| {
                    same_terms(original, other, o, a, b)
                });
                assignment(&gain)
            })
            .collect(),
    };
    let relabelled = by_outcome.iter().any(|order| order.iter().enumerate().any(|(a, &b)| a != b));
    if !relabelled {
        return Aligned { theta: other.theta.clone(), posterior: there, relabelled };
    }
    let (_, theta) = order::permuted(other, &other.layout, &by_outcome);
    let was: Vec<usize> = (0..classes)
        .map(|c| match original.spec.grouping {
            Grouping::Single(_) => by_outcome[0][c],
            Grouping::Dual(_, b) => by_outcome[0][c / b] * b + by_outcome[1][c % b],
        })
        .collect();
    let posterior = there.chunks_exact(classes).flat_map(|p| was.iter().map(|&c| p[c])).collect();
    Aligned { theta, posterior, relabelled }
}

/// Whether group `a` of one model and group `b` of the other have the same bases.
fn same_terms(original: &Model, other: &Model, o: usize, a: usize, b: usize) -> bool {
    let terms = |m: &Model, g: usize| -> Vec<_> {
        let own =
            m.layout.parameters.iter().filter(|p| p.outcome == Some(o) && p.group.is_some_and(|own| own.index() == g));
        own.map(|p| (p.part, p.index, p.term.clone())).collect()
    };
    terms(original, a) == terms(other, b)
}

fn agreement(
    cells: &Cells,
    here: &[f64],
    there: &[f64],
    classes: usize,
    groups: usize,
    of: &dyn Fn(usize) -> usize,
    may_be: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<f64>> {
    let mut gain = vec![vec![0.0; groups]; groups];
    let (mut a, mut b) = (vec![0.0; groups], vec![0.0; groups]);
    for (h, (p, q)) in here.chunks_exact(classes).zip(there.chunks_exact(classes)).enumerate() {
        a.fill(0.0);
        b.fill(0.0);
        for c in 0..classes {
            a[of(c)] += p[c];
            b[of(c)] += q[c];
        }
        for (row, a) in gain.iter_mut().zip(&a) {
            row.iter_mut().zip(&b).for_each(|(to, b)| *to += cells.weight[h] * a * b);
        }
    }
    for (a, row) in gain.iter_mut().enumerate() {
        row.iter_mut().enumerate().filter(|(b, _)| !may_be(a, *b)).for_each(|(_, v)| *v = NEVER);
    }
    gain
}

/// Persons by class of one grouping and class of another, both by most likely class.
pub(crate) fn crossed(cells: &Cells, here: &[f64], there: &[f64], classes: usize) -> Vec<Vec<f64>> {
    let mut table = vec![vec![0.0; classes]; classes];
    for (h, (p, q)) in here.chunks_exact(classes).zip(there.chunks_exact(classes)).enumerate() {
        table[most_likely(p.iter().copied())][most_likely(q.iter().copied())] += f64::from(cells.persons[h]);
    }
    table
}

/// Adjusted Rand index of a table of persons by two groupings (Hubert & Arabie 1985, equation 5): 1 for the
/// same grouping, 0 on average for unrelated ones. Two groupings without any pair to tell apart are the same.
pub(crate) fn adjusted_rand(table: &[Vec<f64>]) -> f64 {
    let pairs = |n: f64| 0.5 * n * (n - 1.0);
    let both: f64 = table.iter().flatten().map(|&n| pairs(n)).sum();
    let rows: f64 = table.iter().map(|r| pairs(r.iter().sum())).sum();
    let columns: f64 = (0..table.first().map_or(0, Vec::len)).map(|j| pairs(table.iter().map(|r| r[j]).sum())).sum();
    let all = pairs(table.iter().flatten().sum());
    let expected = if all > 0.0 { rows * columns / all } else { 0.0 };
    let most = 0.5 * (rows + columns);
    if most - expected <= 0.0 { 1.0 } else { (both - expected) / (most - expected) }
}

/// For each row's group the largest Jaccard similarity with a group of the columns (Hennig 2007): persons in
/// both over persons in either; 0 for a group without members.
pub(crate) fn jaccard(table: &[Vec<f64>]) -> Vec<f64> {
    let columns: Vec<f64> = (0..table.first().map_or(0, Vec::len)).map(|j| table.iter().map(|r| r[j]).sum()).collect();
    table
        .iter()
        .map(|row| {
            let own: f64 = row.iter().sum();
            let with = row.iter().zip(&columns).map(|(both, other)| both / (own + other - both).max(1.0));
            with.fold(0.0, f64::max)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::grid::AgeGrid;
    use crate::trajectory::data::panel::Panel;
    use crate::trajectory::family::Family;
    use crate::trajectory::spec::Spec;
    use crate::trajectory::spec::outcome::OutcomeSpec;

    /// The best total over all permutations.
    fn brute(gain: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> f64 {
        if row == gain.len() {
            return 0.0;
        }
        let mut best = f64::NEG_INFINITY;
        for j in 0..gain.len() {
            if !used[j] {
                used[j] = true;
                best = best.max(gain[row][j] + brute(gain, row + 1, used));
                used[j] = false;
            }
        }
        best
    }

    #[test]
    fn the_assignment_gains_as_much_as_the_best_of_all_permutations() {
        let mut rng = crate::numeric::streams::stream(3, 0);
        for n in 1..=6 {
            for _ in 0..40 {
                let gain: Vec<Vec<f64>> =
                    (0..n).map(|_| (0..n).map(|_| rand::Rng::gen_range(&mut rng, -5.0..20.0)).collect()).collect();
                let chosen = assignment(&gain);
                let mut seen = chosen.clone();
                seen.sort_unstable();
                assert_eq!(seen, (0..n).collect::<Vec<_>>());
                let total: f64 = chosen.iter().enumerate().map(|(i, &j)| gain[i][j]).sum();
                assert!((total - brute(&gain, 0, &mut vec![false; n])).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn groups_that_changed_places_are_put_back() {
        let values = |a: usize| {
            ndarray::Array2::from_shape_fn((80, 6), |(i, t)| {
                let high = (i / a) % 2 == 1;
                Some(((i * 5 + t * 3 + i * t) % 3 + if high { 4 } else { 0 }) as f64)
            })
        };
        let panel = Panel::new(AgeGrid::years(12, 17).unwrap())
            .series("a", values(1).view())
            .unwrap()
            .series("b", values(2).view())
            .unwrap();
        let of = |name: &str| OutcomeSpec::new(name, Family::NegBin).degree(1);
        let dual = Spec::dual(2, 2).outcome(of("a")).outcome(of("b"));
        let single = Spec::new(3).outcome(of("a")).outcome(of("b"));
        let orders = [vec![vec![1, 0], vec![0, 1]], vec![vec![2, 0, 1]; 2]];
        for (spec, order) in [dual, single].into_iter().zip(orders) {
            let model = spec.starts(8).fit(&panel).unwrap().model;
            let (spec, theta) = order::permuted(&model, &model.layout, &order);
            let other = Model { spec, theta, ..model.clone() };
            let cells = Cells::new(&panel, &model.spec, &model.layout);
            let posterior = Engine { cells: &cells, layout: &model.layout }.posteriors(&model.theta).posterior;
            let aligned = align(&model, &other, &cells, &posterior, || cells.clone());
            assert!(aligned.relabelled);
            assert!(aligned.theta.iter().zip(&model.theta).all(|(a, b)| (a - b).abs() < 1e-12));
            assert!(aligned.posterior.iter().zip(&posterior).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }

    #[test]
    fn the_adjusted_rand_index_of_a_small_table_is_the_one_by_hand() {
        // 6 persons, groupings 111222 and 112233: pairs in both 2, rows 6, columns 3, all 15;
        // (2 - 18/15) / (4.5 - 18/15) = 0.8 / 3.3
        let table = [vec![2.0, 1.0, 0.0], vec![0.0, 1.0, 2.0]];
        assert!((adjusted_rand(&table) - 0.8 / 3.3).abs() < 1e-15);
        let same = [vec![4.0, 0.0], vec![0.0, 3.0]];
        assert_eq!((adjusted_rand(&same), adjusted_rand(&[vec![5.0]])), (1.0, 1.0));
        assert_eq!(jaccard(&table), vec![2.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(jaccard(&same), vec![1.0, 1.0]);
    }
}
