//! How one group is told from another: a colour, a dash pattern and a marker. Any one of the three is enough,
//! so that the picture survives black and white print and every kind of colour vision.
//!
//! Does not belong here: where marks are put.

use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive};

/// Okabe & Ito's colours (2008), without those too light for lines on white, darkest contrasts first.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#007a57", "#8f3a7d", "#000000", "#a87800"];

/// The colour of a group without a profile.
const NO_PROFILE: &str = COLOURS[4];

/// Dash patterns as SVG writes them; empty is a solid line.
const DASHES: [&str; 5] = ["", "9 4", "2 3", "11 4 2 4", "5 2"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    TriangleDown,
    Cross,
    Plus,
}

const SHAPES: [Shape; 7] =
    [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::TriangleDown, Shape::Cross, Shape::Plus];

/// The looks of one group. The numbers of colours, dashes and shapes have no common divisor, so 32 groups
/// get 32 different combinations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub(super) colour: &'static str,
    pub(super) dash: &'static str,
    shape: Shape,
}

impl Mark {
    pub(super) fn of(group: usize) -> Mark {
        Mark {
            colour: COLOURS[group % COLOURS.len()],
            dash: DASHES[group % DASHES.len()],
            shape: SHAPES[group % SHAPES.len()],
        }
    }

    /// The looks of a group in the colour of its profile: one colour a profile, black for none.
    pub(super) fn of_profile(group: usize, profile: Option<usize>) -> Mark {
        Mark { colour: profile.map_or(NO_PROFILE, |p| COLOURS[p % 4]), ..Mark::of(group) }
    }

    pub(super) fn dasharray(self) -> Option<String> {
        (!self.dash.is_empty()).then(|| self.dash.to_owned())
    }

    /// The marker around a point: hollow, so that markers which overlap can both be seen.
    pub(super) fn marker(self, x: f64, y: f64, size: f64) -> Primitive {
        let s = size;
        let points: Vec<(f64, f64)> = match self.shape {
            Shape::Circle => {
                return Primitive::Circle {
                    cx: x,
                    cy: y,
                    r: s,
                    fill: Color::from("#ffffff"),
                    fill_opacity: Some(0.85),
                    stroke: Some(Color::from(self.colour)),
                    stroke_width: Some(1.2),
                };
            }
            Shape::Cross => {
                let s = 0.85 * s;
                return self.outline(format!(
                    "M{:.2},{:.2} L{:.2},{:.2} M{:.2},{:.2} L{:.2},{:.2}",
                    x - s,
                    y - s,
                    x + s,
                    y + s,
                    x - s,
                    y + s,
                    x + s,
                    y - s
                ));
            }
            Shape::Plus => {
                return self.outline(format!(
                    "M{:.2},{y:.2} L{:.2},{y:.2} M{x:.2},{:.2} L{x:.2},{:.2}",
                    x - s,
                    x + s,
                    y - s,
                    y + s
                ));
            }
            Shape::Square => {
                let s = 0.9 * s;
                vec![(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s)]
            }
            Shape::Triangle => vec![(x, y - 1.25 * s), (x + 1.1 * s, y + 0.75 * s), (x - 1.1 * s, y + 0.75 * s)],
            Shape::TriangleDown => vec![(x, y + 1.25 * s), (x + 1.1 * s, y - 0.75 * s), (x - 1.1 * s, y - 0.75 * s)],
            Shape::Diamond => vec![(x, y - 1.3 * s), (x + 1.3 * s, y), (x, y + 1.3 * s), (x - 1.3 * s, y)],
        };
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
        self.outline(format!("M{} Z", path.join(" L")))
    }

    fn outline(self, d: String) -> Primitive {
        Primitive::Path(Box::new(PathData {
            d,
            fill: Some(Color::from("#ffffff")),
            stroke: Color::from(self.colour),
            stroke_width: 1.2,
            opacity: None,
            stroke_dasharray: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_groups_as_can_be_fitted_look_different_without_colour() {
        let marks: Vec<Mark> = (0..32).map(Mark::of).collect();
        for (i, a) in marks.iter().enumerate() {
            assert!(marks[..i].iter().all(|b| (a.dash, a.shape) != (b.dash, b.shape)), "group {}", i + 1);
        }
    }
}
