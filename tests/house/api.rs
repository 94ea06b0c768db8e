//! The public face: what may be sent between threads, and every name that others can build on.

use crate::layers::root;
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::str::FromStr;

fn shared<T: Send + Sync + Clone + Debug>() {}

#[test]
fn results_and_options_can_be_copied_and_sent_between_threads() {
    use pleegprofiel::risk::instrument::{Assessment, Case, Instrument};
    use pleegprofiel::{
        Career, CareerClassifier, Classification, Classifier, Cohort, Definitions, Error, Fit, FitOptions, FormChoice,
        FormOptions, GeneralModel, Grolts, ModelFit, ModelSpec, Naming, Panel, PassRequest, PassSums, PersonProfile,
        ReferenceModel, Selection, SelectionOptions, Settled, SyntheticCohort, SyntheticPerson, TrajectoryModel,
    };
    shared::<(Career, Cohort, Panel)>();
    shared::<(FitOptions, FormOptions, ModelSpec, SelectionOptions, Definitions)>();
    shared::<(Fit, ModelFit, TrajectoryModel, GeneralModel, FormChoice, Selection, Grolts)>();
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
    use pleegprofiel::risk::instrument::Mode;
    use pleegprofiel::synthetic::person::Sex;
    use pleegprofiel::{Family, Language, Profile, SelectionCriterion};
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

/// Names under `pub use` in a text, as `module::Name` or `Name`.
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
    names
}

/// Everything at the root, and in the modules whose items have their address there. A name that goes, or comes, is a
/// change that users meet: it is written down here, and in the changelog.
#[test]
fn the_public_names_are_those_written_down() {
    let mut found = Vec::new();
    for module in ["", "risk/instrument", "risk/factor", "validation", "monitor", "advice", "papers", "report"] {
        let file = match module {
            "" => root().join("src/lib.rs"),
            module => root().join("src").join(module).join("mod.rs"),
        };
        let text = std::fs::read_to_string(&file).unwrap();
        let prefix = if module.is_empty() { String::new() } else { format!("{}::", module.replace('/', "::")) };
        found.extend(exported(&text).into_iter().map(|name| format!("{prefix}{name}")));
    }
    let file = root().join("tests/house/public_names.txt");
    if std::env::var_os("WRITE_PUBLIC_NAMES").is_some() {
        std::fs::write(&file, found.join("\n") + "\n").unwrap();
    }
    let written: BTreeSet<String> = std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    let found: BTreeSet<String> = found.into_iter().collect();
    let (gone, new): (Vec<_>, Vec<_>) = (written.difference(&found).collect(), found.difference(&written).collect());
    assert!(gone.is_empty() && new.is_empty(), "gone: {gone:?}; new: {new:?} (WRITE_PUBLIC_NAMES=1 writes them down)");
}
