use super::{em, family::Family, newton::*, pass::Evaluator, shape::*};
use crate::numeric::streams::stream;
use crate::{AgeGrid, Cohort};
use rand::Rng;
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
    let which = std::env::var("DATA").unwrap_or("TO1adj".into());
    let cohort = if which == "TO1risk" {
        Cohort::from_matrices(grid, load("TO1").mapv(|v| v as u32).view(), Some(load("TO1Risk").view())).unwrap()
    } else {
        Cohort::from_counts(grid, load(&which).mapv(|v| v as u32).view()).unwrap()
    };
    let ev = Evaluator::new(&cohort.histories);
    let family = match std::env::var("FAM").unwrap_or("zip".into()).as_str() {
        "zip" => Family::Zip,
        "tau" => Family::ZipTau,
        _ => Family::Poisson,
    };
    let k: usize = std::env::var("K").unwrap_or("2".into()).parse().unwrap();
    let starts: u64 = std::env::var("S").unwrap_or("30".into()).parse().unwrap();
    let ems: usize = std::env::var("EM").unwrap_or("20".into()).parse().unwrap();
    let shape = Shape::new(family, grid, &vec![3; k], &vec![3; k]);
    let mut all = vec![];
    let t0 = Instant::now();
    let (mut tem, mut tn) = (0.0, 0.0);
    for s in 0..starts {
        let mut rng = stream(1, s);
        let mut params = Params { log_share: vec![-(k as f64).ln(); k], blocks: vec![] };
        for g in 0..k {
            let node = |rng: &mut rand_chacha::ChaCha8Rng, lo: f64, hi: f64| -> Vec<f64> {
                let x = [-1.0, -1.0/3.0, 1.0/3.0, 1.0];
                let v: Vec<f64> = (0..4).map(|_| rng.gen_range(lo..hi)).collect();
                // lagrange to monomials
                let mut c = vec![0.0; 4];
                for i in 0..4 {
                    let mut p = vec![1.0];
                    let mut d = 1.0;
                    for j in 0..4 { if j != i { let mut q = vec![0.0; p.len()+1]; for (a, v) in p.iter().enumerate() { q[a+1] += v; q[a] -= x[j]*v; } p = q; d *= x[i]-x[j]; } }
                    for a in 0..4 { c[a] += v[i]*p[a]/d; }
                }
                c
            };
            let lz: f64 = std::env::var("LZ").unwrap_or("6".into()).parse().unwrap();
            let mut b = node(&mut rng, -4.0, 2.5);
            if family == Family::Zip { b.extend(node(&mut rng, -lz, lz)); }
            if family == Family::ZipTau { b.push(rng.gen_range(-2.0..1.0)); }
            params.blocks.push(b);
        }
        let t1 = Instant::now();
        let p0 = Point::at(&ev, &shape, params);
        let (p1, n1) = em::run(&ev, &shape, p0, ems, 1e-6);
        let ll1 = p1.log_likelihood();
        tem += t1.elapsed().as_secs_f64();
        let t2 = Instant::now();
        let c = climb(&ev, &shape, p1, 100, 1e-10);
        tn += t2.elapsed().as_secs_f64();
        all.push((c.pass.log_likelihood, ll1, n1, c.steps, c.shortfall, c.converged, s));
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    for a in all.iter().take(40) {
        println!("{:.4} em {:.2} {} newton {} short {:e} {} start {}", a.0, a.1, a.2, a.3, a.4, a.5, a.6);
    }
    println!("total {:?} em {tem} newton {tn}", t0.elapsed());
}
