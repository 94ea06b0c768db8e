//! The picture of a fit: one curve per group by age, laid over what was observed of the group.
//!
//! Belongs here: putting lines, points and words in place. Does not belong here: the vertical scale (`scale`),
//! how groups are told apart (`mark`), which numbers may be shown (`cells`).
//!
//! kuva computes the layout, draws axes and ticks and writes the SVG; curves, markers, legend and caption
//! are drawn on its canvas here, as its own legend cannot show a line and its marker together.

mod mark;
pub(super) mod path;
mod scale;
mod selection;
pub(super) mod square;

pub use selection::selection_svg;

use crate::profile::language::Language;
use kuva::backend::svg::SvgBackend;
use kuva::plot::line::LinePlot;
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor, render_multiple};
use mark::Mark;
use scale::Scale;

/// What a picture shows, words included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    pub(super) language: Language,
    pub(super) title: String,
    pub(super) subtitle: String,
    /// First and last exact age.
    pub(super) ages: [f64; 2],
    pub(super) groups: Vec<PictureGroup>,
    /// Sentences under the picture, in front of what it says itself of values cut off.
    pub(super) caption: Vec<String>,
}

/// One group of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PictureGroup {
    pub(super) label: String,
    /// Number of its profile, which gives it its colour.
    pub(super) profile: Option<usize>,
    /// Age and expected rate, from the middle of the first age interval to that of the last, [`CURVE_STEPS`]
    /// places an interval; NaN where there is nothing to show.
    pub(super) curve: Vec<(f64, f64)>,
    /// Age and observed rate, where there is one.
    pub(super) points: Vec<(f64, f64)>,
}

impl PictureGroup {
    fn mark(&self, k: usize) -> Mark {
        Mark::of_profile(k, self.profile)
    }
}

const WIDTH: f64 = 820.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 62.0;
const PLOT_HEIGHT: f64 = 390.0;
/// Room for tick labels and the label of the age axis.
const AXIS: f64 = 56.0;
const LEGEND_ROW: f64 = 21.0;
const CAPTION_ROW: f64 = 15.5;
/// Characters of a caption line: 11 pixels high, 6.6 wide in the widest of the fonts.
const CAPTION_CHARS: usize = 118;
/// Places of a curve from one age interval to the next.
pub(super) const CURVE_STEPS: usize = 4;
const FONTS: &str = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

impl Picture {
    /// The picture as a stand-alone SVG document.
    pub(super) fn svg(&self) -> String {
        let of = |values: fn(&PictureGroup) -> &[(f64, f64)]| -> Vec<Vec<f64>> {
            self.groups.iter().map(|g| heights(values(g))).collect()
        };
        let (curves, points) = (of(|g| &g.curve), of(|g| &g.points));
        let scale = Scale::for_series(curves.iter().map(Vec::as_slice), points.iter().map(Vec::as_slice));
        let mut caption = self.caption.clone();
        caption.extend(self.cut_off(scale));
        let caption: Vec<String> = caption.iter().flat_map(|line| wrap(line, CAPTION_CHARS)).collect();
        let columns = if self.groups.len() > 1 { 2 } else { 1 };
        let rows = self.groups.len().div_ceil(columns);
        let legend_top = TOP + PLOT_HEIGHT + AXIS;
        let caption_top = legend_top + rows as f64 * LEGEND_ROW + 12.0;
        let height = (caption_top + caption.len() as f64 * CAPTION_ROW + 10.0).round();

        let layout = || self.layout(scale, height);
        let placed = ComputedLayout::from_layout(&layout());
        // kuva sets up its canvas by its plots; this one has nothing to draw
        let mut scene = render_multiple(vec![Plot::Line(LinePlot::new())], layout());
        scene.font_family = Some(FONTS.into());
        for (k, group) in self.groups.iter().enumerate() {
            for &(age, rate) in group.points.iter().filter(|(_, rate)| *rate <= scale.limit) {
                scene.add(group.mark(k).marker(placed.map_x(age), placed.map_y(rate), 3.4));
            }
        }
        for (k, group) in self.groups.iter().enumerate() {
            for part in group.curve.split(|(_, rate)| rate.is_nan()) {
                draw_curve(&mut scene, &placed, group.mark(k), part, scale.limit);
            }
        }
        self.number_curves(&mut scene, &placed, scale.limit);
        for (k, group) in self.groups.iter().enumerate() {
            let x = LEFT + (k / rows) as f64 * (WIDTH - LEFT - RIGHT) / 2.0;
            let y = legend_top + (k % rows) as f64 * LEGEND_ROW + 8.0;
            let mark = group.mark(k);
            scene.add(line(vec![(x, y), (x + 46.0, y)], mark, 2.0));
            scene.add(mark.marker(x + 23.0, y, 3.8));
            scene.add(bold(x + 56.0, y + 4.5, &(k + 1).to_string(), 13));
            let indent = if self.groups.len() < 10 { 70.0 } else { 78.0 };
            scene.add(text(x + indent, y + 4.5, &group.label, 13, TextAnchor::Start));
        }
        for (i, line) in caption.iter().enumerate() {
            scene.add(text(20.0, caption_top + 11.0 + i as f64 * CAPTION_ROW, line, 11, TextAnchor::Start));
        }
        self.labels(&mut scene);
        self.finish(&SvgBackend::new().render_scene(&scene))
    }

    fn layout(&self, scale: Scale, height: f64) -> Layout {
        let [first, last] = self.ages;
        let decimals = scale.decimals();
        let language = self.language;
        Layout::new((first, last), (0.0, scale.limit))
            .with_width(WIDTH)
            .with_height(height)
            .with_force_margins(LEFT, RIGHT)
            .with_force_margins_y(TOP, height - TOP - PLOT_HEIGHT)
            .with_x_axis_min(first)
            .with_x_axis_max(last)
            .with_y_axis_min(0.0)
            .with_y_axis_max(scale.limit)
            .with_x_tick_step(age_step(last - first))
            .with_y_tick_step(scale.step)
            .with_x_tick_format(TickFormat::Custom(std::sync::Arc::new(move |age| language.short(age))))
            .with_y_tick_format(TickFormat::Custom(std::sync::Arc::new(move |rate| language.number(rate, decimals))))
            .with_tick_size(12)
            .with_font_family(FONTS)
            .with_theme(kuva::Theme { grid_color: "#e4e4e4".into(), ..kuva::Theme::light() })
    }

    fn labels(&self, scene: &mut Scene) {
        let language = self.language;
        let x = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
        let age = language.pick("leeftijd (jaren)", "age (years)");
        scene.add(text(x, TOP + PLOT_HEIGHT + 40.0, age, 13, TextAnchor::Middle));
        let rate = language.pick("delicten per jaar in vrijheid", "offences per year at liberty");
        scene.add(Primitive::Text {
            x: 26.0,
            y: TOP + PLOT_HEIGHT / 2.0,
            content: rate.into(),
            size: 13,
            anchor: TextAnchor::Middle,
            rotate: Some(-90.0),
            bold: false,
            color: None,
        });
        scene.add(bold(20.0, 26.0, &self.title, 17));
        scene.add(text(20.0, 46.0, &self.subtitle, 13, TextAnchor::Start));
    }

    /// The number of each group on its curve, where the curve is farthest from the others and from markers.
    fn number_curves(&self, scene: &mut Scene, placed: &ComputedLayout, limit: f64) {
        let height = |k: usize, i: usize| {
            let rate = self.groups[k].curve.get(i).map_or(f64::INFINITY, |point| point.1);
            // a curve that left the picture is far away
            if rate <= limit { placed.map_y(rate) } else { -PLOT_HEIGHT }
        };
        for (k, group) in self.groups.iter().enumerate() {
            let gap = |i: usize| {
                let others = (0..self.groups.len()).filter(|&other| other != k);
                others.map(|other| (height(other, i) - height(k, i)).abs()).fold(f64::INFINITY, f64::min)
            };
            let inside = (0..group.curve.len()).filter(|&i| group.curve[i].1 <= limit && self.between_points(i));
            let markers = |i: usize| {
                let (x, y) = (placed.map_x(group.curve[i].0), height(k, i));
                let points = self.groups.iter().flat_map(|g| &g.points).filter(|(_, rate)| *rate <= limit);
                points.map(|p| (placed.map_x(p.0) - x).hypot(placed.map_y(p.1) - y)).fold(f64::INFINITY, f64::min)
            };
            // a marker is small: twice its distance is as good as that of a curve
            let clear = |i: usize| gap(i).min(2.0 * markers(i));
            let Some(best) = inside.max_by(|&a, &b| clear(a).total_cmp(&clear(b))) else { continue };
            let (age, rate) = group.curve[best];
            let (cx, cy) = (placed.map_x(age), placed.map_y(rate));
            let colour = group.mark(k).colour;
            scene.add(Primitive::Circle {
                cx,
                cy,
                r: 8.0,
                fill: Color::from("#ffffff"),
                fill_opacity: None,
                stroke: Some(Color::from(colour)),
                stroke_width: Some(1.2),
            });
            scene.add(Primitive::Text {
                x: cx,
                y: cy + 4.0,
                content: (k + 1).to_string(),
                size: 11,
                anchor: TextAnchor::Middle,
                rotate: None,
                bold: true,
                color: Some(Color::from(colour)),
            });
        }
    }

    /// Whether a place on a curve is midway between two age intervals, where no marker is.
    fn between_points(&self, i: usize) -> bool {
        let places = self.groups.first().map_or(0, |group| group.curve.len());
        places < 2 * CURVE_STEPS || i % CURVE_STEPS == CURVE_STEPS / 2
    }

    /// What of the curves and points lies above the axis, in one sentence.
    fn cut_off(&self, scale: Scale) -> Option<String> {
        let language = self.language;
        let above = |values: &[(f64, f64)]| -> Option<(f64, f64, f64)> {
            let over: Vec<(f64, f64)> = values.iter().copied().filter(|(_, rate)| *rate > scale.limit).collect();
            let (first, last) = (over.first()?.0, over.last()?.0);
            Some((first, last, over.iter().map(|(_, rate)| *rate).fold(0.0, f64::max)))
        };
        let mut parts = Vec::new();
        for (k, group) in self.groups.iter().enumerate() {
            let kinds = [
                (&group.curve, language.pick("verwacht", "expected")),
                (&group.points, language.pick("waargenomen", "observed")),
            ];
            for (values, kind) in kinds {
                let Some((first, last, highest)) = above(values) else { continue };
                // in completed years, as the table gives the age of the peak
                let (first, last) = (first.floor(), last.min(self.ages[1] - 1e-9).floor());
                let ages = match (first == last, language) {
                    (true, Language::Dutch) => format!("op {first} jaar"),
                    (true, Language::English) => format!("at {first}"),
                    (false, Language::Dutch) => format!("van {first} tot en met {last} jaar"),
                    (false, Language::English) => format!("at {first} to {last}"),
                };
                let group = language.pick("groep", "group");
                // a curve that ran off has no height worth telling
                let highest = match highest < 1e4 {
                    true => format!("{} {}", language.pick("tot", "up to"), language.number(highest, 1)),
                    false => language.pick("ver daarboven", "far above").to_owned(),
                };
                parts.push(format!("{group} {}, {kind}, {ages} ({highest})", k + 1));
            }
        }
        if parts.is_empty() {
            return None;
        }
        let limit = language.number(scale.limit, scale.decimals());
        let head = language.pick("Afgekapt boven", "Cut off above");
        Some(format!("{head} {limit}: {}.", parts.join("; ")))
    }

    fn finish(&self, svg: &str) -> String {
        let groups: Vec<String> =
            self.groups.iter().enumerate().map(|(k, g)| format!("{} {}", k + 1, g.label)).collect();
        document(svg, &self.title, &format!("{}. {}", self.subtitle, groups.join("; ")))
    }
}

/// Names the document for readers who do not see it, and lets it scale.
fn document(svg: &str, title: &str, description: &str) -> String {
    let body = svg.find('>').map_or("", |end| &svg[end + 1..]);
    let size = |name: &str| {
        let from = svg.find(&format!(" {name}=\"")).map_or(0, |at| at + name.len() + 3);
        svg[from..].split('"').next().unwrap_or_default().to_owned()
    };
    let (width, height) = (size("width"), size("height"));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{FONTS}\" role=\"img\">\
         <title>{}</title><desc>{}</desc>{}",
        escape(title),
        escape(description),
        // numbered by a counter of the process; a second picture would differ from the first
        rename_clips(body)
    )
}

/// Gives clip paths names that depend on this picture only.
fn rename_clips(svg: &str) -> String {
    const NAME: &str = "kuva-clip-";
    let mut parts = svg.split(NAME);
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        let index = seen.iter().position(|s| *s == number).unwrap_or_else(|| {
            seen.push(number);
            seen.len() - 1
        });
        out += &format!("area-{index}{rest}");
    }
    out
}

fn heights(values: &[(f64, f64)]) -> Vec<f64> {
    values.iter().map(|v| v.1).collect()
}

/// Draws the parts of a curve that lie within the axis, and an arrowhead where it leaves.
fn draw_curve(scene: &mut Scene, placed: &ComputedLayout, mark: Mark, curve: &[(f64, f64)], limit: f64) {
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut runs = Vec::new();
    let mut leaves = Vec::new();
    let crossing = |(a, ya): (f64, f64), (b, yb): (f64, f64)| {
        // an infinite end leaves straight up
        let part = if (yb - ya).is_finite() { (limit - ya) / (yb - ya) } else { 0.0 };
        (a + (b - a) * part, limit)
    };
    for (i, &point) in curve.iter().enumerate() {
        let inside = point.1 <= limit;
        if let Some(&before) = i.checked_sub(1).and_then(|i| curve.get(i)) {
            match (before.1 <= limit, inside) {
                (true, false) => {
                    let end = crossing(before, point);
                    run.push(end);
                    leaves.push(end.0);
                    runs.push(std::mem::take(&mut run));
                }
                (false, true) => {
                    let start = crossing(point, before);
                    run.push(start);
                    leaves.push(start.0);
                }
                _ => {}
            }
        }
        if inside {
            run.push(point);
        }
    }
    runs.push(run);
    for run in runs.into_iter().filter(|run| run.len() > 1) {
        scene.add(line(run.iter().map(|&(age, rate)| (placed.map_x(age), placed.map_y(rate))).collect(), mark, 2.0));
    }
    for age in leaves {
        let (x, y) = (placed.map_x(age), placed.map_y(limit));
        scene.add(Primitive::Path(Box::new(PathData {
            d: format!("M{:.2},{:.2} L{x:.2},{:.2} L{:.2},{:.2} Z", x - 4.0, y - 2.0, y - 9.0, x + 4.0, y - 2.0),
            fill: Some(Color::from(mark.colour)),
            stroke: Color::from(mark.colour),
            stroke_width: 0.5,
            opacity: None,
            stroke_dasharray: None,
        })));
    }
}

fn line(points: Vec<(f64, f64)>, mark: Mark, stroke_width: f64) -> Primitive {
    Primitive::PolyLine { points, stroke: Color::from(mark.colour), stroke_width, stroke_dasharray: mark.dasharray() }
}

fn text(x: f64, y: f64, content: &str, size: u32, anchor: TextAnchor) -> Primitive {
    Primitive::Text { x, y, content: content.into(), size, anchor, rotate: None, bold: false, color: None }
}

fn bold(x: f64, y: f64, content: &str, size: u32) -> Primitive {
    let anchor = TextAnchor::Start;
    Primitive::Text { x, y, content: content.into(), size, anchor, rotate: None, bold: true, color: None }
}

/// Years between two ticks: about eight ticks, at ages people think in.
fn age_step(years: f64) -> f64 {
    [0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0].into_iter().find(|step| years / step <= 9.0).unwrap_or(50.0)
}

/// Breaks a text between words into lines of at most so many characters.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is one line from the start");
        if last.is_empty() {
            *last += word;
        } else if last.chars().count() + 1 + word.chars().count() <= most {
            *last += " ";
            *last += word;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
