//! `pleegprofiel overlap` and `pleegprofiel repeat`: people registered as victims, as offenders too or once more, by
//! definitions that the caller states and the result repeats.

use crate::args_chain::{OverlapArgs, RepeatArgs};
use crate::failure::Failure;
use crate::{outputs, screen};
use pleegprofiel::{
    Language,
    cohort::CohortWarning,
    monitor::{Overlap, OverlapDefinition, Repeat, RepeatDefinition, overlap, read_victims, repeat_victims},
};
use serde::Serialize;
use std::path::Path;

pub(crate) fn run_overlap(args: &OverlapArgs) -> Result<(), Failure> {
    if let Some(path) = &args.common.out {
        outputs::check_file(path)?;
    }
    let mut definition = OverlapDefinition::new(&args.victim, args.offender);
    if let Some(days) = args.within_days {
        definition = definition.within_days(days);
    }
    definition.check()?;
    let table = args.common.dated.options()?;
    let read = crate::args_table::quietly(|| {
        read_victims(crate::inputs::table(&args.victims)?, Some(crate::inputs::table(&args.events)?), &table)
    })?;
    let found = overlap(&read.events, &read.victims, &definition, args.common.show_small_cells)?;
    let language = args.common.lang.into();
    finish(&found, overlap_text(&found, language), &read.warnings, args.common.out.as_deref(), args.common.json)
}

pub(crate) fn run_repeat(args: &RepeatArgs) -> Result<(), Failure> {
    if let Some(path) = &args.common.out {
        outputs::check_file(path)?;
    }
    let definition = RepeatDefinition { event: args.event.clone(), apart_days: args.apart_days, years: args.years };
    let table = args.common.dated.options()?;
    let Some(end) = args.common.dated.register_end() else {
        return Err(Failure::Usage(
            "--register-end is needed: who is not registered again is followed to that day".into(),
        ));
    };
    let read = crate::args_table::quietly(|| read_victims(crate::inputs::table(&args.victims)?, None, &table))?;
    let found = repeat_victims(&read.victims, end, &definition, args.common.show_small_cells)?;
    let language = args.common.lang.into();
    finish(&found, repeat_text(&found, language), &read.warnings, args.common.out.as_deref(), args.common.json)
}

fn finish<T: Serialize>(
    found: &T,
    text: String,
    warnings: &[CohortWarning],
    out: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let object = serde_json::to_string(found).map_err(|e| Failure::Output(e.to_string()))?;
    if let Some(path) = out {
        outputs::write_file(path, format!("{object}\n").as_bytes())?;
    }
    if json {
        warnings.iter().for_each(|warning| screen::note(warning));
        return screen::print(&object);
    }
    let warnings: Vec<String> = warnings.iter().map(|warning| format!("\n  ! {warning}")).collect();
    screen::print(&(text + &warnings.concat()))
}

fn pick<'a>(language: Language, dutch: &'a str, english: &'a str) -> &'a str {
    if language == Language::Dutch { dutch } else { english }
}

fn rows(language: Language, all: &[([&str; 2], String)]) -> String {
    let rows: Vec<Vec<String>> =
        all.iter().map(|([nl, en], value)| vec![pick(language, nl, en).to_owned(), value.clone()]).collect();
    let header = [pick(language, "personen", "persons"), pick(language, "aantal", "number")];
    screen::plain_table(&header, &rows)
}

fn number(of: Option<u64>) -> String {
    of.map_or_else(|| "–".to_owned(), |n| n.to_string())
}

fn overlap_text(found: &Overlap, language: Language) -> String {
    let table = rows(
        language,
        &[
            (["slachtoffer", "victim"], number(found.victims)),
            (["dader", "offender"], number(found.offenders)),
            (["beide", "both"], number(found.both)),
            (["eerst slachtoffer", "victim first"], number(found.victim_first)),
            (["eerst dader", "offender first"], number(found.offender_first)),
            (["op een dag", "on one day"], number(found.same_day)),
        ],
    );
    let [nl, en] = found.definition.offender.labels();
    let within = found.definition.within_days;
    let days = |nl: &str, en: &str| {
        within.map_or_else(
            || pick(language, "ongeacht de tijd ertussen", "whatever the time between").to_owned(),
            |days| pick(language, nl, en).replace("{}", &days.to_string()),
        )
    };
    let said = match language {
        Language::Dutch => {
            format!("Slachtoffer: {}. Dader: {nl}. Beide: {}.", found.definition.victim, days("binnen {} dagen", ""))
        }
        _ => format!("Victim: {}. Offender: {en}. Both: {}.", found.definition.victim, days("", "within {} days")),
    };
    let none = pick(
        language,
        "Er is geen gepubliceerde definitie van deze overlap: dit is die van wie erom vroeg. – minder dan 10 personen, of daaruit af te leiden.",
        "No definition of this overlap is published: this is that of whoever asked. – fewer than 10 persons, or what would tell them.",
    );
    format!("{table}\n  {said}\n  {none}")
}

fn repeat_text(found: &Repeat, language: Language) -> String {
    let comma = |text: String| if language == Language::Dutch { text.replace('.', ",") } else { text };
    // no more digits than hold
    let places = if found.rounded_to.is_some_and(|step| step >= 0.01 - 1e-12) { 0 } else { 1 };
    let per_cent = |v: f64| comma(format!("{:.places$}", 100.0 * v));
    let about = found.rounded_to.map_or("", |_| pick(language, "ongeveer ", "about "));
    let share = found.share.map_or_else(
        || "–".to_owned(),
        |of| {
            let ends = of
                .low
                .zip(of.high)
                .map(|(low, high)| format!(" ({} {} {})", per_cent(low), pick(language, "tot", "to"), per_cent(high)));
            about.to_owned() + &per_cent(of.share) + &ends.unwrap_or_default()
        },
    );
    let table = rows(
        language,
        &[
            (["geregistreerd als slachtoffer", "registered as a victim"], number(found.persons)),
            (["opnieuw, %", "once more, %"], share),
        ],
    );
    let (stated, years) = (&found.definition, comma(found.definition.years.to_string()));
    let said = match language {
        Language::Dutch => format!(
            "Opnieuw: {}, ten minste {} dagen na de eerste keer, binnen {years} jaar (een min Kaplan-Meier, met 95 %-interval).",
            stated.event, stated.apart_days
        ),
        _ => format!(
            "Once more: {}, at least {} days after the first time, within {years} years (one minus Kaplan-Meier, with 95 % interval).",
            stated.event, stated.apart_days
        ),
    };
    let note = pick(
        language,
        "Overlijden en vertrek van slachtoffers zijn niet bekend en gelden als gevolgd tot het eind: het aandeel is eerder te laag.",
        "Deaths and departures of victims are not known and count as followed to the end: the share is, if anything, too low.",
    );
    let rounded = found.rounded_to.map_or_else(String::new, |step| {
        let words = pick(
            language,
            "\n  Afgerond op {} procentpunt, het interval naar buiten, zodat er geen persoon uit af te leiden is (--show-small-cells: onafgerond).",
            "\n  Rounded to {} points, the interval outwards, so that nobody can be worked out (--show-small-cells: not rounded).",
        );
        words.replace("{}", &per_cent(step))
    });
    format!("{table}\n  {said}\n  {note}{rounded}")
}
