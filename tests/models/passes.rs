//! Fits pass by pass: the optimum of the fit in memory, and the same bits however chunks were shared out.

use crate::support::data::{Table, toronto};
use pleegprofiel::{
    Cohort, Error, ErrorKind, Family, Fit, Spec,
    trajectory::{
        Errors,
        passes::{Overview, PassJournal, PassRequest, PassSums},
    },
};
use rstest::rstest;

use Family::{NegBin, Poisson, Zinb, Zip, ZipTau};

/// People in a chunk: 378 make eight, one of them short.
const CHUNK: usize = 50;

fn overview(people: &Cohort, sample: usize) -> Overview {
    Overview {
        sample: people.chunk(0..sample).unwrap(),
        chunks: people.persons().div_ceil(CHUNK) as u64,
        time_at_risk: people.has_exposure(),
        warnings: people.warnings().to_vec(),
    }
}

fn chunk(people: &Cohort, request: &PassRequest, c: u64) -> Result<PassSums, Error> {
    let from = c as usize * CHUNK;
    request.sums(c, &people.chunk(from..(from + CHUNK).min(people.persons()))?)
}

/// Sums worked out by so many workers, each with every so manieth chunk, that send them as JSON; last one first.
fn shared_out(people: &Cohort, request: &PassRequest, workers: u64) -> Result<PassSums, Error> {
    let chunks = people.persons().div_ceil(CHUNK) as u64;
    let asked = serde_json::to_string(request).unwrap();
    let mut all = PassSums::none(request.fingerprint());
    for worker in (0..workers).rev() {
        let request: PassRequest = serde_json::from_str(&asked).unwrap();
        let mut own = PassSums::none(request.fingerprint());
        for c in (worker..chunks).step_by(workers as usize) {
            own = own.merge(chunk(people, &request, c)?)?;
        }
        let sent = serde_json::to_string(&own).unwrap();
        all = all.merge(serde_json::from_str(&sent).unwrap())?;
    }
    Ok(all)
}

fn by_passes(options: &Spec, people: &Cohort, sample: usize, workers: u64) -> Result<Fit, Error> {
    let ask = &mut |request: &PassRequest| shared_out(people, request, workers);
    options.fit_by_passes(&overview(people, sample), ask, &|_| true)
}

fn table(time_at_risk: bool) -> Table {
    match time_at_risk {
        true => toronto("TO1risk"),
        false => toronto("TO1"),
    }
}

#[rstest]
fn the_optimum_is_that_of_the_fit_in_memory_and_its_bits_hang_on_no_worker(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb)] family: Family,
    #[values(false, true)] time_at_risk: bool,
) {
    let people = table(time_at_risk).cohort();
    let options = Spec::counts(family).groups(3).degree(2).starts(10).neighbours(false);
    let whole = options.fit(&people).unwrap();
    let one = by_passes(&options, &people, people.persons(), 1).unwrap();
    assert!(
        (one.log_likelihood - whole.log_likelihood).abs() < 1e-6,
        "{} {}",
        one.log_likelihood,
        whole.log_likelihood
    );
    assert_eq!((one.persons, one.observations, one.parameters), (whole.persons, whole.observations, whole.parameters));
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + b.abs());
    assert!(close(one.bic_persons, whole.bic_persons) && close(one.entropy.unwrap(), whole.entropy.unwrap()));
    for (a, b) in one.groups.iter().zip(&whole.groups) {
        assert_eq!(a.members, b.members);
        assert!(close(a.avepp.unwrap(), b.avepp.unwrap()) && close(a.mismatch, b.mismatch));
    }
    assert_eq!(one.findings.len(), whole.findings.len(), "{:?}\n{:?}", one.findings, whole.findings);
    let (a, b) = (one.by(Errors::Information).unwrap().estimates(), whole.by(Errors::Information).unwrap().estimates());
    for (a, b) in a.iter().zip(&b) {
        if let (Some(a), Some(b)) = (a.se, b.se) {
            assert!((a / b - 1.0).abs() < 1e-3, "{a} {b}");
        }
    }
    for workers in [2, 7] {
        let other = by_passes(&options, &people, people.persons(), workers).unwrap();
        assert_eq!(other.log_likelihood.to_bits(), one.log_likelihood.to_bits());
        assert_eq!(other.model(), one.model());
        assert_eq!(other, one);
    }
}

#[rstest]
fn a_search_among_some_ends_at_the_top_of_all(#[values(Poisson, Zip, NegBin)] family: Family) {
    let people = table(true).cohort();
    let options = Spec::counts(family).groups(2).degree(2).starts(10);
    let whole = options.fit(&people).unwrap();
    let fit = by_passes(&options, &people, 150, 2).unwrap();
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
    let (a, b) = (fit.log_likelihood, whole.log_likelihood);
    assert!((a - b).abs() < 1e-6, "{a} and {b}");
}

/// What whoever holds the people may fail with.
#[derive(Debug)]
enum Stopped {
    ByUs,
    Library,
}

impl From<Error> for Stopped {
    fn from(_: Error) -> Stopped {
        Stopped::Library
    }
}

#[test]
fn a_fit_that_was_stopped_goes_on_from_its_journal_with_the_same_bits() {
    let people = table(true).cohort();
    let options = Spec::counts(Zip).groups(2).degree(2).starts(10);
    let overview = overview(&people, 150);
    let mut stored = format!("{}\n", PassJournal::new("TO1adj").head());
    // stopped at the fifth pass; each finished one is stored
    let mut passes = 0;
    let stopped = options.fit_by_passes::<Stopped>(
        &overview,
        &mut |request| {
            passes += 1;
            if passes == 5 {
                return Err(Stopped::ByUs);
            }
            let sums = shared_out(&people, request, 2)?;
            stored += &format!("{}\n", PassJournal::new("TO1adj").add(&sums));
            Ok(sums)
        },
        &|_| true,
    );
    assert!(matches!(stopped, Err(Stopped::ByUs)));
    assert_eq!(passes, 5);
    // the last line was cut off in the writing
    let cut = &stored[..stored.len() - 20];
    let mut journal = PassJournal::new("TO1adj");
    journal.read(cut).unwrap();
    assert_eq!(journal.len(), 3);
    let mut again = 0;
    let fit = options.fit_by_passes::<Error>(
        &overview,
        &mut |request| match journal.finished(request) {
            Some(sums) => Ok(sums.clone()),
            None => {
                again += 1;
                shared_out(&people, request, 1)
            }
        },
        &|_| true,
    );
    let at_once = by_passes(&options, &people, 150, 1).unwrap();
    assert_eq!(fit.unwrap(), at_once);
    assert!(again > 0);
    assert!(PassJournal::new("others").read(cut).is_err());
    assert!(PassJournal::new("TO1adj").read(&cut.replacen("\"rounds\":3", "\"rounds\":x", 1)).is_err());
}

#[test]
fn people_who_lack_count_twice_or_are_others_are_an_error_not_a_fit() {
    let people = table(true).cohort();
    let options = Spec::counts(Poisson).groups(2).degree(1).starts(4);
    let with = |ask: &mut dyn FnMut(&PassRequest) -> Result<PassSums, Error>, overview: &Overview| {
        options.fit_by_passes(overview, ask, &|_| true).unwrap_err().to_string()
    };
    let all = overview(&people, 150);
    let lacking = with(&mut |r| chunk(&people, r, 0)?.merge(chunk(&people, r, 1)?), &all);
    assert!(lacking.contains("chunk 2 of 8 is missing"), "{lacking}");
    let twice = with(&mut |r| chunk(&people, r, 0)?.merge(chunk(&people, r, 0)?), &all);
    assert!(twice.contains("chunk 0 stands in them twice"), "{twice}");
    let mut first: Option<PassSums> = None;
    let stale = with(
        &mut |r| match &first {
            Some(sums) => Ok(sums.clone()),
            None => Ok(first.insert(shared_out(&people, r, 1)?).clone()),
        },
        &all,
    );
    assert!(stale.contains("answer another request"), "{stale}");
    let without = with(&mut |r| shared_out(&people, r, 1), &Overview { time_at_risk: false, ..all.clone() });
    assert!(without.contains("time at risk of their own"), "{without}");
    let family =
        Spec::counts(Family::NegMultinomial)
            .fit_by_passes::<Error>(&all, &mut |r| shared_out(&people, r, 1), &|_| true);
    assert!(family.unwrap_err().to_string().contains("not fitted by passes"));
    let stopped = options.fit_by_passes::<Error>(&all, &mut |r| shared_out(&people, r, 1), &|p| p.done < 6);
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
}
