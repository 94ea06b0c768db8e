//! Every figure of a run as one flat list, for files and for whoever reads on by machine.

use super::count::Unit;
use super::indicators::{Monitor, Table};
use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Unit counted: `case`, `defendant`, `offence`.
    pub unit: &'static str,
    /// Whom it is about.
    pub population: &'static str,
    /// By what they are split.
    pub split: String,
    /// Which of those.
    pub category: String,
    /// The year; `None` for all years together.
    pub year: Option<i16>,
    /// Units in all, in that year.
    pub total: u64,
    /// How many; `None` where it is of too few persons to be shown.
    pub count: Option<u64>,
    /// Share of the total.
    pub share: Option<f64>,
    /// Lower end of its 95 % interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Mean of days, where the figure is of days.
    pub mean_days: Option<f64>,
    /// Median of days.
    pub median_days: Option<f64>,
}

fn of_table<U: Unit>(table: &Table<U>) -> impl Iterator<Item = Figure> {
    table.rows.iter().flat_map(move |row| {
        table.categories.iter().zip(&row.cells).map(move |(category, cell)| Figure {
            unit: table.unit,
            population: table.of.key(),
            split: table.column.clone().unwrap_or_else(|| table.by.key().to_owned()),
            category: category.clone(),
            year: row.year,
            total: row.total.get(),
            count: cell.map(|cell| cell.count.get()),
            share: cell.map(|cell| cell.share),
            low: cell.map(|cell| cell.low),
            high: cell.map(|cell| cell.high),
            mean_days: None,
            median_days: None,
        })
    })
}

impl Monitor {
    /// Every figure that is shown, table by table, then days.
    pub fn figures(&self) -> Vec<Figure> {
        let days = self.durations.iter().flat_map(|durations| {
            durations.rows.iter().map(move |row| Figure {
                unit: super::count::Defendants::KEY,
                population: durations.of.key(),
                split: durations.what.key().to_owned(),
                category: "days".to_owned(),
                year: row.year,
                total: row.defendants.get(),
                count: None,
                share: None,
                low: None,
                high: None,
                mean_days: Some(row.mean),
                median_days: Some(row.median),
            })
        });
        let tables = self.tables.iter().flat_map(of_table);
        tables.chain(of_table(&self.cases)).chain(of_table(&self.offences)).chain(days).collect()
    }
}
