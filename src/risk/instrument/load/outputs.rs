//! Loading what an instrument says: outputs, bands, fixed results, components and the static form.

use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::program::{Band, Choice, Component, From, Make, Output, Reduce, Show};
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::load::library::Library;
use crate::risk::instrument::load::reach::is_cycle;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Node;
use std::sync::Arc;

impl Build {
    pub(crate) fn load_components(&mut self, root: &Node<'_>, id: &str, library: &Library) {
        for node in root.list_at(&mut self.problems, "components") {
            node.object(&mut self.problems, &["name", "instrument", "version", "code"]);
            let (Some(name), Some(code)) = (self.name(&node, "name"), self.name(&node, "code")) else { continue };
            let Some((instrument, items)) = self.other(&node, id, library) else { continue };
            let code = self.code(&node, &code);
            self.program.components.push(Component { name, code, instrument, items });
        }
        if let Some(node) = root.get("fallback") {
            node.object(&mut self.problems, &["instrument", "version"]);
            if let Some((instrument, items)) = self.other(&node, id, library) {
                self.program.fallback = Some(Component { name: "static".into(), code: 0, instrument, items });
            }
        }
    }

    /// Another instrument, and which item of this one each of its items is.
    fn other(&mut self, node: &Node<'_>, id: &str, library: &Library) -> Option<(Arc<Instrument>, Vec<usize>)> {
        let name = node.text_at(&mut self.problems, "instrument")?;
        let version = node.text_at(&mut self.problems, "version")?;
        let found = library.get(name);
        if is_cycle(node, id, name, found.as_ref().map(|f| &f.program), &mut self.problems) {
            return None;
        }
        let Some(found) = found else {
            node.says(&mut self.problems, format_args!("instrument {:?} is not loaded", shortened(name)));
            return None;
        };
        if found.version() != version {
            node.says(
                &mut self.problems,
                format_args!("version {:?} is asked for, {:?} is loaded", shortened(version), found.version()),
            );
        }
        let mut items = Vec::new();
        for item in found.items.iter() {
            match self.items.iter().position(|own| own.name == item.name && own.kind == item.kind) {
                Some(at) => items.push(at),
                None => node.says(
                    &mut self.problems,
                    format_args!("{} asks for {}, which is not declared alike", found.id(), item.name),
                ),
            }
        }
        (items.len() == found.items.len()).then_some((found, items))
    }

    pub(crate) fn load_outputs(&mut self, root: &Node<'_>) {
        let list = root.need(&mut self.problems, "outputs").map_or_else(Vec::new, |n| n.list(&mut self.problems));
        if list.is_empty() || list.len() > 32 {
            root.says(&mut self.problems, "an instrument has 1 to 32 outputs");
        }
        for node in list.iter().take(32) {
            let Some(field) = self.name(node, "field") else { continue };
            if self.program.output(&field).is_some() {
                node.says(&mut self.problems, format_args!("a second output {field}"));
            }
            let Some((make, show)) = self.make(node) else { continue };
            let horizon = node.get("horizon").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
            if let Some(other) = horizon.as_ref().filter(|h| !self.horizons.contains(h)) {
                node.says(&mut self.problems, format_args!("horizon {:?} is used but not declared", shortened(other)));
            }
            let version = node.get("version").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
            let reduced = match &make {
                Make::Band { reduce: Some(_), .. } => node.get("reduce").and_then(|n| self.name(&n, "field")),
                _ => None,
            };
            self.program.outputs.push(Output { field, make, show, horizon, version });
            if let Some(field) = reduced {
                let make = Make::Reduced(self.program.outputs.len() - 1);
                self.program.outputs.push(Output { field, make, show: Show::Truth, horizon: None, version: None });
            }
        }
    }

    fn from(&mut self, node: &Node<'_>, key: &str) -> Option<From> {
        let found = node.need(&mut self.problems, key)?;
        let name = found.text(&mut self.problems)?;
        if let Some(at) = self.program.output(name) {
            return Some(From::Output(at));
        }
        let sum = self.program.sums.iter().position(|s| s == name);
        if sum.is_none() {
            found.says(&mut self.problems, format_args!("{:?} is no earlier output and no sum", shortened(name)));
        }
        sum.map(From::Sum)
    }

    fn earlier(&mut self, node: &Node<'_>) -> Option<usize> {
        match self.from(node, "of")? {
            From::Output(at) => Some(at),
            From::Sum(_) => {
                node.says(&mut self.problems, "an earlier output is needed, not a sum");
                None
            }
        }
    }

    fn make(&mut self, node: &Node<'_>) -> Option<(Make, Show)> {
        const COMMON: [&str; 4] = ["field", "kind", "horizon", "version"];
        let kind = node.text_at(&mut self.problems, "kind")?;
        let own: &[&str] = match kind {
            "sum" => &["of"],
            "logistic" => &["of", "intercept", "slope"],
            "cox" => &["of", "baseline_survival", "centre"],
            "recalibrated" => &["of", "intercept", "slope", "knots"],
            "percent" => &["of", "decimals", "first_decimals", "minimum", "maximum", "zero_code"],
            "table" => &["of", "table", "boolean"],
            "band" => &["of", "bands", "reduce"],
            "choice" => &["bands"],
            "component" => &["component", "of"],
            "total" => &["of", "plus", "decimals", "minimum", "maximum"],
            other => {
                node.says(&mut self.problems, format_args!("kind {:?} is unknown", shortened(other)));
                return None;
            }
        };
        let keys: Vec<&str> = COMMON.iter().chain(own).copied().collect();
        node.object(&mut self.problems, &keys);
        match kind {
            "sum" => Some((Make::Copy(self.from(node, "of")?), Show::Number)),
            "logistic" => {
                let mut number = |key: &str, default: f64| {
                    node.get(key).and_then(|n| n.decimal(&mut self.problems)).map_or(default, |d| d.value())
                };
                let (intercept, slope) = (number("intercept", 0.0), number("slope", 1.0));
                if slope <= 0.0 {
                    node.says(&mut self.problems, "the slope is not above 0: ranges rest on more being more");
                }
                Some((Make::Logistic { of: self.from(node, "of")?, intercept, slope }, Show::Number))
            }
            "cox" => {
                let baseline = node.decimal_at(&mut self.problems, "baseline_survival");
                let centre = node.decimal_at(&mut self.problems, "centre");
                let (baseline, centre) = (baseline?.value(), centre?.value());
                if !(baseline > 0.0 && baseline < 1.0) {
                    node.says(&mut self.problems, "the baseline survival is not between 0 and 1");
                }
                Some((Make::Cox { of: self.from(node, "of")?, baseline, centre }, Show::Number))
            }
            "recalibrated" => {
                Some((Make::Recalibrated { of: self.earlier(node)?, map: self.rising(node)? }, Show::Number))
            }
            "percent" => {
                let (decimals, minimum, maximum) = self.rounding(node)?;
                let first =
                    node.get("first_decimals").and_then(|n| n.whole(&mut self.problems, 3, 9)).map(|n| n as i32);
                let zero_code =
                    node.get("zero_code").and_then(|n| n.text(&mut self.problems)).map(|c| self.code(node, c));
                let show = if decimals == 0 { Show::Whole } else { Show::Number };
                Some((Make::Percent { of: self.earlier(node)?, decimals, first, minimum, maximum, zero_code }, show))
            }
            "table" => {
                let rows = node.need(&mut self.problems, "table").map(|t| self.rows(&t, None, "value"))?;
                let truth = node.get("boolean").and_then(|n| n.boolean(&mut self.problems)) == Some(true);
                if !rows.is_sorted_by(|a, b| a.from <= b.from && a.value <= b.value) {
                    node.says(&mut self.problems, "the table does not rise: ranges rest on more being more");
                }
                Some((Make::Table { of: self.from(node, "of")?, rows }, if truth { Show::Truth } else { Show::Number }))
            }
            "band" => self.band(node),
            "choice" => {
                let bands = node.get("bands").map(|n| n.list(&mut self.problems));
                for band in bands.iter().flatten() {
                    self.band_name(band);
                }
                Some((Make::Chosen, if bands.is_some() { Show::Band } else { Show::Number }))
            }
            "component" => {
                let name = node.text_at(&mut self.problems, "component")?;
                let of = node.text_at(&mut self.problems, "of")?;
                let at = self.program.components.iter().position(|c| c.name == name);
                let output = at.and_then(|c| self.program.components[c].instrument.program.output(of));
                let (Some(component), Some(output)) = (at, output) else {
                    node.says(
                        &mut self.problems,
                        format_args!("no component {:?} with output {:?}", shortened(name), shortened(of)),
                    );
                    return None;
                };
                let instrument = Arc::clone(&self.program.components[component].instrument);
                // names of bands become ours
                instrument.program.bands.iter().for_each(|b| {
                    self.band_index(b);
                });
                Some((Make::Component { component, output }, instrument.program.outputs[output].show))
            }
            _ => {
                let (decimals, minimum, maximum) = self.rounding(node)?;
                let names = node.list_at(&mut self.problems, "of");
                let of = names.iter().filter_map(|n| {
                    let at = n.text(&mut self.problems).and_then(|name| self.program.output(name));
                    if at.is_none() {
                        n.says(&mut self.problems, "no earlier output");
                    }
                    at
                });
                let of: Vec<usize> = of.collect();
                let mut plus = Vec::new();
                for part in node.list_at(&mut self.problems, "plus") {
                    part.object(&mut self.problems, &["probability", "when", "source"]);
                    self.source(&part);
                    let when = self.conditions(part.get("when"));
                    plus.extend(part.decimal_at(&mut self.problems, "probability").map(|d| (d.value(), when)));
                }
                Some((Make::Total { of, plus, decimals, minimum, maximum }, Show::Number))
            }
        }
    }

    fn rounding(&mut self, node: &Node<'_>) -> Option<(i32, f64, f64)> {
        let decimals = node.need(&mut self.problems, "decimals")?.whole(&mut self.problems, 0, 6)?;
        let minimum = node.decimal_at(&mut self.problems, "minimum")?.value();
        let maximum = node.decimal_at(&mut self.problems, "maximum")?.value();
        if minimum > maximum {
            node.says(&mut self.problems, "the minimum is above the maximum");
        }
        Some((decimals as i32, minimum, maximum))
    }

    fn band_index(&mut self, name: &str) -> usize {
        let known = self.program.bands.iter().position(|b| b == name);
        known.unwrap_or_else(|| {
            self.program.bands.push(name.to_owned());
            self.program.bands.len() - 1
        })
    }

    fn band_name(&mut self, node: &Node<'_>) -> Option<usize> {
        node.object(&mut self.problems, &["name", "from", "below"]);
        let name = self.name(node, "name")?;
        Some(self.band_index(&name))
    }

    fn band(&mut self, node: &Node<'_>) -> Option<(Make, Show)> {
        node.text_at(&mut self.problems, "version");
        let of = self.from(node, "of")?;
        let mut bands: Vec<Band> = Vec::new();
        let list = node.need(&mut self.problems, "bands").map_or_else(Vec::new, |n| n.list(&mut self.problems));
        let mut places = Vec::new();
        let mut below: Option<f64> = None;
        for one in list {
            let Some(name) = self.band_name(&one) else { continue };
            let from = one.get("from").and_then(|n| n.decimal(&mut self.problems)).map_or(f64::INFINITY, |d| d.value());
            if let Some(last) = bands.last()
                && from <= last.from
                && from.is_finite()
            {
                one.says(
                    &mut self.problems,
                    "the band overlaps the one before it, which makes one of them unreachable",
                );
            }
            if let Some(limit) = below.filter(|limit| from.is_finite() && *limit != from) {
                one.says(
                    &mut self.problems,
                    format_args!("the band before ends below {limit}, this one begins at {from}"),
                );
            }
            if bands.iter().any(|b| b.name == name) {
                one.says(&mut self.problems, "the band stands twice");
            }
            below = one.get("below").and_then(|n| n.decimal(&mut self.problems)).map(|d| d.value());
            bands.push(Band { name, from });
            places.push((Band { name, from }, one));
        }
        self.check_bands(node, of, &places);
        if !bands.iter().any(|b| b.from.is_finite()) {
            node.says(&mut self.problems, "no band has a lower bound");
        }
        let reduce = node.get("reduce").and_then(|r| {
            r.object(&mut self.problems, &["field", "lowest", "when"]);
            let name = r.text_at(&mut self.problems, "lowest")?.to_owned();
            let when = r.need(&mut self.problems, "when");
            Some(Reduce { when: self.conditions(when), lowest: self.band_index(&name) })
        });
        Some((Make::Band { of, bands, reduce }, Show::Band))
    }

    pub(crate) fn load_choices(&mut self, root: &Node<'_>) {
        for node in root.list_at(&mut self.problems, "choices") {
            node.object(&mut self.problems, &["when", "results", "source"]);
            self.source(&node);
            let when = self.conditions(node.get("when"));
            let Some(results) = node.need(&mut self.problems, "results") else { continue };
            let mut fixed = Vec::new();
            for (field, value) in results.value.as_object().into_iter().flatten() {
                let place = Node { value, path: format!("{}.{}", results.path, shortened(field)) };
                let Some(at) = self.program.output(field) else {
                    place.says(&mut self.problems, "no output of that name");
                    continue;
                };
                let number = if value.is_null() {
                    Some(f64::NAN)
                } else if self.program.outputs[at].show == Show::Band {
                    let found = value.as_str().and_then(|b| self.program.bands.iter().position(|name| name == b));
                    if found.is_none() {
                        place.says(&mut self.problems, "no band of that name");
                    }
                    found.map(|i| i as f64)
                } else {
                    place.decimal(&mut self.problems).map(|d| d.value())
                };
                fixed.extend(number.map(|n| (at, n)));
            }
            self.program.choices.push(Choice { when, fixed });
        }
    }
}
