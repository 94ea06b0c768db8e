//! The picture of a selection: how far each model is above the best, by number of groups, one line for each
//! family and degree.
//!
//! Differences from the best run from nothing to thousands while those that matter are below ten, so the
//! vertical axis is `log10(1 + difference / 10)`, ticked at round differences.

use super::mark::Mark;
use super::{FONTS, LEFT, RIGHT, TOP, WIDTH, bold, document, line, text, wrap};
use crate::trajectory::selection::candidate::CandidateFit;
use crate::trajectory::selection::result::{NO_DISCOVERY, Selection};
use kuva::backend::svg::SvgBackend;
use kuva::plot::line::LinePlot;
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

const HEIGHT: f64 = 360.0;
const AXIS: f64 = 56.0;
const LEGEND_ROW: f64 = 21.0;
const CAPTION_ROW: f64 = 15.5;
const CAPTION_CHARS: usize = 118;
/// Room under the best model, as a part of the axis, so that its mark is clear of the tick labels.
const BELOW: f64 = -0.06;
/// Differences with a tick.
const TICKS: [f64; 11] = [0.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5, 1e6];

/// One line of the picture.
struct Series {
    label: String,
    /// Groups, difference from the best, whether it can be trusted; by number of groups.
    points: Vec<(usize, f64, bool)>,
}

/// The picture of a selection, as an SVG document: the criterion above the best model against the number of
/// groups, a line for each family and degree.
pub fn selection_svg(selection: &Selection) -> String {
    let series = series_of(selection);
    let criterion = selection.criterion();
    let all = || series.iter().flat_map(|s| &s.points);
    let (least, most) = all().fold((usize::MAX, 0), |(a, b), p| (a.min(p.0), b.max(p.0)));
    let (least, most) = if most == 0 { (1, 1) } else { (least, most) };
    let highest = all().map(|p| p.1).fold(10.0, f64::max);
    let limit = height_of(TICKS.into_iter().find(|&t| t >= highest).unwrap_or(highest));
    let mut caption = vec![
        format!("Vertical: {criterion} above that of the best model, on the scale log10(1 + difference / 10)."),
        "Ring: the best model; square: the smallest within reach of it; crossed out: a fit that cannot be trusted."
            .into(),
        NO_DISCOVERY.into(),
    ];
    if all().any(|p| p.1 < 0.0) {
        caption.insert(1, "Models that cannot be trusted and lie below the best are drawn at 0.".into());
    }
    let caption: Vec<String> = caption.iter().flat_map(|c| wrap(c, CAPTION_CHARS)).collect();
    let rows = series.len().div_ceil(2).max(1);
    let legend_top = TOP + HEIGHT + AXIS;
    let caption_top = legend_top + rows as f64 * LEGEND_ROW + 12.0;
    let height = (caption_top + caption.len() as f64 * CAPTION_ROW + 10.0).round();
    let layout = || layout([least as f64 - 0.3, most as f64 + 0.3], limit, height);
    let placed = ComputedLayout::from_layout(&layout());
    let mut scene = render_multiple(vec![Plot::Line(LinePlot::new())], layout());
    scene.font_family = Some(FONTS.into());

    let floor = placed.map_y(BELOW * limit);
    for tick in TICKS.into_iter().filter(|&t| height_of(t) <= limit) {
        let y = placed.map_y(height_of(tick));
        scene.add(rule(LEFT, y, WIDTH - RIGHT, y, "#e4e4e4", 1.0));
        scene.add(text(LEFT - 8.0, y + 4.0, &format!("{tick}"), 12, TextAnchor::End));
    }
    for groups in least..=most {
        let x = placed.map_x(groups as f64);
        scene.add(rule(x, floor, x, floor + 5.0, "#333333", 1.0));
        scene.add(text(x, floor + 20.0, &groups.to_string(), 12, TextAnchor::Middle));
    }
    let at = |groups: usize, difference: f64| (placed.map_x(groups as f64), placed.map_y(height_of(difference)));
    for (i, s) in series.iter().enumerate() {
        let path: Vec<(f64, f64)> = s.points.iter().filter(|p| p.2).map(|p| at(p.0, p.1)).collect();
        if path.len() > 1 {
            scene.add(line(path, Mark::of(i), 1.8));
        }
    }
    for (i, s) in series.iter().enumerate() {
        for &(groups, difference, trusted) in &s.points {
            let (x, y) = at(groups, difference);
            scene.add(Mark::of(i).marker(x, y, 4.2));
            if !trusted {
                cross(&mut scene, x, y);
            }
        }
    }
    let smaller = selection.parsimonious.filter(|s| Some(*s) != selection.best);
    for (which, ring) in [(smaller, false), (selection.best, true)] {
        let Some(c) = which.and_then(|i| Some((&selection.candidates[i], selection.difference(i)?))) else { continue };
        let (x, y) = at(c.0.model.groups, c.1);
        scene.add(if ring { circle(x, y) } else { square(x, y) });
    }
    for (i, s) in series.iter().enumerate() {
        let x = LEFT + (i / rows) as f64 * (WIDTH - LEFT - RIGHT) / 2.0;
        let y = legend_top + (i % rows) as f64 * LEGEND_ROW + 8.0;
        scene.add(line(vec![(x, y), (x + 46.0, y)], Mark::of(i), 1.8));
        scene.add(Mark::of(i).marker(x + 23.0, y, 4.2));
        scene.add(text(x + 56.0, y + 4.5, &s.label, 13, TextAnchor::Start));
    }
    for (i, c) in caption.iter().enumerate() {
        scene.add(text(20.0, caption_top + 11.0 + i as f64 * CAPTION_ROW, c, 11, TextAnchor::Start));
    }
    let (title, subtitle) = ("Models compared", format!("{criterion} above the best model, by number of groups"));
    scene.add(text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, floor + 40.0, "number of groups", 13, TextAnchor::Middle));
    scene.add(bold(20.0, 26.0, title, 17));
    scene.add(text(20.0, 46.0, &subtitle, 13, TextAnchor::Start));
    let labels: Vec<&str> = series.iter().map(|s| s.label.as_str()).collect();
    document(&SvgBackend::new().render_scene(&scene), title, &format!("{subtitle}. {}", labels.join("; ")))
}

fn layout([first, last]: [f64; 2], limit: f64, height: f64) -> Layout {
    let nothing = || TickFormat::Custom(std::sync::Arc::new(|_| String::new()));
    Layout::new((first, last), (BELOW * limit, limit))
        .with_width(WIDTH)
        .with_height(height)
        .with_force_margins(LEFT, RIGHT)
        .with_force_margins_y(TOP, height - TOP - HEIGHT)
        .with_x_axis_min(first)
        .with_x_axis_max(last)
        .with_y_axis_min(BELOW * limit)
        .with_y_axis_max(limit)
        .with_x_tick_step(1e3)
        .with_y_tick_step(1e3)
        .with_x_tick_format(nothing())
        .with_y_tick_format(nothing())
        .with_font_family(FONTS)
        .with_theme(kuva::Theme { grid_color: "#ffffff".into(), ..kuva::Theme::light() })
}

fn height_of(difference: f64) -> f64 {
    (1.0 + difference.max(0.0) / 10.0).log10()
}

/// Lines by family and degree; degrees by group share a line, with the best of each number of groups.
fn series_of(selection: &Selection) -> Vec<Series> {
    let best = selection.best.and_then(|i| selection.candidates[i].figures.as_ref());
    let lowest = || {
        let values = selection.candidates.iter().filter_map(|c| c.figures.as_ref());
        values.map(|f| selection.criterion().of(f)).fold(f64::INFINITY, f64::min)
    };
    let zero = best.map_or_else(lowest, |f| selection.criterion().of(f));
    let mut all: Vec<Series> = Vec::new();
    for c in &selection.candidates {
        let Some(figures) = &c.figures else { continue };
        let point = (c.model.groups, selection.criterion().of(figures) - zero, c.trusted().is_some());
        let label = label(c);
        let at = all.iter().position(|s| s.label == label).unwrap_or_else(|| {
            all.push(Series { label, points: Vec::new() });
            all.len() - 1
        });
        let points = &mut all[at].points;
        match points.iter().position(|p| p.0 == point.0) {
            Some(i) if (!points[i].2, points[i].1) > (!point.2, point.1) => points[i] = point,
            Some(_) => {}
            None => points.push(point),
        }
        points.sort_by_key(|p| p.0);
    }
    all
}

fn label(c: &CandidateFit) -> String {
    let degree = match c.model.degrees.len() {
        0 => "curves as given".to_owned(),
        1 => format!("degree {}", c.model.degrees[0]),
        _ => "degrees by group".to_owned(),
    };
    let zero = c.model.zero_degree.map_or(String::new(), |z| format!(", zero degree {z}"));
    format!("{}, {degree}{zero}", c.model.family)
}

fn rule(x1: f64, y1: f64, x2: f64, y2: f64, colour: &str, width: f64) -> Primitive {
    Primitive::PolyLine {
        points: vec![(x1, y1), (x2, y2)],
        stroke: Color::from(colour),
        stroke_width: width,
        stroke_dasharray: None,
    }
}

fn cross(scene: &mut Scene, x: f64, y: f64) {
    scene.add(rule(x - 6.0, y - 6.0, x + 6.0, y + 6.0, "#000000", 1.4));
    scene.add(rule(x - 6.0, y + 6.0, x + 6.0, y - 6.0, "#000000", 1.4));
}

fn circle(cx: f64, cy: f64) -> Primitive {
    Primitive::Circle {
        cx,
        cy,
        r: 10.0,
        fill: Color::from("#ffffff"),
        fill_opacity: Some(0.0),
        stroke: Some(Color::from("#000000")),
        stroke_width: Some(1.8),
    }
}

fn square(x: f64, y: f64) -> Primitive {
    let s = 9.0;
    Primitive::PolyLine {
        points: vec![(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s), (x - s, y - s)],
        stroke: Color::from("#000000"),
        stroke_width: 1.4,
        stroke_dasharray: None,
    }
}
