//! `pleegprofiel select`: many models, compared.

use crate::args::SelectArgs;
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::resume::Resume;
use crate::{progress, screen};
use pleegprofiel::{
    Cohort, Family,
    report::{SMALL_CELL, selection_svg},
    trajectory::{
        OneCurve, Progress,
        selection::{CandidateFit, NO_DISCOVERY, Selection, SelectionState, SelectionWatch},
    },
};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

pub(crate) fn run(args: &SelectArgs) -> Result<(), Failure> {
    let options = args.options().map_err(Failure::Usage)?;
    let resume = Resume::new(args.resume.as_deref());
    let mut state = resume.read(SelectionState::from_json)?;
    outputs::check_directory(&args.out)?;
    let cohort = args.input.read()?;
    let begin = Instant::now();
    let clock = || begin.elapsed().as_secs_f64();
    let searched = progress::watched(|tick| {
        let progress = |p: pleegprofiel::trajectory::selection::SelectionProgress<'_>| {
            p.state.is_none_or(|state| resume.keep(|| state.to_json()))
                && tick(Progress { done: p.done, total: p.total })
        };
        options.select_from(&cohort, &mut state, SelectionWatch { progress: &progress, clock: Some(&clock) })
    });
    let (mut selection, _) = resume.outcome(searched)?;
    if let Some(bootstrap) = args.bootstrap() {
        progress::watched(|tick| selection.work_out_stability(&cohort, &bootstrap, tick))?;
    }
    write(&selection, &cohort, &args.out)?;
    let one = OnePopulation::beside(&selection, &cohort);
    if args.json {
        screen::print(&json(&selection, one.as_ref())?)?;
    } else {
        let shown = Shown { persons: cohort.persons() as f64, small: args.show_small_cells };
        let mut notes = notes(&selection, args.starts_only, shown);
        // last but one: what every selection has to be read with stays at the end
        notes.splice(notes.len() - 1..notes.len() - 1, one.map(|one| one.text()));
        let text = screen::grid(&HEADER, &rows(&selection, shown), &notes);
        screen::print(&format!("{text}\n\n{}", written(&selection, &args.out)))?;
    }
    selection.best().map(|_| ()).map_err(Failure::from)
}

/// One curve with lasting differences between people, which groups of counts are held against.
#[derive(Serialize)]
struct OnePopulation {
    #[serde(flatten)]
    curve: OneCurve,
    /// By how much its BIC (persons) is below that of the best model; below 0 when groups explain more.
    gain: f64,
}

impl OnePopulation {
    /// None where the best model is not of counts or has no groups to doubt, or the curve cannot be fitted.
    fn beside(selection: &Selection, cohort: &Cohort) -> Option<OnePopulation> {
        let best = selection.best().ok()?;
        let counts = Family::ALL.iter().any(|f| f.counts_events() && f.key() == best.model.family);
        if !counts || best.model.groups < 2 {
            return None;
        }
        let (curve, figures) = (OneCurve::best(cohort).ok()?, best.figures.as_ref()?);
        Some(OnePopulation { gain: figures.bic_persons - curve.bic_persons, curve })
    }

    fn text(&self) -> String {
        let (variance, gain) = (self.curve.variance, self.gain);
        if gain > 0.0 {
            return format!(
                "! one curve with lasting differences between people (variance {variance:.2}) explains this cohort better than the best of these models (BIC {gain:.1} lower): its groups may be parts of one population"
            );
        }
        let behind = -gain;
        format!(
            "One population, with one curve and lasting differences between people (variance {variance:.2}), lies {behind:.1} behind in BIC."
        )
    }
}

fn write(selection: &Selection, cohort: &Cohort, out: &Path) -> Result<(), Failure> {
    let grolts = match selection.best {
        Some(_) => Some(selection.grolts(cohort)?),
        None => None,
    };
    let mut outputs = Outputs::open(out)?;
    outputs.add("selection.csv", |file| table(file, selection))?;
    outputs.add("selection.svg", |file| file.write_all(selection_svg(selection).as_bytes()))?;
    if let Some(grolts) = grolts {
        outputs.add("grolts.json", |file| writeln!(file, "{}", grolts.to_json()))?;
    }
    outputs.publish()
}

fn written(selection: &Selection, out: &Path) -> String {
    let files = match selection.best {
        Some(_) => "selection.csv, selection.svg and grolts.json",
        None => "selection.csv and selection.svg",
    };
    format!("Written: {files} in {}", out.display())
}

const COLUMNS: [&str; 26] = [
    "family",
    "groups",
    "degrees",
    "zero_degree",
    "log_likelihood",
    "parameters",
    "aic",
    "bic_persons",
    "bic_observations",
    "icl",
    "entropy",
    "smallest_share",
    "smallest_avepp",
    "smallest_occ",
    "largest_mismatch",
    "optima",
    "reached",
    "climbs",
    "converged",
    "trusted",
    "rank",
    "difference",
    "evidence",
    "stability",
    "seconds",
    "fatal",
];

/// One row a model, in the order of the search; numbers read back to the same bits, what is not there is empty.
fn table(out: &mut impl Write, selection: &Selection) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for (i, c) in selection.candidates.iter().enumerate() {
        let f = c.figures.as_ref();
        let real = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:?}"));
        let whole = |v: Option<usize>| v.map_or(String::new(), |v| v.to_string());
        table.write_record([
            c.model.family.clone(),
            c.model.groups.to_string(),
            c.model.degrees_label(),
            whole(c.model.zero_degree),
            real(f.map(|f| f.log_likelihood)),
            whole(f.map(|f| f.parameters)),
            real(f.map(|f| f.aic)),
            real(f.map(|f| f.bic_persons)),
            real(f.map(|f| f.bic_observations)),
            real(f.map(|f| f.icl)),
            real(f.and_then(|f| f.entropy)),
            real(f.map(|f| f.smallest_share)),
            real(f.and_then(|f| f.smallest_avepp)),
            real(f.and_then(|f| f.smallest_occ)),
            real(f.map(|f| f.largest_mismatch)),
            whole(f.map(|f| f.optima)),
            whole(f.map(|f| f.reached[0])),
            whole(f.map(|f| f.reached[1])),
            f.map_or(String::new(), |f| f.converged.to_string()),
            c.trusted().is_some().to_string(),
            whole(rank(selection, i)),
            real(selection.difference(i)),
            selection.evidence(i).map_or(String::new(), |e| e.to_string()),
            real(c.stability),
            real(c.seconds.0),
            c.fatal.join("; "),
        ])?;
    }
    table.flush()
}

/// Place from 1 among the models that can be trusted.
fn rank(selection: &Selection, candidate: usize) -> Option<usize> {
    selection.ranking.iter().position(|&i| i == candidate).map(|place| place + 1)
}

const HEADER: [&str; 12] =
    ["", "family", "groups", "degree", "logL", "par.", "BIC", "AIC", "ICL", "entropy", "smallest", "AvePP"];

/// Which smallest groups are shown.
#[derive(Clone, Copy)]
struct Shown {
    persons: f64,
    small: bool,
}

impl Shown {
    fn shows(self, share: f64) -> bool {
        self.small || share * self.persons >= SMALL_CELL as f64
    }
}

fn rows(selection: &Selection, shown: Shown) -> Vec<Vec<String>> {
    let row = |(i, c): (usize, &CandidateFit)| {
        let mark = match (selection.best == Some(i), selection.parsimonious == Some(i), c.trusted()) {
            (true, ..) => "*",
            (_, true, _) => "+",
            (.., None) => "x",
            _ => "",
        };
        let mut cells = vec![mark.into(), c.model.family.clone(), c.model.groups.to_string(), c.model.degrees_label()];
        cells.extend(match &c.figures {
            None => vec!["-".to_owned(); 8],
            Some(f) => vec![
                format!("{:.2}", f.log_likelihood),
                f.parameters.to_string(),
                format!("{:.1}", f.bic_persons),
                format!("{:.1}", f.aic),
                format!("{:.1}", f.icl),
                f.entropy.map_or("-".into(), |e| format!("{e:.3}")),
                if shown.shows(f.smallest_share) { format!("{:.1} %", 100.0 * f.smallest_share) } else { "-".into() },
                f.smallest_avepp.filter(|_| shown.shows(f.smallest_share)).map_or("-".into(), |a| format!("{a:.2}")),
            ],
        });
        cells
    };
    selection.candidates.iter().enumerate().map(row).collect()
}

/// What the marks mean, and what has to be read with any selection.
fn notes(selection: &Selection, starts_only: bool, shown: Shown) -> Vec<String> {
    let criterion = selection.criterion();
    let mut notes = Vec::new();
    match selection.best {
        None => notes.push("No model of this search can be trusted.".to_owned()),
        Some(best) => {
            notes.push(format!("* best by {criterion}: {}.", selection.candidates[best].model));
            if let Some(small) = selection.parsimonious.filter(|&s| s != best) {
                let difference = selection.difference(small).unwrap_or(0.0);
                let evidence = match selection.evidence(small) {
                    Some(e) => format!("; the evidence against it is {e} (Kass & Raftery 1995)"),
                    None => String::new(),
                };
                notes.push(format!(
                    "+ the smallest within {} of it: {}, {difference:.2} above{evidence}.",
                    selection.within(),
                    selection.candidates[small].model
                ));
            }
            notes.extend([Some(best), selection.parsimonious.filter(|&s| s != best)].into_iter().flatten().filter_map(
                |i| {
                    let c = &selection.candidates[i];
                    let how = "mean adjusted Rand index of the groups of people drawn again with these";
                    c.stability.map(|s| format!("stability of {}: {s:.2} ({how}; 1 = always the same).", c.model))
                },
            ));
            let most = selection.candidates.iter().map(|c| c.model.groups).max();
            if most > Some(1) && most == Some(selection.candidates[best].model.groups) {
                notes.push("! the best has the largest number of groups tried: more may be better still".to_owned());
            }
            notes.extend(selection.candidates[best].findings.iter().map(|f| format!("! {f}")));
        }
    }
    if starts_only {
        let what = "optima next door to those of the starts were not looked for";
        notes.push(format!("! {what}: log-likelihoods of zip models may be too low (--starts-only)"));
    }
    let refused: Vec<&CandidateFit> = selection.candidates.iter().filter(|c| c.trusted().is_none()).collect();
    notes.extend(refused.iter().map(|c| format!("x not to be trusted: {}: {}", c.model, c.fatal.join("; "))));
    let figures = selection.candidates.iter().filter_map(|c| c.figures.as_ref());
    if figures.into_iter().any(|f| !shown.shows(f.smallest_share)) {
        notes.push(format!("Groups of fewer than {SMALL_CELL} people are not shown in numbers (--show-small-cells)."));
    }
    notes.push(NO_DISCOVERY.to_owned());
    notes
}

#[derive(Serialize)]
struct Object<'a> {
    criterion: &'static str,
    within: f64,
    best: Option<usize>,
    parsimonious: Option<usize>,
    one_population: Option<&'a OnePopulation>,
    models: Vec<Model<'a>>,
}

#[derive(Serialize)]
struct Model<'a> {
    #[serde(flatten)]
    fit: &'a CandidateFit,
    trusted: bool,
    rank: Option<usize>,
    difference: Option<f64>,
    evidence: Option<&'static str>,
}

fn json(selection: &Selection, one_population: Option<&OnePopulation>) -> Result<String, Failure> {
    let models = selection.candidates.iter().enumerate().map(|(i, fit)| Model {
        fit,
        trusted: fit.trusted().is_some(),
        rank: rank(selection, i),
        difference: selection.difference(i),
        evidence: selection.evidence(i).map(|e| e.words()),
    });
    let object = Object {
        criterion: selection.criterion().key(),
        within: selection.within(),
        best: selection.best,
        parsimonious: selection.parsimonious,
        one_population,
        models: models.collect(),
    };
    serde_json::to_string(&object)
        .map_err(|error| Failure::Output(format!("the selection cannot be written as JSON: {error}")))
}
