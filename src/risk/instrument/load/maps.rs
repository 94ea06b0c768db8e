//! Reading the map of a recalibrated output.

use crate::risk::instrument::compiled::rising::RisingMap;
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::walk::Node;

/// Knots that a map may have.
const MOST_KNOTS: usize = 10_000;

impl Build {
    /// The map of a recalibrated output.
    pub(super) fn rising(&mut self, node: &Node<'_>) -> Option<RisingMap> {
        if let Some(knots) = node.get("knots") {
            if node.get("intercept").or_else(|| node.get("slope")).is_some() {
                node.says(&mut self.problems, "a map has knots, or an intercept and a slope, not both");
            }
            let list = knots.list(&mut self.problems);
            if list.is_empty() || list.len() > MOST_KNOTS {
                knots.says(&mut self.problems, format_args!("a map has 1 to {MOST_KNOTS} knots"));
            }
            let mut read: Vec<(f64, f64)> = Vec::with_capacity(list.len().min(MOST_KNOTS));
            for one in list.iter().take(MOST_KNOTS) {
                one.object(&mut self.problems, &["at", "value"]);
                let at = one.decimal_at(&mut self.problems, "at");
                let value = one.decimal_at(&mut self.problems, "value");
                let (at, value) = (at?.value(), value?.value());
                if !((0.0..=1.0).contains(&at) && (0.0..=1.0).contains(&value)) {
                    one.says(&mut self.problems, "a knot leads from a probability to a probability, both from 0 to 1");
                }
                if read.last().is_some_and(|last| at <= last.0 || value < last.1) {
                    one.says(&mut self.problems, "the map does not rise: ranges rest on more being more");
                }
                read.push((at, value));
            }
            return Some(RisingMap::Knots(read));
        }
        let intercept = node.decimal_at(&mut self.problems, "intercept");
        let slope = node.decimal_at(&mut self.problems, "slope");
        let (intercept, slope) = (intercept?.value(), slope?.value());
        if slope <= 0.0 {
            node.says(&mut self.problems, "the slope is not above 0: ranges rest on more being more");
        }
        Some(RisingMap::Logit { intercept, slope })
    }
}
