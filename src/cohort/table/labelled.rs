//! Counts that a file gives a name: `9` called "refused" is no nine offences, and `3` called "three or more" no three.

use super::rows::Table;
use crate::cohort::warning::CohortWarning;
use std::collections::BTreeMap;

/// What is kept of such counts while a table is read.
pub(super) struct Labelled {
    /// Places among the columns of counts, and in the table, of those whose values have labels.
    columns: Vec<(usize, usize)>,
    names: BTreeMap<u32, String>,
    cells: u64,
    /// Row and column of the first.
    first: Option<(u64, String)>,
}

impl Labelled {
    pub(super) fn of(table: &Table<'_>, columns: &[usize]) -> Labelled {
        let labelled = columns.iter().copied().enumerate().filter(|&(_, at)| table.is_labelled(at));
        Labelled { columns: labelled.collect(), names: BTreeMap::new(), cells: 0, first: None }
    }

    /// Looks at the counts of the current row.
    #[inline]
    pub(super) fn look(&mut self, table: &Table<'_>, counts: &[Option<u32>]) {
        if !self.columns.is_empty() {
            self.look_closely(table, counts);
        }
    }

    #[inline(never)]
    fn look_closely(&mut self, table: &Table<'_>, counts: &[Option<u32>]) {
        for &(j, at) in &self.columns {
            let (Some(count), Some(label)) = (counts[j], table.rows.label(at)) else { continue };
            // a number that is called by its own digits is one
            if label == count.to_string() {
                continue;
            }
            self.cells += 1;
            self.names.entry(count).or_insert_with(|| label.to_owned());
            self.first.get_or_insert_with(|| (table.row, table.header[at].clone()));
        }
    }

    pub(super) fn warning(self) -> Option<CohortWarning> {
        let (row, column) = self.first?;
        let (counts, labels) = self.names.into_iter().unzip();
        Some(CohortWarning::LabelledCounts { counts, labels, cells: self.cells, row, column })
    }
}
