//! The same fit in Rust, for the tests and the comparison: what the Python package gives must have these bits, and take
//! hardly longer.
//!
//! `rust_fit COUNTS.csv EXPOSURE.csv|- FIRST_AGE LAST_AGE FAMILY GROUPS DEGREE STARTS SEED THREADS REPEATS`
//!
//! The files hold numbers only: a row a person, a column an age, without a header. Prints one JSON object: seconds of each
//! repetition from the array in memory to the fit, and numbers as the hexadecimal digits of their bits.
#![allow(clippy::print_stdout)] // a program for the terminal

use pleegprofiel::{AgeGrid, Cohort, Family, Spec, ndarray::Array2};
use std::error::Error;
use std::time::Instant;

fn matrix<T: std::str::FromStr>(path: &str) -> Result<Array2<T>, Box<dyn Error>>
where
    T::Err: Error + 'static,
{
    let text = std::fs::read_to_string(path)?;
    let rows = text.lines().count();
    let values = text.lines().flat_map(|line| line.split(',')).map(str::parse).collect::<Result<Vec<T>, _>>()?;
    Ok(Array2::from_shape_vec((rows, values.len() / rows.max(1)), values)?)
}

fn bits(values: impl IntoIterator<Item = f64>) -> Vec<String> {
    values.into_iter().map(|value| format!("{:016x}", value.to_bits())).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [counts, exposure, first, last, family, groups, degree, starts, seed, threads, repeats] = &args[..] else {
        return Err("eleven arguments are needed; the source tells which".into());
    };
    let counts: Array2<u32> = matrix(counts)?;
    let exposure: Option<Array2<f64>> = if exposure == "-" { None } else { Some(matrix(exposure)?) };
    let family = Family::ALL.into_iter().find(|f| f.key() == family).ok_or("no such family")?;
    let options = Spec::counts(family)
        .groups(groups.parse()?)
        .degree(degree.parse()?)
        .starts(starts.parse()?)
        .seed(seed.parse()?)
        .threads(threads.parse()?);
    let grid = AgeGrid::years(first.parse()?, last.parse()?)?;
    let mut seconds = Vec::new();
    let mut found = None;
    for _ in 0..repeats.parse::<usize>()?.max(1) {
        let begin = Instant::now();
        let cohort = Cohort::from_matrices(grid, counts.view(), exposure.as_ref().map(|e| e.view()))?;
        let fit = options.fit(&cohort)?;
        seconds.push(begin.elapsed().as_secs_f64());
        found = Some((fit, cohort));
    }
    let (fit, cohort) = found.ok_or("nothing was fitted")?;
    let groups = fit.model().groups();
    let answer = serde_json::json!({
        "seconds": seconds,
        "log_likelihood": bits([fit.log_likelihood]),
        "shares": bits(groups.iter().map(|g| g.share)),
        "coefficients": bits(groups.iter().flat_map(|g| g.coefficients.clone())),
        "zero_coefficients": bits(groups.iter().flat_map(|g| g.zero_coefficients.clone())),
        "trajectories": bits((0..groups.len()).flat_map(|k| fit.model().rates(k))),
        "posteriors": bits(fit.model().posteriors(&cohort)?),
        "standard_errors": bits(fit.by_information().estimates().iter().map(|e| e.se.unwrap_or(f64::NAN))),
        "bic": bits([fit.bic_persons]),
        "model": fit.model().to_json(),
    });
    println!("{answer}");
    Ok(())
}
