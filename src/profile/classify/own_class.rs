//! A record among the people of one class, and how many of them a set keeps.
//!
//! A set holds everybody with one and the same record, or none of them. So of a class in which many share a record it holds
//! more than the coverage that was asked for, which is the least, and how many it holds can be said beforehand.

/// One class as a record sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OwnClass {
    /// The part of its people whose posterior for it is at most as high as that of the record.
    pub(super) p: f64,
    /// How many they are.
    pub(super) people: usize,
    /// The part of them in whose set it is.
    pub(super) holds: f64,
}

/// The weight that those at most as high may have at most, of so many values of a total weight, for a value to be left out
/// of a set (`ranked::ends`).
#[inline]
pub(super) fn left_out(coverage: f64, total: f64, values: usize) -> f64 {
    let own = total / values.max(1) as f64;
    (1.0 - coverage) * (total + own) - own
}

/// The part of weighted values that a set keeps, none of them negative; values that differ by no more than this part of
/// themselves are the same.
pub(super) fn held(values: &[(f64, f64)], coverage: f64, tie: f64) -> f64 {
    // a record that is only placed is held against nobody's odds
    if values.is_empty() {
        return 1.0;
    }
    let mut weights = [0.0; STEPS];
    values.iter().for_each(|(value, weight)| weights[step(*value)] += weight);
    let total: f64 = weights.iter().sum();
    let most = left_out(coverage, total, values.len());
    let mut before = 0.0;
    let over = |weight: &f64| {
        before += weight;
        before > most
    };
    let Some(deciding) = weights.iter().position(over) else { return 1.0 };
    before -= weights[deciding];
    let mut within: Vec<(f64, f64)> = values.iter().filter(|(value, _)| step(*value) == deciding).copied().collect();
    let Some(lowest) = lowest_kept(&mut within, most - before) else { return 1.0 };
    let least = lowest / (1.0 + tie);
    let kept: f64 = values.iter().map(|(value, weight)| if *value >= least { *weight } else { 0.0 }).sum();
    kept / total
}

/// Steps into which values are sorted first: eight to a doubling, from `2^-64` to `2^64`, what is beyond in the outermost.
const STEPS: usize = 8 * 128;

#[inline(always)]
fn step(value: f64) -> usize {
    // the bits of numbers that are not negative stand in their order
    let lowest = 2_f64.powi(-64).to_bits() >> 49;
    (value.to_bits() >> 49).saturating_sub(lowest).min(STEPS as u64 - 1) as usize
}

/// The lowest value up to which, itself included, there is more weight than `most`.
fn lowest_kept(mut values: &mut [(f64, f64)], most: f64) -> Option<f64> {
    let mut before = 0.0;
    while !values.is_empty() {
        let (lower, middle, higher) =
            values.select_nth_unstable_by(values.len() / 2, |a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let below = before + lower.iter().map(|(_, weight)| weight).sum::<f64>();
        if below > most {
            values = lower;
        } else if below + middle.1 > most {
            return Some(middle.0);
        } else {
            before = below + middle.1;
            values = higher;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::ranked::ends;
    use super::*;
    use crate::numeric::streams::stream;
    use rand::Rng;

    #[test]
    fn a_set_keeps_those_whose_own_rank_is_above_what_is_left_out() {
        let mut rng = stream(5, 0);
        for case in 0..500 {
            let n = 1 + case % 40;
            let alike = f64::from(rng.gen_range(1..20_u32));
            let heavy = rng.gen_range(1.0..3.0);
            let values: Vec<(f64, f64)> = (0..n)
                .map(|_| {
                    (
                        (rng.r#gen::<f64>() * alike).floor() * 10_f64.powi(case as i32 % 90 - 45),
                        if rng.r#gen() { 1.0 } else { heavy },
                    )
                })
                .collect();
            let coverage = [0.6, 0.9, 0.95][case % 3];
            let total: f64 = values.iter().map(|v| v.1).sum();
            let upto = |value: f64| values.iter().filter(|v| v.0 <= value).map(|v| v.1).sum::<f64>();
            let inside = |value: f64| ends(0.0, upto(value), total, n).1 > 1.0 - coverage;
            let kept: f64 = values.iter().filter(|v| inside(v.0)).map(|v| v.1).sum();
            let found = held(&values, coverage, 1e-9);
            assert!((found - kept / total).abs() < 1e-9, "{case}: {found} {}", kept / total);
        }
        // too few for anybody to be ruled out
        assert_eq!(held(&[(1.0, 1.0), (2.0, 1.0)], 0.9, 1e-9), 1.0);
        assert_eq!(held(&[], 0.9, 1e-9), 1.0);
    }

    #[test]
    fn people_with_one_record_are_kept_or_left_out_together() {
        // one in twenty below, one in seven alike, the others above: those alike decide, and all but one in twenty are kept
        let mut values: Vec<(f64, f64)> = (0..1_000).map(|i| (f64::from((i % 20 > 0) as u8), 1.0)).collect();
        values.iter_mut().enumerate().filter(|(i, v)| v.0 > 0.0 && i % 7 > 0).for_each(|(i, v)| v.0 = 2.0 + i as f64);
        assert!((held(&values, 0.9, 1e-9) - 0.95).abs() < 1e-12);
        // and so are those whose sums were added up in another order
        values.iter_mut().enumerate().filter(|(_, v)| v.0 == 1.0).for_each(|(i, v)| v.0 += 1e-13 * i as f64);
        assert!((held(&values, 0.9, 1e-9) - 0.95).abs() < 1e-12);
    }
}
