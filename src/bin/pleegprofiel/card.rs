//! `pleegprofiel card`: the papers of an instrument, a fitted model or the reference model.

use crate::args_validate::{CardArgs, CardFormat};
use crate::failure::Failure;
use crate::outputs;
use crate::score::{find, read};
use crate::screen;
use pleegprofiel::{Model, papers::Subject, profile::reference::REFERENCE_NAME, reference_model};
use std::path::Path;

pub(crate) fn run(args: &CardArgs) -> Result<(), Failure> {
    let subject = subject(&args.subject)?;
    let paper = match args.format {
        CardFormat::Model => subject.model_card(),
        CardFormat::Register => subject.register_entry(),
        CardFormat::Reporting => subject.system_card(),
        CardFormat::AiAct => subject.ai_act(),
    };
    match &args.out {
        Some(path) => outputs::write_file(path, paper.text.as_bytes()),
        None => screen::print(paper.text.trim_end()),
    }
}

/// The reference model by its name, a model in a file, or else an instrument.
fn subject(name: &str) -> Result<Subject, Failure> {
    if name == "reference" || name == REFERENCE_NAME {
        return Ok(Subject::reference(&reference_model()));
    }
    if Path::new(name).is_file()
        && let Ok(model) = Model::from_json(&read(Path::new(name))?)
    {
        if model.groups().is_empty() {
            return Err(Failure::Usage(format!(
                "{name}: papers are of models of one series of counts without covariates; this one has more"
            )));
        }
        let stem = Path::new(name).file_stem().map_or(name.into(), |s| s.to_string_lossy());
        return Ok(Subject::model(&stem, &model));
    }
    Ok(Subject::instrument(&*find(name)?))
}
