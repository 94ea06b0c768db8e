//! Pictures of validation: two axes, lines, a band, points with intervals, bars below.
//!
//! Does not belong here: which figures are drawn (`report/validation`).

use super::mark::Mark;
use super::{FONTS, LEFT, RIGHT, TOP, WIDTH, bold, document, line, text, wrap};
use kuva::backend::svg::SvgBackend;
use kuva::plot::line::LinePlot;
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor, render_multiple};

const HEIGHT: f64 = 400.0;
const AXIS: f64 = 56.0;
const LEGEND_ROW: f64 = 21.0;
const CAPTION_ROW: f64 = 15.5;
const CAPTION_CHARS: usize = 118;
/// Height of the bars below the axis of risk, each way.
const BARS: f64 = 46.0;

/// One line with its label.
pub(in crate::report) struct SquareLine {
    pub(in crate::report) label: String,
    pub(in crate::report) points: Vec<(f64, f64)>,
}

/// What is drawn, words included.
#[derive(Default)]
pub(in crate::report) struct Square {
    pub(in crate::report) title: String,
    pub(in crate::report) subtitle: String,
    pub(in crate::report) x_label: String,
    pub(in crate::report) y_label: String,
    pub(in crate::report) x: [f64; 2],
    pub(in crate::report) y: [f64; 2],
    pub(in crate::report) lines: Vec<SquareLine>,
    /// A grey line from corner to corner.
    pub(in crate::report) diagonal: bool,
    /// Place, lower and upper end.
    pub(in crate::report) band: Vec<(f64, f64, f64)>,
    /// Place, value, lower and upper end.
    pub(in crate::report) points: Vec<(f64, f64, f64, f64)>,
    /// Heights down (first) and up (second) of equal parts of 0 to 1, under the plot.
    pub(in crate::report) bars: Vec<[f64; 2]>,
    pub(in crate::report) caption: Vec<String>,
    /// How numbers look on the axes.
    pub(in crate::report) decimal_comma: bool,
}

impl Square {
    pub(in crate::report) fn svg(&self) -> String {
        let bars = if self.bars.is_empty() { 0.0 } else { 2.0 * BARS + 26.0 };
        let legend_top = TOP + HEIGHT + AXIS + bars;
        let rows = self.lines.len().div_ceil(2);
        let caption: Vec<String> = self.caption.iter().flat_map(|c| wrap(c, CAPTION_CHARS)).collect();
        let caption_top = legend_top + rows as f64 * LEGEND_ROW + 12.0;
        let height = (caption_top + caption.len() as f64 * CAPTION_ROW + 10.0).round();
        let layout = || self.layout(height);
        let placed = ComputedLayout::from_layout(&layout());
        let mut scene = render_multiple(vec![Plot::Line(LinePlot::new())], layout());
        scene.font_family = Some(FONTS.into());
        let at = |x: f64, y: f64| (placed.map_x(x), placed.map_y(y.clamp(self.y[0], self.y[1])));
        self.axes(&mut scene, &placed);
        if self.band.len() > 1 {
            let upper = self.band.iter().map(|b| at(b.0, b.2));
            let lower = self.band.iter().rev().map(|b| at(b.0, b.1));
            let path: Vec<String> = upper.chain(lower).map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
            scene.add(filled(format!("M{} Z", path.join(" L")), "#c3d9e8", None));
        }
        if self.diagonal {
            let (a, b) = (self.x[0].max(self.y[0]), self.x[1].min(self.y[1]));
            scene.add(rule(at(a, a), at(b, b), "#9a9a9a", 1.2, Some("4 4")));
        }
        for (i, l) in self.lines.iter().enumerate().filter(|(_, l)| l.points.len() > 1) {
            for part in inside(&l.points, self.y) {
                scene.add(line(part.iter().map(|&(x, y)| at(x, y)).collect(), Mark::of(i), 2.0));
            }
        }
        for &(x, y, low, high) in &self.points {
            scene.add(rule(at(x, low), at(x, high), "#1c1c1c", 1.2, None));
            let (cx, cy) = at(x, y);
            let (fill, stroke) = (Color::from("#1c1c1c"), Some(Color::from("#ffffff")));
            scene.add(Primitive::Circle { cx, cy, r: 4.0, fill, fill_opacity: None, stroke, stroke_width: Some(1.0) });
        }
        self.draw_bars(&mut scene, &placed);
        for (i, l) in self.lines.iter().enumerate() {
            let x = LEFT + (i / rows.max(1)) as f64 * (WIDTH - LEFT - RIGHT) / 2.0;
            let y = legend_top + (i % rows.max(1)) as f64 * LEGEND_ROW + 8.0;
            scene.add(line(vec![(x, y), (x + 46.0, y)], Mark::of(i), 2.0));
            scene.add(text(x + 56.0, y + 4.5, &l.label, 13, TextAnchor::Start));
        }
        for (i, c) in caption.iter().enumerate() {
            scene.add(text(20.0, caption_top + 11.0 + i as f64 * CAPTION_ROW, c, 11, TextAnchor::Start));
        }
        scene.add(bold(20.0, 26.0, &self.title, 17));
        scene.add(text(20.0, 46.0, &self.subtitle, 13, TextAnchor::Start));
        let labels: Vec<&str> = self.lines.iter().map(|l| l.label.as_str()).collect();
        let description = format!("{}. {}", self.subtitle, labels.join("; "));
        document(&SvgBackend::new().render_scene(&scene), &self.title, &description)
    }

    fn layout(&self, height: f64) -> Layout {
        let nothing = || TickFormat::Custom(std::sync::Arc::new(|_| String::new()));
        let ([x0, x1], [y0, y1]) = (self.x, self.y);
        Layout::new((x0, x1), (y0, y1))
            .with_width(WIDTH)
            .with_height(height)
            .with_force_margins(LEFT, RIGHT)
            .with_force_margins_y(TOP, height - TOP - HEIGHT)
            .with_x_axis_min(x0)
            .with_x_axis_max(x1)
            .with_y_axis_min(y0)
            .with_y_axis_max(y1)
            .with_x_tick_step(1e3)
            .with_y_tick_step(1e3)
            .with_x_tick_format(nothing())
            .with_y_tick_format(nothing())
            .with_font_family(FONTS)
            .with_theme(kuva::Theme { grid_color: "#ffffff".into(), ..kuva::Theme::light() })
    }

    fn axes(&self, scene: &mut Scene, placed: &ComputedLayout) {
        let (left, right) = (placed.map_x(self.x[0]), placed.map_x(self.x[1]));
        let (floor, top) = (placed.map_y(self.y[0]), placed.map_y(self.y[1]));
        for (value, words) in self.ticks(self.y) {
            let y = placed.map_y(value);
            scene.add(rule((left, y), (right, y), "#e4e4e4", 1.0, None));
            scene.add(text(left - 8.0, y + 4.0, &words, 12, TextAnchor::End));
        }
        for (value, words) in self.ticks(self.x) {
            let x = placed.map_x(value);
            scene.add(rule((x, floor), (x, floor + 5.0), "#333333", 1.0, None));
            scene.add(text(x, floor + 20.0, &words, 12, TextAnchor::Middle));
        }
        scene.add(text(0.5 * (left + right), floor + 40.0, &self.x_label, 13, TextAnchor::Middle));
        scene.add(Primitive::Text {
            x: 16.0,
            y: 0.5 * (floor + top),
            content: self.y_label.clone(),
            size: 13,
            anchor: TextAnchor::Middle,
            rotate: Some(-90.0),
            bold: false,
            color: None,
        });
    }

    fn ticks(&self, [low, high]: [f64; 2]) -> Vec<(f64, String)> {
        let steps = (-2..9).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
        let step = steps.into_iter().find(|s| (high - low) / s <= 6.5).unwrap_or(1e9);
        // a whole range of 0 to 1 keeps its decimal
        let decimals = if step < 0.1 { 2 } else { usize::from(high - low <= 6.5 && high < 100.0) };
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last)
            .map(|k| {
                let value = k as f64 * step;
                let words = format!("{value:.decimals$}");
                (value, if self.decimal_comma { words.replace('.', ",") } else { words })
            })
            .collect()
    }

    fn draw_bars(&self, scene: &mut Scene, placed: &ComputedLayout) {
        let most = self.bars.iter().flatten().copied().fold(0.0, f64::max);
        if most <= 0.0 {
            return;
        }
        let middle = placed.map_y(self.y[0]) + AXIS + BARS;
        let n = self.bars.len() as f64;
        for (i, bar) in self.bars.iter().enumerate() {
            let (a, b) = (placed.map_x(i as f64 / n) + 0.5, placed.map_x((i + 1) as f64 / n) - 0.5);
            // no outcome hangs down, the outcome stands up
            for (value, sign, fill) in [(bar[0], 1.0, "#b9b9b9"), (bar[1], -1.0, "#0072b2")] {
                let end = middle + sign * BARS * value / most;
                if value > 0.0 {
                    let d = format!("M{a:.2},{middle:.2} L{b:.2},{middle:.2} L{b:.2},{end:.2} L{a:.2},{end:.2} Z");
                    scene.add(filled(d, fill, Some("#555555")));
                }
            }
        }
        scene.add(rule((placed.map_x(0.0), middle), (placed.map_x(1.0), middle), "#333333", 1.0, None));
    }
}

/// Parts of a line that lie within a range of heights, ended where it leaves.
fn inside(points: &[(f64, f64)], [low, high]: [f64; 2]) -> Vec<Vec<(f64, f64)>> {
    let within = |y: f64| (low..=high).contains(&y);
    let mut parts = vec![Vec::new()];
    for w in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (w[0], w[1]);
        let cross = |edge: f64| (x0 + (x1 - x0) * (edge - y0) / (y1 - y0), edge);
        let edge = |y: f64| if y < low { low } else { high };
        match (within(y0), within(y1)) {
            (true, true) => {
                let last = parts.len() - 1;
                if parts[last].is_empty() {
                    parts[last].push((x0, y0));
                }
                parts[last].push((x1, y1));
            }
            (true, false) => {
                let last = parts.len() - 1;
                if parts[last].is_empty() {
                    parts[last].push((x0, y0));
                }
                parts[last].push(cross(edge(y1)));
                parts.push(Vec::new());
            }
            (false, true) => parts.push(vec![cross(edge(y0)), (x1, y1)]),
            (false, false) => {}
        }
    }
    parts.retain(|p| p.len() > 1);
    parts
}

fn rule(a: (f64, f64), b: (f64, f64), colour: &str, width: f64, dash: Option<&str>) -> Primitive {
    let stroke_dasharray = dash.map(str::to_owned);
    Primitive::PolyLine { points: vec![a, b], stroke: Color::from(colour), stroke_width: width, stroke_dasharray }
}

fn filled(d: String, fill: &str, stroke: Option<&str>) -> Primitive {
    Primitive::Path(Box::new(PathData {
        d,
        fill: Some(Color::from(fill)),
        stroke: Color::from(stroke.unwrap_or(fill)),
        stroke_width: 0.6,
        opacity: None,
        stroke_dasharray: None,
    }))
}
