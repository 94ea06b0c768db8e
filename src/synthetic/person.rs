//! One synthetic person: a career with its truth.
//!
//! Does not belong here: how the numbers are drawn (`life`), many persons (`population`).

use super::life::{Drawing, Life};
use crate::career::category::Category;
use crate::career::custody::Custody;
use crate::career::offence::Offence;
use crate::career::person::Career;
use crate::career::window::{Window, WindowEnd};
use crate::error::Result;
use crate::profile::kind::Profile;
use crate::profile::reference::factors::Factor;
use crate::units::read_back;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Sex, as registers have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// Man.
    Man,
    /// Woman.
    Woman,
}

read_back! { Sex, "a sex"; }

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl Sex {
    /// Both.
    pub const ALL: [Sex; 2] = [Sex::Man, Sex::Woman];

    /// The key in files.
    pub fn key(self) -> &'static str {
        match self {
            Sex::Man => "man",
            Sex::Woman => "woman",
        }
    }
}

/// A person who does not exist: a whole career and everything that is hidden in real data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyntheticPerson {
    /// Number of the person: the random stream it was drawn from.
    pub number: u64,
    /// The profile it was drawn from.
    pub profile: Profile,
    /// Sex.
    pub sex: Sex,
    /// Whether the first trafficking offence was drawn to be the last offence of all. Others may also be seen to
    /// stop: for want of time.
    pub stops: bool,
    /// Risk factors that the person has.
    pub factors: Vec<Factor>,
    /// The career: dated offences, custody, the observation window.
    pub career: Career,
}

impl SyntheticPerson {
    /// First and last age observed, in completed years, both included; the last perhaps in part.
    pub fn observed_ages(&self) -> (u64, u64) {
        let line = &self.career.timeline;
        let years = |at: f64| line.clock.years(at) as u64;
        // the last day observed is the one before the window ends
        (years(line.window.0), years(line.window.1 - 1.0))
    }
}

impl Drawing {
    pub(crate) fn person(&self, number: u64, life: &mut Life) -> Result<SyntheticPerson> {
        self.draw(number, life)?;
        let model = &self.model;
        let offence = |&(day, kind): &(i64, u16), case: u32| {
            let (category, severity) = match kind.checked_sub(1) {
                None => (Category::HUMAN_TRAFFICKING, model.trafficking_severity),
                Some(k) => (model.kinds[usize::from(k)].category.clone(), model.kinds[usize::from(k)].severity),
            };
            Ok(Offence::on(self.date(day)?, category).with_severity(severity).in_case(case))
        };
        let offences: Vec<Offence> =
            life.offences.iter().zip(1..).map(|(o, c)| offence(o, c)).collect::<Result<_>>()?;
        let stay = |&(from, to): &(i64, i64)| Ok(Custody::dates(self.date(from)?, self.date(to)?));
        let stays: Vec<Custody> = life.stays.iter().map(stay).collect::<Result<_>>()?;
        let end = life.end.unwrap_or(WindowEnd::Unknown);
        let window = Window::dates(self.date(life.window.0)?, self.date(life.window.1)?, end);
        let career = Career::dated(self.date(life.birth)?).window(window).offences(offences).stays(stays).build()?;
        Ok(SyntheticPerson {
            number,
            profile: Profile::ALL[life.profile],
            sex: if life.woman { Sex::Woman } else { Sex::Man },
            stops: life.stops,
            factors: Factor::ALL.into_iter().zip(life.factors).filter(|(_, has)| *has).map(|(f, _)| f).collect(),
            career,
        })
    }
}
