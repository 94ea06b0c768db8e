//! Protected characteristics, kept apart: a type that nothing but the figures by group accepts.

use crate::error::{Error, Issues, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Most levels an attribute may have: beyond, it is an identifier and not a group.
pub const MAX_LEVELS: usize = 1_000;
/// Name of the group of people whose group is not known.
pub const UNKNOWN: &str = "unknown";

/// A characteristic by which people may not be told apart (origin, sex, ..), a value a person.
///
/// Only figures by group take it; there is no way from here to a prediction or a single person's value. People whose
/// value is not known are a group of their own, [`UNKNOWN`].
///
/// ```
/// use pleegprofiel::validation::ProtectedAttribute;
/// let sex = ProtectedAttribute::new("sex", [Some("f"), None, Some("m"), Some("f")])?;
/// assert_eq!(sex.levels().collect::<Vec<_>>(), ["f", "m", "unknown"]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProtectedAttribute {
    name: String,
    levels: Vec<String>,
    of: Vec<u16>,
}

impl std::fmt::Debug for ProtectedAttribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProtectedAttribute({}, {} levels, {} people)", self.name, self.levels.len(), self.of.len())
    }
}

/// Takes values one by one, so that no text is kept a person.
pub(crate) struct AttributeBuilder {
    name: String,
    seen: BTreeMap<String, u16>,
    raw: Vec<u16>,
}

impl AttributeBuilder {
    pub(crate) fn new(name: &str) -> Self {
        AttributeBuilder { name: name.to_owned(), seen: BTreeMap::new(), raw: Vec::new() }
    }

    pub(crate) fn push(&mut self, value: &str) -> Result<()> {
        let value = if value.trim().is_empty() { UNKNOWN } else { value.trim() };
        let level = self.level(value)?;
        self.raw.push(level);
        Ok(())
    }

    /// The number of a value, a new one if need be.
    fn level(&mut self, value: &str) -> Result<u16> {
        let next = self.seen.len();
        match self.seen.get(value) {
            Some(&level) => Ok(level),
            None if next < MAX_LEVELS => {
                self.seen.insert(value.to_owned(), next as u16);
                Ok(next as u16)
            }
            None => {
                let name = &self.name;
                Err(Error::options(format!("{name} has more than {MAX_LEVELS} different values: that is no group")))
            }
        }
    }

    /// Puts the people of another one behind these.
    #[cfg(feature = "csv")]
    pub(crate) fn append(&mut self, next: AttributeBuilder) -> Result<()> {
        let mut names: Vec<(&String, u16)> = next.seen.iter().map(|(name, level)| (name, *level)).collect();
        names.sort_by_key(|(_, level)| *level);
        let place = names.into_iter().map(|(name, _)| self.level(name)).collect::<Result<Vec<u16>>>()?;
        self.raw.extend(next.raw.iter().map(|level| place[*level as usize]));
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<ProtectedAttribute> {
        ProtectedAttribute::ordered(&self.name, self.seen, self.raw)
    }
}

impl ProtectedAttribute {
    /// From a value a person; `None` and an empty value are not known.
    ///
    /// # Errors
    /// When there are more than [`MAX_LEVELS`] different values, or a single one: then there is nothing to compare.
    pub fn new<'a>(name: &str, values: impl IntoIterator<Item = Option<&'a str>>) -> Result<ProtectedAttribute> {
        let mut builder = AttributeBuilder::new(name);
        for value in values {
            builder.push(value.unwrap_or(""))?;
        }
        builder.finish()
    }

    fn ordered(name: &str, seen: BTreeMap<String, u16>, mut raw: Vec<u16>) -> Result<ProtectedAttribute> {
        if seen.len() < 2 {
            let mut issues = Issues::in_memory();
            let what = seen.keys().next().map_or("no value".to_owned(), |v| format!("the one value {v}"));
            issues.add(None, Some(name), || format!("has {what}; groups to compare need at least 2"));
            issues.into_result("the groups cannot be compared")?;
        }
        let mut place = vec![0u16; seen.len()];
        for (new, old) in seen.values().enumerate() {
            place[*old as usize] = new as u16;
        }
        raw.iter_mut().for_each(|level| *level = place[*level as usize]);
        Ok(ProtectedAttribute { name: name.to_owned(), levels: seen.into_keys().collect(), of: raw })
    }

    /// The crossing of two attributes of the same people: a group for each pair that occurs.
    ///
    /// # Errors
    /// When the people differ in number, or the crossing has too many levels.
    pub fn crossed(&self, other: &ProtectedAttribute) -> Result<ProtectedAttribute> {
        if self.of.len() != other.of.len() {
            let (a, b) = (self.of.len(), other.of.len());
            return Err(Error::options(format!("{} has {a} people, {} has {b}", self.name, other.name)));
        }
        let pairs: BTreeSet<(u16, u16)> = self.of.iter().copied().zip(other.of.iter().copied()).collect();
        let name = format!("{} x {}", self.name, other.name);
        if pairs.len() > MAX_LEVELS {
            return Err(Error::options(format!("{name} has more than {MAX_LEVELS} groups")));
        }
        let label = |(a, b): &(u16, u16)| format!("{} & {}", self.levels[*a as usize], other.levels[*b as usize]);
        let seen: BTreeMap<String, u16> = pairs.iter().enumerate().map(|(i, p)| (label(p), i as u16)).collect();
        let at: BTreeMap<(u16, u16), u16> = pairs.iter().enumerate().map(|(i, p)| (*p, i as u16)).collect();
        let raw = self.of.iter().zip(&other.of).map(|(a, b)| at[&(*a, *b)]).collect();
        Self::ordered(&name, seen, raw)
    }

    /// Name of the characteristic.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its groups, in order of name.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.levels.iter().map(String::as_str)
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Group of a person, for the figures by group and for what may be told of them alone.
    pub(in crate::validation) fn level(&self, person: usize) -> usize {
        usize::from(self.of[person])
    }
}
