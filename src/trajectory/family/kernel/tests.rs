use super::*;
use crate::numeric::streams::stream;

const NORMAL: Kernel = Kernel::CensoredNormal { floor: 9.0, ceiling: 36.0 };
const ONE_SIDED: Kernel = Kernel::CensoredNormal { floor: 0.0, ceiling: f64::INFINITY };
const FREE: Kernel = Kernel::CensoredNormal { floor: f64::NEG_INFINITY, ceiling: f64::INFINITY };

fn grid(axes: &[&[f64]]) -> Vec<[f64; 3]> {
    let mut points = vec![[0.0; 3]];
    for (k, axis) in axes.iter().enumerate() {
        points = points
            .iter()
            .flat_map(|p| {
                axis.iter().map(|&v| {
                    let mut q = *p;
                    q[k] = v;
                    q
                })
            })
            .collect();
    }
    points
}

/// Kernel, observations and predictors, from ordinary to extreme.
fn cases() -> Vec<(Kernel, Vec<f64>, Vec<[f64; 3]>)> {
    let counts = || vec![0.0, 1.0, 2.0, 9.0, 31.0, 32.0, 33.0, 34.0, 65.0, 300.0, 20_000.0];
    let etas: &[f64] = &[-20.0, -4.0, -0.3, 1.5, 4.0, 8.0];
    let zetas: &[f64] = &[-30.0, -3.0, 0.2, 6.0];
    let alphas: &[f64] = &[-27.0, -12.0, -5.0, -2.78, -2.76, -1.0, 0.5, 4.0, 13.8];
    vec![
        (Kernel::Poisson, counts(), grid(&[etas])),
        (Kernel::Zip, counts(), grid(&[etas, zetas])),
        (Kernel::ZipTau, counts(), grid(&[etas, &[-30.0, -2.0, 0.1, 1.2]])),
        (Kernel::NegBin, counts(), grid(&[etas, alphas])),
        (Kernel::Zinb, counts(), grid(&[etas, zetas, alphas])),
        (Kernel::Bernoulli, vec![0.0, 1.0], grid(&[&[-600.0, -30.0, -2.0, 0.0, 3.0, 50.0]])),
        (NORMAL, vec![9.0, 9.5, 20.0, 36.0], grid(&[&[-20.0, 8.0, 22.0, 36.5, 70.0], &[-1.0, 0.0, 1.5, 5.0]])),
        (
            Kernel::Beta,
            vec![1e-9, 0.02, 0.5, 0.97, 1.0 - 1e-9],
            grid(&[&[-8.0, -1.0, 0.0, 2.0], &[-3.0, 0.0, 3.0, 9.0]]),
        ),
    ]
}

fn moved(p: &[f64; 3], k: usize, by: f64) -> [f64; 3] {
    let mut q = *p;
    q[k] += by;
    q
}

/// Fourth-order central difference of `f` along predictor `k`, and how large `f` is there.
fn difference(f: impl Fn(&[f64; 3]) -> f64, p: &[f64; 3], k: usize) -> (f64, f64) {
    let h = 5e-4;
    let at = |m: f64| f(&moved(p, k, m * h));
    ((8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h), at(0.0).abs())
}

/// Number of linear predictors.
fn predictors(kernel: Kernel) -> usize {
    match kernel {
        Kernel::Poisson | Kernel::Bernoulli => 1,
        Kernel::Zip | Kernel::ZipTau | Kernel::NegBin | Kernel::CensoredNormal { .. } | Kernel::Beta => 2,
        Kernel::Zinb => 3,
    }
}

#[test]
fn derivatives_equal_finite_differences_from_ordinary_to_extreme_cells() {
    for (kernel, ys, points) in cases() {
        let n = predictors(kernel);
        for exposure in if kernel.has_exposure() { vec![1.0, 0.3, 1e-3] } else { vec![1.0] } {
            for &y in &ys {
                let o = kernel.observation(y, exposure);
                for p in &points {
                    let s = kernel.slopes(&o, p);
                    assert_eq!(s.value.to_bits(), kernel.value(&o, p).to_bits());
                    let place = || format!("{kernel:?} y {y} e {exposure} p {p:?}: {s:?}");
                    // rounding of the differenced value over the step, and the fifth derivative of the whole
                    let size = s.first.iter().chain(&s.second).fold(0.0_f64, |a, b| a.max(b.abs()));
                    let close = |a: (f64, f64), b: f64| {
                        let tolerance = 1e-11 + 2e-12 * a.1 + 1e-9 * size;
                        assert!((a.0 - b).abs() < tolerance, "{} {b} {}", a.0, place());
                    };
                    for k in 0..n {
                        close(difference(|q| kernel.value(&o, q), p, k), s.first[k]);
                        for l in 0..=k {
                            let second = s.second[k * (k + 1) / 2 + l];
                            close(difference(|q| kernel.slopes(&o, q).first[l], p, k), second);
                        }
                    }
                    assert!(s.first[n..].iter().chain(&s.second[n * (n + 1) / 2..]).all(|&v| v == 0.0), "{}", place());
                }
            }
        }
    }
}

fn fixture(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(file);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn values_and_derivatives_equal_an_evaluation_to_a_hundred_digits() {
    let text = fixture("reference/kernels/values.csv");
    let mut worst = std::collections::BTreeMap::<&str, (f64, f64)>::new();
    let mut rows = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |k: usize| -> f64 { if cells[k].is_empty() { 0.0 } else { cells[k].parse().unwrap() } };
        let kernel = match cells[0] {
            "poisson" => Kernel::Poisson,
            "zip" => Kernel::Zip,
            "zip-tau" => Kernel::ZipTau,
            "negbin" => Kernel::NegBin,
            "zinb" => Kernel::Zinb,
            "bernoulli" => Kernel::Bernoulli,
            "beta" => Kernel::Beta,
            _ => Kernel::CensoredNormal { floor: number(1), ceiling: number(2) },
        };
        let p = [number(5), number(6), number(7)];
        let s = kernel.slopes(&kernel.observation(number(3), number(4)), &p);
        let ours = std::iter::once(s.value).chain(s.first).chain(s.second);
        for (k, ours) in ours.enumerate() {
            let theirs = number(8 + k);
            // relative, but below 1e-3 absolute: nothing smaller than 1e-12 matters next to a log-likelihood
            let error = (ours - theirs).abs() / theirs.abs().max(1e-3);
            let entry = worst.entry(cells[0]).or_default();
            let place = if k == 0 { &mut entry.0 } else { &mut entry.1 };
            *place = place.max(error);
            assert!(error < 1e-9, "{line}\ncolumn {k}: {ours:e} {theirs:e} {error:e}");
        }
        rows += 1;
    }
    assert!(rows > 150, "{rows}");
    // measured: values 1.4e-12, derivatives 5.1e-13
    assert!(worst.values().all(|w| w.0 < 1e-11 && w.1 < 5e-12), "{worst:?}");
}

#[test]
fn probabilities_of_counts_sum_to_one_and_their_moments_are_mean_and_variance() {
    for kernel in [Kernel::Poisson, Kernel::Zip, Kernel::ZipTau, Kernel::NegBin, Kernel::Zinb] {
        for eta in [-2.0, 0.5, 3.0] {
            for p1 in [-3.0, -0.5] {
                for exposure in [1.0, 0.4] {
                    let p = [eta, p1, -1.5];
                    let (mut sum, mut first, mut square) = (0.0, 0.0, 0.0);
                    for y in 0..4000 {
                        let y = f64::from(y);
                        let f = kernel.value(&kernel.observation(y, exposure), &p).exp();
                        sum += f;
                        first += f * y;
                        square += f * y * y;
                    }
                    assert!((sum - 1.0).abs() < 1e-12, "{kernel:?} {p:?} {sum}");
                    let mean = kernel.mean(&p).0 * exposure;
                    assert!((first / mean - 1.0).abs() < 1e-11, "{kernel:?} {p:?}");
                    let variance = kernel.variance(&p, exposure);
                    assert!(((square - first * first) / variance - 1.0).abs() < 1e-10, "{kernel:?} {p:?}");
                    let zero = kernel.zero_probability(&p, exposure);
                    assert_eq!(zero, kernel.value(&kernel.observation(0.0, exposure), &p).exp());
                }
            }
        }
    }
}

/// Integrals of the density, of `y` and of `y^2` between `low` and `high` by the double exponential rule.
fn integrals(kernel: Kernel, p: &[f64; 3], low: f64, high: f64) -> [f64; 3] {
    let (half, middle) = (0.5 * (high - low), 0.5 * (high + low));
    let mut sums = [0.0; 3];
    let step = 1.0 / 256.0;
    for k in -1000_i32..=1000 {
        let t = f64::from(k) * step;
        let s = std::f64::consts::FRAC_PI_2 * t.sinh();
        let y = middle + half * s.tanh();
        if y <= low || y >= high {
            continue;
        }
        let weight = half * step * std::f64::consts::FRAC_PI_2 * t.cosh() / s.cosh().powi(2);
        let f = weight * kernel.value(&kernel.observation(y, 1.0), p).exp();
        (0..3).for_each(|m| sums[m] += f * y.powi(m as i32));
    }
    sums
}

#[test]
fn densities_integrate_to_one_and_their_moments_are_mean_and_variance() {
    let check = |kernel: Kernel, p: &[f64; 3], sums: [f64; 3]| {
        assert!((sums[0] - 1.0).abs() < 1e-11, "{kernel:?} {p:?} {sums:?}");
        let mean = kernel.mean(p).0;
        assert!((sums[1] - mean).abs() < 1e-10 * (1.0 + mean.abs()), "{kernel:?} {p:?} {sums:?} {mean}");
        let variance = kernel.variance(p, 1.0);
        assert!((sums[2] - mean * mean - variance).abs() < 1e-9 * (1.0 + sums[2]), "{kernel:?} {p:?} {variance}");
    };
    for p in grid(&[&[-1.0, 0.3, 1.0], &[1.0, 2.0, 4.0]]) {
        check(Kernel::Beta, &p, integrals(Kernel::Beta, &p, 0.0, 1.0));
    }
    for p in grid(&[&[2.0, 22.0, 41.0], &[0.5, 2.0, 3.0]]) {
        let mut sums = integrals(NORMAL, &p, 9.0, 36.0);
        for y in [9.0_f64, 36.0] {
            let f = NORMAL.value(&NORMAL.observation(y, 1.0), &p).exp();
            (0..3).for_each(|m| sums[m] += f * y.powi(m as i32));
        }
        check(NORMAL, &p, sums);
    }
    for p in grid(&[&[-1.0, 0.0, 2.0], &[-0.5, 0.4]]) {
        let reach = 40.0 * p[1].exp();
        check(FREE, &p, integrals(FREE, &p, p[0] - reach, p[0] + reach));
        assert_eq!(FREE.mean(&p), (p[0], [1.0, 0.0, 0.0]));
        let mut sums = integrals(ONE_SIDED, &p, 0.0, p[0].max(0.0) + reach);
        sums[0] += ONE_SIDED.zero_probability(&p, 1.0);
        check(ONE_SIDED, &p, sums);
    }
}

#[test]
fn gradients_of_the_mean_equal_finite_differences() {
    for (kernel, _, points) in cases().into_iter().chain([(ONE_SIDED, vec![], grid(&[&[-1.0, 2.0], &[0.0, 1.0]]))]) {
        for p in &points {
            let (mean, gradient) = kernel.mean(p);
            for (k, g) in gradient.iter().enumerate() {
                let (d, _) = difference(|q| kernel.mean(q).0, p, k);
                assert!((d - g).abs() < 1e-9 * (1.0 + mean.abs() + g.abs()), "{kernel:?} {p:?} {k}: {d} {g}");
            }
        }
    }
}

#[test]
fn a_negative_binomial_without_dispersion_is_poisson() {
    for y in [0.0, 1.0, 20.0, 33.0, 100.0, 5000.0] {
        for eta in [-5.0, 0.0, 3.0, 8.0] {
            let poisson = Kernel::Poisson.slopes(&Kernel::Poisson.observation(y, 0.5), &[eta, 0.0, 0.0]);
            for ln_alpha in [f64::NEG_INFINITY, -60.0] {
                let nb = Kernel::NegBin.slopes(&Kernel::NegBin.observation(y, 0.5), &[eta, ln_alpha, 0.0]);
                let size = 1.0 + poisson.value.abs();
                assert!((nb.value - poisson.value).abs() < 2e-13 * size + 1e-15 * y * 10.0, "{y} {eta}");
                assert!((nb.first[0] - poisson.first[0]).abs() <= 1e-12 * (1.0 + poisson.first[0].abs()));
                assert!((nb.second[0] - poisson.second[0]).abs() <= 1e-12 * (1.0 + poisson.second[0].abs()));
                assert!(nb.first[1].abs() < 1e-12 && nb.second[2].abs() < 1e-12);
            }
        }
    }
}

#[test]
fn without_a_zero_part_inflated_kernels_are_their_count_part() {
    let none = f64::NEG_INFINITY;
    for y in [0.0, 3.0, 50.0] {
        for eta in [-2.0, 1.0, 4.0] {
            let o = Kernel::Zinb.observation(y, 0.8);
            let (a, b) = (Kernel::Zinb.slopes(&o, &[eta, none, -0.7]), Kernel::NegBin.slopes(&o, &[eta, -0.7, 0.0]));
            assert_eq!((a.value, a.first), (b.value, [b.first[0], 0.0, b.first[1]]));
            assert_eq!(a.second, [b.second[0], 0.0, 0.0, b.second[1], 0.0, b.second[2]]);
            let (a, b) = (Kernel::Zip.slopes(&o, &[eta, none, 0.0]), Kernel::Poisson.slopes(&o, &[eta, 0.0, 0.0]));
            assert_eq!(a, b);
            let a = Kernel::ZipTau.slopes(&o, &[eta, none, 0.0]);
            let b = Kernel::Zip.slopes(&o, &[eta, 0.0, 0.0]);
            assert_eq!((a.value, a.first), (b.value, [b.first[0], 0.0, 0.0]));
        }
    }
}

#[test]
fn absurd_predictors_give_no_nan() {
    let far = [f64::NEG_INFINITY, -800.0, 0.0, 800.0];
    for (kernel, ys, _) in cases() {
        for &y in &ys {
            for p in grid(&[&far[1..], &far[1..], &far[1..]]) {
                let s = kernel.slopes(&kernel.observation(y, 1e-16), &p);
                let all = || s.first.iter().chain(&s.second);
                assert!(!s.value.is_nan() && all().all(|v| !v.is_nan()), "{kernel:?} {y} {p:?} {s:?}");
            }
        }
    }
    for kernel in [Kernel::Poisson, Kernel::Zip, Kernel::ZipTau, Kernel::NegBin, Kernel::Zinb] {
        let o = kernel.observation(2.0, 1.0);
        assert!(kernel.value(&o, &[f64::NAN; 3]).is_nan(), "{kernel:?}");
    }
}

#[test]
fn draws_recover_mean_and_variance() {
    let count_points: [[f64; 3]; 3] = [[0.2, -0.8, -0.5], [2.5, 0.4, 0.7], [-2.0, -1.5, -30.0]];
    let mut cases: Vec<(Kernel, [f64; 3])> = Vec::new();
    for kernel in [Kernel::Poisson, Kernel::Zip, Kernel::ZipTau, Kernel::NegBin, Kernel::Zinb] {
        cases.extend(count_points.map(|p| (kernel, p)));
    }
    cases.extend([(Kernel::Bernoulli, [-1.2, 0.0, 0.0]), (NORMAL, [30.0, 2.0, 0.0]), (NORMAL, [20.0, 1.0, 0.0])]);
    cases.extend([(Kernel::Beta, [-1.0, 1.2, 0.0]), (Kernel::Beta, [0.5, 4.0, 0.0]), (FREE, [3.0, 0.5, 0.0])]);
    for (number, (kernel, p)) in cases.into_iter().enumerate() {
        let mut rng = stream(20_240, number as u64);
        let (n, exposure) = (40_000, 0.6);
        let draws: Vec<f64> = (0..n).map(|_| kernel.draw(exposure, &p, &mut rng)).collect();
        assert!(draws.iter().all(|&y| kernel.refuses(y).is_none()), "{kernel:?}");
        let n = f64::from(n);
        let mean = draws.iter().sum::<f64>() / n;
        let moment = |m: i32| draws.iter().map(|y| (y - mean).powi(m)).sum::<f64>() / n;
        let (square, fourth) = (moment(2), moment(4));
        let expected = kernel.mean(&p).0 * if kernel.has_exposure() { exposure } else { 1.0 };
        let variance = kernel.variance(&p, exposure);
        assert!((mean - expected).abs() < 4.0 * (variance / n).sqrt(), "{kernel:?} {p:?} {mean} {expected}");
        let error = ((fourth - square * square) / n).sqrt();
        assert!((square - variance).abs() < 4.0 * error, "{kernel:?} {p:?} {square} {variance}");
        let zeros = draws.iter().filter(|&&y| y == 0.0).count() as f64 / n;
        let zero = kernel.zero_probability(&p, exposure);
        assert!((zeros - zero).abs() <= 4.0 * (zero * (1.0 - zero) / n).sqrt(), "{kernel:?} {p:?} {zeros} {zero}");
    }
}

#[test]
fn draws_at_the_edge_stay_observable() {
    let mut rng = stream(7, 0);
    for _ in 0..200 {
        assert_eq!(Kernel::Poisson.draw(1.0, &[700.0, 0.0, 0.0], &mut rng), f64::from(MAX_COUNT));
        assert_eq!(Kernel::NegBin.draw(1.0, &[-700.0, 3.0, 0.0], &mut rng), 0.0);
        for p in [[-300.0, -80.0, 0.0], [300.0, -80.0, 0.0], [0.0, -80.0, 0.0], [0.0, 80.0, 0.0]] {
            let y = Kernel::Beta.draw(1.0, &p, &mut rng);
            assert_eq!(Kernel::Beta.refuses(y), None);
        }
    }
}

#[test]
fn an_impossible_value_is_refused_with_the_reason() {
    let refusal = |kernel: Kernel, y: f64| kernel.refuses(y).unwrap();
    assert_eq!(refusal(Kernel::Poisson, 2.5), "2.5 is not a whole number 0, 1, 2, ..");
    assert_eq!(refusal(Kernel::Zinb, -1.0), "-1 is not a whole number 0, 1, 2, ..");
    assert_eq!(refusal(Kernel::NegBin, 1_000_001.0), "a count of 1000001 is above the limit of 1000000");
    assert_eq!(refusal(Kernel::Beta, 1.0), "1 is not strictly between 0 and 1");
    assert_eq!(refusal(Kernel::Bernoulli, 2.0), "2 is not 0 or 1");
    assert_eq!(refusal(NORMAL, 8.5), "8.5 is below the floor of 9");
    assert_eq!(refusal(NORMAL, 37.0), "37 is above the ceiling of 36");
    assert_eq!(refusal(FREE, f64::NAN), "NaN is not a finite number");
    assert_eq!(refusal(ONE_SIDED, f64::INFINITY), "inf is not a finite number");
    for (kernel, y) in [(Kernel::Zip, 1_000_000.0), (Kernel::Beta, 0.5), (NORMAL, 9.0), (FREE, -1e9)] {
        assert_eq!(kernel.refuses(y), None);
    }
}

/// Rows of numbers behind the first `skip` columns; an empty cell is NaN.
fn panel(file: &str, skip: usize) -> Vec<Vec<f64>> {
    let text = fixture(file);
    let cell = |c: &str| if c.is_empty() { f64::NAN } else { c.parse().unwrap() };
    text.lines().skip(1).map(|line| line.split(',').skip(skip).map(cell).collect()).collect()
}

#[test]
fn at_the_estimates_of_r_log_likelihoods_are_those_of_r_and_slopes_vanish() {
    let risk = panel("toronto/TO1Risk.csv", 1);
    let contacts = panel("toronto/TO1.csv", 1);
    let any = contacts.iter().map(|row| row.iter().map(|y| y.min(1.0)).collect()).collect();
    let (nys, fractions) = (panel("nys/nys_attitudes_wide.csv", 3), panel("reference/onegroup/fractions.csv", 1));
    let text = fixture("reference/onegroup/fits.csv");
    let mut fits = std::collections::BTreeMap::<&str, Vec<Vec<&str>>>::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        fits.entry(cells[0]).or_default().push(cells);
    }
    for (name, lines) in &fits {
        let (kernel, scale) = match lines[0][2] {
            "poisson" => (Kernel::Poisson, 1),
            "negbin" => (Kernel::NegBin, 1),
            "zip" => (Kernel::Zip, 2),
            "zinb" => (Kernel::Zinb, 2),
            "bernoulli" => (Kernel::Bernoulli, 1),
            "normal" => (FREE, 1),
            "censored-normal" => (NORMAL, 1),
            _ => (Kernel::Beta, 1),
        };
        let data: &Vec<Vec<f64>> = match lines[0][1] {
            "TO1any" => &any,
            "nys" => &nys,
            "fractions" => &fractions,
            _ => &contacts,
        };
        let groups = lines.iter().map(|l| l[9].parse::<usize>().unwrap()).max().unwrap();
        let mut total = 0.0;
        let mut score = [[0.0; 4]; 3];
        for (i, row) in data.iter().enumerate() {
            let mut joint = vec![0.0; groups];
            for (k, joint) in joint.iter_mut().enumerate() {
                let own = || lines.iter().filter(|l| l[9] == (k + 1).to_string());
                *joint = own().next().unwrap()[10].parse::<f64>().unwrap().ln();
                for (j, &y) in row.iter().enumerate().filter(|(_, y)| !y.is_nan()) {
                    let u = 2.0 * j as f64 / (row.len() - 1) as f64 - 1.0;
                    let mut p = [0.0; 3];
                    for l in own() {
                        let part = ["mean", "zero", "scale"].iter().position(|part| *part == l[11]).unwrap();
                        let power = u.powi(l[12].parse().unwrap());
                        p[part.min(scale)] += l[13].parse::<f64>().unwrap() * power;
                    }
                    let exposure = if lines[0][1] == "TO1risk" { risk[i][j] } else { 1.0 };
                    let s = kernel.slopes(&kernel.observation(y, exposure), &p);
                    *joint += s.value;
                    (0..3).for_each(|a| (0..4).for_each(|b| score[a][b] += s.first[a] * u.powi(b as i32)));
                }
            }
            total += crate::numeric::logspace::log_sum_exp(&joint);
        }
        let theirs: f64 = lines[0][5].parse().unwrap();
        assert!((total - theirs).abs() < 2e-6, "{name}: {total} {theirs}");
        // one group: what is left of the score is what their stopping rule leaves; glmmTMB's is the loosest
        for l in lines.iter().filter(|_| groups == 1) {
            let part = ["mean", "zero", "scale"].iter().position(|part| *part == l[11]).unwrap();
            let left = score[part.min(scale)][l[12].parse::<usize>().unwrap()];
            assert!(left.abs() < 0.05, "{name} {} {}: {left}", l[11], l[12]);
        }
    }
    assert!(fits.len() >= 25, "{}", fits.len());
}
