//! Versatility: how many kinds of offence a career is made of, and how evenly.
//!
//! Belongs here: the diversity index of one career.
//! Does not belong here: whether one kind follows another (`specialisation`).

use super::person::Career;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Diversity of a career's offences.
///
/// With `n_k` offences of kind `k`, `N` in all and `p_k = n_k / N`:
///
/// - `diversity`, `D = 1 - sum p_k^2`: the chance that two offences drawn *with* replacement are of
///   different kinds, from 0 (one kind) to `1 - 1/K` (`K` kinds in equal parts). It rises mechanically
///   with `N`, with which it must be reported: two offences cannot score above 0.5, however versatile
///   the person.
/// - `unbiased`, `1 - sum n_k (n_k - 1) / (N (N - 1))`: the same for two drawn *without* replacement,
///   from 0 to 1. Its expectation does not depend on `N` when kinds are drawn independently.
///
/// Neither says anything about order, and both depend on how finely offences are categorised.
///
/// # References
/// Simpson (1949), "Measurement of diversity", *Nature* 163, 688: both forms, there as concentrations
/// (one minus ours).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Versatility {
    /// Number of offences, `N`.
    pub offences: u32,
    /// Number of different kinds, `K`.
    pub kinds: u32,
    /// `D`; `None` without offences.
    pub diversity: Option<f64>,
    /// `D` without its bias from few offences; `None` with fewer than two.
    pub unbiased: Option<f64>,
}

impl Versatility {
    /// Diversity from the number of offences of each kind; kinds without offences change nothing.
    ///
    /// ```
    /// use pleegprofiel::career::Versatility;
    /// let v = Versatility::of_counts([2, 1, 1]);
    /// assert_eq!((v.offences, v.kinds), (4, 3));
    /// assert_eq!(v.diversity, Some(0.625)); // 1 - (4 + 1 + 1) / 16
    /// assert_eq!(v.unbiased, Some(1.0 - 2.0 / 12.0));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn of_counts(counts: impl IntoIterator<Item = u32>) -> Versatility {
        let (mut n, mut kinds, mut squares, mut pairs) = (0_u64, 0_u32, 0_u128, 0_u128);
        for count in counts.into_iter().filter(|&count| count > 0) {
            let wide = u128::from(count);
            n += u64::from(count);
            kinds += 1;
            squares += wide * wide;
            pairs += wide * (wide - 1);
        }
        // Whole numbers up to the one division.
        let all = u128::from(n);
        let share = |part: u128, of: u128| (of > 0).then(|| (of - part) as f64 / of as f64);
        Versatility {
            offences: u32::try_from(n).unwrap_or(u32::MAX),
            kinds,
            diversity: share(squares, all * all),
            unbiased: share(pairs, all * all.saturating_sub(1)),
        }
    }
}

impl Career {
    /// Diversity of all offences of this career.
    pub fn versatility(&self) -> Versatility {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for offence in self.offences() {
            *counts.entry(offence.category.key()).or_default() += 1;
        }
        // The order of a hash map does not matter to sums of whole numbers.
        Versatility::of_counts(counts.into_values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_has_no_diversity_and_all_different_kinds_have_the_most() {
        let one = Versatility::of_counts([7]);
        assert_eq!((one.diversity, one.unbiased), (Some(0.0), Some(0.0)));
        let all = Versatility::of_counts([1; 5]);
        assert_eq!((all.diversity, all.unbiased), (Some(0.8), Some(1.0)));
    }

    #[test]
    fn diversity_is_undefined_without_offences_and_its_correction_below_two() {
        let none = Versatility::of_counts([0, 0]);
        assert_eq!((none.offences, none.kinds, none.diversity, none.unbiased), (0, 0, None, None));
        let one = Versatility::of_counts([1]);
        assert_eq!((one.diversity, one.unbiased), (Some(0.0), None));
    }

    /// Brute force over all pairs of offences.
    #[test]
    fn diversity_is_the_chance_that_two_offences_differ() {
        let counts = [3_u32, 1, 4, 2];
        let offences: Vec<usize> = (0..4).flat_map(|k| vec![k; counts[k] as usize]).collect();
        let (mut with, mut without) = (0, 0);
        for (i, a) in offences.iter().enumerate() {
            for (j, b) in offences.iter().enumerate() {
                with += u32::from(a != b);
                without += u32::from(i != j && a != b);
            }
        }
        let v = Versatility::of_counts(counts);
        assert_eq!(v.diversity, Some(f64::from(with) / 100.0));
        assert_eq!(v.unbiased, Some(f64::from(without) / 90.0));
    }

    #[test]
    fn counts_of_any_size_do_not_overflow() {
        let v = Versatility::of_counts([u32::MAX; 3]);
        approx::assert_relative_eq!(v.diversity.unwrap(), 2.0 / 3.0);
        assert_eq!(v.offences, u32::MAX);
    }
}
