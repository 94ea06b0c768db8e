//! What scoring a case gives: every number with its terms, its input and where it came from, or why there is none.

use crate::risk::instrument::cases::case::Answer;
use crate::risk::instrument::compiled::bits::all_of;
use crate::risk::instrument::compiled::card::Horizon;
use crate::risk::instrument::compiled::evaluate::{Mode, Scratch};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::item::Substitute;
use crate::risk::instrument::compiled::output::{Output, shown};
use crate::risk::instrument::compiled::population::{Population, PopulationOverride, TargetPopulation};
use crate::risk::instrument::compiled::program::TermKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of one result.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Known<'a> {
    /// The value.
    Value(&'a Output),
    /// The extremes over all admissible completions of the unknown answers.
    Between(&'a OutputRange),
    /// No value, and the codes that say why; empty where the answers ask for none.
    Nothing(&'a [String]),
}

impl Known<'_> {
    /// Lowest and highest number, equal when the value is known; `None` for what is no number, and where there may be none.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match self {
            Known::Value(output) => output.number().map(|n| (n, n)),
            Known::Between(range) if !range.may_be_absent => {
                Some((range.low.as_ref()?.number()?, range.high.as_ref()?.number()?))
            }
            _ => None,
        }
    }
}

/// What a result may be when some answers are unknown: exactly the extremes over all admissible completions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutputRange {
    /// Lowest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Output>,
    /// Highest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Output>,
    /// The bands from the lowest to the highest possible, for a result that is a band; one in between may be given by
    /// no completion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<String>,
    /// Whether some completions have no value at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_be_absent: bool,
}

/// What one term added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contribution {
    /// Part the term belongs to, for an instrument made of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Name of the term.
    pub term: String,
    /// Level or row that applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Sum it went into.
    pub sum: String,
    /// Coefficient exactly as printed.
    pub coefficient: String,
    /// What it added.
    pub value: f64,
    /// Items it depends on.
    pub items: Vec<String>,
    /// Document and place of the coefficient.
    pub source: String,
}

/// The result of one instrument for one case.
///
/// Two results are equal when everything in them is: same file, same answers, same engine, same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assessment {
    /// Short name of the instrument.
    pub instrument: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub content_hash: String,
    /// Version of this crate.
    pub engine: String,
    /// How missing answers were treated.
    pub mode: Mode,
    /// Results by field; `None` where there is no value.
    #[serde(flatten)]
    pub results: BTreeMap<String, Option<Output>>,
    /// Why there is no score, or what the published implementation reports beside one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub error: Vec<String>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusal: Vec<String>,
    /// Whether there is a score.
    pub scored: bool,
    /// Outcome in words.
    pub outcome: String,
    /// Time over which it is predicted.
    pub horizons: Vec<HorizonOf>,
    /// Version of the bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band_version: Option<String>,
    /// `static` or `dynamic`, for an instrument with both forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_type: Option<String>,
    /// Ranges, when answers are unknown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranges: BTreeMap<String, OutputRange>,
    /// Items whose answer is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// What each term added; empty when answers are unknown.
    pub contributions: Vec<Contribution>,
    /// What stands in the way of taking the result at its word.
    pub warnings: Vec<String>,
    /// What was put in the place of missing answers, as the published implementation does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub as_published: Vec<String>,
    /// Protected or proxy characteristics the published form uses.
    pub uses: Vec<String>,
    /// Population the instrument was made for.
    pub made_for: TargetPopulation,
    /// Period of the data the instrument was derived from, in the words of its file.
    pub derived_from_data_of: String,
    /// Population of the case.
    pub population: Option<Population>,
    /// In what it differs from the instrument's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub population_differences: Vec<String>,
    /// Permission to score all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population_override: Option<PopulationOverride>,
    /// The answers.
    pub inputs: BTreeMap<String, Answer>,
}

/// A horizon in a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HorizonOf {
    /// Short name.
    pub key: String,
    /// In words.
    pub words: String,
}

impl From<&Horizon> for HorizonOf {
    fn from(h: &Horizon) -> Self {
        let words = h.words.clone().unwrap_or_else(|| format!("{} months", h.months.unwrap_or_default()));
        HorizonOf { key: h.key.clone(), words }
    }
}

impl Assessment {
    /// A result by field, such as `percent_2y`.
    pub fn get(&self, field: &str) -> Option<&Output> {
        self.results.get(field).and_then(Option::as_ref)
    }

    /// What is known of a result, by field; `None` when the instrument has no such field.
    ///
    /// ```
    /// use pleegprofiel::risk::instrument::{Instrument, Known, Mode, Population};
    /// let psa = Instrument::bundled("psa")?;
    /// let result = psa.assess(&psa.case(), Mode::Strict)?;
    /// // nobody said whom the case is about
    /// assert_eq!(result.known("fta_scaled"), Some(Known::Nothing(&["population_not_stated".to_owned()])));
    /// assert_eq!(result.known("percent_200y"), None);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn known(&self, field: &str) -> Option<Known<'_>> {
        let value = self.results.get(field)?;
        Some(match (value, self.ranges.get(field)) {
            (Some(output), _) => Known::Value(output),
            (None, Some(range)) => Known::Between(range),
            (None, None) => Known::Nothing(&self.error),
        })
    }

    /// A number by field.
    pub fn number(&self, field: &str) -> Option<f64> {
        self.get(field).and_then(Output::number)
    }

    /// The band.
    pub fn band(&self) -> Option<&str> {
        match self.get("band") {
            Some(Output::Band(name)) => Some(name),
            _ => None,
        }
    }

    /// One JSON object on one line; what reads back is equal.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and lists of them can be written")
    }
}

impl Instrument {
    /// A result without any number yet.
    pub(crate) fn blank(&self, answers: &[f64], mode: Mode) -> Assessment {
        let inputs = self.items.iter().zip(answers).filter(|(_, v)| !v.is_nan());
        Assessment {
            instrument: self.card.id.clone(),
            version: self.card.version.clone(),
            content_hash: self.hash.clone(),
            engine: concat!("pleegprofiel ", env!("CARGO_PKG_VERSION")).to_owned(),
            mode,
            results: self.program.outputs.iter().map(|o| (o.field.clone(), None)).collect(),
            error: Vec::new(),
            refusal: Vec::new(),
            scored: false,
            outcome: self.card.outcome.clone(),
            horizons: self.card.horizons.iter().map(HorizonOf::from).collect(),
            band_version: self.program.outputs.iter().find_map(|o| o.version.clone()),
            score_type: None,
            ranges: BTreeMap::new(),
            unknown: Vec::new(),
            contributions: Vec::new(),
            warnings: Vec::new(),
            as_published: Vec::new(),
            uses: self.card.uses.clone(),
            made_for: self.card.population.clone(),
            derived_from_data_of: self.card.period.clone(),
            population: None,
            population_differences: Vec::new(),
            population_override: None,
            inputs: inputs.map(|(item, v)| (item.name.clone(), Answer::of(&item.write(*v)))).collect(),
        }
    }

    /// Fills in what an evaluation found.
    pub(crate) fn fill(&self, result: &mut Assessment, s: &Scratch, scored: bool) {
        result.scored = scored;
        result.error.extend(self.codes(s.errors).map(str::to_owned));
        if !scored {
            self.explain(s.errors, result);
            return;
        }
        for (i, output) in self.program.outputs.iter().enumerate() {
            result.results.insert(output.field.clone(), shown(&self.program, i, s.outputs[i]));
        }
        result.score_type = self.score_type(s).map(str::to_owned);
        self.contributions(s, None, &mut result.contributions);
        self.warn(s, &mut result.warnings);
        self.compatibility(s, &mut result.as_published);
    }

    fn contributions(&self, s: &Scratch, component: Option<&str>, out: &mut Vec<Contribution>) {
        if let (true, Some(form), Some(inner)) = (s.fell_back, &self.program.fallback, s.components.last()) {
            return form.instrument.contributions(inner, component, out);
        }
        for (i, term) in self.program.terms.iter().enumerate() {
            if !all_of(s.held, term.when) {
                continue;
            }
            let (coefficient, row) = match &term.kind {
                TermKind::Table { slot, rows, .. } => {
                    let x = s.slots[*slot];
                    match rows.iter().find(|r| r.from <= x && x <= r.to) {
                        Some(row) => (row.text.text().to_owned(), row.level.clone()),
                        None => continue,
                    }
                }
                _ => (term.text.as_ref().map_or_else(String::new, ToString::to_string), None),
            };
            out.push(Contribution {
                component: component.map(str::to_owned),
                term: term.name.clone(),
                level: row.or_else(|| term.level.clone()),
                sum: self.program.sums[term.sum].clone(),
                coefficient,
                value: s.contributions[i],
                items: self.names(term.items),
                source: format!("{}: {}", term.document, term.place),
            });
        }
        for (part, inner) in self.program.components.iter().zip(&s.components) {
            part.instrument.contributions(inner, Some(&part.name), out);
        }
    }

    pub(crate) fn names(&self, items: u64) -> Vec<String> {
        self.items.iter().enumerate().filter(|(i, _)| items >> i & 1 == 1).map(|(_, item)| item.name.clone()).collect()
    }

    fn warn(&self, s: &Scratch, out: &mut Vec<String>) {
        for (when, text) in &self.program.warnings {
            if all_of(s.held, *when) && !out.contains(text) {
                out.push(text.clone());
            }
        }
        // only the published form scores these
        for rule in self.program.rules[self.program.published..].iter().filter(|rule| rule.holds(s.held)) {
            let why = self.contradictions(1 << rule.code);
            out.extend(why.map(|why| format!("contradictory answers, scored as published: {why}")));
        }
        let used = self.program.components.len();
        for (part, inner) in self.program.components.iter().zip(&s.components[..used]) {
            part.instrument.warn(inner, out);
        }
    }

    /// What was put in the place of missing answers.
    fn compatibility(&self, s: &Scratch, out: &mut Vec<String>) {
        for (i, item) in self.items.iter().enumerate().filter(|(i, _)| s.substituted >> i & 1 == 1) {
            let instead = match &item.substitute {
                Some(Substitute::Value(_, text)) => text.clone(),
                Some(Substitute::Item(at)) => self.items[*at].name.clone(),
                None => continue,
            };
            let text = format!("{} is missing and counts as {instead}", self.items[i].name);
            if !out.contains(&text) {
                out.push(text);
            }
        }
        if s.fell_back {
            out.push("a dynamic item is missing: this is the score of the static form".to_owned());
        }
        for inner in self.program.components.iter().zip(&s.components) {
            inner.0.instrument.compatibility(inner.1, out);
        }
    }
}
