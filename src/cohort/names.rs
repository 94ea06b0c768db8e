//! Identifiers of the people of a cohort, one behind the other in one text: a million strings of their own would take
//! several times the memory.

/// Identifiers by position, from 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Names {
    text: String,
    /// Where each ends in the text.
    ends: Vec<usize>,
}

impl Names {
    /// So many empty identifiers.
    pub(crate) fn empty(persons: usize) -> Names {
        Names { text: String::new(), ends: vec![0; persons] }
    }

    #[cfg(feature = "csv")]
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len());
    }

    #[inline]
    pub(crate) fn get(&self, person: usize) -> Option<&str> {
        let end = *self.ends.get(person)?;
        let start = if person == 0 { 0 } else { self.ends[person - 1] };
        Some(&self.text[start..end])
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
