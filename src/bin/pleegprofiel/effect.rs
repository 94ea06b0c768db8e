//! `pleegprofiel effect`: what two groups can show of an intervention, and what they show.

use crate::args_chain::EffectArgs;
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::{monitor, screen};
use pleegprofiel::{
    career::Category,
    cohort::{
        recidivism::{RecidivismOptions, Reoffence},
        table::read_career_table,
    },
    monitor::effect::{EffectData, EffectOptions, read_participants},
    report::EffectReport,
};
use std::io::Write;

pub(crate) fn run(args: &EffectArgs) -> Result<(), Failure> {
    if let Some(directory) = &args.out {
        outputs::check_directory(directory)?;
    }
    let options = EffectOptions::default().years(args.years.iter().copied()).worthwhile(args.worthwhile);
    let options = options.show_small_cells(args.show_small_cells);
    options.check()?;
    let outcomes = outcomes(args)?;
    let table = args.dated.options()?.categorical(&args.categorical);
    let (mut read, participants) = crate::args_table::quietly(|| {
        let custody = args.custody.as_ref().map(crate::inputs::table).transpose()?;
        let (people, offences) = (crate::inputs::table(&args.people)?, crate::inputs::table(&args.offences)?);
        let read = read_career_table(people, offences, custody, &table)?;
        let participants = read_participants(crate::inputs::table(&args.participants)?, &args.covariates, &table)?;
        Ok((read, participants))
    })?;
    crate::args_table::tell_ignored_in_vain(&table);
    read.warnings.extend(participants.warnings().iter().cloned());
    let people = participants.with_careers(&read.careers)?;
    let data = EffectData::of_careers(&people, participants.names(), &outcomes)?;
    let found = data.effect(&options)?;
    if !found.may_be_shown() && !args.show_small_cells {
        return Err(Failure::Usage(
            "a group of fewer than 10 persons: nothing is shown of it (--show-small-cells shows it)".into(),
        ));
    }
    let report = EffectReport::new(&found, args.lang.into());
    let json = serde_json::to_string(&found).map_err(|e| Failure::Output(e.to_string()))?;
    if let Some(directory) = &args.out {
        let mut files = Outputs::open(directory)?;
        files.add("effect.json", |out| out.write_all(json.as_bytes()))?;
        let html = report.html()?;
        files.add("report.html", |out| out.write_all(html.as_bytes()))?;
        if let Some(svg) = report.sections().iter().find_map(|section| section.picture.as_ref()) {
            files.add("difference.svg", |out| out.write_all(svg.as_bytes()))?;
        }
        files.publish()?;
    }
    if args.json {
        read.warnings.iter().for_each(|warning| screen::note(warning));
        return screen::print(&json);
    }
    let warnings = read.warnings.iter().map(|warning| format!("  ! {warning}"));
    let notes: Vec<String> = report.findings().iter().map(|finding| format!("  {finding}")).chain(warnings).collect();
    screen::print(&(monitor::sections_text(report.sections()) + &notes.join("\n")))
}

fn outcomes(args: &EffectArgs) -> Result<Vec<(String, RecidivismOptions)>, Failure> {
    let index = Category::new(&args.index)?;
    let of = |reoffence| RecidivismOptions::default().index(index.clone()).reoffence(reoffence);
    let mut all = vec![("any".to_owned(), of(Reoffence::Any)), ("special".to_owned(), of(Reoffence::SameKind))];
    for (name, keys) in &args.outcomes {
        if all.iter().any(|(known, _)| known == name) {
            return Err(Failure::Usage(format!("the outcome {name} stands twice")));
        }
        let categories = keys.iter().map(|key| Category::new(key)).collect::<Result<Vec<_>, _>>()?;
        all.push((name.clone(), of(Reoffence::Categories(categories))));
    }
    Ok(all)
}
