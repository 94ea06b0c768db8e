//! Reports of small cohorts whose groups are known.

use super::*;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::profile::definitions::Definitions;
use crate::profile::model::name_model;
use crate::trajectory::family::Family;
use crate::trajectory::spec::Spec;
use ndarray::Array2;

/// 200 persons who never offend, 60 with an early peak and `many` who offend all the time.
fn cohort(many: usize) -> Cohort {
    let counts = Array2::from_shape_fn((260 + many, 24), |(i, j)| match i {
        0..200 => u32::from(i % 8 == 0 && j == i % 24),
        200..260 => [0, 0, 1, 2, 3, 3, 2, 1, 0, 0].get(j).map_or(0, |&y| y + u32::from((i + j) % 5 == 0)),
        _ => 5 + (i + j) as u32 % 3,
    });
    Cohort::from_counts(AgeGrid::years(12, 35).unwrap(), counts.view()).unwrap()
}

fn fitted(cohort: &Cohort) -> (Fit, Naming) {
    let fit = Spec::counts(Family::Poisson).groups(3).starts(6).fit(cohort).unwrap();
    let naming = name_model(fit.model(), &Definitions::default()).unwrap();
    (fit, naming)
}

fn hidden_figures(fit: &Fit, k: usize) -> String {
    percent(fit.model().groups()[k].share, Language::English)
}

#[test]
fn a_small_group_and_what_gives_it_away_are_in_no_part_of_a_report() {
    let cohort = cohort(4);
    let (fit, naming) = fitted(&cohort);
    assert_eq!(fit.groups.iter().map(|g| g.members).collect::<Vec<_>>(), [200, 60, 4]);
    let report = Report::new(&fit, &cohort, &naming).unwrap();
    let rows = report.table().rows;
    let without_peak = |row: &[String]| [&row[2..4], &row[5..7]].concat().join(" ");
    assert_eq!(without_peak(&rows[2]), "– <10 – –");
    assert_eq!((rows[2][4].as_str(), rows[1][4] != "–"), ("–", true), "the peak of a few is that of their records");
    assert_eq!(without_peak(&rows[1]), "– – – –");
    assert_eq!((rows[0][2].as_str(), rows[0][3].as_str()), ("76%", "200"));
    let svg = report.svg();
    assert!(svg.contains("Line and observed values of group 3 are left out"));
    for k in [1, 2] {
        let label = format!(", {}", hidden_figures(&fit, k));
        assert!(!svg.contains(&label) && !report.html().unwrap().contains(&label), "{label}");
    }
    assert!(report.findings().contains(&"fewer than 10 persons are most likely of group 3".to_owned()));

    let open = report.clone().show_small_cells(true);
    assert_eq!(open.table().rows[2][3], "4");
    assert!(open.svg().contains(&format!(", {}", hidden_figures(&fit, 2))));
    assert!(open.svg().matches("<path").count() > svg.matches("<path").count() + 20);
}

#[test]
fn numbers_of_persons_placed_are_told_unless_they_point_at_a_few() {
    let cohort = cohort(20);
    let (fit, naming) = fitted(&cohort);
    let note = |placed| Report::new(&fit, &cohort, &naming).unwrap().placed(placed).table().notes.pop().unwrap();
    assert_eq!(note(260), "260 of the 280 persons get a profile; 20 stay undecided.");
    assert_eq!(note(280), "280 of the 280 persons get a profile; 0 stay undecided.");
    assert_eq!(note(277), "All but fewer than 10 persons get a profile.");
    assert_eq!(note(3), "Fewer than 10 persons get a profile.");
}

#[test]
fn a_page_fetches_nothing_and_runs_nothing() {
    let cohort = cohort(20);
    let (fit, naming) = fitted(&cohort);
    for language in [Language::English, Language::Dutch] {
        let html = Report::new(&fit, &cohort, &naming).unwrap().language(language).html().unwrap();
        for forbidden in ["http", "<script", "<link", "<img", "src=", "href", "url(", "@import", "onload"] {
            // the picture clips at its own axes
            assert!(!html.replace("url(#area-0)", "").contains(forbidden), "{forbidden}");
        }
        assert!(html.contains(language.pick("vervangt het nooit", "never replaces")));
        assert!(html.contains("Nagin &amp; Tremblay 2005"));
        assert_eq!(html.matches("<svg").count(), 1);
    }
}

#[test]
fn the_same_fit_gives_the_same_report_byte_by_byte() {
    let cohort = cohort(20);
    let (fit, naming) = fitted(&cohort);
    let report = Report::new(&fit, &cohort, &naming).unwrap();
    assert_eq!(report.svg(), report.svg());
    assert_eq!(report.html().unwrap(), report.html().unwrap());
}

#[test]
fn dutch_reports_have_dutch_words_and_numbers() {
    let cohort = cohort(20);
    let (fit, naming) = fitted(&cohort);
    let report = Report::new(&fit, &cohort, &naming).unwrap().language(Language::Dutch);
    let svg = report.svg();
    assert!(svg.contains("leeftijd (jaren)") && svg.contains("delicten per jaar in vrijheid"));
    assert_eq!(report.table().header[2], "aandeel");
    assert!(report.html().unwrap().contains("<html lang=\"nl\">"));
    assert_eq!(
        (thousands(1_234_567, Language::Dutch), thousands(999, Language::Dutch)),
        ("1.234.567".into(), "999".into())
    );
}

#[test]
fn a_report_of_another_cohort_or_naming_is_refused() {
    let first = cohort(20);
    let (fit, naming) = fitted(&first);
    assert!(Report::new(&fit, &cohort(21), &naming).unwrap_err().to_string().contains("280 persons"));
    let mut fewer = naming.clone();
    fewer.groups.pop();
    assert!(Report::new(&fit, &first, &fewer).unwrap_err().to_string().contains("3 groups, the naming 2"));
}
