//! Probabilities of several classes, one of which is true: do they mean what they say?
//!
//! Belongs here: what was stated of the likeliest class against how often it was right, each class by itself, and sets.
//! Does not belong here: what the classes are.

use super::binary::Validation;
use super::fairness::rate::Rate;
use super::parts::equal_parts;
use super::predictions::{Predictions, check_probabilities};
#[cfg(feature = "report")]
use super::small_cells::cuts::band;
use super::undefined::{Defined, Measured};
use crate::error::{Error, Issues, Result};

/// How far the probabilities of a person may be from a sum of 1.
const SUM: f64 = 1e-6;

/// Probabilities of classes with the class that was true, a value a person each.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassPredictions {
    labels: Vec<String>,
    /// By class.
    probabilities: Vec<Vec<f64>>,
    truth: Vec<usize>,
}

/// People in order of what was stated of their likeliest class.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StatedGroup {
    /// Mean of what was stated.
    pub stated: f64,
    /// How many of how many it was right of.
    pub right: Rate,
}

/// One class.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClassFigures {
    /// Its label.
    pub label: String,
    /// Mean of its probability.
    pub stated: f64,
    /// How many of how many it was true of.
    pub found: Rate,
    /// Slope of the logistic recalibration of its probability; 1 when right.
    pub slope: Defined<Measured>,
}

impl ClassPredictions {
    /// `probabilities[k][i]` is that of class `k` for person `i`; `truth[i]` is the class that was true.
    ///
    /// # Errors
    /// When lengths differ, nobody is there, a probability is outside 0 to 1, those of a person do not sum to 1, or a
    /// true class is none of the labels: all such are told.
    pub fn new(labels: Vec<String>, probabilities: Vec<Vec<f64>>, truth: Vec<usize>) -> Result<ClassPredictions> {
        if labels.len() < 2 || labels.len() != probabilities.len() {
            return Err(Error::options(format!(
                "{} labels for {} columns of probabilities; at least 2, one each, are needed",
                labels.len(),
                probabilities.len()
            )));
        }
        let n = truth.len();
        if n == 0 || probabilities.iter().any(|column| column.len() != n) {
            return Err(Error::options(format!("{n} true classes; as many probabilities of each class are needed")));
        }
        let mut issues = Issues::in_memory();
        for (label, column) in labels.iter().zip(&probabilities) {
            check_probabilities(column, |i, message| issues.add(Some(i as u64 + 1), Some(label), || message));
        }
        for (i, &class) in truth.iter().enumerate() {
            let sum: f64 = probabilities.iter().map(|column| column[i]).sum();
            if sum.is_nan() || (sum - 1.0).abs() > SUM {
                issues.add(Some(i as u64 + 1), None, || format!("the probabilities sum to {sum}, not to 1"));
            }
            if class >= labels.len() {
                issues.add(Some(i as u64 + 1), None, || format!("class {class} of {} was true", labels.len()));
            }
        }
        issues.into_result("the probabilities cannot be validated")?;
        Ok(ClassPredictions { labels, probabilities, truth })
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.truth.len()
    }

    /// Whether there is nobody; never so, as the constructor refuses it.
    pub fn is_empty(&self) -> bool {
        self.truth.is_empty()
    }

    /// The likeliest class of a person, the first of equals, and its probability.
    fn likeliest(&self, person: usize) -> (usize, f64) {
        let mut best = (0, self.probabilities[0][person]);
        for (class, column) in self.probabilities.iter().enumerate().skip(1) {
            if column[person] > best.1 {
                best = (class, column[person]);
            }
        }
        best
    }

    /// What was stated of the likeliest class against how often it was right, of those people of whom `keep` is true:
    /// `parts` equal parts in order of what was stated; fewer when values are tied, or a part would have fewer people
    /// than `least`.
    pub fn stated_against_found(&self, parts: usize, least: usize, keep: impl Fn(usize) -> bool) -> Vec<StatedGroup> {
        let (people, stated) = self.in_order(keep);
        let groups = equal_parts(&stated, parts, least).into_iter().filter_map(|part| {
            let group = &people[part];
            let right = Rate::of_counts(group.iter().filter(|p| p.1).count() as f64, group.len() as f64).ok()?;
            Some(StatedGroup { stated: group.iter().map(|p| p.0).sum::<f64>() / group.len() as f64, right })
        });
        groups.collect()
    }

    /// People of whom `keep` is true in order of what was stated of their likeliest class, with whether it was right; and
    /// what was stated alone.
    fn in_order(&self, keep: impl Fn(usize) -> bool) -> (Vec<(f64, bool)>, Vec<f64>) {
        let (stated, right) = self.likeliest_of_each();
        let mut people: Vec<(f64, bool)> =
            (0..self.len()).filter(|&i| keep(i)).map(|i| (stated[i], right[i])).collect();
        people.sort_by(|a, b| a.0.total_cmp(&b.0));
        let stated = people.iter().map(|p| p.0).collect();
        (people, stated)
    }

    /// What was stated of everybody's likeliest class, and whether it was right.
    pub(crate) fn likeliest_of_each(&self) -> (Vec<f64>, Vec<bool>) {
        let of = |i: usize| {
            let (class, stated) = self.likeliest(i);
            (stated, class == self.truth[i])
        };
        (0..self.len()).map(of).unzip()
    }

    /// What was stated from which on each of the equal parts goes, the first apart.
    #[cfg(feature = "report")]
    pub(crate) fn ends_of_parts(&self, parts: usize, least: usize) -> Vec<f64> {
        let (_, stated) = self.in_order(|_| true);
        equal_parts(&stated, parts, least).into_iter().skip(1).map(|part| stated[part.start]).collect()
    }

    /// What was stated against what was found, of people whose value lies below the first of some rising ones, from each
    /// up to the next, and from the last up; of nobody there is no group.
    #[cfg(feature = "report")]
    pub(crate) fn stated_by(&self, values: &[f64], from: &[f64]) -> Vec<StatedGroup> {
        let group = |at: usize| self.stated_against_found(1, 1, |i| band(from, values[i]) == at);
        (0..=from.len()).flat_map(group).collect()
    }

    /// Each class by itself.
    ///
    /// # Errors
    /// None that a caller can bring about: the columns were checked.
    pub fn by_class(&self) -> Result<Vec<ClassFigures>> {
        let n = self.len() as f64;
        let mut figures = Vec::with_capacity(self.labels.len());
        for (class, (label, column)) in self.labels.iter().zip(&self.probabilities).enumerate() {
            let outcomes: Vec<bool> = self.truth.iter().map(|&t| t == class).collect();
            let found = outcomes.iter().filter(|y| **y).count() as f64;
            let people = Predictions::new(column.iter().map(|p| p.clamp(0.0, 1.0)).collect(), outcomes)?;
            figures.push(ClassFigures {
                label: label.clone(),
                stated: column.iter().sum::<f64>() / n,
                found: Rate::of_counts(found, n).map_err(|why| Error::value(why.reason().to_owned()))?,
                slope: Validation::new(&people).recalibration().slope,
            });
        }
        Ok(figures)
    }

    /// Mean of `-ln` of the probability of the true class: infinite when one was called impossible.
    pub fn log_score(&self) -> f64 {
        let sum: f64 = self.truth.iter().enumerate().map(|(i, &t)| -self.probabilities[t][i].ln()).sum();
        sum / self.len() as f64
    }

    /// Mean over people of the summed squares of what each class missed: 0 to 2.
    pub fn brier(&self) -> f64 {
        let miss = |i: usize, k: usize, p: f64| p - f64::from(u8::from(self.truth[i] == k));
        let of = |i: usize| self.probabilities.iter().enumerate().map(|(k, c)| miss(i, k, c[i]).powi(2)).sum::<f64>();
        (0..self.len()).map(of).sum::<f64>() / self.len() as f64
    }

    /// How many people's set holds the class that was true; `sets[i]` are those of person `i`, and `keep` says who
    /// counts.
    ///
    /// # Errors
    /// When there are more or fewer sets than people.
    pub fn covered(&self, sets: &[Vec<usize>], keep: impl Fn(usize) -> bool) -> Result<Defined<Rate>> {
        if sets.len() != self.len() {
            return Err(Error::options(format!("{} sets for {} people", sets.len(), self.len())));
        }
        let who = (0..self.len()).filter(|&i| keep(i));
        let (hits, all) =
            who.fold((0, 0), |(hits, all), i| (hits + usize::from(sets[i].contains(&self.truth[i])), all + 1));
        Ok(Rate::of_counts(hits as f64, all as f64))
    }

    /// The true class of each person.
    pub fn truth(&self) -> &[usize] {
        &self.truth
    }

    /// The labels of the classes.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> ClassPredictions {
        let labels = ["a", "b", "c"].map(String::from).to_vec();
        let columns = vec![vec![0.7, 0.2, 0.1, 0.5], vec![0.2, 0.5, 0.1, 0.5], vec![0.1, 0.3, 0.8, 0.0]];
        ClassPredictions::new(labels, columns, vec![0, 2, 2, 1]).unwrap()
    }

    #[test]
    fn figures_of_four_people_are_those_worked_out_by_hand() {
        let p = people();
        let all = p.stated_against_found(1, 1, |_| true);
        assert_eq!((all[0].right.count, all[0].right.of), (2.0, 4.0));
        assert!((all[0].stated - 0.625).abs() < 1e-15);
        let halves = p.stated_against_found(2, 1, |_| true);
        // the two of 0.5 stay together
        assert_eq!(halves.iter().map(|g| (g.right.count, g.right.of)).collect::<Vec<_>>(), [(0.0, 2.0), (2.0, 2.0)]);
        assert_eq!(p.stated_against_found(4, 3, |_| true).len(), 1, "no part of fewer than three");
        let log = -(0.7f64.ln() + 0.3f64.ln() + 0.8f64.ln() + 0.5f64.ln()) / 4.0;
        assert!((p.log_score() - log).abs() < 1e-15);
        assert!((p.brier() - (0.14 + 0.78 + 0.06 + 0.5) / 4.0).abs() < 1e-15);
        let sets = vec![vec![0], vec![1, 2], vec![2], vec![0]];
        let covered = p.covered(&sets, |_| true).unwrap().unwrap();
        assert_eq!((covered.count, covered.of), (3.0, 4.0));
        let classes = p.by_class().unwrap();
        assert_eq!(classes.iter().map(|c| c.found.count).collect::<Vec<_>>(), [1.0, 1.0, 2.0]);
        assert!((classes[1].stated - 0.325).abs() < 1e-15);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let labels = ["a", "b"].map(String::from).to_vec();
        let error = ClassPredictions::new(labels, vec![vec![0.7, 1.2], vec![0.2, -0.2]], vec![0, 5]).unwrap_err();
        assert!(error.issues().len() >= 4, "{error}");
    }
}
