//! The groups as a table: the same one on a terminal and on a page.
//!
//! Does not belong here: borders, widths and colours.

use super::cells::{SMALL_CELL, ShownCount};
use super::{Report, percent, thousands};

/// A table of words, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTable {
    /// Names of the columns.
    pub header: Vec<String>,
    /// One row a group, as many cells as the header.
    pub rows: Vec<Vec<String>>,
    /// What a reader needs to read the table, one sentence or more each.
    pub notes: Vec<String>,
}

/// In place of a figure that is not there, or not shown.
const NOTHING: &str = "–";

impl Report<'_> {
    /// The groups: number, profile or why none, share, members, age of the highest rate, AvePP and OCC.
    pub fn table(&self) -> ReportTable {
        let language = self.language;
        let header = language.pick(
            ["groep", "profiel", "aandeel", "leden", "piek (jaar)", "AvePP", "OCC"],
            ["group", "profile", "share", "members", "peak age", "AvePP", "OCC"],
        );
        let sizes = self.sizes();
        let rows = self
            .shown
            .groups
            .iter()
            .enumerate()
            .map(|(k, group)| {
                let shown = sizes[k].is_exact();
                let figure = |value: Option<f64>, decimals: usize| match value.filter(|_| shown) {
                    Some(value) if value.abs() < 1e4 => language.number(value, decimals),
                    Some(value) => format!("{value:.0e}"),
                    None => NOTHING.to_owned(),
                };
                vec![
                    (k + 1).to_string(),
                    self.profile_cell(k, sizes[k] == ShownCount::Small),
                    if shown { percent(group.share, language) } else { NOTHING.to_owned() },
                    match sizes[k] {
                        ShownCount::Exact(members) => thousands(members, language),
                        ShownCount::Small => format!("<{SMALL_CELL}"),
                        ShownCount::Withheld => NOTHING.to_owned(),
                    },
                    match sizes[k] {
                        ShownCount::Small => NOTHING.to_owned(),
                        _ => language.short(self.peak_age(k)),
                    },
                    figure(group.avepp, 2),
                    figure(group.occ, 1),
                ]
            })
            .collect();
        ReportTable { header: header.map(str::to_owned).to_vec(), rows, notes: self.notes(&sizes) }
    }

    /// Age of the highest rate: as the naming judged it, where the curve ran off beyond what was seen of the group.
    fn peak_age(&self, k: usize) -> f64 {
        let fitted = self.shown.groups[k].peak_age;
        let near = |age: &f64| (age - fitted).abs() <= 2.0 * self.shown.grid().width_years();
        match self.naming.groups[k].descriptors.peak.age() {
            Some(age) if !near(&age) => age.floor(),
            _ => fitted,
        }
    }

    /// The profile of a group, or why none; of a few people not why, which tells of their records.
    fn profile_cell(&self, k: usize, few: bool) -> String {
        let language = self.language;
        let named = &self.naming.groups[k];
        match (named.profile, &named.unnamed) {
            (Some(profile), _) if named.ambiguities.is_empty() => profile.label(language).to_owned(),
            (Some(profile), _) => format!("{} ({})", profile.label(language), language.pick("onzeker", "ambiguous")),
            (None, Some(why)) if !few => format!("{}: {}", language.pick("geen", "none"), why.text(language)),
            (None, _) => language.pick("geen", "none").to_owned(),
        }
    }

    fn notes(&self, sizes: &[ShownCount]) -> Vec<String> {
        let language = self.language;
        let mut notes = vec![
            language
                .pick(
                    "Leden: voor wie de groep de waarschijnlijkste is. AvePP: hun gemiddelde kans erbij te horen (0,7 of meer is gebruikelijk). OCC: kansverhouding van juiste indeling (5 of meer is gebruikelijk).",
                    "Members: those for whom the group is the most likely. AvePP: their average probability of belonging to it (0.7 or more is usual). OCC: odds of correct classification (5 or more is usual).",
                )
                .to_owned(),
        ];
        notes.extend(
            self.naming
                .groups
                .iter()
                .filter(|g| g.profile.is_some() && !g.ambiguities.is_empty())
                .filter(|g| sizes[g.group] != ShownCount::Small)
                .map(|g| g.text(language)),
        );
        if let Some(text) = self.placed_words() {
            notes.push(text);
        }
        notes.extend(self.choice_words());
        notes.extend(self.settled_words());
        notes.extend(self.unchecked_words());
        if sizes.iter().any(|s| !s.is_exact()) {
            notes.push(language.pick(
                format!("{NOTHING}: niet getoond, omdat groepen van minder dan {SMALL_CELL} personen er anders uit af te leiden zijn."),
                format!("{NOTHING}: not shown, as groups of fewer than {SMALL_CELL} persons could be worked out from it."),
            ));
        }
        notes
    }

    /// How many persons have a profile and how many are undecided.
    fn placed_words(&self) -> Option<String> {
        let language = self.language;
        let all = self.shown.persons() as u64;
        let placed = self.placed?.min(all);
        let undecided = all - placed;
        // all or none is not about a few persons, so 0 beside a large number may be said
        if !self.small_cells && [placed, undecided].into_iter().any(|n| (1..SMALL_CELL).contains(&n)) {
            let few = undecided < SMALL_CELL;
            return Some(language.pick(
                match few {
                    true => "Op minder dan 10 na krijgen alle personen een profiel.".to_owned(),
                    false => "Minder dan 10 personen krijgen een profiel.".to_owned(),
                },
                format!("{} persons get a profile.", if few { "All but fewer than 10" } else { "Fewer than 10" }),
            ));
        }
        let (placed, all, undecided) =
            (thousands(placed, language), thousands(all, language), thousands(undecided, language));
        Some(language.pick(
            format!("{placed} van de {all} personen krijgen een profiel; {undecided} blijven onbeslist."),
            format!("{placed} of the {all} persons get a profile; {undecided} stay undecided."),
        ))
    }
}
