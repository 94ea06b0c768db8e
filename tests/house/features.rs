//! What the table of features (`docs/features.md`) promises: every test it names is there, and the promises that no other
//! test file keeps.

use pleegprofiel::{
    AgeGrid, Cohort, Family, Spec,
    ndarray::Array2,
    trajectory::{Errors, Finding, Part},
};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &Path, all: &mut String) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else {
            *all += &std::fs::read_to_string(path).unwrap();
        }
    }
}

#[test]
fn every_test_that_the_table_of_features_names_is_there() {
    // `program::module::test`
    let readme = std::fs::read_to_string(root().join("docs/features.md")).unwrap();
    let table = &readme[readme.find("| feature | test that shows it here |").unwrap()..];
    let mut rows = 0;
    for line in table.lines().skip(2).take_while(|l| l.starts_with('|')) {
        let cell = line.split('|').nth(2).unwrap().trim().trim_matches('`').to_owned();
        let [program, module, name] = cell.split("::").collect::<Vec<_>>()[..] else { panic!("no test {cell}") };
        let path = root().join("tests").join(program).join(module);
        let mut text = std::fs::read_to_string(path.with_extension("rs")).unwrap_or_default();
        if path.is_dir() {
            sources(&path, &mut text);
        }
        let at = text.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("no test {cell}"));
        // it is a test, not a function of its name: an attribute stands shortly before it
        let before = &text[..at];
        let attributes = &before[before.rfind("\n\n").unwrap_or(0)..];
        assert!(attributes.contains("#[test]") || attributes.contains("#[rstest]"), "{cell} is no test");
        rows += 1;
    }
    assert!(rows >= 30, "{rows} rows");
}

#[test]
fn adequacy_is_what_its_definitions_say_of_the_posteriors() {
    // Nagin (2005), chapter 5; relative entropy after Celeux & Soromenho (1996)
    let counts = Array2::from_shape_fn((120, 6), |(i, t)| {
        if i % 3 == 0 { ((i / 3 + t) % 3) as u32 } else { u32::from((i * 7 + t * 5) % 6 == 0) }
    });
    let cohort = Cohort::from_counts(AgeGrid::years(14, 19).unwrap(), counts.view()).unwrap();
    for family in [Family::Poisson, Family::NegBin] {
        let fit = Spec::counts(family).groups(2).degree(1).starts(6).fit(&cohort).unwrap();
        let p = fit.model().posteriors(&cohort).unwrap();
        let n = cohort.persons() as f64;
        let mut entropy = 0.0;
        let assigned: Vec<usize> = p.rows().into_iter().map(|r| usize::from(r[1] > r[0])).collect();
        p.iter().filter(|p| **p > 0.0).for_each(|p| entropy -= p * p.ln());
        assert!((fit.entropy.unwrap() - (1.0 - entropy / (n * 2f64.ln()))).abs() < 1e-12);
        assert!((fit.icl - fit.bic_persons - 2.0 * entropy).abs() < 1e-8);
        for (k, group) in fit.groups.iter().enumerate() {
            let mine: Vec<f64> = (0..120).filter(|&i| assigned[i] == k).map(|i| p[(i, k)]).collect();
            let (members, share) = (mine.len() as f64, fit.model().groups()[k].share);
            let avepp = mine.iter().sum::<f64>() / members;
            assert_eq!(group.members, mine.len() as u64);
            assert!((group.avepp.unwrap() - avepp).abs() < 1e-12);
            let occ = (avepp / (1.0 - avepp)) / (share / (1.0 - share));
            assert!((group.occ.unwrap() / occ - 1.0).abs() < 1e-9, "{group:?}");
            assert!((group.mismatch - (share - members / n)).abs() < 1e-12);
        }
    }
}

#[test]
fn a_parameter_that_ran_to_its_end_is_named_and_has_no_standard_error() {
    // the first group has no zeros at all where it is seen: its zero part runs to 0 and takes no standard error
    let counts = Array2::from_shape_fn((200, 5), |(i, t)| match i % 2 {
        0 => 3 + ((i / 2 + t) % 4) as u32,
        _ => u32::from((i / 2 + 2 * t) % 5 == 0) * (1 + ((i / 2 + t) % 2) as u32),
    });
    let cohort = Cohort::from_counts(AgeGrid::years(14, 18).unwrap(), counts.view()).unwrap();
    let fit = Spec::counts(Family::Zip).groups(2).degree(0).zero_degree(0).fit(&cohort).unwrap();
    let mut named = 0;
    for e in fit.by(Errors::Information).unwrap().estimates() {
        let certain = e.parameter.part == Part::Zero && e.value.abs() > 11.5;
        assert_eq!(e.se.is_none(), certain, "{e:?}");
        named += usize::from(certain);
    }
    assert_eq!(named, 1);
    let names = fit.findings.iter().find_map(|f| match f {
        Finding::Undetermined { parameters } => Some(parameters.clone()),
        _ => None,
    });
    assert_eq!(names, Some(vec!["group 2, zero part, constant".to_owned()]));
    // what does not rest on it has its interval all the same
    for group in 0..2 {
        assert!(
            fit.by(Errors::Information)
                .unwrap()
                .curve(0, group)
                .iter()
                .all(|i| i.low < Some(i.value) && i.high > Some(i.value))
        );
    }
}
