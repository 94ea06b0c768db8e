//! Lengths that a Stata file states, looked at before the dta crate sets memory aside for them.
//!
//! A damaged file must not make a decoder set aside more memory than there is, which it could in dta 0.6: nothing that the
//! file states may be longer than the file is.

use super::Shared;
use dta::stata::dta::byte_order::ByteOrder;
use dta::stata::dta::header::Header;
use dta::stata::dta::release::Release;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes that a variable takes in the description of the data, at least: type, name, place, format, names of labels.
const LEAST_OF_A_VARIABLE: u64 = 60;

/// The longest label of a value, in bytes.
const LONGEST_LABEL: usize = 32_000;

/// All labels of a set together, in times of the bytes that it takes in the file: texts may be shared.
const MOST_SHARED: usize = 10;

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("it is damaged: {what}"))
}

/// A part of the file, from where it is read now.
pub(super) struct Lengths<'a> {
    file: &'a mut Shared,
    header: &'a Header,
    length: u64,
}

impl<'a> Lengths<'a> {
    pub(super) fn of(file: &'a mut Shared, header: &'a Header) -> io::Result<Lengths<'a>> {
        let at = file.stream_position()?;
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(at))?;
        Ok(Lengths { file, header, length })
    }

    /// Whether so many variables can be described in the file.
    pub(super) fn check_variables(&self) -> io::Result<()> {
        match u64::from(self.header.variable_count()).saturating_mul(LEAST_OF_A_VARIABLE) > self.length {
            true => Err(damaged("it has more variables than it can describe")),
            false => Ok(()),
        }
    }

    /// Looks at the characteristics from here on, and comes back.
    pub(super) fn check_characteristics(&mut self) -> io::Result<()> {
        self.and_back(|lengths| match lengths.header.release() {
            release if release.is_xml_like() => lengths.tagged(b"<characteristics>", b"<ch>", b"</ch>", 0),
            // in files before these a length has two bytes
            release if release >= Release::V110 => loop {
                let mut kind = [0];
                lengths.file.read_exact(&mut kind)?;
                let length = lengths.number()?;
                if kind == [0] {
                    return Ok(());
                }
                lengths.skip(length)?;
            },
            _ => Ok(()),
        })
    }

    /// Looks at the labels of values from here on, and comes back.
    pub(super) fn check_labels(&mut self) -> io::Result<()> {
        self.and_back(|lengths| match lengths.header.release() {
            release if release.is_xml_like() => {
                let name = if release >= Release::V118 { 129 } else { 33 };
                lengths.tagged(b"<value_labels>", b"<lbl>", b"</lbl>", name + PADDING)
            }
            release if release >= Release::V108 => {
                let name = if release >= Release::V110 { 33 } else { 9 };
                while lengths.file.stream_position()? < lengths.length {
                    lengths.set(name + PADDING)?;
                }
                Ok(())
            }
            _ => Ok(()),
        })
    }

    fn and_back(&mut self, look: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        let at = self.file.stream_position()?;
        let found = match look(self) {
            // that the file ends too early is for the crate to say, with its place
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            found => found,
        };
        self.file.seek(SeekFrom::Start(at))?;
        found
    }

    /// Entries between tags, up to whatever is no entry; with names before them, they are sets of labels.
    fn tagged(&mut self, opening: &[u8], entry: &[u8], closing: &[u8], name: u64) -> io::Result<()> {
        if !self.is_next(opening)? {
            return Ok(());
        }
        while self.is_next(entry)? {
            if name > 0 {
                self.set(name)?;
            } else {
                let length = self.number()?;
                self.skip(length)?;
            }
            if !self.is_next(closing)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_next(&mut self, tag: &[u8]) -> io::Result<bool> {
        let mut found = vec![0; tag.len()];
        self.file.read_exact(&mut found)?;
        Ok(found == tag)
    }

    /// A set of labels behind its length: its name, and then numbers, texts and where each text begins.
    fn set(&mut self, name: u64) -> io::Result<()> {
        let length = self.number()?;
        self.skip(name)?;
        let at = self.file.stream_position()?;
        if length > self.length.saturating_sub(at) {
            return Err(damaged("a set of labels is longer than the file"));
        }
        let mut set = vec![0; length as usize];
        self.file.read_exact(&mut set)?;
        let number = |at: usize| set.get(at..at + 4).map(|four| self.of_bytes([four[0], four[1], four[2], four[3]]));
        let count = number(0).unwrap_or(0) as usize;
        let texts = set.get(8..).and_then(|rest| rest.get(count.checked_mul(8)?..));
        let Some(texts) = texts else { return Ok(()) };
        let mut all = 0;
        for entry in 0..count {
            let text = number(8 + 4 * entry).and_then(|from| texts.get(from as usize..)).unwrap_or_default();
            let text = &text[..text.len().min(LONGEST_LABEL)];
            all += text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
            if all > MOST_SHARED * set.len() {
                return Err(damaged("its labels are the same text over and over"));
            }
        }
        Ok(())
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let at = self.file.stream_position()?;
        if bytes > self.length.saturating_sub(at) {
            return Err(damaged("a part is longer than the file"));
        }
        self.file.seek(SeekFrom::Start(at + bytes)).map(drop)
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 4];
        self.file.read_exact(&mut bytes)?;
        Ok(u64::from(self.of_bytes(bytes)))
    }

    fn of_bytes(&self, bytes: [u8; 4]) -> u32 {
        match self.header.byte_order() {
            ByteOrder::BigEndian => u32::from_be_bytes(bytes),
            ByteOrder::LittleEndian => u32::from_le_bytes(bytes),
        }
    }
}

/// Bytes between the name of a set of labels and what is in it.
const PADDING: u64 = 3;
