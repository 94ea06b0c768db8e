//! `pleegprofiel classify`: people beside the profiles of a model, one line each.

use crate::args_people::ClassifyArgs;
use crate::failure::Failure;
use crate::placed_by::{By, Known};
use crate::{outputs, screen};
#[cfg(feature = "parquet")]
use pleegprofiel::profile::classify::ClassificationWriter;
use pleegprofiel::{
    Cohort, Error, ErrorKind, Language, Profile,
    profile::classify::{Classification, ClassifyOptions, FileFit, ProfileEvidence, Refusal},
};
use serde_json::{Map, Value, json};
use std::io::Write;

/// People whose answers are held at once.
const AT_ONCE: usize = 1000;

pub(crate) fn run(args: &ClassifyArgs) -> Result<(), Failure> {
    let options = ClassifyOptions { coverage: args.coverage, seed: args.seed, ..ClassifyOptions::default() };
    options.check()?;
    let by = By::new(args, options)?;
    if args.stream {
        return streamed(args, &by);
    }
    let cohort = args.input.read()?;
    let known = by.known(args, &cohort)?;
    let language = Language::from(args.lang);
    let fit = by.file_fit(&cohort, &known)?;
    let file = File::new(fit, cohort.persons(), language);
    if let Some(warning) = file.warning() {
        screen::warn(warning);
    }
    let shown = Shown { file, profiles: by.profiles(), json: args.json, explain: args.explain, language };
    if !args.json {
        screen::print(&line(&header(&shown.profiles))?)?;
    }
    shown.lines(&by, &cohort, &known, &mut |lines| screen::print(&lines))
}

/// People who are not held in memory: the table is read once as a whole, so that nothing is answered of one that is not
/// sound, and once more to answer.
fn streamed(args: &ClassifyArgs, by: &By) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        outputs::check_file(path)?;
    }
    by.can_stream()?;
    let nothing = Known::default();
    let (folder, language) = (args.scratch.folder(), Language::from(args.lang));
    let people = args.input.read_in_chunks(&folder, args.seed)?;
    let fit = by.file_fit(&people.sample()?, &nothing)?;
    let file = File::new(fit, usize::try_from(people.persons()).unwrap_or(usize::MAX), language);
    drop(people);
    if let Some(warning) = file.warning() {
        screen::warn(warning);
    }
    let shown = Shown { file, profiles: by.profiles(), json: args.json, explain: args.explain, language };
    match &args.out {
        None => {
            if !args.json {
                screen::print(&line(&header(&shown.profiles))?)?;
            }
            args.input
                .for_each_chunk(&folder, &mut |chunk| shown.lines(by, &chunk, &nothing, &mut |l| screen::print(&l)))
        }
        #[cfg(feature = "parquet")]
        Some(path) if path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("parquet")) => {
            outputs::write_with(path, |to| {
                let fit = shown.file.fit.as_ref();
                let mut table = ClassificationWriter::new(&shown.profiles, fit, language, to)?;
                args.input.for_each_chunk(&folder, &mut |chunk| {
                    let ids = (0..chunk.persons()).map(|i| chunk.id(i).unwrap_or_default());
                    Ok(table.write(ids.zip(by.people(&chunk, &nothing, 0..chunk.persons())?))?)
                })?;
                Ok(table.finish()?)
            })
        }
        Some(path) => outputs::write_with(path, |to| {
            let mut put = |text: String| {
                writeln!(to, "{text}").map_err(|cause| Failure::Output(format!("{}: {cause}", path.display())))
            };
            if !args.json {
                put(line(&header(&shown.profiles))?)?;
            }
            args.input.for_each_chunk(&folder, &mut |chunk| shown.lines(by, &chunk, &nothing, &mut put))
        }),
    }
}

/// How answers are shown.
struct Shown {
    file: File,
    profiles: Vec<Profile>,
    json: bool,
    explain: bool,
    language: Language,
}

impl Shown {
    /// Answers people, some at a time, and puts out their lines.
    fn lines(
        &self,
        by: &By,
        cohort: &Cohort,
        known: &Known,
        put: &mut dyn FnMut(String) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for from in (0..cohort.persons()).step_by(AT_ONCE) {
            let upto = (from + AT_ONCE).min(cohort.persons());
            let mut lines = Vec::with_capacity(upto - from);
            for (i, answer) in (from..upto).zip(by.people(cohort, known, from..upto)?) {
                let id = cohort.id(i).unwrap_or_default();
                let answer = refused_or(answer, cohort, i)?;
                lines.push(if self.json {
                    object(id, &answer, &self.file, self.explain, self.language).to_string()
                } else {
                    line(&row(id, &answer, &self.file, &self.profiles, self.language))?
                });
            }
            put(lines.join("\n"))?;
        }
        Ok(())
    }
}

/// What the file as a whole says of the model.
struct File {
    fit: Option<FileFit>,
    text: String,
}

impl File {
    fn new(fit: Option<FileFit>, persons: usize, language: Language) -> File {
        let text = fit.as_ref().map_or_else(|| FileFit::unchecked(persons, language), |fit| fit.text(language));
        File { fit, text }
    }

    fn key(&self) -> &'static str {
        FileFit::key_of(self.fit.as_ref())
    }

    /// What has to be known before an answer is read.
    fn warning(&self) -> Option<&str> {
        self.fit.as_ref().is_some_and(|fit| !fit.fits()).then_some(self.text.as_str())
    }

    fn object(&self, explain: bool) -> Value {
        let mut object = json!({ "answer": self.key(), "text": self.text });
        if let (Some(fit), Some(fields)) = (&self.fit, object.as_object_mut()) {
            if explain {
                fields.insert("figures".into(), json!(fit));
            } else {
                fields.insert("factor".into(), json!(fit.factor));
                fields.insert("rate_z".into(), json!(fit.rate_z));
                fields.insert("spread_z".into(), json!(fit.spread_z));
            }
        }
        object
    }
}

/// An answer, or the refusal of this person with its reason; any other error stops everything.
type Answer = Result<Box<Classification>, (Refusal, Error)>;

fn refused_or(answer: Result<Classification, Error>, cohort: &Cohort, person: usize) -> Result<Answer, Failure> {
    match answer {
        Ok(answer) => Ok(Ok(Box::new(answer))),
        Err(error) if error.kind() == ErrorKind::Refused => match Refusal::of(&error) {
            Some(refusal) => Ok(Err((refusal, error))),
            None => Err(error.into()),
        },
        Err(error) => Err(Failure::Usage(format!("person {} of {}: {error}", person + 1, cohort.persons()))),
    }
}

fn object(id: &str, answer: &Answer, file: &File, explain: bool, language: Language) -> Value {
    let answer = match answer {
        Ok(answer) => answer,
        Err((refusal, error)) => {
            return json!({
                "id": id, "posterior": null, "profile": null, "undecided": null, "prediction_set": null,
                "typicality": null, "refused": refusal.key(), "reason": error.to_string(),
                "file_fit": file.object(explain),
            });
        }
    };
    let posterior: Map<String, Value> =
        answer.posterior.iter().map(|p| (p.profile.key().to_owned(), json!(p.probability))).collect();
    let held = |e: &ProfileEvidence| (e.profile.map_or("none", |p| p.key()).to_owned(), json!(e.holds));
    let holds: Map<String, Value> = answer.prediction_set.evidence.iter().map(held).collect();
    let mut limitations: Vec<String> = answer.limitations.iter().map(|l| l.text(language)).collect();
    // a file that fits is no limitation of an answer; one that could not be looked at is
    limitations.extend((file.key() != "fits").then(|| file.text.clone()));
    let mut object = json!({
        "id": id,
        "posterior": posterior,
        "profile": answer.profile(),
        "undecided": answer.answer.undecided.as_ref().map(|why| why.key()),
        "prediction_set": answer.prediction_set.profiles,
        "typicality": answer.typicality.nearest.p,
        "refused": null,
        "reason": answer.answer.undecided.as_ref().map(|why| why.text(language)),
        "no_profile": answer.without_profile.iter().fold(0.0, |sum, c| sum + c.probability.get()),
        "no_profile_in_set": answer.prediction_set.no_profile,
        "coverage": answer.prediction_set.coverage,
        "set_holds": holds,
        "calibration": answer.prediction_set.source,
        "typicality_interval": [answer.typicality.nearest.low, answer.typicality.nearest.high],
        "typicality_of_all": answer.typicality.mixture.p,
        "group": answer.answer.group + 1,
        "groups": answer.groups,
        "ambiguous_name": answer.answer.ambiguous_name,
        "age": answer.age,
        "years": answer.years,
        "offences": answer.offences,
        "limitations": limitations,
        "index": answer.index,
        "file_fit": file.object(explain),
        "model": answer.model.name,
    });
    if explain && let Some(fields) = object.as_object_mut() {
        fields.insert("explanation".into(), json!(answer.explanation));
        fields.insert("what_if".into(), json!(answer.what_if));
        fields.insert("forecast".into(), json!(answer.forecast));
        fields.insert("resolution".into(), json!(answer.resolution));
        fields.insert("text".into(), json!(answer.text(language)));
    }
    object
}

fn header(profiles: &[Profile]) -> Vec<String> {
    let mut header: Vec<String> = ["id", "profile", "undecided", "refused", "reason"].map(str::to_owned).to_vec();
    header.extend(profiles.iter().map(|p| format!("posterior_{p}")));
    header.extend(
        ["posterior_none", "prediction_set", "typicality", "typicality_low", "typicality_high", "age", "years"]
            .map(str::to_owned),
    );
    header.extend(["offences", "file_fit"].map(str::to_owned));
    header
}

fn row(id: &str, answer: &Answer, file: &File, profiles: &[Profile], language: Language) -> Vec<String> {
    let mut row = vec![id.to_owned()];
    match answer {
        Ok(answer) => {
            let why = answer.answer.undecided.as_ref();
            row.push(answer.profile().map_or("", Profile::key).to_owned());
            row.push(why.map_or("", |why| why.key()).to_owned());
            row.push(String::new());
            row.push(why.map_or_else(String::new, |why| why.text(language)));
            let number = |p: f64| format!("{p:?}");
            row.extend(profiles.iter().map(|p| answer.probability(*p).map_or_else(String::new, number)));
            row.push(number(answer.without_profile.iter().fold(0.0, |sum, c| sum + c.probability.get())));
            row.push(answer.prediction_set.keys().join("|"));
            let p = &answer.typicality.nearest;
            row.extend([p.p, p.low, p.high, answer.age, answer.years].map(number));
            row.extend([answer.offences.to_string(), file.key().to_owned()]);
        }
        Err((refusal, error)) => {
            row.extend([String::new(), String::new(), refusal.key().to_owned(), error.to_string()]);
            row.resize(header(profiles).len(), String::new());
        }
    }
    row
}

/// A line of a CSV table without its end.
fn line(cells: &[String]) -> Result<String, Failure> {
    let broken = |cause: String| Failure::Output(format!("a line cannot be written: {cause}"));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(cells).map_err(|error| broken(error.to_string()))?;
    let bytes = table.into_inner().map_err(|error| broken(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}
