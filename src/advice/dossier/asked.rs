//! What is asked: when, at which moment, in which form, with which instruments, about which offences.

use super::reader::Reader;
use crate::career::date::CalendarDate;
use crate::risk::instrument::written::walk::Node;
use crate::units::keyed;
use serde::{Deserialize, Serialize};

keyed! {
    /// The moment at which an advice is asked.
    AdviceMoment {
        /// Arrest.
        Arrest = ("arrest", "aanhouding", "arrest"),
        /// Suspension of remand.
        RemandSuspension = ("remand-suspension", "schorsing van de voorlopige hechtenis", "suspension of remand"),
        /// Hearing or disposal by the prosecution.
        Hearing = ("hearing", "zitting of afdoening door het OM", "hearing or disposal by the prosecution"),
        /// Detention.
        Detention = ("detention", "detentie", "detention"),
        /// Conditional release.
        ConditionalRelease = ("conditional-release", "voorwaardelijke invrijheidstelling", "conditional release"),
    }
}
keyed! {
    /// The form in which it is asked.
    Form {
        /// Written.
        Written = ("written", "schriftelijk", "written"),
        /// Oral.
        Oral = ("oral", "mondeling", "oral"),
        /// Short (hours to days).
        Short = ("short", "kort (ZSM, uren tot dagen)", "short (hours to days)"),
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The day of the assessment; nothing here reads a clock.
    pub on: CalendarDate,
    /// The moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<AdviceMoment>,
    /// The form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// Instruments, by short name.
    pub instruments: Vec<String>,
    /// Length asked for, in months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence_months: Option<u32>,
    /// Day of the verdict, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<CalendarDate>,
    /// Positions, from 0, of the offences in the career that the advice is about; `None` when that is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Vec<usize>>,
}

/// The same while it is read: the day may be missing.
pub(super) struct AskedParts {
    pub(super) on: Option<CalendarDate>,
    moment: Option<AdviceMoment>,
    form: Option<Form>,
    pub(super) instruments: Vec<String>,
    sentence_months: Option<u32>,
    verdict: Option<CalendarDate>,
    pub(super) about: Option<Vec<usize>>,
}

impl AskedParts {
    pub(super) fn whole(self) -> Option<Asked> {
        let AskedParts { on, moment, form, instruments, sentence_months, verdict, about } = self;
        Some(Asked { on: on?, moment, form, instruments, sentence_months, verdict, about })
    }
}

impl Asked {
    pub(super) fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Option<AskedParts> {
        let node = r.need(root, "asked", "an object with at least \"on\" and \"instruments\"")?;
        r.object(&node, &["on", "moment", "form", "instruments", "sentence_months", "verdict", "about"])?;
        let on = r.need(&node, "on", "the day of the assessment, YYYY-MM-DD").and_then(|n| r.date(&n));
        let moment = node.get("moment").and_then(|n| r.key(&n, AdviceMoment::ALL, |m| m.key()));
        let form = node.get("form").and_then(|n| r.key(&n, Form::ALL, |f| f.key()));
        let mut instruments: Vec<String> = Vec::new();
        if let Some(list) = r.need(&node, "instruments", "a list of short names, which may be empty") {
            for one in list.list(r.problems) {
                let Some(name) = one.text(r.problems) else { continue };
                if instruments.iter().any(|known| known == name) {
                    one.says(r.problems, format_args!("{name:?} is asked for twice"));
                } else {
                    instruments.push(name.to_owned());
                }
            }
        }
        let sentence_months =
            node.get("sentence_months").and_then(|n| n.whole(r.problems, 1, 1200)).map(|months| months as u32);
        let verdict = node.get("verdict").and_then(|n| r.date(&n));
        if let (Some(on), Some(verdict)) = (on, verdict)
            && verdict > on
        {
            r.problems.add("$.asked.verdict", format_args!("{verdict} lies after the day of the assessment, {on}"));
        }
        let about = node.get("about").map(|n| {
            let list = n.list(r.problems);
            let positions: Vec<usize> =
                list.iter().filter_map(|one| one.whole(r.problems, 0, 1_000_000)).map(|at| at as usize).collect();
            positions
        });
        Some(AskedParts { on, moment, form, instruments, sentence_months, verdict, about })
    }
}
