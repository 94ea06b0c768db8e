//! The guard between the bytes of a text and the parser.
//!
//! It refuses what is not text before it turns into thousands of bad cells, and bounds how much the parser may take in
//! for one record.

use super::quotes::Quotes;
use crate::cohort::table::FileKind;
use std::io::{self, Read};

/// Bytes read ahead to see what kind of file this is.
const HEAD: usize = 4096;

/// Why the guard let nothing more through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cohort) enum Refusal {
    /// A zero byte, at this 1-based place in the file.
    ZeroByte(u64),
    /// More bytes than one record may have.
    RecordTooLong,
}

/// Hands bytes on to the parser, within bounds.
pub(in crate::cohort) struct Guard<'a> {
    input: Box<dyn Read + 'a>,
    head: Vec<u8>,
    head_at: usize,
    /// Length of a byte order mark that was dropped.
    dropped: u64,
    delivered: u64,
    allowed: u64,
    /// The input has ended. When this is so right after a record, the record was ended by it: a record
    /// that a line end closes is handed out without asking for more.
    pub(in crate::cohort) ended: bool,
    pub(in crate::cohort) refusal: Option<Refusal>,
    /// What comes behind bytes that were put back.
    failed: Option<io::Error>,
    /// What is seen of quotes, once the parser takes the text apart.
    quotes: Option<Quotes>,
}

impl<'a> Guard<'a> {
    /// Reads the head of the input and drops a UTF-8 byte order mark.
    pub(in crate::cohort) fn new(mut input: Box<dyn Read + 'a>) -> io::Result<Self> {
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let dropped = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Ok(Guard {
            input,
            head,
            head_at: dropped,
            dropped: dropped as u64,
            delivered: 0,
            allowed: u64::MAX,
            ended: false,
            refusal: None,
            failed: None,
            quotes: None,
        })
    }

    /// What this is instead of CSV text, as far as its first bytes tell.
    pub(in crate::cohort) fn not_text(&self) -> Option<String> {
        let text = &self.head[self.head_at..];
        if let Some(kind) = FileKind::of(text) {
            return Some(kind.refusal().to_owned());
        }
        (text.contains(&b'\r') && !text.contains(&b'\n'))
            .then(|| "lines end in a bare carriage return: save the file with LF or CRLF line ends".to_owned())
    }

    /// Takes the line `sep=;` in front of a table, which Excel writes and reads, and gives its delimiter.
    pub(in crate::cohort) fn take_separator(&mut self) -> Option<u8> {
        let text = &self.head[self.head_at..];
        let rest = text.get(..4).filter(|word| word.eq_ignore_ascii_case(b"sep=")).map(|_| &text[4..])?;
        let (&delimiter, rest) = rest.split_first()?;
        let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
        if !matches!(delimiter, b',' | b';' | b'\t' | b'|') || rest.get(end - 1) != Some(&b'\n') {
            return None;
        }
        let taken = 5 + end;
        self.head_at += taken;
        self.dropped += taken as u64;
        Some(delimiter)
    }

    /// The delimiter of the first line.
    pub(in crate::cohort) fn delimiter_of(&self, said: u8, commas: bool) -> u8 {
        delimiter_of(&self.head[self.head_at..], said, commas)
    }

    /// Takes back the bytes handed out last, and the failure behind them: the text begins anew with them.
    pub(in crate::cohort) fn put_back(&mut self, bytes: Vec<u8>, failed: Option<io::Error>) {
        // of its own head, what was not handed out yet follows them
        let rest = self.head.split_off(self.head_at);
        self.dropped += self.delivered - bytes.len() as u64;
        (self.head, self.head_at) = (bytes, 0);
        self.head.extend(rest);
        (self.delivered, self.ended, self.failed) = (0, false, failed);
    }

    /// Watches the quotes of what is handed out from here on.
    pub(super) fn watch_quotes(&mut self, delimiter: u8) {
        self.quotes = Some(Quotes::new(delimiter));
    }

    /// Whether something stands before this offset that cannot stand there by its quotes.
    pub(super) fn take_odd_quotes(&mut self, offset: u64) -> bool {
        self.quotes.as_mut().is_some_and(|quotes| quotes.take_odd(offset))
    }

    /// Lets bytes through up to this offset, counted from the start of the text.
    pub(in crate::cohort) fn allow(&mut self, offset: u64) {
        self.allowed = offset;
    }
}

/// The delimiter of the first line of a text: the one said, or the only other that the line has when it has none of
/// those. Where numbers have decimal commas, names of ages may have them, too, and they part no columns beside another
/// delimiter.
pub(in crate::cohort) fn delimiter_of(text: &[u8], said: u8, commas: bool) -> u8 {
    let Some(line) = text.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()) else {
        return said;
    };
    let in_numbers = |delimiter: u8| commas && delimiter == b',';
    if line.contains(&said) && !in_numbers(said) {
        return said;
    }
    let known = [b',', b';', b'\t', b'|'].into_iter().filter(|&other| !in_numbers(other));
    let mut others = known.filter(|other| line.contains(other));
    match (others.next(), others.next()) {
        (Some(only), None) => only,
        _ => said,
    }
}

impl Read for Guard<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.delivered >= self.allowed {
            self.refusal = Some(Refusal::RecordTooLong);
            return Err(io::Error::other("record too long"));
        }
        let n = if self.head_at < self.head.len() {
            let n = (&self.head[self.head_at..]).read(to)?;
            self.head_at += n;
            n
        } else if let Some(failed) = self.failed.take() {
            return Err(failed);
        } else {
            loop {
                match self.input.read(to) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    other => break other?,
                }
            }
        };
        if let Some(place) = to[..n].iter().position(|&byte| byte == 0) {
            self.refusal = Some(Refusal::ZeroByte(self.dropped + self.delivered + place as u64 + 1));
            return Err(io::Error::other("zero byte"));
        }
        self.ended |= n == 0;
        match &mut self.quotes {
            Some(quotes) if n == 0 => quotes.end(self.delivered),
            Some(quotes) => quotes.see(&to[..n], self.delivered),
            None => {}
        }
        self.delivered += n as u64;
        Ok(n)
    }
}
