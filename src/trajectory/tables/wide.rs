//! Arrays by age as whole vectors: as long as the next multiple of [`WIDTH`], so that vector code leaves no age over.
//! Ages beyond the last have no time at risk, and so add nothing.
//!
//! Loops that write one or two arrays are left to the compiler. Where many are written at once it can't rule out that
//! they overlap and gives up; those use the vectors of `pulp` themselves. It is the same arithmetic, value by value, on
//! every processor, so the bits are the same.

use pulp::Simd;

/// Values in the widest vector of today's processors.
pub(crate) const WIDTH: usize = 8;

/// Values by age, up to a whole number of [`WIDTH`] of them.
pub(crate) fn filled_up(values: impl Iterator<Item = f64>, with: f64) -> Vec<f64> {
    let mut all: Vec<f64> = values.collect();
    all.resize(all.len().next_multiple_of(WIDTH), with);
    all
}

/// Arrays of `n` values each, end to end, each filled up with zeros.
pub(crate) fn filled_up_each(values: &[f64], n: usize) -> Vec<f64> {
    values.chunks(n).flat_map(|v| filled_up(v.iter().copied(), 0.0)).collect()
}

/// As vectors of the processor at hand.
#[inline(always)]
pub(crate) fn vectors<S: Simd>(_: S, values: &[f64]) -> &[S::f64s] {
    S::as_simd_f64s(values).0
}

/// As vectors of the processor at hand, to write to.
#[inline(always)]
pub(crate) fn vectors_mut<S: Simd>(_: S, values: &mut [f64]) -> &mut [S::f64s] {
    S::as_mut_simd_f64s(values).0
}

/// Sum in [`WIDTH`] running sums.
#[inline(always)]
pub(crate) fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; WIDTH];
    for block in values.as_chunks::<WIDTH>().0 {
        for l in 0..WIDTH {
            sums[l] += block[l];
        }
    }
    folded(sums)
}

/// Dot product in [`WIDTH`] running sums.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; WIDTH];
    for (a, b) in a.as_chunks::<WIDTH>().0.iter().zip(b.as_chunks::<WIDTH>().0) {
        for l in 0..WIDTH {
            sums[l] += a[l] * b[l];
        }
    }
    folded(sums)
}

#[inline(always)]
fn folded(s: [f64; WIDTH]) -> f64 {
    ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]))
}

/// Factors multiplied up before the logarithm is taken, where the least is at least [`SOME`]: its 32nd power is still a
/// number.
const FACTORS: usize = 32;
const SOME: f64 = 1e-9;
/// Below this a factor is taken in log space: it may be on its way to nothing.
const SMALL: f64 = 1e-30;

/// Sum of the logarithms of factors of at most 1; `small` gives the logarithm where one is next to nothing.
#[inline(always)]
pub(crate) fn log_product(factors: &[f64], mut small: impl FnMut(usize) -> f64) -> f64 {
    let mut value = 0.0;
    for (c, chunk) in factors.chunks(FACTORS).enumerate() {
        let (mut product, mut least) = ([1.0; WIDTH], [1.0; WIDTH]);
        for block in chunk.as_chunks::<WIDTH>().0 {
            for l in 0..WIDTH {
                product[l] *= block[l];
                least[l] = if block[l] < least[l] { block[l] } else { least[l] };
            }
        }
        let lesser = |a: f64, b: f64| if b < a { b } else { a };
        if least.into_iter().fold(1.0, lesser) >= SOME {
            let p = product;
            value += f64::ln(((p[0] * p[4]) * (p[1] * p[5])) * ((p[2] * p[6]) * (p[3] * p[7])));
            continue;
        }
        for (t, &factor) in (c * FACTORS..).zip(chunk) {
            value += if factor < SMALL { small(t) } else { f64::ln(factor) };
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_of_factors_of_every_size_has_the_sum_of_their_logarithms() {
        for (n, shrink) in [(8, 0.99), (64, 0.7), (64, 0.1), (72, 1e-3), (40, 1e-7)] {
            let factors: Vec<f64> = (0..n).map(|t| f64::powi(shrink, t % 11)).collect();
            let logs: f64 = factors.iter().map(|f| f.ln()).sum();
            let value = log_product(&factors, |t| factors[t].ln());
            assert!((value - logs).abs() <= 1e-12 * logs.abs(), "{n} {shrink}: {value} {logs}");
        }
    }

    #[test]
    fn sums_leave_nothing_out() {
        let values = filled_up((1..=31).map(f64::from), 0.0);
        assert_eq!((values.len(), sum(&values), dot(&values, &values)), (32, 496.0, 10_416.0));
    }
}
