//! Which group each profile goes to first: the exact best one-to-one assignment, and how good every other answer for a
//! group would be.
//!
//! Belongs here: arithmetic on a table of scores.
//! Does not belong here: curves, definitions, reasons.

/// Answers a group can have: one of the four profiles, or none.
pub(crate) const ANSWERS: usize = 5;
/// The answer 'no profile'.
pub(crate) const NONE: usize = 4;

/// Scores of one group for the four profiles; `None` where it does not meet the definition.
pub(crate) type Scores = [Option<f64>; 4];

/// For each group and answer, the largest total score of any assignment in which the group has that answer;
/// minus infinity where there is none.
///
/// Each profile goes to at most one group and each group gets at most one profile: groups left over join one
/// afterwards (`naming`). With four profiles
/// there are at most `(groups + 1)^4` assignments: all of them are tried. Totals are summed in the order
/// of the profiles, so that the order of the groups does not show in the last bit.
pub(crate) fn best_totals(scores: &[Scores]) -> Vec<[f64; ANSWERS]> {
    let mut best = vec![[f64::NEG_INFINITY; ANSWERS]; scores.len()];
    let mut answers = vec![NONE; scores.len()];
    assign(scores, 0, 0.0, &mut answers, &mut best);
    best
}

fn assign(scores: &[Scores], profile: usize, total: f64, answers: &mut [usize], best: &mut [[f64; ANSWERS]]) {
    if profile == NONE {
        for (row, &answer) in best.iter_mut().zip(answers.iter()) {
            row[answer] = row[answer].max(total);
        }
        return;
    }
    assign(scores, profile + 1, total, answers, best);
    for group in 0..scores.len() {
        if let (NONE, Some(score)) = (answers[group], scores[group][profile]) {
            answers[group] = profile;
            assign(scores, profile + 1, total + score, answers, best);
            answers[group] = NONE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// Every way to answer for every group, kept when no profile is given twice.
    fn brute_force(scores: &[Scores]) -> Vec<[f64; ANSWERS]> {
        let mut best = vec![[f64::NEG_INFINITY; ANSWERS]; scores.len()];
        for code in 0..ANSWERS.pow(scores.len() as u32) {
            let answers: Vec<usize> = (0..scores.len()).map(|g| code / ANSWERS.pow(g as u32) % ANSWERS).collect();
            let once = (0..NONE).all(|p| answers.iter().filter(|&&a| a == p).count() <= 1);
            let total: Option<f64> =
                (0..scores.len()).filter(|&g| answers[g] != NONE).map(|g| scores[g][answers[g]]).sum();
            if let (true, Some(total)) = (once, total) {
                for (row, &answer) in best.iter_mut().zip(&answers) {
                    row[answer] = row[answer].max(total);
                }
            }
        }
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(28_638),
            failure_persistence: None,
            ..ProptestConfig::with_cases(300)
        })]

        #[test]
        fn the_best_totals_equal_those_of_trying_everything(
            scores in prop::collection::vec(prop::array::uniform4(prop::option::of(0.0..1.0_f64)), 1..6)
        ) {
            for (ours, theirs) in best_totals(&scores).iter().flatten().zip(brute_force(&scores).iter().flatten()) {
                // Other order of summation of at most four numbers below 1.
                prop_assert!(ours == theirs || (ours - theirs).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_profile_goes_where_the_total_is_largest_not_to_the_first_that_fits() {
        let scores = [[None, Some(0.9), Some(0.8), None], [None, Some(0.7), None, None]];
        let best = best_totals(&scores);
        approx::assert_relative_eq!(best[0][2], 0.7 + 0.8);
        approx::assert_relative_eq!(best[0][1], 0.9);
        assert_eq!(best[1][2], f64::NEG_INFINITY);
    }
}
