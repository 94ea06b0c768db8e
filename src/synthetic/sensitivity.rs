//! How far figures move when one assumption is changed and everything else is kept.
//!
//! Belongs here: the list of assumptions, each in words and, where it is a number, as a change of it.

use super::margins::Margins;
use crate::career::date::CalendarDate;
use crate::error::Result;
use crate::profile::reference::card::{Assumption, Move};
use crate::profile::reference::career_model::CareerModel;

/// Figures whose moves are reported.
const WATCHED: [&str; 8] = [
    "first-offence-minor",
    "incidental-stops",
    "reoffended-2",
    "reoffended-5",
    "reoffended-7",
    "trafficking-5",
    "trafficking-window",
    "earlier",
];

/// A change of one number (or one number of each profile).
struct Change {
    what: &'static str,
    to: &'static str,
    make: fn(&mut CareerModel),
}

const fn change(what: &'static str, to: &'static str, make: fn(&mut CareerModel)) -> Change {
    Change { what, to, make }
}

const CHANGES: &[Change] = &[
    change(
        "within a profile everyone offends at the same rate",
        "a gamma factor of variance 0.5 for each person",
        |m| {
            m.frailty_variance = 0.5;
        },
    ),
    change("75 % of trafficking offences lead to custody", "50 %", |m| m.trafficking_custody = 0.5),
    change("stays after trafficking last 400 days on average: two thirds of some 600", "600 days: all of it", |m| {
        m.trafficking_custody_days = 600.0;
    }),
    change("12 % of other offences lead to custody", "24 %", |m| m.other_custody = 0.24),
    change("those stays last 60 days on average", "120 days", |m| m.other_custody_days = 120.0),
    change("3 in 1000 die each year after the trafficking offence", "10 in 1000", |m| m.deaths = 0.010),
    change("3 in 1000 leave the country each year", "20 in 1000", |m| m.departures = 0.020),
    change("the register closes on 1 January 2022", "1 January 2020", |m| {
        m.register_closes = CalendarDate::new(2020, 1, 1).unwrap_or(m.register_closes);
    }),
    change("nobody's first trafficking offence is before 14", "before 13", |m| m.index_first_age = 13),
    change("early peak: highest rate at 18", "17", |m| m.profiles[1].peak_age = 17.0),
    change("late peak: highest rate at 29 (of those who have not trafficked yet)", "27", |m| {
        m.profiles[2].peak_age = 27.0
    }),
    change("continuous: highest rate at 21", "25", |m| m.profiles[3].peak_age = 25.0),
    change("incidental: highest rate at 26", "22", |m| m.profiles[0].peak_age = 22.0),
    change("incidental: the rate rises over 9 years", "6 years", |m| m.profiles[0].rise_years = 6.0),
    change("early peak: the rate rises over 2.5 years", "3.5 years", |m| m.profiles[1].rise_years = 3.5),
    change("continuous: the rate rises over 4.5 years", "3 years", |m| m.profiles[3].rise_years = 3.0),
    change("incidental: the rate falls over 14 years", "20 years", |m| m.profiles[0].fall_years = 20.0),
    change("early peak: the rate falls over 4.5 years", "6 years", |m| m.profiles[1].fall_years = 6.0),
    change("late peak: the rate falls over 6 years", "8 years", |m| m.profiles[2].fall_years = 8.0),
    change("continuous: the rate falls over 30 years", "15 years", |m| m.profiles[3].fall_years = 15.0),
    change("incidental: age at trafficking is gamma of shape 4", "shape 8: less spread", |m| {
        m.profiles[0].index_shape = 8.0;
    }),
    change("others: age at trafficking is gamma of shape 5 to 7", "twice the shape: less spread", |m| {
        m.profiles[1..].iter_mut().for_each(|p| p.index_shape *= 2.0);
    }),
    change("incidental: 30 % stop for good after trafficking", "50 %", |m| m.profiles[0].stops = 0.5),
    change("early and late peak: 10 % stop for good", "25 %", |m| {
        m.profiles[1..3].iter_mut().for_each(|p| p.stops = 0.25);
    }),
    change("kinds other than property, violence and drugs: weights by profile", "the same weight for all", |m| {
        m.kinds.iter_mut().skip(3).for_each(|kind| kind.weights = [0.08; 4]);
    }),
    change("5.25 % women outside the incidental group (from 12 % in all, second-hand)", "10 %", |m| {
        m.profiles[1..].iter_mut().for_each(|p| p.women = 0.10);
    }),
    change(
        "prevalences of risk factors by profile, and that they have nothing to do with the career",
        "10 points lower",
        |m| {
            for p in &mut m.profiles {
                p.factors.criminal_environment -= 0.1;
                p.factors.start_qualification -= 0.1;
            }
        },
    ),
];

/// Assumptions that are no number: there is nothing to change by a little.
const WORDS: &[&str] = &[
    "the people of the Dadermonitor reoffend as the 630 do: the monitor covers all trafficking, the 630 domestic sexual \
     exploitation",
    "the clock of recidivism starts at the first trafficking offence and stands still in custody; the monitor's own start is \
     not known",
    "one offence is one case: the 8 earlier cases are taken as 8 earlier offences",
    "29 % of the incidental group start their career with trafficking: the letter can also be read otherwise",
    "the first trafficking offence falls in the years 2008-2017 in which the cases were registered, evenly",
    "property offences include those with violence; violence does not",
    "nobody offends in custody; who goes to custody does so the day after the offence; nobody leaves it early",
    "an offence after the first trafficking offence is trafficking again with one probability, whatever the profile or time",
    "rates follow the shapes given, on age only: no effect of the calendar, of partners, work or treatment",
    "severities are orders of magnitude on a scale of the model's own, not the law's figures",
];

/// The model with each assumption that is a number changed in turn: what, to what, and the model then.
pub(super) fn changed(model: &CareerModel) -> impl Iterator<Item = (&'static str, &'static str, CareerModel)> + '_ {
    CHANGES.iter().map(|Change { what, to, make }| {
        let mut changed = model.clone();
        make(&mut changed);
        (*what, *to, changed)
    })
}

/// The assumptions of a model with what hangs on each: the same simulated people before and after the change.
///
/// # Errors
/// When a changed model can no longer be drawn from.
pub fn sensitivity(model: &CareerModel, persons: u64, seed: u64) -> Result<Vec<Assumption>> {
    let base = Margins::of(model, persons, seed)?;
    let mut assumptions = Vec::with_capacity(CHANGES.len() + WORDS.len());
    for (what, to, changed) in changed(model) {
        let margins = Margins::of(&changed, persons, seed)?;
        let moves = WATCHED
            .iter()
            .filter_map(|key| Some((key, margins.get(key)?.value - base.get(key)?.value)))
            .map(|(key, by)| Move { figure: (*key).to_owned(), by })
            .collect();
        assumptions.push(Assumption { what: what.to_owned(), changed_to: to.to_owned(), moves });
    }
    for what in WORDS {
        assumptions.push(Assumption { what: (*what).to_owned(), changed_to: String::new(), moves: Vec::new() });
    }
    Ok(assumptions)
}
