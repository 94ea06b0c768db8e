//! The answers, question by question.

use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::record::StartStop;
use crate::trajectory::grolts::facts::Facts;
use crate::trajectory::grolts::{GroltsItem, GroltsStatus};
use crate::trajectory::spec::basis::Basis;
use serde_json::{Value, json};

/// What can be said, and what has to be added.
pub(super) struct Answer {
    text: String,
    data: Value,
    needs: Option<&'static str>,
}

impl Answer {
    pub(super) fn full(text: impl Into<String>, data: Value) -> Answer {
        Answer { text: text.into(), data, needs: None }
    }

    pub(super) fn partly(text: impl Into<String>, data: Value, needs: &'static str) -> Answer {
        Answer { text: text.into(), data, needs: Some(needs) }
    }

    fn none(needs: &'static str) -> Answer {
        Answer { text: String::new(), data: Value::Null, needs: Some(needs) }
    }

    pub(super) fn into_item(self, item: &'static str, question: &'static str) -> GroltsItem {
        let status = match (self.text.is_empty(), self.needs) {
            (true, _) => GroltsStatus::NeedsResearcher,
            (_, Some(_)) => GroltsStatus::Partly,
            _ => GroltsStatus::Answered,
        };
        let researcher = self.needs.map(|n| format!("needs the researcher: {n}"));
        GroltsItem { item, question, status, answer: self.text, researcher, data: self.data }
    }
}

/// Names no file: whoever writes this record does not write the picture.
const PICTURE: &str = "A report of the fit draws them; the command `profile` writes one.";

pub(super) fn answer(item: &str, fit: &Fit, facts: &Facts) -> Answer {
    match item {
        "1" => Answer::full(
            format!(
                "Age, in intervals of {} months from {} to {} years ({} of them). Curves are functions of age scaled to -1 in the first interval and 1 in the last.",
                facts.interval_months, facts.from_age, facts.to_age, facts.intervals
            ),
            json!({"metric": "age", "interval_months": facts.interval_months, "from_years": facts.from_age,
                "to_years": facts.to_age, "intervals": facts.intervals}),
        ),
        "2" => time_within_a_wave(facts),
        "3a" => missing(fit, facts),
        "3b" => match &fit.model().spec().dropout {
            None => Answer::none("which characteristics of persons go with missing values or with leaving the study"),
            Some(d) => Answer::partly(
                format!(
                    "Leaving the study is modelled by group and age{}.",
                    if d.after_last_value { ", and by the value last seen" } else { "" }
                ),
                json!({"dropout_by": if d.after_last_value { json!(["group", "age", "last value"]) } else { json!(["group", "age"]) }}),
                "which other characteristics of persons go with leaving",
            ),
        },
        "3c" => Answer::full(
            "No value was filled in and no person with a missing value was left out: each person enters the likelihood with the intervals that were observed (full information maximum likelihood).",
            json!({"handling": "full-information-maximum-likelihood", "imputed": 0, "persons_left_out": 0}),
        ),
        "4" => distribution(fit, facts),
        "5" => Answer::full(
            format!("{} {} (Rust).", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            json!({"software": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")}),
        ),
        "6a" if fit.model().spec().outcomes().iter().any(|o| o.family().has_factor()) => Answer::partly(
            "Members of a group share one curve up to a gamma factor of their own, the same at every age (a random intercept of the log rate): levels differ within groups, shapes do not.",
            json!({"within_group": "gamma factor", "random_effects": true}),
            "whether growth mixture models (random slopes within groups) were considered, elsewhere",
        ),
        "6a" => Answer::partly(
            "Members of a group share one curve (group-based trajectory model, also latent class growth analysis): there are no random effects within groups.",
            json!({"within_group": "none", "random_effects": false}),
            "whether growth mixture models (random effects within groups) were considered, elsewhere",
        ),
        "6b" => spread(fit),
        "7" => Answer::partly(
            format!("This model: {}.", shapes(fit)),
            json!({"shapes": shapes(fit)}),
            "which other shapes were tried, or a search over degrees",
        ),
        "8" => covariates(fit),
        "9" => starts(fit),
        "10" => Answer::partly(
            figures(fit),
            figures_json(fit),
            "by what the number of groups was chosen, or a search over models",
        ),
        "11" => Answer::partly(
            format!("This record is of one model, of {}.", groups(fit.groups.len())),
            json!({"models": 1, "one_group": fit.groups.len() == 1}),
            "how many models were fitted in all, or a search over models",
        ),
        "12" => {
            let list: Vec<String> =
                fit.groups.iter().map(|g| format!("{} ({:.1} %)", g.members, 100.0 * g.share)).collect();
            Answer::partly(
                format!("This model, most likely group (estimated share): {}.", list.join(", ")),
                json!({"members": fit.groups.iter().map(|g| g.members).collect::<Vec<_>>(),
                    "shares": fit.groups.iter().map(|g| g.share).collect::<Vec<_>>()}),
                "the same of every other model fitted, or a search over models",
            )
        }
        "13" => entropy(fit),
        "14a" => Answer::full(
            format!("The estimated curves are in the data of this item. {PICTURE}"),
            json!({"curves": curves(fit)}),
        ),
        "14b" => Answer::none("the curves of the other models fitted"),
        "14c" => Answer::partly(
            "The picture of such a report lays what was observed of each group, everyone weighted by the probability of membership, over the estimated curves.",
            json!({"observed": "posterior-weighted group means"}),
            "individual trajectories; they are not drawn, as a single record could point at a person",
        ),
        "15" => Answer::full(
            format!(
                "Shares and curves with 95 % intervals, and every parameter with its standard error from the exact observed information, are in the data of this item. {}",
                match fit.undetermined_names() {
                    none if none.is_empty() => "All parameters have one.".to_owned(),
                    some => format!("Without a standard error: {}.", some.join("; ")),
                }
            ),
            json!({"groups": fit.groups, "shares": fit.by_information().population_shares(),
                "estimates": fit.by_information().estimates(), "curves": curves(fit)}),
        ),
        _ => Answer::partly(
            "The specification and seed in the data of this item give the same result, to the last bit, with the same version of the software and the same data.",
            json!({"specification": fit.model().spec(), "version": env!("CARGO_PKG_VERSION")}),
            "where the data and the commands can be had",
        ),
    }
}

fn groups(n: usize) -> String {
    format!("{n} group{}", if n == 1 { "" } else { "s" })
}

fn time_within_a_wave(facts: &Facts) -> Answer {
    let risk: Vec<&str> = facts.series.iter().filter(|s| s.has_exposure).map(|s| s.name.as_str()).collect();
    let risk = match risk.is_empty() {
        true => "Everyone is at risk throughout each observed interval.".to_owned(),
        false => format!(
            "Time at risk differs between persons ({}); its mean and variance by interval are in the data of this item.",
            risk.join(", ")
        ),
    };
    Answer::partly(
        format!(
            "An interval is a stretch of age of {} months, the same for everyone: values are of the whole stretch, not of a moment in it. {risk}",
            facts.interval_months
        ),
        json!({"interval_months": facts.interval_months, "series": facts.series}),
        "where values come from waves of interviews: mean and variance of the moments within each wave",
    )
}

fn missing(fit: &Fit, facts: &Facts) -> Answer {
    let parts: Vec<String> = facts
        .series
        .iter()
        .map(|s| {
            format!(
                "{}: {} of {} cells observed; {} persons observed throughout, {} until they left, {} with gaps or late entry, {} never",
                s.name, s.observed, s.cells, s.complete, s.dropped_out, s.gaps, s.never
            )
        })
        .collect();
    let data = json!({"series": facts.series.iter().map(|s| json!({"name": s.name, "cells": s.cells, "observed": s.observed,
        "complete": s.complete, "dropped_out": s.dropped_out, "gaps": s.gaps, "never": s.never})).collect::<Vec<_>>(),
        "assumed": if fit.model().spec().dropout.is_some() { "leaving depends on the group" } else { "missing at random" }});
    let text = format!("{}.", parts.join("; "));
    if facts.series.iter().all(|s| s.observed == s.cells) {
        return Answer::full(format!("{text} Nothing is missing."), data);
    }
    let assumed = match fit.model().spec().dropout {
        Some(_) => {
            "Leaving may depend on the group (Haviland, Jones & Nagin 2011); other gaps are taken as missing at random."
        }
        None => "The analysis takes what is missing as missing at random, given what was observed.",
    };
    Answer::partly(
        format!("{text}. {assumed}").replace("..", "."),
        data,
        "why values are missing, and whether that assumption holds",
    )
}

fn distribution(fit: &Fit, facts: &Facts) -> Answer {
    let outcomes = fit.model().spec().outcomes();
    let number = |v: Option<f64>| v.map_or("-".into(), |v| format!("{v:.3}"));
    let parts: Vec<String> = facts
        .series
        .iter()
        .map(|s| {
            let family = outcomes.iter().find(|o| o.series() == s.name).map_or("", |o| o.family().key());
            format!(
                "{} (modelled as {family}): mean {}, variance {}, {} to {}, {} % zeros",
                s.name,
                number(s.mean),
                number(s.variance),
                number(s.smallest),
                number(s.largest),
                s.zeros.map_or("-".into(), |z| format!("{:.1}", 100.0 * z)),
            )
        })
        .collect();
    Answer::full(
        format!("{}.", parts.join("; ")),
        json!({"series": facts.series, "persons": facts.persons, "weighted": facts.weighted}),
    )
}

fn spread(fit: &Fit) -> Answer {
    let factor = fit.model().spec().outcomes().iter().any(|o| o.family().has_factor());
    let parts: Vec<String> = fit
        .model()
        .spec()
        .outcomes()
        .iter()
        .map(|o| {
            let own = if o.common_dispersion { "one for all groups" } else { "one a group" };
            let what = match o.family() {
                Family::NegBin | Family::Zinb => format!("the dispersion of the negative binomial, {own}"),
                Family::NegMultinomial => format!("the variance of a gamma factor that each person keeps, {own}"),
                Family::CensoredNormal => format!("the standard deviation, {own}"),
                Family::Beta => format!("the precision, {own}"),
                Family::Poisson | Family::Zip | Family::ZipTau => {
                    "no free variance: it follows from the mean and the zero part".into()
                }
                Family::Bernoulli => "no free variance: it follows from the probability".into(),
            };
            format!("{}: {what}", o.series())
        })
        .collect();
    Answer::partly(
        format!(
            "{}. Given the group{}, intervals are independent, so there are no{} covariances.",
            parts.join("; "),
            if factor { " and a person's factor" } else { "" },
            if factor { " other" } else { "" },
        ),
        json!({"spread": parts}),
        "whether other structures were considered",
    )
}

fn shapes(fit: &Fit) -> String {
    let one = |b: &Basis| match b {
        Basis::Polynomial { degree } => format!("polynomial of degree {degree}"),
        Basis::NaturalSpline { knots, .. } => format!("natural cubic spline with {} interior knots", knots.len()),
        Basis::BSpline { degree, knots, .. } => {
            format!("B-spline of degree {degree} with {} interior knots", knots.len())
        }
    };
    let list = |bases: &[Basis]| {
        let mut all: Vec<String> = bases.iter().map(one).collect();
        if all.windows(2).all(|w| w[0] == w[1]) {
            all.truncate(1);
        }
        all.join(", ")
    };
    let parts: Vec<String> = fit
        .model()
        .spec()
        .outcomes()
        .iter()
        .map(|o| {
            let zero = match (&o.zero, o.family().has_zero_curve()) {
                (Some(zero), true) => format!("; zero part {}", list(zero)),
                (None, true) => "; zero part alike".into(),
                _ => String::new(),
            };
            format!("{}: {}{zero}", o.series(), list(&o.curves))
        })
        .collect();
    parts.join("; ")
}

fn covariates(fit: &Fit) -> Answer {
    let spec = fit.model().spec();
    let varying: Vec<&String> = spec.outcomes().iter().flat_map(|o| &o.varying).collect();
    let data = json!({"membership": spec.membership, "varying": varying});
    if spec.membership.is_empty() && varying.is_empty() {
        return Answer::full("No covariates were used.", data);
    }
    let list = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Answer::partly(
        format!(
            "Group membership (multinomial logit, estimated jointly): {}. Curves: {}. Coefficients with standard errors are in the data of item 15.",
            list(spec.membership.iter().map(String::as_str).collect()),
            list(varying.iter().map(|s| s.as_str()).collect())
        ),
        data,
        "how the covariates were measured and coded",
    )
}

fn starts(fit: &Fit) -> Answer {
    let spec = fit.model().spec();
    let climbed: Vec<f64> =
        fit.starts.iter().filter(|s| s.stop == StartStop::Converged).map(|s| s.log_likelihood).collect();
    let top = climbed.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let reached = climbed.iter().filter(|l| (*l - top).abs() < crate::trajectory::fit::record::SAME).count();
    let steps = fit.starts.iter().map(|s| s.steps).max().unwrap_or(0);
    let seeded = fit.seeding.as_ref().map_or(String::new(), |seeding| {
        format!(
            " Beside its own starts it was sought from the best {} of {} climbs.",
            seeding.family,
            seeding.starts.len()
        )
    });
    Answer::full(
        format!(
            "{} climbs from seed {} (starts and their neighbours), {} of them to a maximum, {reached} to the best one; {} distinct optima; at most {steps} steps a climb. The answer {} (largest gradient element {:.1e}).{seeded}",
            fit.starts.len(),
            spec.effort.seed,
            climbed.len(),
            fit.optima.len(),
            if fit.converged { "converged" } else { "did not converge" },
            fit.gradient_norm
        ),
        json!({"starts": spec.effort.starts, "climbs": fit.starts.len(), "seed": spec.effort.seed, "converged_climbs": climbed.len(),
            "best_reached": reached, "optima": fit.optima.len(), "seeding_climbs": fit.seeding.as_ref().map(|s| s.starts.len()), "most_steps": steps, "converged": fit.converged,
            "gradient_norm": Some(fit.gradient_norm).filter(|g| g.is_finite())}),
    )
}

fn figures(fit: &Fit) -> String {
    format!(
        "This model: log-likelihood {:.4}, {} parameters, AIC {:.2}, BIC {:.2} (persons) or {:.2} (cells), ICL {:.2}.",
        fit.log_likelihood, fit.parameters, fit.aic, fit.bic_persons, fit.bic_observations, fit.icl
    )
}

fn figures_json(fit: &Fit) -> Value {
    json!({"log_likelihood": fit.log_likelihood, "parameters": fit.parameters, "aic": fit.aic,
        "bic_persons": fit.bic_persons, "bic_observations": fit.bic_observations, "icl": fit.icl})
}

fn entropy(fit: &Fit) -> Answer {
    let data = json!({"relative_entropy": fit.entropy, "avepp": fit.groups.iter().map(|g| g.avepp).collect::<Vec<_>>(),
        "occ": fit.groups.iter().map(|g| g.occ).collect::<Vec<_>>(),
        "mismatch": fit.groups.iter().map(|g| g.mismatch).collect::<Vec<_>>()});
    match fit.entropy {
        None => Answer::full("One group: there is nothing to classify.", data),
        Some(e) => Answer::full(
            format!(
                "Relative entropy {e:.3}; average posterior probabilities, odds of correct classification and mismatch by group are in the data of this item."
            ),
            data,
        ),
    }
}

/// Curves of every outcome and group with their 95 % bands.
fn curves(fit: &Fit) -> Value {
    let model = fit.model();
    let outcomes = model.spec().outcomes();
    (0..outcomes.len())
        .flat_map(|o| (0..model.group_count(o)).map(move |g| (o, g)))
        .map(|(o, g)| {
            json!({"outcome": outcomes[o].series(), "group": g + 1, "curve": fit.by_information().curve(o, g)})
        })
        .collect()
}
