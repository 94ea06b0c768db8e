//! Published estimates of other software (fixtures/reference/trajectory/params), as models.

use super::data::{csv, fixture};
use pleegprofiel::{
    AgeGrid, Family, Model,
    trajectory::{Group, rescale},
};
use serde_json::Value;

/// One JSON file of a peer's fit.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) json: Value,
}

/// All files of a peer, by name.
pub(crate) fn all(prefix: &str) -> Vec<Peer> {
    let folder = fixture("reference/trajectory/params");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the reference fits")
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort();
    names.iter().map(|name| Peer::read(name)).collect()
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

impl Peer {
    pub(crate) fn read(name: &str) -> Peer {
        let path = fixture(&format!("reference/trajectory/params/{name}"));
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"));
        Peer { name: name.to_owned(), json: serde_json::from_str(&text).expect("JSON") }
    }

    pub(crate) fn number(&self, key: &str) -> f64 {
        self.json[key].as_f64().unwrap_or_else(|| panic!("{}: no number {key}", self.name))
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_else(|| panic!("{}: no text {key}", self.name))
    }

    pub(crate) fn groups(&self) -> usize {
        self.number("groups") as usize
    }

    pub(crate) fn family(&self) -> Family {
        match self.text("family") {
            "ZIP" => Family::Zip,
            "ZIPt" => Family::ZipTau,
            "Poisson" | "POIS" => Family::Poisson,
            other => panic!("{}: family {other}", self.name),
        }
    }

    /// The estimates of crimCV and flexmix: cubics in t = (age - first) / (last - first), shares as printed.
    pub(crate) fn model(&self, grid: AgeGrid) -> Model {
        let unit = |v: &Value| rescale(&numbers(v), 0.5, 0.5);
        let groups = self.json["group"].as_array().expect("groups").iter().map(|g| Group {
            share: g["share"].as_f64().expect("a share"),
            coefficients: unit(&g["beta_monomial_t"]),
            zero_coefficients: g.get("gamma_monomial_t").map(unit).unwrap_or_default(),
            tau: g.get("tau").and_then(Value::as_f64),
            dispersion: None,
        });
        Model::new(self.family(), grid, groups.collect()).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// The posteriors the peer gave, when they are among the fixtures.
    pub(crate) fn posteriors(&self) -> Option<Vec<Vec<f64>>> {
        let path = format!("reference/trajectory/posteriors/{}.csv", self.name.strip_suffix(".json")?);
        fixture(&path).exists().then(|| csv(&path).1.into_iter().map(|row| row[1..].to_vec()).collect())
    }
}
