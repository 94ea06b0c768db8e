//! What stands at the end of a Parquet file, looked at before the parquet crate reads it.
//!
//! A damaged file must not keep a decoder busy for hours, which it could in parquet 59.3: everything that the metadata state
//! has to fit into the bytes that are there.
//! Thrift's compact protocol: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

use ::parquet::errors::{ParquetError, Result};

/// Length of the footer behind the metadata: their length, and the magic bytes.
pub(super) const TAIL: u64 = 8;

/// Values may be nested as deeply as the crate follows them.
const DEPTH: u32 = 64;

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(format!("the file's metadata are damaged: {what}"))
}

/// How long the metadata are that stand before these last bytes of a file of `length` bytes.
pub(super) fn metadata_length(tail: [u8; TAIL as usize], length: u64) -> Option<u64> {
    let stated = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    // of anything else the crate says what it is
    (tail[4..] == *b"PAR1" && stated + TAIL <= length).then_some(stated)
}

/// Whether everything in the metadata lies within them.
pub(super) fn check(metadata: &[u8]) -> Result<()> {
    Walk { rest: metadata }.fields(DEPTH)
}

/// What the header of a page says of its length, and how long the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageLengths {
    pub(super) header: u64,
    pub(super) unpacked: i64,
    pub(super) packed: i64,
    /// Values that it holds, of a dictionary.
    pub(super) values: Option<i64>,
}

/// Reads the header of a page at the beginning of some bytes.
pub(super) fn page_header(bytes: &[u8]) -> Result<PageLengths> {
    let mut walk = Walk { rest: bytes };
    let (mut lengths, mut values) = ([0, 0], None);
    walk.numbered(&mut |walk, kind, field| match (kind, field) {
        (5, 2 | 3) => {
            lengths[(field - 2) as usize] = zigzag(walk.number()?);
            Ok(())
        }
        // of a dictionary: the first says how many values it holds
        (12, 7) => walk.numbered(&mut |walk, kind, field| match (kind, field) {
            (5, 1) => {
                values = Some(zigzag(walk.number()?));
                Ok(())
            }
            _ => walk.other(kind, DEPTH),
        }),
        _ => walk.other(kind, DEPTH),
    })?;
    let header = (bytes.len() - walk.rest.len()) as u64;
    Ok(PageLengths { header, unpacked: lengths[0], packed: lengths[1], values })
}

fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

struct Walk<'a> {
    rest: &'a [u8],
}

impl Walk<'_> {
    fn byte(&mut self) -> Result<u8> {
        let (&first, rest) = self.rest.split_first().ok_or_else(|| damaged("they end too early"))?;
        self.rest = rest;
        Ok(first)
    }

    fn skip(&mut self, bytes: u64) -> Result<()> {
        let within = usize::try_from(bytes).ok().and_then(|bytes| self.rest.get(bytes..));
        self.rest = within.ok_or_else(|| damaged("a value is longer than they are"))?;
        Ok(())
    }

    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged("a number of more than ten bytes"))
    }

    /// Goes through the fields of a structure up to its end, each by its kind and number.
    fn numbered(&mut self, each: &mut dyn FnMut(&mut Self, u8, i64) -> Result<()>) -> Result<()> {
        let mut field = 0;
        loop {
            let head = self.byte()?;
            if head & 0x0F == 0 {
                return Ok(());
            }
            // a field whose number does not follow from the last has it behind its head
            field = if head >> 4 == 0 { zigzag(self.number()?) } else { field + i64::from(head >> 4) };
            each(self, head & 0x0F, field)?;
        }
    }

    /// A field that nothing is wanted of.
    fn other(&mut self, kind: u8, depth: u32) -> Result<()> {
        // true and false are their own heads
        if matches!(kind, 1 | 2) { Ok(()) } else { self.value(kind, depth) }
    }

    /// The fields of a structure, up to its end.
    fn fields(&mut self, depth: u32) -> Result<()> {
        self.numbered(&mut |walk, kind, _| walk.other(kind, depth))
    }

    fn value(&mut self, kind: u8, depth: u32) -> Result<()> {
        let depth = depth.checked_sub(1).ok_or_else(|| damaged("values are nested too deeply"))?;
        match kind {
            3 => self.skip(1),
            4..=6 => self.number().map(drop),
            7 => self.skip(8),
            8 => {
                let length = self.number()?;
                self.skip(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                if head == 0 {
                    return Ok(());
                }
                let size = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
                self.elements(size, &[head & 0x0F], depth)
            }
            11 => {
                let size = self.number()?;
                let kinds = if size > 0 { self.byte()? } else { return Ok(()) };
                self.elements(size, &[kinds >> 4, kinds & 0x0F], depth)
            }
            12 => self.fields(depth),
            13 => self.skip(16),
            _ => Err(damaged("a value of no known kind")),
        }
    }

    /// So many elements of these kinds, each of a byte at least.
    fn elements(&mut self, size: u64, kinds: &[u8], depth: u32) -> Result<()> {
        if size > self.rest.len() as u64 {
            return Err(damaged("a list is longer than they are"));
        }
        if size > 0 && kinds.iter().any(|kind| matches!(kind, 1 | 2)) {
            // no Parquet file has one here, and readers differ in how many bytes it takes
            return Err(damaged("a list of booleans"));
        }
        (0..size).try_for_each(|_| kinds.iter().try_for_each(|&kind| self.value(kind, depth)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_the_bytes_is_refused_at_once() {
        // a number, a text of two bytes, a list of two numbers, an empty structure
        let good = [0x15, 0x02, 0x18, 0x02, b'a', b'b', 0x19, 0x25, 0x02, 0x04, 0x1C, 0x00, 0x00];
        assert!(check(&good).is_ok());
        for end in 0..good.len() {
            assert!(check(&good[..end]).is_err(), "{end}");
        }
        let said = |bytes: &[u8]| check(bytes).unwrap_err().to_string();
        // a list of 100 numbers in 3 bytes
        assert!(said(&[0x19, 0xF5, 100, 0x02, 0x04, 0x00]).contains("a list is longer than they are"));
        assert!(said(&[0x19, 0x21, 1, 1, 0]).contains("a list of booleans"));
        assert!(said(&[0x18, 0xFF, 0x7F, 0]).contains("a value is longer"));
        assert!(said(&[0x1C; 200]).contains("nested too deeply"));
        assert!(said(&[0xFF; 20]).contains("no known kind"));
    }

    #[test]
    fn the_header_of_a_page_says_how_long_it_is() {
        // kind 0, 300 bytes unpacked, 20 packed, a structure of one number, the end; then the page
        let bytes = [0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0x28, 0x2C, 0x15, 0x02, 0x00, 0x00, 0xAA];
        assert_eq!(page_header(&bytes).unwrap(), PageLengths { header: 12, unpacked: 300, packed: 20, values: None });
        // a dictionary of 5 values: a structure of two numbers behind it, the second of which is an encoding
        let bytes = [0x15, 0x04, 0x15, 0x28, 0x15, 0x28, 0x4C, 0x15, 0x0A, 0x15, 0x00, 0x00, 0x00, 0xAA];
        assert_eq!(page_header(&bytes).unwrap(), PageLengths { header: 13, unpacked: 20, packed: 20, values: Some(5) });
        assert!(page_header(&bytes[..11]).is_err());
        assert_eq!([zigzag(0), zigzag(1), zigzag(2), zigzag(u64::MAX)], [0, -1, 1, i64::MIN]);
    }

    #[test]
    fn the_metadata_of_a_file_are_those_before_its_tail() {
        let tail = |length: u32, magic: &[u8; 4]| {
            let bytes = [length.to_le_bytes(), *magic].concat();
            bytes.try_into().unwrap()
        };
        assert_eq!(metadata_length(tail(92, b"PAR1"), 100), Some(92));
        assert_eq!(metadata_length(tail(93, b"PAR1"), 100), None);
        assert_eq!(metadata_length(tail(10, b"PARE"), 100), None);
    }
}
