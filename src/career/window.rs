//! The observation window: when a person was in view of the register, and why that ended.
//!
//! Belongs here: [`Window`] and [`WindowEnd`].
//! Does not belong here: gaps within the window; a person out of sight for a while (abroad, say) and back
//! again is not representable yet and must not be passed off as offence-free.

use super::custody::Moment;
use super::date::CalendarDate;
use crate::units::Age;
use serde::{Deserialize, Serialize};

/// Why observation ended (right censoring).
///
/// Not all reasons are alike: an end that has to do with the person (death, leaving the country) can bias what is
/// estimated from the years before it. Recidivism figures count death and emigration as competing events; no other
/// number of this crate hangs on the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WindowEnd {
    /// The register, or the extract of it, ends there.
    EndOfRegister,
    /// The register goes on, the study stopped following there.
    EndOfFollowUp,
    /// The person had not reached the last age of the study when the register closed.
    TooYoung,
    /// The person died.
    Died,
    /// The person left the country, or the register's area.
    Emigrated,
    /// The person withdrew, or the record had to be deleted.
    Withdrawn,
    /// Not known why.
    Unknown,
}

impl WindowEnd {
    /// Every reason.
    pub const ALL: [WindowEnd; 7] = [
        WindowEnd::EndOfRegister,
        WindowEnd::EndOfFollowUp,
        WindowEnd::TooYoung,
        WindowEnd::Died,
        WindowEnd::Emigrated,
        WindowEnd::Withdrawn,
        WindowEnd::Unknown,
    ];

    /// The key in files, in kebab-case.
    ///
    /// ```
    /// assert_eq!(pleegprofiel::career::WindowEnd::EndOfRegister.key(), "end-of-register");
    /// ```
    pub fn key(self) -> &'static str {
        match self {
            WindowEnd::EndOfRegister => "end-of-register",
            WindowEnd::EndOfFollowUp => "end-of-follow-up",
            WindowEnd::TooYoung => "too-young",
            WindowEnd::Died => "died",
            WindowEnd::Emigrated => "emigrated",
            WindowEnd::Withdrawn => "withdrawn",
            WindowEnd::Unknown => "unknown",
        }
    }
}

/// The time in which offences would have been seen: from `from` (included) to `to` (excluded).
///
/// Whatever happened before `from` (left truncation) or from `to` on (right censoring) is unknown. For
/// someone who died, `to` is the day after the day of death.
///
/// ```
/// use pleegprofiel::{Age, career::{Moment, Window, WindowEnd}};
/// let window = Window::ages(Age::years(12.0)?, Age::years(31.0)?, WindowEnd::EndOfRegister);
/// assert_eq!(window.from, Moment::Age(Age::years(12.0)?));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First moment observed.
    pub from: Moment,
    /// First moment no longer observed.
    pub to: Moment,
    /// Why observation ended.
    pub end: WindowEnd,
}

impl Window {
    /// A window from one date up to, not including, another.
    pub fn dates(from: CalendarDate, to: CalendarDate, end: WindowEnd) -> Window {
        Window { from: from.into(), to: to.into(), end }
    }

    /// A window from one exact age up to, not including, another.
    pub fn ages(from: Age, to: Age, end: WindowEnd) -> Window {
        Window { from: from.into(), to: to.into(), end }
    }
}
