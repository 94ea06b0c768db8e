//! The public face: what may be sent between threads, and every name that others can build on.

use crate::layers::root;
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::str::FromStr;

fn shared<T: Send + Sync + Clone + Debug>() {}

#[test]
fn results_and_options_can_be_copied_and_sent_between_threads() {
    use pleegprofiel::{
        Career, Classifier, Cohort, Definitions, Error, Fit, FormOptions, Model, Panel, Spec,
        profile::{
            Naming, PersonProfile, Settled,
            classify::{CareerClassifier, Classification},
            reference::ReferenceModel,
        },
        risk::instrument::{Assessment, Case, Instrument},
        synthetic::{SyntheticCohort, SyntheticPerson},
        trajectory::{
            forms::FormChoice,
            grolts::Grolts,
            passes::{PassRequest, PassSums},
            selection::{Selection, SelectionOptions},
        },
    };
    shared::<(Career, Cohort, Panel)>();
    shared::<(Spec, FormOptions, Spec, SelectionOptions, Definitions)>();
    shared::<(Fit, Fit, Model, Model, FormChoice, Selection, Grolts)>();
    shared::<(Naming, PersonProfile, Settled, Classifier, CareerClassifier, Classification, ReferenceModel)>();
    shared::<(Instrument, Case, Assessment)>();
    shared::<(PassRequest, PassSums, SyntheticCohort, SyntheticPerson, Error)>();
}

/// Every choice reads back from what it is written as, and a word that is none is refused with all that are.
fn reads_back<T: Copy + PartialEq + Debug + FromStr<Err = pleegprofiel::Error>>(
    all: &[T],
    key: impl Fn(T) -> &'static str,
) {
    for one in all {
        assert_eq!(key(*one).parse::<T>().as_ref(), Ok(one));
    }
    let said = "no such word".parse::<T>().unwrap_err().to_string();
    assert!(said.contains("\"no such word\" is not ") && all.iter().all(|one| said.contains(key(*one))), "{said}");
}

#[test]
fn what_a_user_types_reads_back() {
    use pleegprofiel::{
        Family, Language, Profile, risk::instrument::Mode, synthetic::Sex, trajectory::selection::SelectionCriterion,
    };
    reads_back(&Family::ALL, Family::key);
    reads_back(&Language::ALL, Language::key);
    reads_back(&Profile::ALL, Profile::key);
    reads_back(&SelectionCriterion::ALL, SelectionCriterion::key);
    reads_back(&Mode::ALL, Mode::key);
    reads_back(&Sex::ALL, Sex::key);
    let written = |one: &dyn Display| one.to_string();
    assert_eq!(
        [written(&Family::NegBin), written(&Language::Dutch), written(&Mode::Strict)],
        ["negbin", "nl", "strict"]
    );
}

/// Names under `pub use` in a text, and of what it defines itself.
fn exported(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find("pub use ") {
        let end = at + rest[at..].find(';').unwrap();
        let item = rest[at + "pub use ".len()..end].split_whitespace().collect::<String>();
        let list = item.split_once("::{").map_or(item.as_str(), |(_, list)| list);
        for name in list.trim_end_matches('}').split(',').filter(|name| !name.is_empty()) {
            names.insert(name.rsplit("::").next().unwrap().to_owned());
        }
        rest = &rest[end..];
    }
    for line in text.lines() {
        let kinds = ["struct", "enum", "fn", "const", "trait", "type"];
        let Some(item) = kinds.iter().find_map(|kind| line.strip_prefix(&format!("pub {kind} "))) else { continue };
        names.insert(item.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
    }
    names
}

/// The modules that others see: every name has its address in one of them, and in no other.
const ROOMS: [&str; 27] = [
    "",
    "advice",
    "advice/record",
    "career",
    "cohort",
    "cohort/recidivism",
    "cohort/table",
    "monitor",
    "monitor/effect",
    "papers",
    "profile",
    "profile/classify",
    "profile/reference",
    "report",
    "risk/factor",
    "risk/instrument",
    "survival",
    "synthetic",
    "trajectory",
    "trajectory/forms",
    "trajectory/grolts",
    "trajectory/inference",
    "trajectory/linfa",
    "trajectory/passes",
    "trajectory/relate",
    "trajectory/selection",
    "validation",
];

/// Names at the root: what a newcomer meets first.
const AT_THE_ROOT: usize = 30;

/// Everything at the root, and in the modules whose items have their address there. A name that goes, or comes, is a
/// change that users meet: it is written down here, and in the changelog.
#[test]
fn the_public_names_are_those_written_down() {
    let mut found = Vec::new();
    for module in ROOMS {
        let here = root().join("src").join(module);
        let file = match module {
            "" => root().join("src/lib.rs"),
            _ if here.join("mod.rs").is_file() => here.join("mod.rs"),
            _ => here.with_extension("rs"),
        };
        let text = std::fs::read_to_string(&file).unwrap();
        let prefix = if module.is_empty() { String::new() } else { format!("{}::", module.replace('/', "::")) };
        found.extend(exported(&text).into_iter().map(|name| format!("{prefix}{name}")));
    }
    let here = |name: &&String| !name.contains("::");
    assert!(found.iter().filter(here).count() <= AT_THE_ROOT, "the root has more than {AT_THE_ROOT} names");
    let file = root().join("tests/house/public_names.txt");
    if std::env::var_os("WRITE_PUBLIC_NAMES").is_some() {
        std::fs::write(&file, found.join("\n") + "\n").unwrap();
    }
    let written: BTreeSet<String> = std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    let count = found.len();
    let found: BTreeSet<String> = found.into_iter().collect();
    assert_eq!(count, found.len(), "a name stands in a room twice");
    let (gone, new): (Vec<_>, Vec<_>) = (written.difference(&found).collect(), found.difference(&written).collect());
    assert!(gone.is_empty() && new.is_empty(), "gone: {gone:?}; new: {new:?} (WRITE_PUBLIC_NAMES=1 writes them down)");
}

/// A module that others see is a room; what a file of it holds has no second address.
#[test]
fn every_public_name_has_one_address() {
    let (src, mut doors) = (root().join("src"), Vec::new());
    let mut open: Vec<std::path::PathBuf> = vec![src.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let within = path.parent().unwrap().strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
            let within = if ["mod", "lib"].contains(&stem) { within } else { format!("{within}/{stem}") };
            for line in text.lines().filter(|line| line.starts_with("pub mod ") && line.ends_with(';')) {
                let name = line.trim_start_matches("pub mod ").trim_end_matches(';');
                doors.push(format!("{within}/{name}").trim_start_matches('/').to_owned());
            }
        }
    }
    // `risk` holds two rooms and nothing else
    let other: Vec<&String> = doors.iter().filter(|d| !ROOMS.contains(&d.as_str()) && *d != "risk").collect();
    assert!(other.is_empty(), "public modules that are no rooms: {other:?}");
    assert_eq!(doors.len(), ROOMS.len(), "every room is open, and `risk`; the root needs no door");
}
