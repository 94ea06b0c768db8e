use crate::{AgeGrid, Cohort, Family, FitOptions};
use std::time::Instant;

fn load(name: &str) -> ndarray::Array2<f64> {
    let text = std::fs::read_to_string(format!("{}/fixtures/toronto/{name}.csv", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|l| l.split(',').skip(1).map(|v| v.parse().unwrap()).collect()).collect();
    ndarray::Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

#[test]
#[ignore]
fn proto() {
    let grid = AgeGrid::years(8, 38).unwrap();
    let best = [
        ("TO1adj", "poisson", vec![-14719.5489, -13981.9706, -13537.3996, -13246.6957, -13016.7853]),
        ("TO1adj", "zip-tau", vec![-12183.7463, -11656.9200, -11384.1033]),
        ("TO1adj", "zip", vec![-11759.1178, -11239.0110, -10947.9713]),
        ("TO1", "poisson", vec![-8934.0021, -8722.3994, -8580.8405, -8493.2099, -8437.8014]),
        ("TO1", "zip-tau", vec![-8514.7120, -8390.7440]),
        ("TO1", "zip", vec![-8408.8294, -8228.9977]),
        ("TO1risk", "poisson", vec![-9955.8420, -9639.8455, -9428.6224, -9315.9080]),
        ("TO1risk", "zip-tau", vec![-9365.6621, -9157.8902, -9018.3828]),
        ("TO1risk", "zip", vec![-9218.1394, -9044.591]),
    ];
    let seeds: u64 = std::env::var("SEEDS").unwrap_or("3".into()).parse().unwrap();
    let starts: usize = std::env::var("S").unwrap_or("40".into()).parse().unwrap();
    let only = std::env::var("ONLY").unwrap_or_default();
    for (data, family, lls) in best {
        let cohort = if data == "TO1risk" {
            Cohort::from_matrices(grid, load("TO1").mapv(|v| v as u32).view(), Some(load("TO1Risk").view())).unwrap()
        } else {
            Cohort::from_counts(grid, load(data).mapv(|v| v as u32).view()).unwrap()
        };
        let f = match family {
            "zip" => Family::Zip,
            "zip-tau" => Family::ZipTau,
            _ => Family::Poisson,
        };
        for (i, ll) in lls.iter().enumerate() {
            let name = format!("{data} {family} {}", i + 2);
            if !name.contains(&only) {
                continue;
            }
            for seed in 1..=seeds {
                let t = Instant::now();
                let fit = FitOptions::new(f).groups(i + 2).seed(seed).starts(starts).fit(&cohort).unwrap();
                let dt = t.elapsed();
                let d = fit.log_likelihood - ll;
                if std::env::var("STEPS").is_ok() {
                    let mut by: std::collections::BTreeMap<String, (usize, usize, usize)> = Default::default();
                    for s in &fit.starts {
                        let e = by.entry(format!("{:?}/{:?}", s.kind, s.stop)).or_default();
                        e.0 += 1;
                        e.1 += s.steps;
                        e.2 = e.2.max(s.steps);
                    }
                    for (k, v) in by {
                        println!("    {k}: n {} mean steps {:.1} max {}", v.0, v.1 as f64 / v.0 as f64, v.2);
                    }
                    let good = fit.starts.iter().filter(|s| s.log_likelihood > fit.log_likelihood - 0.01).count();
                    println!(
                        "    reached best {good}; within 20: {}",
                        fit.starts.iter().filter(|s| s.log_likelihood > fit.log_likelihood - 20.0).count()
                    );
                }
                println!(
                    "{} {name} seed {seed} {:.4} ({:+.4}) {:?} grad {:.1e} short {:.1e} {}",
                    if d < -0.05 { "MISS" } else { "ok  " },
                    fit.log_likelihood,
                    d,
                    dt,
                    fit.gradient_norm,
                    fit.shortfall,
                    fit.findings.iter().map(|f| f.to_string()).collect::<Vec<_>>().join(" | ")
                );
            }
        }
    }
}

#[test]
#[ignore]
fn big() {
    use rand::Rng;
    let n: usize = std::env::var("N").unwrap_or("1000000".into()).parse().unwrap();
    let zip = std::env::var("FAM").unwrap_or("zip".into()) == "zip";
    let shares = [0.5, 0.25, 0.15, 0.1];
    let b = [[-3.0, -0.3, -0.5], [-1.2, -2.2, -1.5], [-0.6, 0.8, -1.0], [0.9, -0.2, -0.9]];
    let z: [f64; 4] = [0.30, 0.20, 0.25, 0.10];
    let mut rng = crate::numeric::streams::stream(5, 0);
    let grid = AgeGrid::years(12, 39).unwrap();
    let mut m = ndarray::Array2::<u32>::zeros((n, 28));
    for mut row in m.rows_mut() {
        let u: f64 = rng.gen_range(0.0..1.0);
        let mut k = 0;
        let mut c = shares[0];
        while u > c && k < 3 {
            k += 1;
            c += shares[k];
        }
        for j in 0..28 {
            let x = (12.0 + j as f64 - 25.5) / 13.5;
            let l = (b[k][0] + b[k][1] * x + b[k][2] * x * x).exp();
            if zip && rng.gen_range(0.0..1.0) < z[k] {
                continue;
            }
            // poisson by inversion
            let mut p = (-l).exp();
            let mut s = p;
            let v: f64 = rng.gen_range(0.0..1.0);
            let mut y = 0;
            while v > s && y < 60 {
                y += 1;
                p *= l / y as f64;
                s += p;
            }
            row[j] = y;
        }
    }
    let t = Instant::now();
    let cohort = Cohort::from_counts(grid, m.view()).unwrap();
    println!(
        "cohort {:?} distinct {} cells {}",
        t.elapsed(),
        cohort.distinct_histories(),
        cohort.histories.cells.len()
    );
    let ev = super::pass::Evaluator::new(&cohort.histories);
    let shape = super::shape::Shape::new(if zip { Family::Zip } else { Family::Poisson }, grid, &[2; 4], &[0; 4]);
    let params = super::shape::Params {
        log_share: shares.iter().map(|s: &f64| s.ln()).collect(),
        blocks: (0..4)
            .map(|k| {
                let mut v = b[k].to_vec();
                if zip {
                    v.push((z[k] / (1.0 - z[k])).ln());
                }
                v
            })
            .collect(),
    };
    let curves = params.curves(&shape);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for _ in 0..3 {
        let t = Instant::now();
        let e = pool.install(|| ev.pass(&shape, &params, &curves));
        println!(
            "pass one thread {:?} {:.1} ns/person ll {}",
            t.elapsed(),
            t.elapsed().as_nanos() as f64 / n as f64,
            e.log_likelihood
        );
        let t = Instant::now();
        let i = pool.install(|| super::information::information(&ev, &shape, &params, &curves, &e, 1e-15));
        println!("information {:?} {}", t.elapsed(), i.observed.at(0, 0));
    }
    let t = Instant::now();
    let fit = FitOptions::new(if zip { Family::Zip } else { Family::Poisson }).degree(2).fit(&cohort).unwrap();
    println!(
        "fit {:?} ll {} grad {} short {} steps.. {:?}",
        t.elapsed(),
        fit.log_likelihood,
        fit.gradient_norm,
        fit.shortfall,
        fit.findings
    );
    for g in fit.model().groups() {
        println!("{g:?}");
    }
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in s.lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS")) {
        println!("{l}");
    }
}
