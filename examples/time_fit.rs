//! Fits one model to a wide CSV file and tells the log-likelihood and the time it took; made for
//! `benches/peers`, where whole processes are compared.
//!
//! `time_fit COUNTS.csv [family=poisson] [groups=4] [degree=2] [starts=40] [seed=1] [threads=1]`
#![allow(clippy::print_stdout)] // a program for the terminal

use pleegprofiel::{Family, Spec, cohort::table::read_wide};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let file = args.first().ok_or("usage: time_fit COUNTS.csv [family groups degree starts seed threads]")?;
    let text = |i: usize, otherwise: &'static str| args.get(i).map_or(otherwise, String::as_str);
    let family = match text(1, "poisson") {
        "poisson" => Family::Poisson,
        "zip" => Family::Zip,
        "zip-tau" => Family::ZipTau,
        other => return Err(format!("{other} is not poisson, zip or zip-tau").into()),
    };
    let (groups, degree, starts) = (text(2, "4").parse()?, text(3, "2").parse()?, text(4, "40").parse()?);
    let (seed, threads) = (text(5, "1").parse()?, text(6, "1").parse()?);

    let begin = Instant::now();
    let cohort = read_wide(file, None)?;
    let read = begin.elapsed();
    let options = Spec::counts(family).groups(groups).degree(degree).starts(starts).seed(seed).threads(threads);
    let fit = options.fit(&cohort)?;
    println!(
        "log-likelihood {:.4} converged {} optima {} read {:.6} fit {:.6} seconds",
        fit.log_likelihood,
        fit.converged,
        fit.optima.len(),
        read.as_secs_f64(),
        (begin.elapsed() - read).as_secs_f64(),
    );
    Ok(())
}
