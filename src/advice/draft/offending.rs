//! Measures of the career in sentences: counted from what was observed, nothing estimated.

use crate::advice::dossier::{Dossier, Record};
use crate::advice::statement::{Ground, Says, Statement};
use crate::career::category::Category;
use crate::career::offence::When;
use crate::profile::language::Language;

pub(super) fn statements(dossier: &Dossier, language: Language) -> Vec<Statement> {
    let Some(record) = &dossier.record else {
        let text =
            language.pick("Er is geen delictverloop opgegeven: het is onbekend.", "No career is given: it is unknown.");
        return vec![Statement::new("offending", Says::NotAsked, text, Ground::answer("$.career", "not-asked"))];
    };
    let measures = record.career.measures(&Category::HUMAN_TRAFFICKING);
    let mut all = Vec::new();
    let n = |value: f64| language.short(value);
    let time = measures.street_time;
    all.push(observed(record, language, time.observed_years));
    if record.custody.is_some() {
        all.push(
            Statement::new(
                "offending/custody",
                Says::Stated,
                language.pick(
                    format!(
                        "Daarvan {} jaar in detentie en {} jaar in vrijheid.",
                        n(time.custody_years),
                        n(time.at_liberty_years)
                    ),
                    format!(
                        "Of this {} years in custody and {} years at liberty.",
                        n(time.custody_years),
                        n(time.at_liberty_years)
                    ),
                ),
                Ground::figure("custody_years", n(time.custody_years)),
            )
            .on(Ground::figure("at_liberty_years", n(time.at_liberty_years))),
        );
    } else {
        all.push(Statement::new(
            "offending/custody",
            Says::NotAsked,
            language.pick(
                "Of er tijd in detentie was is niet opgegeven: de tijd in vrijheid is onbekend.",
                "Whether there was time in custody is not stated: time at liberty is unknown.",
            ),
            Ground::answer("$.career.custody", "not-asked"),
        ));
    }
    all.push(
        Statement::new(
            "offending/offences",
            Says::Stated,
            language.pick(
                format!("Getelde delicten: {}, van zoveel soorten: {}.", measures.offences, measures.versatility.kinds),
                format!("Offences counted: {}, of so many kinds: {}.", measures.offences, measures.versatility.kinds),
            ),
            Ground::figure("offences", measures.offences),
        )
        .on(Ground::figure("kinds", measures.versatility.kinds)),
    );
    if let Some(span) = measures.span {
        all.push(
            Statement::new(
                "offending/onset",
                Says::Stated,
                language.pick(
                    format!("Het eerste waargenomen delict was op {} jaar, het laatste op {} jaar; daarna is {} jaar waargenomen. Dat er dan niets meer is, wil niet zeggen dat het is gestopt.", n(span.onset.get()), n(span.last.get()), n(span.years_after)),
                    format!("The first offence observed was at age {}, the last at {}; {} years were observed after it. Nothing more seen is not the same as having stopped.", n(span.onset.get()), n(span.last.get()), n(span.years_after)),
                ),
                Ground::figure("onset", n(span.onset.get())),
            )
            .on(Ground::figure("last", n(span.last.get())))
            .on(Ground::figure("years_after", n(span.years_after))),
        );
    }
    if let (Some(rate), Some(_)) = (measures.frequency.rate, &record.custody) {
        all.push(Statement::new(
            "offending/frequency",
            Says::Stated,
            language.pick(
                format!("Dat zijn {} delicten per jaar in vrijheid.", n(rate.get())),
                format!("That is {} offences per year at liberty.", n(rate.get())),
            ),
            Ground::figure("frequency", n(rate.get())),
        ));
    }
    if let Some(index) = &measures.index_offence {
        let earlier = index.earlier_offences;
        let opens = if index.opens_career {
            language.pick(" Het is het eerste waargenomen delict.", " It is the first offence observed.")
        } else {
            ""
        };
        all.push(
            Statement::new(
                "offending/index",
                Says::Stated,
                language.pick(
                    format!(
                        "Het eerste delict mensenhandel was op {} jaar; delicten daarvoor: {earlier}.{opens}",
                        n(index.age.get())
                    ),
                    format!(
                        "The first trafficking offence was at age {}; offences before it: {earlier}.{opens}",
                        n(index.age.get())
                    ),
                ),
                Ground::figure("index_age", n(index.age.get())),
            )
            .on(Ground::figure("earlier_offences", earlier)),
        );
    }
    articles(record, language, &mut all);
    all
}

fn observed(record: &Record, language: Language, years: f64) -> Statement {
    let n = |value: f64| language.short(value);
    let [from, to] = [record.career.timeline.window.0, record.career.timeline.window.1];
    let ages = [from, to].map(|at| record.career.age_of(at).get());
    let basis = if record.dated() { "dates" } else { "ages" };
    Statement::new(
        "offending/observed",
        Says::Stated,
        language.pick(
            format!(
                "Waargenomen is van {} tot {} jaar ({} jaar). Wat daarvoor gebeurde is onbekend, niet afwezig.",
                n(ages[0]),
                n(ages[1]),
                n(years)
            ),
            format!(
                "Observed from age {} to {} ({} years). What came before is unknown, not absent.",
                n(ages[0]),
                n(ages[1]),
                n(years)
            ),
        ),
        Ground::figure("observed_years", n(years)),
    )
    .on(Ground::answer("$.career", basis))
}

fn articles(record: &Record, language: Language, all: &mut Vec<Statement>) {
    for (i, listed) in record.listed.iter().enumerate() {
        let (Some(article), When::Date(date)) = (&listed.article, listed.offence.when) else { continue };
        let (source, status) = article.source(date);
        all.push(
            Statement::new(
                format!("offending/article/{i}"),
                Says::Stated,
                article.text(date, language),
                Ground::source(source, status),
            )
            .on(Ground::answer(format!("$.career.offences[{i}].article"), article.name(language))),
        );
    }
}
