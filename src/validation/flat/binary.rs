//! The flat list of scores on a binary outcome.

use super::super::binary::Validation;
use super::super::calibration::smooth::CalibrationDistance;
use super::super::discrimination::compare::compare_auc;
use super::super::fairness::attribute::ProtectedAttribute;
use super::super::fairness::compared::{compare_groups, equalized_odds, gap};
use super::super::fairness::groups::{GroupFigures, RateKind, by_group};
use super::super::predictions::Predictions;
use super::super::undefined::Defined;
use super::{Flat, key_name, key_number};
use crate::error::Result;

/// Thresholds of net benefit in the list.
const THRESHOLDS: [f64; 4] = [0.1, 0.2, 0.3, 0.5];
/// Places of the grid on which an isotonic map is listed.
const GRID: usize = 21;
/// Up to so many distinct risks the isotonic map is listed in full.
const MOST_LISTED: usize = 2_000;
/// Up to so many groups are compared each with each; beyond, with the first.
const MOST_PAIRS: usize = 20;

/// All figures of scores on the same people, in one list.
///
/// # Errors
/// When the scores are not of the same people, or the groups are of others.
pub fn flat_binary(scores: &[(String, Predictions)], groups: &[ProtectedAttribute], threshold: f64) -> Result<Flat> {
    let mut out = Flat::default();
    for (i, (name, predictions)) in scores.iter().enumerate() {
        one_score(&mut out, &key_name(name), predictions, i == 0);
    }
    for (i, (a, first)) in scores.iter().enumerate() {
        for (b, second) in &scores[i + 1..] {
            let head = if scores.len() == 2 { "delong_test".to_owned() } else { format!("delong_test.{a}_{b}") };
            let test = compare_auc(first, second)?;
            out.defined(format!("{head}.difference_{a}_minus_{b}"), test.clone().map(|t| t.difference.value));
            out.defined(format!("{head}.z"), test.clone().map(|t| t.z));
            out.defined(format!("{head}.p"), test.clone().map(|t| t.p));
            out.defined_list(format!("{head}.ci95"), test.map(|t| vec![t.difference.low, t.difference.high]));
        }
    }
    if let Some((name, first)) = scores.first() {
        for (i, attribute) in groups.iter().enumerate() {
            // the first attribute has the plain keys
            let prefix = if i == 0 { String::new() } else { format!("{}.", key_name(attribute.name())) };
            figures_by_group(&mut out, &prefix, name, &by_group(first, attribute, threshold)?);
        }
    }
    Ok(out)
}

fn one_score(out: &mut Flat, name: &str, predictions: &Predictions, first: bool) {
    let v = Validation::new(predictions);
    let key = |tail: &str| format!("{name}.{tail}");
    let auc = v.auc();
    let delong = auc.clone().and_then(|a| a.delong);
    out.add(key("people"), v.people() as f64);
    out.add(key("events"), v.cases());
    out.defined(key("auc"), auc.clone().map(|a| a.area));
    out.defined(key("auc.delong_var"), delong.clone().map(|d| d.se * d.se));
    out.defined_list(key("auc.delong_ci95"), delong.map(|d| vec![d.low, d.high]));
    out.defined_list(key("auc.delong_logit_ci95"), auc.and_then(|a| a.logit).map(|l| l.to_vec()));
    out.defined(key("average_precision"), v.average_precision());
    let brier = v.brier();
    out.add(key("brier"), brier.value);
    out.defined(key("brier.se"), brier.score.map(|s| s.se));
    out.defined(key("brier_scaled"), brier.scaled);
    out.add(key("murphy.reliability"), brier.murphy.reliability);
    out.add(key("murphy.resolution"), brier.murphy.resolution);
    out.add(key("murphy.uncertainty"), brier.murphy.uncertainty);
    out.add(key("log_score"), v.log_score());
    let mean = v.mean_calibration();
    out.add(key("mean_calibration.observed_minus_expected"), mean.difference.value);
    out.add(key("mean_calibration.observed_over_expected"), mean.ratio);
    let z = v.spiegelhalter();
    out.defined(key("spiegelhalter_z"), z.clone().map(|s| s.z));
    out.defined(key("spiegelhalter_p"), z.map(|s| s.p));
    let recal = v.recalibration();
    for (tail, model) in [
        ("recal.slope", &recal.slope),
        ("recal.intercept_with_slope", &recal.intercept_with_slope),
        ("recal.intercept_offset", &recal.offset),
    ] {
        out.defined(key(tail), model.clone().map(|m| m.value));
        out.defined(key(&format!("{tail}_se")), model.clone().map(|m| m.se));
    }
    out.defined(key("lr_test_intercept0_slope1.chi2_df2"), recal.chi_square);
    out.defined_list(key("platt_on_logit"), v.platt().map(|ab| ab.to_vec()));
    smooth(out, &key("lowess"), v.lowess());
    smooth(out, &key("loess_interpolate"), v.loess());
    smooth(out, &key("loess_direct"), v.loess_direct());
    let hl = v.hosmer_lemeshow();
    out.defined(key("hosmer_lemeshow.deciles.groups"), hl.clone().map(|h| h.groups.len() as f64));
    out.defined(key("hosmer_lemeshow.deciles.chi2"), hl.clone().map(|h| h.chi_square));
    out.defined(key("hosmer_lemeshow.deciles.p_df_groups"), hl.clone().map(|h| h.p_new_people));
    out.defined(key("hosmer_lemeshow.deciles.p_df_groups_minus_2"), hl.and_then(|h| h.p_development));
    for t in THRESHOLDS {
        let nb = v.net_benefit(t);
        let at = key_number(t);
        out.defined(key(&format!("net_benefit.at_{at}")), nb.clone().map(|n| n.by_risk.value));
        out.defined_list(
            key(&format!("net_benefit.at_{at}.ci95")),
            nb.clone().map(|n| vec![n.by_risk.low, n.by_risk.high]),
        );
        if first {
            out.defined(format!("treat_all.net_benefit.at_{at}"), nb.map(|n| n.everybody.value));
        }
    }
    let isotonic = v.isotonic();
    if let (Some(&low), Some(&high)) = (isotonic.risks.first(), isotonic.risks.last()) {
        let place = |i: usize| low + (high - low) * i as f64 / (GRID - 1) as f64;
        let grid: Vec<f64> = (0..GRID).map(|i| if i + 1 == GRID { high } else { place(i) }).collect();
        if isotonic.risks.len() <= MOST_LISTED {
            out.list(key("isotonic.risks"), isotonic.risks.clone());
            out.list(key("isotonic.values"), isotonic.values.clone());
        }
        out.list(key("isotonic.grid_values"), grid.iter().map(|&r| isotonic.at(r)).collect::<Vec<_>>());
        out.list(key("isotonic.grid_risks"), grid);
    }
}

fn smooth(out: &mut Flat, key: &str, distance: Defined<CalibrationDistance>) {
    for (tail, of) in [
        ("ici", (|d: &CalibrationDistance| d.ici) as fn(&CalibrationDistance) -> f64),
        ("e50", |d| d.e50),
        ("e90", |d| d.e90),
        ("emax", |d| d.emax),
    ] {
        out.defined(format!("{key}.{tail}"), distance.as_ref().map(of).map_err(Clone::clone));
    }
}

fn figures_by_group(out: &mut Flat, prefix: &str, score: &str, groups: &[GroupFigures]) {
    for g in groups {
        let key = |tail: &str| format!("{prefix}group.{}.{tail}", key_name(&g.name));
        let c = &g.confusion;
        out.list(key("counts_tp_fp_positives_negatives"), [c.tp, c.fp, c.tp + c.fn_, c.fp + c.tn]);
        for kind in RateKind::ALL {
            let rate = c.rate(kind);
            out.defined(key(kind.key()), rate.clone().map(|r| r.value()));
            out.defined_list(key(&format!("{}.wilson95", kind.key())), rate.clone().map(|r| r.wilson().to_vec()));
            out.defined_list(
                key(&format!("{}.clopper_pearson95", kind.key())),
                rate.map(|r| r.clopper_pearson().to_vec()),
            );
        }
        out.defined(key(&format!("auc_{}", key_name(score))), g.auc.clone().map(|a| a.area));
    }
    for (i, a) in groups.iter().enumerate() {
        let against: Vec<&GroupFigures> = groups
            .iter()
            .enumerate()
            .filter(|&(j, _)| j != i && (groups.len() <= MOST_PAIRS || i == 0))
            .map(|g| g.1)
            .collect();
        for b in against {
            for kind in RateKind::ALL {
                let key =
                    format!("{prefix}difference.{}.{}_minus_{}", kind.key(), key_name(&a.name), key_name(&b.name));
                let difference = compare_groups(a, b, kind).difference;
                out.defined(key.clone(), difference.clone().map(|d| d.value));
                out.defined_list(format!("{key}.newcombe95"), difference.map(|d| vec![d.low, d.high]));
            }
        }
    }
    let width = |kind| gap(groups, kind).map(|g| g.width);
    out.defined(format!("{prefix}demographic_parity_difference"), width(RateKind::Selection));
    out.defined(format!("{prefix}equalized_odds_difference.defined_groups_only"), equalized_odds(groups));
    out.defined(format!("{prefix}equalized_odds.tpr_difference_defined_groups"), width(RateKind::TruePositive));
    out.defined(format!("{prefix}equalized_odds.fpr_difference_defined_groups"), width(RateKind::FalsePositive));
    out.add(format!("{prefix}equalized_odds_difference.fairlearn_all_groups"), zero_for_none(groups));
}

/// What fairlearn reports: a rate that does not exist counts as 0. Listed under its name, for comparison; ours is
/// `defined_groups_only`.
fn zero_for_none(groups: &[GroupFigures]) -> f64 {
    let width = |kind| {
        let rates = groups.iter().map(|g| g.confusion.rate(kind).map_or(0.0, |r| r.value()));
        let (low, high) = rates.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), r| (a.min(r), b.max(r)));
        high - low
    };
    width(RateKind::TruePositive).max(width(RateKind::FalsePositive))
}
