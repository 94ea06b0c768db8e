//! Frames and what they have, and the caller's interventions. Neither a sentence nor a condition is recommended.

use crate::advice::dossier::Dossier;
use crate::advice::dossier::asked::AdviceMoment;
use crate::advice::intervention::Interventions;
use crate::advice::law::frame::{Frame, FrameState, Met, Stated};
use crate::advice::statement::{Ground, Says, Statement};
use crate::profile::language::Language;

/// What the dossier states that frames hang on.
fn stated(dossier: &Dossier) -> Stated {
    let asked = &dossier.asked;
    let ages = dossier.record.iter().flat_map(|record| {
        let about = asked.about.as_deref().unwrap_or(&[]);
        about.iter().filter_map(|at| record.age_years(*at))
    });
    Stated {
        on: Some(asked.on),
        sentence_months: asked.sentence_months,
        verdict: asked.verdict,
        ages: ages.collect(),
        remand: match asked.moment {
            Some(AdviceMoment::RemandSuspension) => Some(true),
            Some(AdviceMoment::ConditionalRelease) => Some(false),
            // at the others a person may be held on remand or not
            _ => None,
        },
    }
}

pub(super) fn of(dossier: &Dossier, language: Language) -> (Vec<FrameState>, Vec<Statement>) {
    let stated = stated(dossier);
    let mut statements = vec![Statement::new(
        "frames",
        Says::Stated,
        language.pick(
            "Hieronder staat wat er bestaat en wat het zou vergen. Er wordt geen straf en geen voorwaarde aangeraden.",
            "Below stands what exists and what it would need. No sentence and no condition is recommended.",
        ),
        Ground::rule(language.pick(
            "het concept noemt kaders en voorwaarden en kiest er geen",
            "the draft names frames and conditions and chooses none",
        )),
    )];
    let states: Vec<FrameState> = Frame::ALL.into_iter().map(|frame| frame.state(&stated, language)).collect();
    for state in &states {
        let text = state.frame.text();
        let label = state.frame.label(language);
        let article = text.article.unwrap_or(language.pick("artikel niet gelezen", "article not read"));
        let answer = match state.can_apply {
            Met::Yes => language.pick("kan van toepassing zijn", "can apply"),
            Met::No => language.pick("kan niet van toepassing zijn", "cannot apply"),
            Met::Unknown => {
                language.pick("of het van toepassing kan zijn is niet bekend", "whether it can apply is not known")
            }
        };
        let tests: Vec<&str> = state.tests.iter().map(|test| test.text.as_str()).collect();
        let tests = tests.join("; ");
        let remark = text.status.remark(language).map_or_else(String::new, |remark| format!(" [{remark}]"));
        let says = if state.can_apply == Met::Unknown { Says::Unknown } else { Says::Stated };
        let of = language.pick("tekst van", "text of");
        statements.push(
            Statement::new(
                format!("frame/{}", state.frame.key()),
                says,
                format!("{label} ({article}, {of} {}): {answer}; {tests}.{remark}", text.text_of),
                Ground::source(text.source, text.status),
            )
            .on(Ground::answer("$.asked", answer)),
        );
        if state.can_apply != Met::No {
            for (i, words) in state.frame.remarks(language).into_iter().enumerate() {
                let key = format!("frame/{}/remark/{i}", state.frame.key());
                statements.push(Statement::new(key, Says::Stated, words, Ground::source(text.source, text.status)));
            }
        }
    }
    (states, statements)
}

pub(super) fn interventions(catalogue: &Interventions, language: Language) -> Vec<Statement> {
    let none = Statement::new(
        "interventions/none-shipped",
        Says::Stated,
        language.pick(
            "Dit programma bevat geen interventies voor mensenhandel: er is geen met een onderzocht effect gevonden. Dat niets is gevonden bewijst niet dat er niets is.",
            "This program ships no interventions for trafficking: none with an evaluated effect was found. That none was found is no proof that there is none.",
        ),
        Ground::rule(language.pick("interventies geeft de gebruiker op", "interventions are the caller's data")),
    );
    let listed = catalogue.list.iter().enumerate().map(|(i, one)| {
        let contra = match one.contra_indications.is_empty() {
            true => language.pick("geen opgegeven", "none given").to_owned(),
            false => one.contra_indications.join("; "),
        };
        Statement::new(
            format!("intervention/{i}"),
            Says::Stated,
            language.pick(
                format!(
                    "{}: gericht op {}; bewijs: {}; contra-indicaties: {contra}.",
                    one.name, one.target, one.evidence
                ),
                format!(
                    "{}: aimed at {}; evidence: {}; contra-indications: {contra}.",
                    one.name, one.target, one.evidence
                ),
            ),
            Ground::Source {
                text: format!("{} (catalogue of the caller)", one.source),
                status: crate::units::source_status::SourceStatus::NotRead,
            },
        )
    });
    std::iter::once(none).chain(listed).collect()
}
