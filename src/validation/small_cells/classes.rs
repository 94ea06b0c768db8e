//! What of people whose class is known is told: where what was stated of the likeliest was right, by what was stated and by
//! age, who is of which class, and whose set holds it.

use super::super::classes::ClassPredictions;
use super::cuts::{self, Ranked, band};
use super::groups::{Table, Told, cell, told_by};
use super::{Set, enough, leave_few, set};

/// What may be told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToldClasses {
    /// Rising values, of what was stated and of age, at which people may be parted.
    pub(crate) from: [Vec<f64>; 2],
    /// Of the groups that they part, how many people and who of them the likeliest class was right of.
    pub(crate) groups: [Vec<Told>; 2],
    /// Of each class, how many people and whose set holds it.
    pub(crate) classes: Vec<Told>,
    /// Whether who of everybody the likeliest class was right of.
    pub(crate) right: bool,
    /// Whether whose set of everybody holds the class.
    pub(crate) covered: bool,
}

impl ToldClasses {
    /// `wanted` are the values of what was stated and of `ages` at which people are to be parted.
    pub(crate) fn new(people: &ClassPredictions, covered: &[bool], ages: &[f64], wanted: [Vec<f64>; 2]) -> ToldClasses {
        let (stated, right) = people.likeliest_of_each();
        let cells = |i: usize| cell(right[i], covered[i]);
        let mut all = [0; 4];
        (0..people.len()).for_each(|i| all[cells(i)] += 1);
        let [both, only_right, only_covered, neither] = all;
        let is_right = enough(both + only_right) && enough(only_covered + neither);
        let mut is_covered = enough(both + only_covered) && enough(only_right + neither);
        let [of_stated, of_ages] = wanted.map(|wanted| if is_right { wanted } else { Vec::new() });
        let kind = |i: usize| usize::from(right[i]);
        let orders = [(Ranked::new(&stated, 2, kind), of_stated), (Ranked::new(ages, 2, kind), of_ages)];
        let mut from = cuts::told(&orders).into_iter();
        let from = [from.next().unwrap_or_default(), from.next().unwrap_or_default()];
        let told = {
            let by_right = Told { selection: true, ..Told::PEOPLE };
            let by_covered = Told { base: true, ..Told::PEOPLE };
            let truth = people.truth();
            let tables = [
                Table { group: Box::new(|i| band(&from[0], stated[i])), groups: from[0].len() + 1, most: by_right },
                Table { group: Box::new(|i| band(&from[1], ages[i])), groups: from[1].len() + 1, most: by_right },
                Table { group: Box::new(|i| truth[i]), groups: people.labels().len(), most: by_covered },
            ];
            told_by((0..people.len()).map(|i| (i, cells(i))), &tables)
        };
        let mut told = told.into_iter();
        let mut next = || told.next().unwrap_or_default();
        let groups = [next(), next()];
        let mut classes = next();
        // two outcomes of the same people: some of one may be a part of some of the other
        let set = |of: &dyn Fn(usize) -> bool| set(people.len(), of);
        let mut by_right: Vec<Set> =
            [true, false].into_iter().filter(|_| is_right).map(|y| set(&|i| right[i] == y)).collect();
        for (values, (from, told)) in [&stated[..], ages].into_iter().zip(from.iter().zip(&groups)) {
            for k in (0..told.len()).filter(|&k| told[k].selection) {
                by_right.extend([true, false].map(|y| set(&|i| band(from, values[i]) == k && right[i] == y)));
            }
        }
        let follow = |more: Vec<Set>| leave_few(&[&by_right[..], &more].concat());
        is_covered &= !follow([true, false].map(|y| set(&|i| covered[i] == y)).to_vec());
        let truth = people.truth();
        let of_classes = (0..classes.len()).filter(|&k| classes[k].people).map(|k| set(&|i| truth[i] == k));
        if follow(of_classes.collect()) {
            classes.fill(Told::default());
        }
        let told = |class: usize| if classes[class].base { class } else { classes.len() };
        let sets_of = |k: usize| [true, false].map(|y| set(&|i| told(truth[i]) == k && covered[i] == y));
        let everybody = [true, false].map(|y| set(&|i| covered[i] == y));
        if !is_covered || follow((0..=classes.len()).flat_map(sets_of).chain(everybody).collect()) {
            classes.iter_mut().for_each(|told| told.base = false);
        }
        nobody_is_few(people, &mut classes);
        ToldClasses { from, groups, classes, right: is_right, covered: is_covered }
    }
}

/// Where the classes that are not told are nobody's, that would follow: the smallest of the others goes with them.
fn nobody_is_few(people: &ClassPredictions, told: &mut [Told]) {
    let mut sizes = vec![0; told.len()];
    people.truth().iter().for_each(|&class| sizes[class] += 1);
    let hidden: Vec<usize> = (0..told.len()).filter(|&k| !told[k].people).collect();
    let nobody = !hidden.is_empty() && hidden.iter().all(|&k| sizes[k] == 0);
    let least = (0..told.len()).filter(|&k| told[k].people).min_by_key(|&k| sizes[k]);
    if let Some(least) = least.filter(|_| nobody) {
        told[least] = Told::default();
    }
}
