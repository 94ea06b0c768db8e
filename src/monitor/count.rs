//! Units of counting. A count of cases and a count of defendants are two types, so that no sum, difference or table can
//! mix them by accident.

use serde::Serialize;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Sub};

/// What is counted.
pub trait Unit: Copy + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The key.
    const KEY: &'static str;
    /// What they are called in Dutch and in English.
    const LABELS: [&'static str; 2];
}

/// Cases: a case with six defendants counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cases;

/// Defendants: a person in a case. Who stands trial in two cases counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defendants;

/// Offences of defendants: a defendant with three counts counts three times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offences;

impl Unit for Cases {
    const KEY: &'static str = "case";
    const LABELS: [&'static str; 2] = ["zaken", "cases"];
}

impl Unit for Defendants {
    const KEY: &'static str = "defendant";
    const LABELS: [&'static str; 2] = ["verdachten", "defendants"];
}

impl Unit for Offences {
    const KEY: &'static str = "offence";
    const LABELS: [&'static str; 2] = ["feiten", "offences"];
}

/// A number of units.
///
/// ```
/// use pleegprofiel::monitor::{Cases, Count, Defendants};
/// let (alone, together) = (Count::<Defendants>::new(144), Count::<Defendants>::new(6));
/// assert_eq!((alone + together).get(), 150);
/// ```
///
/// ```compile_fail
/// use pleegprofiel::monitor::{Cases, Count, Defendants};
/// let wrong = Count::<Cases>::new(145) + Count::<Defendants>::new(150);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Count<U> {
    number: u64,
    #[serde(skip)]
    unit: PhantomData<U>,
}

impl<U: Unit> Count<U> {
    /// So many.
    pub fn new(number: u64) -> Count<U> {
        Count { number, unit: PhantomData }
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.number
    }
}

impl<U: Unit> fmt::Debug for Count<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, U::LABELS[1])
    }
}

impl<U: Unit> Add for Count<U> {
    type Output = Count<U>;
    fn add(self, other: Count<U>) -> Count<U> {
        Count::new(self.number + other.number)
    }
}

impl<U: Unit> Sub for Count<U> {
    type Output = Count<U>;
    fn sub(self, other: Count<U>) -> Count<U> {
        Count::new(self.number.saturating_sub(other.number))
    }
}
