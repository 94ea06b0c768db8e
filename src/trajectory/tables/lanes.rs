//! Groups side by side in lanes of four, so that one instruction serves four groups.

use crate::numeric::vexp;

/// Compiles work on lanes for the processor at hand. Four lanes fill a vector of 256 bits: of wider ones half would
/// stay empty, or two blocks would have to be put together first (a tenth slower where that was measured).
#[inline]
pub(crate) fn dispatch<Op: pulp::WithSimd>(work: Op) -> Op::Output {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    match pulp::x86::V3::try_new() {
        Some(simd) => pulp::Simd::vectorize(simd, work),
        None => work.with_simd(pulp::Scalar),
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    pulp::Arch::new().dispatch(work)
}

/// Lanes for one history: `NB` blocks of four groups; unused lanes carry a log-probability of -1e300.
pub(crate) type Lanes<const NB: usize> = [[f64; 4]; NB];

pub(crate) const UNUSED: f64 = -1e300;

/// Blocks of four lanes that hold `groups` groups.
pub(crate) fn blocks(groups: usize) -> usize {
    groups.div_ceil(4)
}

/// Lays values group by group into lanes, filling unused ones.
pub(crate) fn spread(values: &[f64], fill: f64) -> impl Iterator<Item = [f64; 4]> {
    let nb = blocks(values.len());
    (0..nb).map(move |b| std::array::from_fn(|l| values.get(4 * b + l).copied().unwrap_or(fill)))
}

/// Lanes from a function of block and lane.
#[inline(always)]
pub(crate) fn lanes<const NB: usize>(of: impl Fn(usize, usize) -> f64) -> Lanes<NB> {
    let mut all = [[0.0; 4]; NB];
    for (b, block) in all.iter_mut().enumerate() {
        for (l, lane) in block.iter_mut().enumerate() {
            *lane = of(b, l);
        }
    }
    all
}

/// Group after group, age after age.
pub(crate) fn by_group<T>(groups: usize, intervals: usize, of: impl Fn(usize, usize) -> T) -> Vec<T> {
    let of = &of;
    (0..groups).flat_map(|k| (0..intervals).map(move |t| of(k, t))).collect()
}

#[inline(always)]
pub(crate) fn add<const NB: usize>(to: &mut Lanes<NB>, from: &Lanes<NB>) {
    // read, add, write back: in place, the compiler could not rule out that the two overlap
    let mut sum = *to;
    for b in 0..NB {
        for l in 0..4 {
            sum[b][l] += from[b][l];
        }
    }
    *to = sum;
}

#[inline(always)]
pub(crate) fn subtract<const NB: usize>(to: &mut Lanes<NB>, from: &Lanes<NB>) {
    let mut difference = *to;
    for b in 0..NB {
        for l in 0..4 {
            difference[b][l] -= from[b][l];
        }
    }
    *to = difference;
}

/// Turns joint log-probabilities into posterior probabilities, `N` histories at once, so that no step waits for the one
/// before. Probabilities come out times the weights, as far as there are any.
#[inline(always)]
pub(crate) fn normalise_block<const NB: usize, const N: usize>(
    x: &mut [Lanes<NB>; N],
    weight: &[f64],
) -> ([f64; N], [f64; N]) {
    let (mut max, mut sum, mut scale) = ([0.0; N], [0.0; N], [1.0; N]);
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    for (max, x) in max.iter_mut().zip(x.iter_mut()) {
        let mut max4 = x[0];
        for block in x.iter().skip(1) {
            for l in 0..4 {
                max4[l] = larger(block[l], max4[l]);
            }
        }
        *max = larger(larger(max4[0], max4[1]), larger(max4[2], max4[3]));
        x.as_flattened_mut().iter_mut().for_each(|v| *v -= *max);
    }
    // one flat loop: nested ones are unrolled before they could become vector code
    for v in x.as_flattened_mut().as_flattened_mut() {
        *v = vexp::exp(*v);
    }
    for (sum, x) in sum.iter_mut().zip(x.iter()) {
        let mut sum4 = x[0];
        for block in x.iter().skip(1) {
            for l in 0..4 {
                sum4[l] += block[l];
            }
        }
        *sum = (sum4[0] + sum4[1]) + (sum4[2] + sum4[3]);
    }
    scale.iter_mut().zip(weight).for_each(|(scale, weight)| *scale = *weight);
    scale.iter_mut().zip(&sum).for_each(|(scale, sum)| *scale /= sum);
    for (scale, x) in scale.iter().zip(x.iter_mut()) {
        let mut scaled = *x;
        scaled.as_flattened_mut().iter_mut().for_each(|v| *v *= scale);
        *x = scaled;
    }
    (max, sum)
}

/// Sums `w * (max + ln(sum))` with few logarithms: sums of unweighted histories are multiplied up
/// (each lies between 1 and the number of groups) and their logarithm is taken once in a while.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogSum {
    total: f64,
    product: f64,
}

impl LogSum {
    pub(crate) fn new() -> Self {
        LogSum { total: 0.0, product: 1.0 }
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, weight: f64, max: f64, sum: f64) {
        self.total += weight * max;
        if weight == 1.0 {
            self.product *= sum;
            if self.product > 1e200 {
                self.total += self.product.ln();
                self.product = 1.0;
            }
        } else {
            self.total += weight * sum.ln();
        }
    }

    pub(crate) fn total(self) -> f64 {
        self.total + self.product.ln()
    }
}
