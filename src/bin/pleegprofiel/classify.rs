//! `pleegprofiel classify`: people beside the profiles of a model, one line each.

use crate::args_people::{ClassifyArgs, ModelChoice};
use crate::failure::Failure;
use crate::screen;
use pleegprofiel::{
    Classification, Classifier, ClassifyOptions, Cohort, Definitions, Error, ErrorKind, Language, Profile, Refusal,
    TrajectoryModel, name_model, reference_model,
};
use serde_json::{Map, Value, json};

/// People whose answers are held at once.
const AT_ONCE: usize = 1000;

pub(crate) fn run(args: &ClassifyArgs) -> Result<(), Failure> {
    let options = ClassifyOptions { coverage: args.coverage, seed: args.seed, ..ClassifyOptions::default() };
    options.check()?;
    let classifier = classifier(&args.model, options)?;
    let cohort = args.input.read()?;
    let language = Language::from(args.lang);
    let profiles: Vec<Profile> =
        Profile::ALL.into_iter().filter(|p| classifier.naming().groups.iter().any(|g| g.profile == Some(*p))).collect();
    if !args.json {
        screen::print(&line(&header(&profiles))?)?;
    }
    for from in (0..cohort.persons()).step_by(AT_ONCE) {
        let upto = (from + AT_ONCE).min(cohort.persons());
        let mut lines = Vec::with_capacity(upto - from);
        for (i, answer) in (from..upto).zip(classifier.classify_people(&cohort, from..upto)) {
            let id = cohort.id(i).unwrap_or_default();
            let answer = refused_or(answer, &cohort, i)?;
            lines.push(if args.json {
                object(id, &answer, args.explain, language).to_string()
            } else {
                line(&row(id, &answer, &profiles, language))?
            });
        }
        screen::print(&lines.join("\n"))?;
    }
    Ok(())
}

fn classifier(choice: &ModelChoice, options: ClassifyOptions) -> Result<Classifier, Failure> {
    let Some(path) = &choice.model else {
        // clap asks for one of the two, so without a file it is the reference model
        let reference = reference_model();
        let (model, naming) = (reference.model().clone(), reference.naming().clone());
        return Ok(Classifier::with(model, naming, options)?.named(reference.card().name.clone()));
    };
    let model = TrajectoryModel::load(path)?;
    let naming = name_model(&model, &Definitions::default())?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Classifier::with(model, naming, options)?.named(name))
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

fn object(id: &str, answer: &Answer, explain: bool, language: Language) -> Value {
    let answer = match answer {
        Ok(answer) => answer,
        Err((refusal, error)) => {
            return json!({
                "id": id, "posterior": null, "profile": null, "undecided": null, "prediction_set": null,
                "typicality": null, "refused": refusal.key(), "reason": error.to_string(),
            });
        }
    };
    let posterior: Map<String, Value> =
        answer.posterior.iter().map(|p| (p.profile.key().to_owned(), json!(p.probability))).collect();
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
        "calibration": answer.prediction_set.source,
        "typicality_interval": [answer.typicality.nearest.low, answer.typicality.nearest.high],
        "typicality_of_all": answer.typicality.mixture.p,
        "group": answer.answer.group + 1,
        "groups": answer.groups,
        "ambiguous_name": answer.answer.ambiguous_name,
        "age": answer.age,
        "years": answer.years,
        "offences": answer.offences,
        "limitations": answer.limitations.iter().map(|l| l.text(language)).collect::<Vec<_>>(),
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
    header.push("offences".into());
    header
}

fn row(id: &str, answer: &Answer, profiles: &[Profile], language: Language) -> Vec<String> {
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
            let set = &answer.prediction_set;
            let mut kept: Vec<&str> = set.profiles.iter().map(|p| p.key()).collect();
            kept.extend(set.no_profile.then_some("none"));
            row.push(kept.join("|"));
            let p = &answer.typicality.nearest;
            row.extend([p.p, p.low, p.high, answer.age, answer.years].map(number));
            row.push(answer.offences.to_string());
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
