//! The number of a group as people count.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroUsize;

/// Number of a group as it stands in print and in files: from 1.
///
/// Whatever takes or gives a plain `usize` for a group counts from 0, as an index does; whatever tells its reader of a
/// group has one of these, which is no index until it is asked for.
///
/// ```
/// use pleegprofiel::trajectory::GroupNumber;
/// let second = GroupNumber::of_index(1);
/// assert_eq!((second.to_string().as_str(), second.index(), second.counted()), ("2", 1, 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupNumber(NonZeroUsize);

impl GroupNumber {
    /// The number of the group that has this index, from 0.
    pub fn of_index(index: usize) -> GroupNumber {
        GroupNumber(NonZeroUsize::MIN.saturating_add(index))
    }

    /// Its index, from 0.
    pub fn index(self) -> usize {
        self.0.get() - 1
    }

    /// The number itself, from 1.
    pub fn counted(self) -> usize {
        self.0.get()
    }
}

impl fmt::Display for GroupNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_the_number_and_no_group_is_number_0() {
        let third = GroupNumber::of_index(2);
        assert_eq!(serde_json::to_string(&third).unwrap(), "3");
        assert_eq!(serde_json::from_str::<GroupNumber>("3").unwrap(), third);
        assert!(serde_json::from_str::<GroupNumber>("0").is_err());
        assert_eq!(GroupNumber::of_index(usize::MAX).counted(), usize::MAX);
    }
}
