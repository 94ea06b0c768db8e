//! Tables and pictures of the chain's indicators.

use crate::monitor::{Defendants, Durations, Inconsistency, Monitor, Split, Table, Unit};
use crate::profile::language::Language;
use crate::report::picture::square::{Square, SquareLine};
use crate::report::sheet::on_a_sheet;
use crate::report::table::ReportTable;
use crate::report::validation::ReportSection;

/// A report of the chain's indicators. It holds no identifier; small cells are hidden as in the figures.
///
/// ```
/// use pleegprofiel::{Language, monitor::{ChainEvent, MonitorBuilder, MonitorOptions, VerdictOutcome}, report::ChainReport};
/// let mut builder = MonitorBuilder::new(MonitorOptions::default())?;
/// for case in 0..40 {
///     let day = "2019-03-01".parse()?;
///     let outcome = if case % 2 == 0 { VerdictOutcome::Acquitted } else { VerdictOutcome::Convicted };
///     builder.push_case(&[ChainEvent::verdict(case, case, day, outcome)]);
/// }
/// let report = ChainReport::new(&builder.finish()?, Language::English);
/// assert!(report.html()?.contains("20 (50.0 %; 35.2 to 64.8)"));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ChainReport {
    language: Language,
    subtitle: String,
    findings: Vec<String>,
    sections: Vec<ReportSection>,
}

impl ChainReport {
    /// The report of a run.
    pub fn new(found: &Monitor, language: Language) -> ChainReport {
        let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
        let mut sections = vec![ReportSection {
            heading: l("De keten per jaar", "The chain by year"),
            table: phases(found, language),
            picture: phases_picture(found, language),
        }];
        for table in found.tables.iter().filter(|table| table.by != Split::All) {
            sections.push(ReportSection {
                heading: heading(table, language),
                table: shares(table, language),
                picture: shares_picture(table, language),
            });
        }
        for durations in found.durations.iter().filter(|durations| !durations.rows.is_empty()) {
            sections.push(days(durations, language));
        }
        for (rows, section) in [
            (found.cases.rows.len(), of_unit(&found.cases, language)),
            (found.offences.rows.len(), of_unit(&found.offences, language)),
        ] {
            if rows > 0 {
                sections.push(section);
            }
        }
        ChainReport { language, subtitle: units_words(found, language), findings: findings(found, language), sections }
    }

    /// With the places at which a printed study disagrees with itself.
    #[must_use]
    pub fn with_inconsistencies(mut self, found: &[Inconsistency]) -> ChainReport {
        self.findings.extend(found.iter().map(ToString::to_string));
        self
    }
}

on_a_sheet! {
    ChainReport,
    title: ["De strafrechtketen in cijfers", "The criminal justice chain in figures"],
    standing: [
        "Deze cijfers tellen wat is geregistreerd. Ze zeggen niets over wat niet in beeld kwam, en niets over een enkele persoon.",
        "These figures count what was registered. They say nothing of what did not come into view, and nothing of a single person.",
    ],
}

fn pick(labels: &[String; 2], language: Language) -> String {
    language.pick(&labels[0], &labels[1]).clone()
}

fn year(of: Option<i16>, language: Language) -> String {
    of.map_or_else(|| language.pick("alle jaren", "all years").to_owned(), |year| year.to_string())
}

fn heading(table: &Table<Defendants>, language: Language) -> String {
    let ([of_nl, of_en], [by_nl, by_en]) = (table.of.labels(), table.by.labels());
    let by = table.column.as_deref().unwrap_or(language.pick(by_nl, by_en));
    let text = format!("{}: {by}", language.pick(of_nl, of_en));
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn units_words(found: &Monitor, language: Language) -> String {
    let Some(units) = found.units else {
        return language.pick("eenheid: verdachten", "unit: defendants").to_owned();
    };
    let (cases, defendants, offences) = (units.cases.get(), units.defendants.get(), units.offences.get());
    language.pick(
        format!(
            "berecht: {cases} zaken, {defendants} verdachten, {offences} feiten; {} zaken met meer verdachten, {} verdachten met meer feiten",
            units.shared_cases.get(),
            units.several_counts.get()
        ),
        format!(
            "judged: {cases} cases, {defendants} defendants, {offences} offences; {} cases of several defendants, {} defendants of several offences",
            units.shared_cases.get(),
            units.several_counts.get()
        ),
    )
}

fn findings(found: &Monitor, language: Language) -> Vec<String> {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let mut all = vec![
        l(
            "Elke tabel telt één eenheid; aantallen zaken, verdachten en feiten worden nergens opgeteld of vergeleken zonder te zeggen waarom ze verschillen.",
            "Each table counts one unit; cases, defendants and offences are nowhere added up, nor compared without saying why they differ.",
        ),
        l(
            "Het jaar is dat waarin de fase werd bereikt. Fases van één jaar gaan niet over dezelfde zaken: een verhouding daartussen betekent niets.",
            "The year is that in which the phase was reached. Phases of one year are not of the same cases: a ratio of them means nothing.",
        ),
    ];
    if found.fewest_persons() > 0 {
        all.push(l(
            "Cijfers van minder dan 10 personen, en waaruit ze zouden volgen, zijn weggelaten (–). Niet beschermd is wat alleen een grens is: wie weet dat de uitspraken van een jaar over de beslissingen van dat jaar gaan, weet hoeveel verdachten er hoogstens niet zijn gedagvaard. Publiceer één stel tabellen: een tweede over dezelfde personen kan ervan worden afgetrokken.",
            "Figures of fewer than 10 persons, and what they would follow from, are left out (–). What is a bound only is not protected: whoever knows that the verdicts of a year are on disposals of that year knows how many were not summoned at most. Publish one set of tables: a second of the same people can be subtracted from it.",
        ));
    }
    all
}

fn phases(found: &Monitor, language: Language) -> ReportTable {
    let whole: Vec<&Table<Defendants>> = found.tables.iter().filter(|table| table.by == Split::All).collect();
    let mut years: Vec<Option<i16>> = whole.iter().flat_map(|table| table.rows.iter().map(|row| row.year)).collect();
    years.sort_by_key(|year| (year.is_none(), *year));
    years.dedup();
    let header = std::iter::once(language.pick("jaar", "year").to_owned())
        .chain(whole.iter().map(|table| language.pick(table.of.labels()[0], table.of.labels()[1]).to_owned()));
    let rows = years.into_iter().map(|of| {
        let cell = |table: &&Table<Defendants>| {
            let row = table.rows.iter().find(|row| row.year == of);
            row.map_or_else(|| "–".to_owned(), |row| row.total.get().to_string())
        };
        std::iter::once(year(of, language)).chain(whole.iter().map(cell)).collect()
    });
    ReportTable { header: header.collect(), rows: rows.collect(), notes: vec![unit_note::<Defendants>(language)] }
}

fn unit_note<U: Unit>(language: Language) -> String {
    language.pick(format!("Eenheid: {}.", U::LABELS[0]), format!("Unit: {}.", U::LABELS[1]))
}

fn shares<U: Unit>(table: &Table<U>, language: Language) -> ReportTable {
    let per_cent = |v: f64| language.number(100.0 * v, 1);
    let to = language.pick("tot", "to");
    let mut header = vec![language.pick("jaar", "year").to_owned(), language.pick("totaal", "total").to_owned()];
    // columns in which nothing is shown would only take room
    let shown: Vec<usize> =
        (0..table.categories.len()).filter(|c| table.rows.iter().any(|row| row.cells[*c].is_some())).collect();
    header.extend(shown.iter().map(|c| pick(&table.labels[*c], language)));
    let rows = table.rows.iter().map(|row| {
        let cell = |c: &usize| match row.cells[*c] {
            Some(cell) => format!(
                "{} ({} %; {} {to} {})",
                cell.count.get(),
                per_cent(cell.share),
                per_cent(cell.low),
                per_cent(cell.high)
            ),
            None => "–".to_owned(),
        };
        [year(row.year, language), row.total.get().to_string()].into_iter().chain(shown.iter().map(cell)).collect()
    });
    let mut notes = vec![
        unit_note::<U>(language)
            + language.pick(
                " Tussen haakjes het aandeel met 95 %-interval (Wilson).",
                " In brackets the share with its 95 % interval (Wilson).",
            ),
    ];
    if shown.len() < table.categories.len() {
        let rest: Vec<String> = (0..table.categories.len())
            .filter(|c| !shown.contains(c))
            .map(|c| pick(&table.labels[c], language))
            .collect();
        notes.push(language.pick(
            format!("Niet apart getoond, wel in het totaal: {}.", language.list(&rest)),
            format!("Not shown apart, but in the total: {}.", language.list(&rest)),
        ));
    }
    if table.years_hidden > 0 {
        let n = table.years_hidden;
        notes.push(language.pick(format!("Jaren niet getoond: {n}."), format!("Years not shown: {n}.")));
    }
    ReportTable { header, rows: rows.collect(), notes }
}

fn of_unit<U: Unit>(table: &Table<U>, language: Language) -> ReportSection {
    let heading = language.pick(
        format!("Berecht in eerste aanleg: {}", U::LABELS[0]),
        format!("Judged in first instance: {}", U::LABELS[1]),
    );
    ReportSection { heading, table: shares(table, language), picture: None }
}

fn days(durations: &Durations, language: Language) -> ReportSection {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let rows = durations.rows.iter().map(|row| {
        let days = |v: f64| language.number(v, usize::from(v.fract() != 0.0));
        vec![year(row.year, language), row.defendants.get().to_string(), days(row.mean), days(row.median)]
    });
    let table = ReportTable {
        header: vec![
            l("jaar", "year"),
            l("bekend van", "known of"),
            l("gemiddeld, dagen", "mean, days"),
            l("mediaan, dagen", "median, days"),
        ],
        rows: rows.collect(),
        notes: vec![unit_note::<Defendants>(language)],
    };
    let [nl, en] = durations.what.labels();
    let heading = language.pick(nl, en);
    let mut letters = heading.chars();
    let heading = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    ReportSection { heading, table, picture: None }
}

/// Lines by year; nothing when there are no two years.
fn by_year(
    title: String,
    subtitle: String,
    y_label: String,
    lines: Vec<SquareLine>,
    language: Language,
) -> Option<String> {
    let years: Vec<f64> = lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)).collect();
    let (first, last) = years.iter().fold((f64::MAX, f64::MIN), |(a, b), year| (a.min(*year), b.max(*year)));
    if first >= last {
        return None;
    }
    let top = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)).fold(0.0, f64::max);
    let picture = Square {
        title,
        subtitle,
        x_label: language.pick("jaar", "year").to_owned(),
        y_label,
        x: [first, last],
        y: [0.0, if top <= 1.0 { 1.0 } else { 1.1 * top }],
        lines,
        decimal_comma: language == Language::Dutch,
        ..Square::default()
    };
    Some(picture.svg())
}

fn phases_picture(found: &Monitor, language: Language) -> Option<String> {
    let lines = found.tables.iter().filter(|table| table.by == Split::All).map(|table| SquareLine {
        label: language.pick(table.of.labels()[0], table.of.labels()[1]).to_owned(),
        points: points(table, |row| Some(row.total.get() as f64)),
    });
    by_year(
        language.pick("De keten per jaar", "The chain by year").to_owned(),
        language.pick("verdachten die een fase bereikten", "defendants who reached a phase").to_owned(),
        language.pick("verdachten", "defendants").to_owned(),
        lines.collect(),
        language,
    )
}

fn points(
    table: &Table<Defendants>,
    value: impl Fn(&crate::monitor::Row<Defendants>) -> Option<f64>,
) -> Vec<(f64, f64)> {
    table.rows.iter().filter_map(|row| Some((f64::from(row.year?), value(row)?))).collect()
}

fn shares_picture(table: &Table<Defendants>, language: Language) -> Option<String> {
    let lines = (0..table.categories.len()).map(|c| SquareLine {
        label: pick(&table.labels[c], language),
        points: points(table, |row| row.cells[c].map(|cell| cell.share)),
    });
    by_year(
        heading(table, language),
        language.pick("aandeel per jaar", "share by year").to_owned(),
        language.pick("aandeel", "share").to_owned(),
        lines.filter(|line| line.points.len() > 1).collect(),
        language,
    )
}
