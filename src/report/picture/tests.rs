//! Pictures of made-up groups.

use super::*;

fn picture(curves: &[&dyn Fn(f64) -> f64]) -> Picture {
    let places = || (0..=120).map(|i| 12.5 + f64::from(i) / 4.0);
    let group = |(k, f): (usize, &&dyn Fn(f64) -> f64)| PictureGroup {
        label: format!("group <{k}> & more"),
        profile: None,
        curve: places().map(|age| (age, f(age))).collect(),
        points: places().step_by(4).map(|age| (age, 1.1 * f(age))).collect(),
    };
    Picture {
        language: Language::English,
        title: "Title".into(),
        subtitle: "280 persons".into(),
        ages: [12.0, 43.0],
        groups: curves.iter().enumerate().map(group).collect(),
        caption: vec!["Lines and markers.".into()],
    }
}

fn bell(age: f64) -> f64 {
    2.0 * (-(age - 20.0).powi(2) / 50.0).exp()
}

#[test]
fn a_picture_has_labelled_axes_a_legend_and_a_caption() {
    let svg = picture(&[&bell, &|_| 0.3]).svg();
    for text in ["age (years)", "offences per year at liberty", "Lines and markers.", "viewBox", "<title>Title</title>"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(svg.contains("group &lt;1&gt; &amp; more") && !svg.contains("group <1>"));
    assert!(!svg.contains("Cut off"));
}

#[test]
fn a_curve_that_explodes_is_cut_off_and_said_to_be() {
    let explodes = |age: f64| if age > 41.0 { (age - 40.0).powi(9) } else { 0.5 };
    let svg = picture(&[&bell, &explodes]).svg();
    assert!(svg.contains("Cut off above 2.5: group 2, expected, at 41 to 42 (up to 3814.7)"), "{svg}");
    assert!(svg.contains("group 2, observed, at 41 to 42"));
    let infinite = |age: f64| if age > 41.0 { f64::INFINITY } else { 0.5 };
    let svg = picture(&[&bell, &infinite]).svg();
    assert!(svg.contains("(far above)") && !svg.contains("NaN"), "{svg}");
}

#[test]
fn no_mark_lies_outside_the_canvas_when_a_curve_explodes() {
    let svg = picture(&[&bell, &|age| (age - 12.0).exp()]).svg();
    let heights = svg.split("cy=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap());
    // but for the markers of the legend
    for y in heights.filter(|y| *y < TOP + PLOT_HEIGHT + AXIS) {
        assert!((TOP - 4.0..=TOP + PLOT_HEIGHT + 4.0).contains(&y), "{y}");
    }
}

#[test]
fn flat_empty_and_single_group_pictures_are_drawn() {
    for curves in [&[&(|_: f64| 0.0) as &dyn Fn(f64) -> f64][..], &[&bell]] {
        assert!(picture(curves).svg().ends_with("</svg>\n") || picture(curves).svg().ends_with("</svg>"));
    }
    let mut one_age = picture(&[&bell]);
    one_age.ages = [18.0, 19.0];
    one_age.groups[0].curve = vec![(18.5, 1.0)];
    one_age.groups[0].points = vec![(18.5, 1.2)];
    let svg = one_age.svg();
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn long_captions_are_broken_between_words() {
    assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    assert_eq!(wrap("unbreakable", 3), ["unbreakable"]);
}
