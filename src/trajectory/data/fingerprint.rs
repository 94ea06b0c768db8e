//! A number that tells data and options from others, by which results so far are known to be theirs.

use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use ndarray::Array2;

/// FNV-1a, 64 bits (Fowler, Noll & Vo): tells one cohort from another, and keeps no one's record.
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&b| self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    }

    pub(crate) fn number(&mut self, n: u64) {
        self.bytes(&n.to_le_bytes());
    }

    pub(crate) fn real(&mut self, x: f64) {
        // NaN marks a cell that was not observed, whatever its bits
        self.number(if x.is_nan() { u64::MAX } else { x.to_bits() });
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    pub(crate) fn matrix(&mut self, m: &Array2<f64>) {
        m.iter().for_each(|&x| self.real(x));
    }

    pub(crate) fn grid(&mut self, grid: AgeGrid) {
        [grid.start_months(), grid.width_months()].iter().for_each(|&n| self.number(u64::from(n)));
        self.number(grid.len() as u64);
    }

    /// Everything of a cohort that a fit depends on, person by person.
    pub(crate) fn cohort(&mut self, cohort: &Cohort) {
        self.grid(cohort.grid());
        for i in 0..cohort.persons() {
            self.real(cohort.weight(i));
            cohort.counts(i).iter().for_each(|y| self.number(y.map_or(u64::MAX, u64::from)));
            if cohort.has_exposure() {
                cohort.exposure(i).iter().for_each(|&e| self.real(e));
            }
        }
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }
}
