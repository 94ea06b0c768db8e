//! Every published figure that the reference model is held against, with its source.
//!
//! Belongs here: what was published. Does not belong here: what a model makes of it (`card`).

use serde::{Deserialize, Serialize};

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureSource {
    /// Letter of the State of 28 June 2024 on *Brede blik op daderschap* (Kamerstuk 28 638, nr. 252).
    Letter2024,
    /// The National Rapporteur's own pages of 28 February 2024 and 4 April 2025.
    Rapporteur,
    /// Dadermonitor mensenhandel 2017-2021 (December 2022), as reported.
    Dadermonitor,
    /// Letter of the State of 19 February 2021 on the Dadermonitor 2015-2019.
    Letter2021,
    /// Known only second-hand.
    SecondHand,
}

impl FigureSource {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            FigureSource::Letter2024 => "letter of 28 June 2024 (Kamerstuk 28 638, nr. 252)",
            FigureSource::Rapporteur => "the National Rapporteur's pages of 28 Feb 2024 and 4 Apr 2025",
            FigureSource::Dadermonitor => "Dadermonitor mensenhandel 2017-2021, as reported",
            FigureSource::Letter2021 => "letter of 19 Feb 2021 on the Dadermonitor 2015-2019",
            FigureSource::SecondHand => "known only second-hand",
        }
    }
}

/// One published figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedFigure {
    /// Its key, in kebab-case.
    pub key: &'static str,
    /// What it is the figure of.
    pub what: &'static str,
    /// Lowest value that agrees with the publication; a share as a probability.
    pub low: f64,
    /// Highest value that agrees with it: above `low` where a range or rounding was published.
    pub high: f64,
    /// Whether it is a share, to be printed in per cent.
    pub share: bool,
    /// Where it comes from.
    pub source: FigureSource,
    /// How much one miss of this size counts in the calibration; 0 when the figure takes no part in it.
    pub scale: f64,
}

const fn share(
    key: &'static str,
    what: &'static str,
    percent: f64,
    source: FigureSource,
    scale: f64,
) -> PublishedFigure {
    // published in whole per cents
    let (low, high) = ((percent - 0.5) / 100.0, (percent + 0.5) / 100.0);
    PublishedFigure { key, what, low, high, share: true, source, scale }
}

const fn range(
    key: &'static str,
    what: &'static str,
    low: f64,
    high: f64,
    source: FigureSource,
    scale: f64,
) -> PublishedFigure {
    PublishedFigure { key, what, low, high, share: false, source, scale }
}

/// A word for a share ("a large part", "about half"), read as a range of it.
const fn word(key: &'static str, what: &'static str, low: f64, high: f64, scale: f64) -> PublishedFigure {
    PublishedFigure { key, what, low, high, share: true, source: FigureSource::Letter2024, scale }
}

/// "Most" and "highest": the group's value over that of the next group, 1 or more.
const fn most(key: &'static str, what: &'static str) -> PublishedFigure {
    range(key, what, 1.0, MANY, FigureSource::Letter2024, 0.0)
}

/// Above any ratio of two groups.
pub(super) const MANY: f64 = 100.0;

use FigureSource::{Dadermonitor, Letter2021, Letter2024, Rapporteur, SecondHand};

/// All figures, in the order of the card.
pub const PUBLISHED: &[PublishedFigure] = &[
    share("share-incidental", "share of the incidental group", 36.0, Letter2024, 0.0),
    share("share-early-peak", "share of the early-peak group", 28.0, Letter2024, 0.0),
    share("share-late-peak", "share of the late-peak group", 21.0, Letter2024, 0.0),
    share("share-continuous", "share of the continuous group", 15.0, Letter2024, 0.0),
    range("peak-early", "age of the highest rate of the early-peak group", 15.0, 22.0, Letter2024, 0.0),
    range("peak-late", "age of the highest rate of the late-peak group", 22.0, 33.0, Letter2024, 0.0),
    share("first-offence-minor", "first offence of any kind as a minor", 65.0, Letter2024, 0.01),
    share("first-trafficking-adult", "first trafficking offence as an adult", 94.0, Letter2024, 0.01),
    share("adult-under-25", "of those, younger than 25 at it", 52.0, Letter2024, 0.01),
    share("under-23", "younger than 23 at the index offence ('a third')", 33.3, Dadermonitor, 0.0),
    range(
        "incidental-index-age",
        "incidental: mean age at the first trafficking offence",
        30.35,
        30.45,
        Letter2024,
        0.04,
    ),
    share("incidental-women", "incidental: women", 24.0, Letter2024, 0.0),
    share(
        "incidental-starts",
        "incidental: career starts with trafficking (reading of '29 %')",
        29.0,
        Letter2024,
        0.01,
    ),
    word("incidental-at-most-2", "incidental: at most 2 earlier offences ('a large part')", 0.5, 1.0, 0.0),
    word(
        "incidental-stops",
        "incidental: no offence seen after the trafficking offence ('about half')",
        0.45,
        0.55,
        0.02,
    ),
    word(
        "incidental-of-trafficking",
        "incidental: share of all trafficking offences ('more than a quarter')",
        0.25,
        0.5,
        0.0,
    ),
    share("reoffended-2", "any new offence within 2 years", 36.0, Dadermonitor, 0.01),
    share("reoffended-5", "any new offence within 5 years", 58.0, Dadermonitor, 0.01),
    share("reoffended-7", "any new offence within 7 years", 65.0, Dadermonitor, 0.01),
    share("property-5", "new property offence within 5 years", 28.0, Dadermonitor, 0.015),
    share("violence-5", "new violent offence within 5 years", 25.0, Dadermonitor, 0.015),
    share("drugs-5", "new drugs offence within 5 years", 12.0, Dadermonitor, 0.015),
    share("trafficking-5", "trafficking again within 5 years", 9.0, Letter2024, 0.005),
    share("trafficking-window", "trafficking again over the whole study window", 24.0, Rapporteur, 0.0),
    share("under-23-known", "known offenders younger than 23 ('about one in five')", 20.0, Letter2021, 0.0),
    share("young-reoffenders", "of those who reoffend within 7 years, younger than 23", 42.0, Dadermonitor, 0.0),
    range("earlier", "mean number of earlier cases", 7.5, 8.5, SecondHand, 0.5),
    share("men", "men", 88.0, SecondHand, 0.0),
    share("criminal-environment", "criminal parent, sibling or (ex-)partner", 89.0, Rapporteur, 0.0),
    share("start-qualification", "start qualification at 23", 30.0, Rapporteur, 0.0),
    word("early-start-qualification", "early peak: start qualification ('about one fifth')", 0.18, 0.22, 0.0),
    share("single-parent-family", "single-parent family", 68.0, SecondHand, 0.0),
    most("continuous-offences", "continuous: times the offences of the next highest group ('most')"),
    most("continuous-kinds", "continuous: times the kinds of the next highest group ('most')"),
    word("continuous-goes-on", "continuous: an offence seen after the trafficking offence ('go on')", 0.5, 1.0, 0.0),
    range(
        "incidental-environment",
        "incidental: times the criminal environment of the next lowest group ('lower')",
        0.0,
        1.0,
        Letter2024,
        0.0,
    ),
    most("continuous-environment", "continuous: times the criminal environment of the next highest group ('highest')"),
    most("continuous-unstable-family", "continuous: times the unstable families of the next highest group ('highest')"),
    most(
        "continuous-no-qualification",
        "continuous: times the lack of a start qualification of the next highest group ('highest')",
    ),
    word("late-benefits", "late peak: on benefits or without income ('a large part')", 0.5, 1.0, 0.0),
];
