//! Instruments by name: the bundled ones, and a set of files that may be parts of one another.

use crate::error::Result;
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::load::bundled::FILES;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Problems, parse};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A set of loaded instruments.
#[derive(Debug, Clone, Default)]
pub struct Library {
    loaded: BTreeMap<String, Arc<Instrument>>,
}

impl Library {
    /// A library without instruments.
    pub fn new() -> Self {
        Library::default()
    }

    /// The bundled instruments; each is loaded, and so checked, when it is first asked for.
    pub(crate) fn bundled() -> Bundled {
        Bundled
    }

    /// The bundled instruments that a file names as its parts.
    pub(crate) fn bundled_parts(text: &str) -> Result<Library> {
        let value = parse(text, "the instrument", &mut Problems::new())?;
        let mut library = Library::new();
        for name in parts(&value) {
            if let Some(found) = Bundled.get(name) {
                library.loaded.insert(name.to_owned(), found);
            }
        }
        Ok(library)
    }

    /// An instrument by its short name.
    pub fn get(&self, id: &str) -> Option<Arc<Instrument>> {
        self.loaded.get(id).cloned()
    }

    pub(crate) fn load(&self, text: &str) -> Result<Instrument> {
        Instrument::load(text, self)
    }

    /// Loads instruments that may be parts of one another, in any order.
    ///
    /// # Errors
    /// When any of them is refused, when two have one name, or when parts form a cycle: every problem is listed
    /// with its JSON path.
    pub fn load_all(texts: &[&str]) -> Result<Library> {
        let mut library = Library::new();
        let mut waiting = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            let value = parse(text, &format!("instrument {}", i + 1), &mut Problems::new())?;
            let id = value.get("id").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            let needs: Vec<String> = parts(&value).into_iter().map(str::to_owned).collect();
            waiting.push((i, id, needs));
        }
        while !waiting.is_empty() {
            let given: Vec<String> = waiting.iter().map(|(_, id, _)| id.clone()).collect();
            let ready = waiting.iter().position(|(_, id, needs)| !needs.iter().any(|n| given.contains(n) && n != id));
            let Some(at) = ready else {
                let mut problems = Problems::new();
                for (i, id, needs) in &waiting {
                    problems.add(
                        format_args!("[{i}].components"),
                        format_args!("{} and {} are parts of one another: a cycle", shortened(id), needs.join(", ")),
                    );
                }
                problems.into_result("the instruments cannot be used")?;
                break;
            };
            let (i, id, _) = waiting.swap_remove(at);
            let instrument = Instrument::load(texts[i], &library)?;
            if library.loaded.insert(id.clone(), Arc::new(instrument)).is_some() {
                let mut problems = Problems::new();
                problems.add(format_args!("[{i}].id"), format_args!("{} is loaded already", shortened(&id)));
                problems.into_result("the instruments cannot be used")?;
            }
        }
        Ok(library)
    }
}

/// Names of the instruments that a file asks for.
fn parts(value: &serde_json::Value) -> Vec<&str> {
    let list = value.get("components").and_then(|c| c.as_array()).into_iter().flatten();
    list.chain(value.get("fallback")).filter_map(|c| c.get("instrument")?.as_str()).collect()
}

/// The bundled instruments, each loaded once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bundled;

impl Bundled {
    pub(crate) fn get(self, id: &str) -> Option<Arc<Instrument>> {
        static LOADED: [OnceLock<Arc<Instrument>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
        let at = FILES.iter().position(|(name, _)| *name == id)?;
        let found = LOADED[at].get_or_init(|| {
            let mut library = Library::new();
            if let Ok(value) = parse(FILES[at].1, id, &mut Problems::new()) {
                for part in parts(&value).into_iter().filter(|p| *p != id) {
                    library.loaded.extend(Bundled.get(part).map(|found| (part.to_owned(), found)));
                }
            }
            let loaded = library.load(FILES[at].1);
            Arc::new(loaded.expect("tests/instruments/published.rs loads every bundled file"))
        });
        Some(Arc::clone(found))
    }
}
