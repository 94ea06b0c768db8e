//! The histories of a chunk as bytes, for the same process to read back.

use crate::cohort::history::{CellCode, Histories};

/// Lays histories down, numbers in the order of the processor.
pub(super) fn bytes(histories: &Histories) -> Vec<u8> {
    let h = histories;
    let mut out = Vec::with_capacity(64 + 4 * h.cells.len() + 20 * h.len() + h.observed.len());
    let lengths = [h.codes.len(), h.cells.len(), h.len(), h.observed.len(), h.exposure.as_ref().map_or(0, Vec::len)];
    lengths.iter().for_each(|&n| out.extend((n as u64).to_ne_bytes()));
    for code in &h.codes {
        out.extend(code.interval.to_ne_bytes());
        out.extend(code.count.to_ne_bytes());
    }
    h.cells.iter().for_each(|c| out.extend(c.to_ne_bytes()));
    h.offsets.windows(2).for_each(|o| out.extend(((o[1] - o[0]) as u16).to_ne_bytes()));
    h.pattern.iter().for_each(|p| out.extend(p.to_ne_bytes()));
    h.weight.iter().for_each(|w| out.extend(w.to_ne_bytes()));
    h.persons.iter().for_each(|n| out.extend(n.to_ne_bytes()));
    out.extend(h.observed.iter().map(|&seen| u8::from(seen)));
    h.exposure.iter().flatten().for_each(|e| out.extend(e.to_ne_bytes()));
    out
}

/// Numbers from bytes, one after the other; nothing once they have run out.
struct Taken<'a>(&'a [u8]);

impl Taken<'_> {
    fn some<const N: usize, T>(&mut self, count: usize, of: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
        let (taken, rest) = self.0.split_at_checked(count.checked_mul(N)?)?;
        self.0 = rest;
        let (numbers, _) = taken.as_chunks::<N>();
        Some(numbers.iter().map(|&bytes| of(bytes)).collect())
    }
}

/// The histories laid down in bytes; none when these are not whole.
pub(super) fn histories(bytes: &[u8], intervals: usize) -> Option<Histories> {
    let mut taken = Taken(bytes);
    let lengths = taken.some(5, u64::from_ne_bytes)?;
    let [codes, cells, len, observed, exposure] = <[u64; 5]>::try_from(lengths).ok()?.map(|n| n as usize);
    let code = |b: [u8; 6]| CellCode {
        interval: u16::from_ne_bytes([b[0], b[1]]),
        count: u32::from_ne_bytes([b[2], b[3], b[4], b[5]]),
    };
    let codes = taken.some(codes, code)?;
    let cells = taken.some(cells, u32::from_ne_bytes)?;
    let counts = taken.some(len, u16::from_ne_bytes)?;
    let mut offsets = Vec::with_capacity(len + 1);
    offsets.push(0);
    let mut end = 0;
    offsets.extend(counts.into_iter().map(|n| {
        end += usize::from(n);
        end
    }));
    let pattern = taken.some(len, u32::from_ne_bytes)?;
    let weight = taken.some(len, f64::from_ne_bytes)?;
    let persons = taken.some(len, u32::from_ne_bytes)?;
    let observed = taken.some(observed, |[seen]: [u8; 1]| seen != 0)?;
    let exposure = if exposure > 0 { Some(taken.some(exposure, f64::from_ne_bytes)?) } else { None };
    let whole = taken.0.is_empty() && end == cells.len();
    whole.then_some(Histories { intervals, codes, cells, offsets, pattern, weight, persons, observed, exposure })
}
