use super::{family::Family, pass::Evaluator, shape::*};
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
    if std::env::var("SPLIT").is_ok() {
        let small = Shape::new(family, grid, &vec![3; k - 1], &vec![3; k - 1]);
        let pooled = super::start::Pooled::new(&ev, &shape);
        for seed in 1..4 {
            let t0 = Instant::now();
            let found = super::search::search(&ev, &small, seed, 40, &|| true);
            println!("small {:.4} {:?}", found.climbs[0].pass.log_likelihood, t0.elapsed());
            let mut rng = crate::numeric::streams::stream(seed, 99);
            let mut hits = vec![];
            for root in found.climbs.iter().take(3) {
                for g in 0..k - 1 {
                    for i in 0..8 {
                        let mut p = root.params.clone();
                        let half = p.log_share[g] - 2f64.ln();
                        p.log_share[g] = half;
                        p.log_share.push(half);
                        let mut b = super::start::random_block(&shape, &pooled, 0, [2.0, 6.0, 14.0][i % 3], &mut rng);
                        if i < 3 {
                            b = p.blocks[g].clone();
                            b.iter_mut().for_each(|v| *v += rand::Rng::gen_range(&mut rng, -1.0..1.0));
                        }
                        p.blocks.push(b);
                        let (p1, _) = super::em::run(&ev, &shape, super::newton::Point::at(&ev, &shape, p), 15, 1e-3);
                        let l1 = p1.log_likelihood();
                        let c = super::newton::climb(&ev, &shape, p1, 80, 1e-3);
                        hits.push((c.pass.log_likelihood, l1, g, i));
                    }
                }
            }
            hits.sort_by(|a, b| b.0.total_cmp(&a.0));
            for h in hits.iter().take(6) {
                println!("   {h:?}");
            }
            println!("{:?} {}", t0.elapsed(), hits.len());
        }
        return;
    }
    if std::env::var("HITS").is_ok() {
        let mut all = vec![];
        let pooled = super::start::Pooled::new(&ev, &shape);
        for i in 0..starts {
            let mut rng = crate::numeric::streams::stream(7, i);
            let kind = super::start::kind_of(i as usize);
            let p = super::start::start(&ev, &shape, &pooled, kind, &mut rng);
            let (p1, _) = super::em::run(&ev, &shape, super::newton::Point::at(&ev, &shape, p), ems, 1e-3);
            let l1 = p1.log_likelihood();
            let c = super::newton::climb(&ev, &shape, p1, 100, 1e-3);
            all.push((c.pass.log_likelihood, l1, kind, c.steps, c));
        }
        let mut order: Vec<f64> = all.iter().map(|a| a.1).collect();
        order.sort_by(|a, b| b.total_cmp(a));
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        for a in all.iter().take(12) {
            println!(
                "{:.4} after em {:.2} rank {} {:?} newton {}",
                a.0,
                a.1,
                order.iter().position(|o| *o == a.1).unwrap(),
                a.2,
                a.3
            );
        }
        let mut last = 0.0;
        for a in &all {
            if (a.0 - last).abs() > 0.01 {
                last = a.0;
                println!("LL {:.4}", a.0);
                for k in 0..shape.groups() {
                    println!(
                        "  {:.3} rate {:?}\n       zeta {:?}",
                        a.4.params.log_share[k].exp(),
                        a.4.curves[k].eta.iter().step_by(3).map(|v| (v * 10.0).round() / 10.0).collect::<Vec<_>>(),
                        a.4.curves[k].zeta.iter().step_by(3).map(|v| (v * 10.0).round() / 10.0).collect::<Vec<_>>()
                    );
                }
                if a.0 < all[0].0 - 17.0 {
                    break;
                }
            }
        }
        return;
    }
    for seed in 1..=std::env::var("SEEDS").unwrap_or("3".into()).parse().unwrap() {
        let t0 = Instant::now();
        let found = super::search::search(&ev, &shape, seed, starts as usize, &|| true);
        let lls: Vec<String> = found
            .climbs
            .iter()
            .take(5)
            .map(|c| format!("{:.4}{}", c.pass.log_likelihood, if c.converged { "" } else { "!" }))
            .collect();
        println!(
            "seed {seed} {} time {:?} start-best {:.4} n {}",
            lls.join(" "),
            t0.elapsed(),
            found
                .records
                .iter()
                .filter(|r| r.kind != super::start::StartKind::Neighbour)
                .map(|r| r.log_likelihood)
                .fold(f64::NEG_INFINITY, f64::max),
            found.records.len()
        );
    }
}
