//! Which cells occur in a cohort, and where each history has them: what a pass by table goes through.
//!
//! With everyone at liberty throughout, a cell is an age and a count, and "nothing" at a whole interval is counted by
//! runs of ages. A cell with less time at risk is one of its own, also where nothing happened. As long as many people
//! share their cells (whole years, or the same months in custody), working out each once a pass is far cheaper than
//! going through everyone's. Cells of one [`Span`] share all that does not hang on the count.

use crate::cohort::history::{CellCode, Histories};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::hash::{BuildHasherDefault, Hasher};

/// A time at risk at an age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) interval: u16,
    /// In intervals.
    pub(crate) time: f64,
}

/// Cells above which no table is made: it would no longer stay near the processor.
const MOST: usize = 65_536;

/// The distinct cells of a cohort.
#[derive(Debug)]
pub(crate) struct Occurring<'a> {
    pub(crate) codes: Cow<'a, [CellCode]>,
    /// The whole interval at each age, then shorter spans in which somebody did not offend, then the others; and that of
    /// each code.
    pub(crate) spans: Vec<Span>,
    span_of: Vec<u32>,
    /// So many of the spans, the first, have cells without an event.
    pub(crate) quiet: usize,
    /// Distinct counts, and which of them each code has.
    pub(crate) counts: Vec<u32>,
    count_of: Vec<u32>,
    /// Codes of each history, history after history; whole intervals in which nothing happened stand in `runs`.
    pub(crate) cells: Cow<'a, [u32]>,
    pub(crate) offsets: Cow<'a, [usize]>,
    /// Which intervals a history spent at liberty throughout.
    pub(crate) pattern: Cow<'a, [u32]>,
    pub(crate) runs: Runs,
}

impl<'a> Occurring<'a> {
    /// The cells of a cohort; `None` where they are as good as all different.
    pub(crate) fn of(histories: &'a Histories) -> Option<Occurring<'a>> {
        if histories.exposure.is_some() {
            return Occurring::at_risk(histories);
        }
        let (counts, count_of) = distinct_counts(&histories.codes);
        Some(Occurring {
            codes: Cow::Borrowed(&histories.codes),
            spans: whole_spans(histories.intervals),
            span_of: histories.codes.iter().map(|code| u32::from(code.interval)).collect(),
            quiet: histories.intervals,
            counts,
            count_of,
            cells: Cow::Borrowed(&histories.cells),
            offsets: Cow::Borrowed(&histories.offsets),
            pattern: Cow::Borrowed(&histories.pattern),
            runs: Runs::new(&histories.observed, histories.intervals),
        })
    }

    fn at_risk(histories: &'a Histories) -> Option<Occurring<'a>> {
        let intervals = histories.intervals;
        let mut known: HashMap<(u16, u32, u64), u32, Build> = HashMap::default();
        let mut patterns: HashMap<Vec<u64>, u32, Build> = HashMap::default();
        // cells of whole intervals need no looking up: their code in the cohort is their name
        let mut of_whole = vec![NONE; histories.codes.len()];
        let (mut codes, mut time) = (Vec::new(), Vec::new());
        let (mut cells, mut offsets, mut pattern) = (Vec::new(), vec![0], Vec::new());
        let mut whole_in = Vec::new();
        let mut observed = 0;
        let mut at = vec![NONE; intervals];
        let mut whole = vec![0_u64; intervals.div_ceil(64)];
        for h in 0..histories.len() {
            let exposure = histories.exposure_of(h).unwrap_or(&[]);
            at.fill(NONE);
            histories.cells_of(h).iter().for_each(|&code| at[histories.codes[code as usize].interval as usize] = code);
            whole.fill(0);
            for (t, (&e, &here)) in exposure.iter().zip(&at).enumerate().filter(|(_, (e, _))| **e > 0.0) {
                observed += 1;
                if e == 1.0 {
                    whole[t / 64] |= 1 << (t % 64);
                    if here == NONE {
                        continue;
                    }
                }
                let count = if here == NONE { 0 } else { histories.codes[here as usize].count };
                let next = codes.len() as u32;
                let code = if e == 1.0 {
                    let code = &mut of_whole[here as usize];
                    *code = if *code == NONE { next } else { *code };
                    *code
                } else {
                    *known.entry((t as u16, count, e.to_bits())).or_insert(next)
                };
                if code == next {
                    if codes.len() == MOST {
                        return None;
                    }
                    codes.push(CellCode { interval: t as u16, count });
                    time.push(e);
                }
                cells.push(code);
            }
            offsets.push(cells.len());
            let next = patterns.len() as u32;
            pattern.push(match patterns.get(&whole[..]) {
                Some(&number) => number,
                None => {
                    whole_in.extend((0..intervals).map(|t| whole[t / 64] >> (t % 64) & 1 == 1));
                    patterns.insert(whole.clone(), next);
                    next
                }
            });
        }
        // a table has to be written and read: for more than half of all cells, going through all is no dearer
        if 2 * (codes.len() + intervals) > observed {
            return None;
        }
        // those without an event together, which take more work
        let mut order: Vec<u32> = (0..codes.len() as u32).collect();
        order.sort_by_key(|&c| (codes[c as usize].count > 0, codes[c as usize].interval));
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old as usize] = new as u32);
        cells.iter_mut().for_each(|c| *c = place[*c as usize]);
        let codes: Vec<CellCode> = order.iter().map(|&c| codes[c as usize]).collect();
        let (mut spans, mut span_of) = (whole_spans(intervals), Vec::with_capacity(codes.len()));
        let mut quiet = intervals;
        let mut part: HashMap<(u16, u64), u32, Build> = HashMap::default();
        for (code, &old) in codes.iter().zip(&order) {
            let time = time[old as usize];
            let next = spans.len() as u32;
            let span = match time == 1.0 {
                true => u32::from(code.interval),
                false => *part.entry((code.interval, time.to_bits())).or_insert(next),
            };
            if span == next {
                spans.push(Span { interval: code.interval, time });
            }
            if code.count == 0 {
                quiet = spans.len();
            }
            span_of.push(span);
        }
        let (counts, count_of) = distinct_counts(&codes);
        Some(Occurring {
            codes: Cow::Owned(codes),
            spans,
            span_of,
            quiet,
            counts,
            count_of,
            cells: Cow::Owned(cells),
            offsets: Cow::Owned(offsets),
            pattern: Cow::Owned(pattern),
            runs: Runs::new(&whole_in, intervals),
        })
    }

    /// Age, count and time at risk of an entry: a code, or after them a whole interval of each age without an event.
    #[inline(always)]
    pub(crate) fn entry(&self, e: usize) -> (usize, u32, f64) {
        match self.codes.get(e) {
            Some(code) => (code.interval as usize, code.count, self.spans[self.span_of(e)].time),
            None => (e - self.codes.len(), 0, 1.0),
        }
    }

    /// The span of an entry.
    #[inline(always)]
    pub(crate) fn span_of(&self, e: usize) -> usize {
        // whole intervals are the first of both
        self.span_of.get(e).map_or(e.wrapping_sub(self.codes.len()), |&span| span as usize)
    }

    /// Which of the distinct counts an entry has; `None` without an event in a whole interval.
    #[inline(always)]
    pub(crate) fn count_number(&self, e: usize) -> Option<usize> {
        self.count_of.get(e).map(|&n| n as usize)
    }

    /// Whether a code stands in the place of a whole interval without an event, which its run counts already.
    #[inline(always)]
    pub(crate) fn in_run(&self, code: usize) -> bool {
        // whole intervals are the first, one an age
        self.span_of[code] == u32::from(self.codes[code].interval)
    }

    pub(crate) fn of_history(&self, h: usize) -> &[u32] {
        &self.cells[self.offsets[h]..self.offsets[h + 1]]
    }
}

/// No code.
const NONE: u32 = u32::MAX;

/// By which cells and patterns are found again. Theirs are numbers of a few bits, and each is looked up once a person:
/// multiplied and folded, they are found in a fifth of the time that a hash made against attackers takes. What is found
/// does not hang on it, only how fast.
#[derive(Default)]
struct Folded(u64);

type Build = BuildHasherDefault<Folded>;

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        // the golden ratio's bits, as for Fibonacci hashing (Knuth 1998, section 6.4)
        let both = u128::from(self.0 ^ value) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (both as u64) ^ (both >> 64) as u64;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

/// The whole interval at each age.
fn whole_spans(intervals: usize) -> Vec<Span> {
    (0..intervals).map(|t| Span { interval: t as u16, time: 1.0 }).collect()
}

/// Distinct counts in ascending order, and the place among them of each code's.
fn distinct_counts(codes: &[CellCode]) -> (Vec<u32>, Vec<u32>) {
    let mut counts: Vec<u32> = codes.iter().map(|c| c.count).collect();
    counts.sort_unstable();
    counts.dedup();
    let place = |c: &CellCode| counts.partition_point(|&count| count < c.count) as u32;
    let of = codes.iter().map(place).collect();
    (counts, of)
}

/// Sets of intervals as runs of consecutive ones; nearly every person has one run, or a few.
#[derive(Debug)]
pub(crate) struct Runs {
    offsets: Vec<u32>,
    runs: Vec<(u16, u16)>,
}

impl Runs {
    /// From one flag an interval, set after set.
    fn new(flags: &[bool], intervals: usize) -> Runs {
        let mut all = Runs { offsets: vec![0], runs: Vec::new() };
        for seen in flags.chunks_exact(intervals) {
            let mut t = 0;
            while t < seen.len() {
                if !seen[t] {
                    t += 1;
                    continue;
                }
                let start = t;
                while t < seen.len() && seen[t] {
                    t += 1;
                }
                all.runs.push((start as u16, t as u16));
            }
            all.offsets.push(all.runs.len() as u32);
        }
        all
    }

    #[inline(always)]
    pub(crate) fn of(&self, pattern: u32) -> &[(u16, u16)] {
        let p = pattern as usize;
        &self.runs[self.offsets[p] as usize..self.offsets[p + 1] as usize]
    }
}
