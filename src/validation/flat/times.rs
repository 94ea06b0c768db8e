//! The flat list of scores and risks against follow-up with times.

use super::super::follow_up::concordance::{harrell, harrell_by, uno};
use super::super::follow_up::horizon::{AtHorizon, HorizonFigures, at_horizon};
use super::super::follow_up::incidence::{KindOf, incidence_at};
use super::super::follow_up::kaplan_meier::{median, survival_at};
use super::super::follow_up::risk_table::RiskTable;
use super::super::follow_up::{EventStatus, FollowUp};
use super::super::undefined::Undefined;
use super::{Flat, key_name, key_number};
use crate::error::Result;

/// All figures of people followed up, in one list.
///
/// `scores` are of any scale, higher meaning riskier; `risks` are probabilities of the event by their horizon. At a
/// horizon `ipcw.at_H` follows riskRegression ([`AtHorizon::Beyond`]), `known_at_horizon.at_H` counts everybody followed
/// up to it ([`AtHorizon::Known`]), and `complete_follow_up.at_H` is there when nobody was censored before it.
///
/// # Errors
/// When a column is of another number of people, a risk is no probability, or a horizon lies beyond follow-up.
pub fn flat_times(
    people: &FollowUp,
    scores: &[(String, Vec<f64>)],
    risks: &[(f64, Vec<f64>)],
    horizons: &[f64],
) -> Result<Flat> {
    for &h in horizons.iter().chain(risks.iter().map(|(h, _)| h)) {
        people.check_horizon(h)?;
    }
    let mut out = Flat::default();
    let table = RiskTable::of(people);
    out.add("people", people.len() as f64);
    out.add("events", people.ended(EventStatus::Event) as f64);
    out.add("competing_events", people.ended(EventStatus::Competing) as f64);
    curves(&mut out, people, &table, horizons);
    for (name, score) in scores {
        let name = key_name(name);
        let c = harrell(people, score)?;
        let key = format!("concordance_harrell.{name}");
        out.defined(key.clone(), c.as_ref().map(|c| c.value).map_err(Undefined::clone));
        out.defined(format!("{key}.se"), c.as_ref().map(|c| c.se).map_err(Undefined::clone));
        out.defined_list(
            format!("{key}.counts_concordant_discordant_tiedscore_tiedtime"),
            c.map(|c| vec![c.concordant, c.discordant, c.tied_score, c.tied_time]),
        );
        for &h in horizons {
            let tail = format!("{name}.events_up_to_and_including_{}", key_number(h));
            out.defined(format!("concordance_harrell.{tail}"), harrell_by(people, score, h)?);
            out.defined(format!("concordance_uno.{tail}"), uno(people, score, h)?);
        }
    }
    let competing = people.ended(EventStatus::Competing) > 0;
    for (h, risk) in risks {
        let at = key_number(*h);
        let beyond = at_horizon(people, risk, *h, AtHorizon::Beyond)?;
        let known = at_horizon(people, risk, *h, AtHorizon::Known)?;
        if known.complete {
            plain(&mut out, &format!("complete_follow_up.at_{at}"), &known);
        }
        figures(&mut out, &format!("ipcw.at_{at}"), &beyond, competing);
        figures(&mut out, &format!("known_at_horizon.at_{at}"), &known, competing);
    }
    Ok(out)
}

fn curves(out: &mut Flat, people: &FollowUp, table: &RiskTable, horizons: &[f64]) {
    let g = table.uncensored(|r| r.ended());
    for &h in horizons {
        let at = key_number(h);
        let s = survival_at(table, h);
        let key = |tail: &str| format!("km_any_event.at_{at}.{tail}");
        out.add(key("survival"), s.survival);
        out.defined(key("greenwood_se"), s.se.ok_or_else(|| Undefined::new("nobody is left")));
        for (name, ci) in [("log-log", s.log_log), ("log", s.log), ("plain", s.plain), ("logit", s.logit)] {
            out.defined_list(key(&format!("ci95_{name}")), ci.map(|c| c.to_vec()));
        }
        out.add(key("at_risk"), s.at_risk);
        out.add(format!("censoring_survival.at_{at}"), table.through(h).checked_sub(1).map_or(1.0, |i| g[i]));
    }
    let m = median(table);
    out.add("km_any_event.median_first_time_at_or_below_half", m.first);
    out.defined("km_any_event.median_R_midpoint", m.midpoint.ok_or_else(|| Undefined::new("never reached")));
    let kinds: [(&str, KindOf, EventStatus); 2] =
        [("cause_1", |r| r.events, EventStatus::Event), ("cause_2", |r| r.competing, EventStatus::Competing)];
    for (name, kind, _) in kinds {
        for &h in horizons {
            let i = incidence_at(table, kind, h);
            let key = format!("cif.{name}.at_{}", key_number(h));
            out.add(key.clone(), i.incidence);
            out.add(format!("{key}.se_infinitesimal_jackknife"), i.se_jackknife);
            out.add(format!("{key}.se_cmprsk_aalen"), i.se_aalen);
        }
        if people.ended(EventStatus::Competing) == 0 {
            break;
        }
    }
}

fn plain(out: &mut Flat, key: &str, f: &HorizonFigures) {
    out.add(format!("{key}.brier"), f.brier.value);
    out.add(format!("{key}.brier_null"), f.brier_null);
    out.defined(format!("{key}.ipa"), f.ipa.clone());
    out.defined(format!("{key}.auc"), f.auc.clone().map(|a| a.area.value));
}

fn figures(out: &mut Flat, key: &str, f: &HorizonFigures, competing: bool) {
    out.add(format!("{key}.brier"), f.brier.value);
    out.add(format!("{key}.brier.se"), f.brier.se);
    out.add(format!("{key}.brier_null_aalen_johansen"), f.brier_null);
    out.defined(format!("{key}.ipa"), f.ipa.clone());
    out.defined(format!("{key}.auc"), f.auc.clone().map(|a| a.area.value));
    out.defined(format!("{key}.auc.se"), f.auc.clone().map(|a| a.area.se));
    if competing {
        out.defined(format!("{key}.auc_controls_event_free_only"), f.auc_event_free.clone());
    }
    out.add(format!("{key}.sum_of_weights_over_n"), f.weights_over_people);
    out.add(format!("{key}.observed_minus_expected"), f.observed_minus_expected);
    out.add(format!("{key}.observed_over_expected"), f.observed_over_expected);
    out.add(format!("{key}.unknown"), f.unknown as f64);
}
