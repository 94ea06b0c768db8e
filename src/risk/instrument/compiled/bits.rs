//! Conditions of an instrument, as bits.

/// Conditions of one instrument, as bits.
pub(crate) type Bits = u128;

/// Most conditions, items and codes an instrument may have: the widths of the bit sets.
pub(crate) const MOST_CONDITIONS: usize = 128;
pub(crate) const MOST_ITEMS: usize = 64;
pub(crate) const MOST_CODES: usize = 64;

/// All conditions of one list hold.
pub(crate) fn all_of(held: Bits, list: Bits) -> bool {
    held & list == list
}
