#![allow(clippy::print_stdout, missing_docs)]
use pleegprofiel::{Family, FitOptions, StartStop, read_wide};
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let exposure = (args[1] != "-").then(|| args[1].clone());
    let cohort = read_wide(&args[0], exposure.as_deref().map(std::path::Path::new)).unwrap();
    if args[2] == "forms" {
        let begin = Instant::now();
        let choice = pleegprofiel::FormOptions::new()
            .seed(args[6].parse().unwrap())
            .neighbours(std::env::var("NONB").is_err())
            .threads(std::env::var("THREADS").map_or(2, |t| t.parse().unwrap()))
            .choose(&cohort);
        match choice {
            Ok(choice) => {
                println!(
                    "{} k={} ll {:.4} bic {:.2} {:.3}s",
                    choice.form,
                    choice.fit.groups.len(),
                    choice.fit.log_likelihood,
                    choice.fit.bic_persons,
                    begin.elapsed().as_secs_f64()
                );
                if args.len() > 7 {
                    for c in choice.candidates.iter() {
                        println!(
                            "   {} k={} ll {:.3} p {} bic {:.2} +{:.2} {} {:?}",
                            c.form,
                            c.groups,
                            c.log_likelihood,
                            c.parameters,
                            c.bic_persons,
                            c.distance,
                            c.in_full,
                            c.refused
                        );
                    }
                }
            }
            Err(e) => println!("{e} {:.3}s", begin.elapsed().as_secs_f64()),
        }
        return;
    }
    let family = *Family::ALL.iter().find(|f| f.key() == args[2].trim_end_matches("-c")).unwrap();
    let ks: Vec<usize> = args[3].split(',').map(|k| k.parse().unwrap()).collect();
    let degree: usize = args[4].parse().unwrap();
    let zd: Option<usize> = args[5].parse().ok();
    let seeds: Vec<u64> = args[6].split(',').map(|k| k.parse().unwrap()).collect();
    let nb = args.get(7).is_none_or(|a| a != "no");
    for &k in &ks {
        for &seed in &seeds {
            let mut o = FitOptions::new(family).groups(k).degree(degree).seed(seed).neighbours(nb);
            if args[2].ends_with("-c") {
                o = o.common_dispersion(true);
            }
            if let Some(z) = zd {
                o = o.zero_degree(z);
            }
            let begin = Instant::now();
            let fit = o.fit(&cohort).unwrap();
            let t = begin.elapsed().as_secs_f64();
            let steps: usize = fit.starts.iter().map(|s| s.steps).sum();
            let limit = fit.starts.iter().filter(|s| s.stop == StartStop::StepLimit).count();
            println!(
                "{} k={k} seed={seed} ll {:.4} p {} bic {:.2} conv {} grad {:.1e} {:.3}s climbs {} steps {} limit {} trusted {:?}",
                args[2],
                fit.log_likelihood,
                fit.parameters,
                fit.bic_persons,
                fit.converged,
                fit.gradient_norm,
                t,
                fit.starts.len(),
                steps,
                limit,
                fit.best().err().map(|e| e.to_string())
            );
            if args.len() > 9 {
                let m = fit.model();
                for g in 0..k {
                    println!("  share {:.4} members {}", m.groups()[g].share, fit.groups[g].members);
                    println!("    rate {}", m.rates(g).iter().map(|r| format!("{r:.2}")).collect::<Vec<_>>().join(" "));
                    println!(
                        "    zero {}",
                        m.zero_probabilities(g).iter().map(|r| format!("{r:.2}")).collect::<Vec<_>>().join(" ")
                    );
                }
            }
            if args.len() > 8 {
                for f in &fit.findings {
                    println!("   {f}");
                }
                for o in fit.optima.iter().take(5) {
                    println!("   {o:.4}");
                }
            }
        }
    }
}
