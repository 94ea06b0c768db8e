//! The picture of one person's posterior: how the probability of each group moved from age to age, over the offences.
//!
//! Does not belong here: computing any of it (`profile::classify`).

use super::mark::Mark;
use super::{
    AXIS, CAPTION_CHARS, CAPTION_ROW, FONTS, LEFT, LEGEND_ROW, RIGHT, TOP, WIDTH, age_step, bold, document, line, text,
    wrap,
};
use crate::profile::classify::classification::Classification;
use crate::profile::language::Language;
use kuva::backend::svg::SvgBackend;
use kuva::plot::line::LinePlot;
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

const HEIGHT: f64 = 300.0;
/// Room for the offences under the axis.
const OFFENCES: f64 = 34.0;
/// Offences of one age drawn one above the other; more are a number.
const STACK: u32 = 5;

/// How the posterior probability of each group moved with age, as a stand-alone SVG document; the offences of the
/// record are dots above the picture. It shows one person's record and goes where the record goes, not into reports.
///
/// `threshold` is the posterior probability that counts as clear, drawn as a line.
pub fn posterior_path_svg(answer: &Classification, threshold: f64, language: Language) -> String {
    let path = &answer.explanation.path;
    let first = answer.model.from;
    let last = path.last().map_or(first + 1.0, |step| step.age);
    let caption = wrap(
        language.pick(
            "Lijnen: kans om bij de groep te horen, gegeven de geschiedenis tot die leeftijd. Stippen: delicten. Fijne grijze lijn: vanaf hier is een kans duidelijk. Groepen vatten gegevens samen; het zijn geen soorten mensen.",
            "Lines: probability of membership of the group, given the record up to that age. Dots: offences. Fine grey line: from here a probability is clear. Groups summarise data; they are not kinds of people.",
        ),
        CAPTION_CHARS,
    );
    let groups = answer.groups.len();
    let rows = groups.div_ceil(2);
    let top = TOP + OFFENCES;
    let legend = top + HEIGHT + AXIS;
    let caption_top = legend + rows as f64 * LEGEND_ROW + 12.0;
    let height = (caption_top + caption.len() as f64 * CAPTION_ROW + 10.0).round();
    let layout = || {
        Layout::new((first, last), (0.0, 1.0))
            .with_width(WIDTH)
            .with_height(height)
            .with_force_margins(LEFT, RIGHT)
            .with_force_margins_y(top, height - top - HEIGHT)
            .with_x_axis_min(first)
            .with_x_axis_max(last)
            .with_y_axis_min(0.0)
            .with_y_axis_max(1.0)
            .with_x_tick_step(age_step(last - first))
            .with_y_tick_step(0.2)
            .with_x_tick_format(TickFormat::Custom(std::sync::Arc::new(move |age| language.short(age))))
            .with_y_tick_format(TickFormat::Custom(std::sync::Arc::new(move |p| language.number(p, 1))))
            .with_tick_size(12)
            .with_font_family(FONTS)
            .with_theme(kuva::Theme { grid_color: "#e4e4e4".into(), ..kuva::Theme::light() })
    };
    let placed = ComputedLayout::from_layout(&layout());
    // kuva sets up its canvas by its plots; this one has nothing to draw
    let mut scene = render_multiple(vec![Plot::Line(LinePlot::new())], layout());
    scene.font_family = Some(FONTS.into());
    let limit = placed.map_y(threshold);
    scene.add(Primitive::PolyLine {
        points: vec![(placed.map_x(first), limit), (placed.map_x(last), limit)],
        stroke: Color::from("#777777"),
        stroke_width: 1.2,
        stroke_dasharray: Some("1 3".into()),
    });
    let mut before = first;
    for step in path {
        offences(&mut scene, placed.map_x(0.5 * (before + step.age)), top - 8.0, step.offences);
        before = step.age;
    }
    for k in 0..groups {
        let share = answer.model.shares[k];
        let points = std::iter::once((first, share)).chain(path.iter().map(|step| (step.age, step.posterior[k])));
        scene.add(line(points.map(|(age, p)| (placed.map_x(age), placed.map_y(p))).collect(), Mark::of(k), 2.0));
    }
    for k in 0..groups {
        for step in path.iter().filter(|step| step.observed) {
            scene.add(Mark::of(k).marker(placed.map_x(step.age), placed.map_y(step.posterior[k]), 3.2));
        }
        let x = LEFT + (k / rows) as f64 * (WIDTH - LEFT - RIGHT) / 2.0;
        let y = legend + (k % rows) as f64 * LEGEND_ROW + 8.0;
        scene.add(line(vec![(x, y), (x + 46.0, y)], Mark::of(k), 2.0));
        scene.add(Mark::of(k).marker(x + 23.0, y, 3.8));
        scene.add(text(x + 56.0, y + 4.5, &label(answer, k, language), 13, TextAnchor::Start));
    }
    let title = language.pick("Kans per groep, van leeftijd tot leeftijd", "Probability of each group, age by age");
    let age = language.pick("leeftijd (jaren)", "age (years)");
    scene.add(bold(20.0, 26.0, title, 17));
    scene.add(text(20.0, 46.0, &subtitle(answer, language), 13, TextAnchor::Start));
    scene.add(text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, top + HEIGHT + 40.0, age, 13, TextAnchor::Middle));
    for (i, line) in caption.iter().enumerate() {
        scene.add(text(20.0, caption_top + 11.0 + i as f64 * CAPTION_ROW, line, 11, TextAnchor::Start));
    }
    document(&SvgBackend::new().render_scene(&scene), title, &answer.text(language))
}

fn label(answer: &Classification, k: usize, language: Language) -> String {
    let profile = answer.posterior.iter().find(|p| p.groups.contains(&k)).map(|p| p.profile.label(language));
    let name = profile.unwrap_or(language.pick("geen profiel", "no profile"));
    format!("{name}: {}", language.number(answer.groups[k], 2))
}

fn subtitle(answer: &Classification, language: Language) -> String {
    let (age, offences) = (language.short(answer.age), answer.offences);
    let verdict = match (answer.profile(), &answer.answer.undecided) {
        (Some(profile), _) => profile.label(language).to_owned(),
        (None, Some(why)) => format!("{} ({})", language.pick("onbeslist", "undecided"), why.key()),
        (None, None) => language.pick("onbeslist", "undecided").to_owned(),
    };
    let model = answer.model.name.as_ref().map_or_else(String::new, |name| format!("; model {name}"));
    language.pick(
        format!("Delicten tot {age} jaar: {offences}; {verdict}{model}"),
        format!("Offences up to age {age}: {offences}; {verdict}{model}"),
    )
}

/// Dots one above the other, and a number when there are too many.
fn offences(scene: &mut Scene, x: f64, bottom: f64, count: u32) {
    for i in 0..count.min(STACK) {
        scene.add(Primitive::Circle {
            cx: x,
            cy: bottom - 5.5 * f64::from(i),
            r: 2.3,
            fill: Color::from("#333333"),
            fill_opacity: None,
            stroke: None,
            stroke_width: None,
        });
    }
    if count > STACK {
        scene.add(text(x + 4.0, bottom - 5.5 * f64::from(STACK - 1) + 3.0, &count.to_string(), 10, TextAnchor::Start));
    }
}
