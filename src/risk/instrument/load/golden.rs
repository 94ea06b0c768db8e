//! Golden vectors: pairs of answers and published results. An instrument that misses one does not load.

use crate::error::{Error, ErrorKind, Result};
use crate::risk::instrument::compiled::evaluate::{Mode, Scratch};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::output::shown;
use crate::risk::instrument::compiled::program::Show;
use crate::risk::instrument::written::walk::{Node, Problems, parse};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// How far a computed value may be from an expected one, by kind of field.
#[derive(Debug, Clone, Copy)]
struct Tolerance {
    probability_relative: f64,
    linear_predictor_absolute: f64,
    contribution_relative: f64,
}

/// Largest file of golden vectors, in bytes: four times the largest published one, 10,000 rows of six predictors.
const LARGEST: usize = 16 << 20;

/// What running a file of golden vectors found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GoldenReport {
    /// Short name of the instrument.
    pub instrument: String,
    /// Vectors run.
    pub vectors: usize,
    /// Values compared.
    pub values: usize,
    /// Every value that did not come out, with its JSON path.
    pub failures: Vec<String>,
}

impl Instrument {
    /// Runs a file of golden vectors, as the published implementation treats missing answers.
    ///
    /// ```
    /// use pleegprofiel::risk::instrument::Instrument;
    /// let psa = Instrument::bundled("psa")?;
    /// let file = r#"{"instrument": "psa", "version": "public weights (2013 table)", "vectors": []}"#;
    /// assert_eq!(psa.verify(file)?.vectors, 0);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the file is not such a file, or is for another instrument or version; vectors that do not come out are
    /// in the report.
    pub fn verify(&self, text: &str) -> Result<GoldenReport> {
        let mut broken = Problems::new();
        let value = parse(text, "the vector file", &mut broken)?;
        self.verify_value(&value, broken)
    }

    fn verify_value(&self, value: &Value, mut broken: Problems) -> Result<GoldenReport> {
        let root = Node::root(value);
        let mut failures = Vec::new();
        form(&root, Some(self.id()), Some(self.version()), &mut broken);
        let (vectors, values) =
            self.run_set(&root, &mut broken, &mut |path, message| failures.push(format!("{path}: {message}")));
        broken.into_result("the vector file cannot be run")?;
        Ok(GoldenReport { instrument: self.id().to_owned(), vectors, values, failures })
    }

    /// Runs one set of vectors whose form was checked; numbers of vectors and of values compared.
    fn run_set(&self, set: &Node<'_>, broken: &mut Problems, miss: &mut dyn FnMut(String, String)) -> (usize, usize) {
        let tolerance = tolerance(set, &mut Problems::new());
        let mut scratch = Scratch::new(self);
        let list = set.get("vectors").map_or_else(Vec::new, |n| n.list(&mut Problems::new()));
        let mut values = 0;
        for node in list.iter().filter(|n| n.get("inputs").is_some()) {
            let case = self.read_case(node, broken);
            let Some(expected) = node.get("expected") else { continue };
            scratch.answers.copy_from_slice(&case.answers);
            self.run(&mut scratch, Mode::AsPublished);
            for (key, value) in expected.value.as_object().into_iter().flatten() {
                values += 1;
                let place = format!("{}.{key}", expected.path);
                self.compare(&scratch, key, value, tolerance, &mut |why| miss(place.clone(), why));
            }
        }
        (list.len(), values)
    }

    fn compare(&self, s: &Scratch, key: &str, expected: &Value, tolerance: Tolerance, miss: &mut dyn FnMut(String)) {
        match key {
            "error" => {
                let wanted: BTreeSet<&str> =
                    expected.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let found: BTreeSet<&str> = self.codes(s.errors).collect();
                if wanted != found {
                    miss(format!("{expected} expected, {found:?} computed"));
                }
            }
            "score_type" => {
                let found = self.score_type(s);
                if expected.as_str() != found {
                    miss(format!("{expected} expected, {found:?} computed"));
                }
            }
            "contributions" => {
                for (term, value) in expected.as_object().into_iter().flatten() {
                    let at = self.program.terms.iter().position(|t| t.key() == *term);
                    let found = at.map(|at| s.contributions[at]);
                    let wanted = value.as_f64().unwrap_or(f64::NAN);
                    let near = |x: f64| x == wanted || ((x - wanted) / wanted).abs() <= tolerance.contribution_relative;
                    if !found.is_some_and(near) {
                        miss(format!("{term}: {value} expected, {found:?} computed"));
                    }
                }
            }
            _ => {
                let Some(at) = self.program.output(key) else {
                    miss("the instrument has no such output".to_owned());
                    return;
                };
                let found = s.outputs[at];
                let same = match (expected, self.program.outputs[at].show) {
                    (Value::Null, _) => found.is_nan(),
                    (Value::String(name), Show::Band) => {
                        !found.is_nan() && self.program.bands.get(found as usize) == Some(name)
                    }
                    (Value::Bool(truth), Show::Truth) => found == f64::from(u8::from(*truth)),
                    (Value::Number(n), Show::Number | Show::Whole) => {
                        let wanted = n.as_f64().unwrap_or(f64::NAN);
                        if key.starts_with("probability") {
                            ((found - wanted) / wanted).abs() <= tolerance.probability_relative || found == wanted
                        } else if key == "linear_predictor" {
                            (found - wanted).abs() <= tolerance.linear_predictor_absolute
                        } else {
                            found == wanted
                        }
                    }
                    _ => false,
                };
                if !same {
                    let computed = shown(&self.program, at, found);
                    miss(format!(
                        "{expected} expected, {} computed",
                        serde_json::to_string(&computed).unwrap_or_default()
                    ));
                }
            }
        }
    }
}

fn tolerance(set: &Node<'_>, broken: &mut Problems) -> Tolerance {
    let mut found =
        Tolerance { probability_relative: 1e-9, linear_predictor_absolute: 1e-12, contribution_relative: 1e-15 };
    let Some(node) = set.get("tolerance") else { return found };
    node.object(broken, &["probability_relative", "linear_predictor_absolute", "contribution_relative"]);
    let places = [
        ("probability_relative", &mut found.probability_relative, 1e-6),
        ("linear_predictor_absolute", &mut found.linear_predictor_absolute, 1e-9),
        ("contribution_relative", &mut found.contribution_relative, 1e-9),
    ];
    for (key, place, widest) in places {
        if let Some(n) = node.get(key) {
            match n.value.as_f64().filter(|t| (0.0..=widest).contains(t)) {
                Some(t) => *place = t,
                None => n.says(broken, format_args!("a tolerance lies between 0 and {widest}")),
            }
        }
    }
    found
}

/// What can be said of a set of vectors before the instrument is known to be whole; the number of vectors.
fn form(set: &Node<'_>, id: Option<&str>, version: Option<&str>, broken: &mut Problems) -> usize {
    set.object(broken, &["origin", "instrument", "version", "tolerance", "vectors"]);
    for (key, own) in [("instrument", id), ("version", version)] {
        if let (Some(text), Some(own)) = (set.text_at(broken, key), own)
            && text != own
        {
            broken
                .add(format_args!("{}.{key}", set.path), format_args!("{text:?} is not {own:?}, which is loaded here"));
        }
    }
    tolerance(set, broken);
    let list = set.need(broken, "vectors").map_or_else(Vec::new, |n| n.list(broken));
    for node in &list {
        node.object(broken, &["id", "inputs", "expected", "provenance"]);
        node.text_at(broken, "id");
        node.text_at(broken, "provenance");
        node.need(broken, "inputs");
        if let Some(expected) = node.need(broken, "expected")
            && expected.value.as_object().is_none_or(serde_json::Map::is_empty)
        {
            expected.says(broken, "a vector that expects nothing shows nothing");
        }
    }
    list.len()
}

/// Checks the form of every set in an instrument file, so that it is refused together with all other problems.
pub(crate) fn check_form(root: &Node<'_>, problems: &mut Problems) {
    let sets = root.need(problems, "golden").map_or_else(Vec::new, |n| n.list(problems));
    let own = |key: &str| root.value.get(key).and_then(Value::as_str);
    let vectors: usize = sets.iter().map(|set| form(set, own("id"), own("version"), problems)).sum();
    if vectors == 0 {
        problems.add("$.golden", "no golden vector: nothing shows that the numbers are the published ones");
    }
}

/// Runs every set in an instrument file; the numbers of vectors and of values.
pub(crate) fn check_all(instrument: &Instrument, root: &Node<'_>, problems: &mut Problems) -> (usize, usize) {
    let mut misses = Vec::new();
    let (mut vectors, mut values) = (0, 0);
    for set in root.get("golden").map_or_else(Vec::new, |n| n.list(&mut Problems::new())) {
        let (more, compared) = instrument.run_set(&set, problems, &mut |path, message| misses.push((path, message)));
        (vectors, values) = (vectors + more, values + compared);
    }
    for (path, message) in misses {
        problems.add(path, format_args!("golden vector not reproduced: {message}"));
    }
    (vectors, values)
}

impl GoldenReport {
    /// Runs a file of golden vectors of a bundled instrument, or an instrument file with its own vectors.
    ///
    /// # Errors
    /// When the text is neither, or is for another instrument or version; and when an instrument file is refused,
    /// which includes vectors of its own that do not come out.
    pub fn of_file(text: &str) -> Result<GoldenReport> {
        if text.len() > LARGEST {
            return Err(Error::value(format!("a vector file of {} bytes is larger than {LARGEST}", text.len())));
        }
        let mut broken = Problems::new();
        let value = parse(text, "the file", &mut broken)?;
        if value.get("format").is_some() {
            let loaded = Instrument::from_json(text)?;
            let (instrument, failures) = (loaded.id().to_owned(), Vec::new());
            return Ok(GoldenReport { instrument, vectors: loaded.vectors, values: loaded.values, failures });
        }
        let Some(name) = value.get("instrument").and_then(Value::as_str) else {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the file is neither an instrument (with \"format\") nor golden vectors (with \"instrument\")",
            ));
        };
        Instrument::bundled(name)?.verify_value(&value, broken)
    }
}
