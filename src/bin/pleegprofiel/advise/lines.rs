//! Many dossiers: one a line in, one draft a line out, in order; as many are held as fit two batches.

use super::assembler;
use super::record::Record;
use crate::args_advise::DraftArgs;
use crate::failure::Failure;
use crate::screen;
use pleegprofiel::{
    Language,
    advice::{Dossier, LARGEST_DOSSIER, record::assessment_entry},
};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};

/// Dossiers held at once; while their drafts are made, those of as many before them are written.
const AT_ONCE: usize = 128;

/// A draft on one line with what the record says of it, or the number of the line and why there is none.
type Made = Result<(String, Option<Value>), (u64, String)>;

pub(crate) fn run(args: &DraftArgs) -> Result<(), Failure> {
    let Some(path) = &args.dossier else { return Err(Failure::Usage("no dossiers are given".to_owned())) };
    let unread = |error: io::Error| Failure::Output(format!("{} cannot be read: {error}", path.display()));
    let (assembler, library) = assembler(args)?;
    let language = Language::from(args.lang);
    let mut input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::with_capacity(1 << 20, File::open(path).map_err(unread)?))
    };
    let record = args.record.as_deref().map(Record::open).transpose()?;
    let logged = record.is_some();
    let made = |(number, line): &(u64, Vec<u8>)| -> Made {
        let text = std::str::from_utf8(line).map_err(|_| (*number, "it is not UTF-8".to_owned()))?;
        let dossier = Dossier::with_instruments(text, &library).map_err(|e| (*number, e.to_string()))?;
        let draft = assembler.draft(&dossier, language).map_err(|e| (*number, e.to_string()))?;
        let entry = logged.then(|| assessment_entry(&dossier, &draft));
        Ok((draft.into_json(), entry))
    };
    let mut outcome = Outcome { record, out: io::BufWriter::with_capacity(1 << 20, io::stdout()), refused: 0 };
    let (mut number, mut ready) = (0u64, Vec::new());
    loop {
        let mut batch = Vec::with_capacity(AT_ONCE);
        while batch.len() < AT_ONCE {
            let Some(line) = next_line(&mut input).map_err(unread)? else { break };
            number += 1;
            if !line.is_empty() {
                batch.push((number, line));
            }
        }
        let last = batch.is_empty();
        let (drafts, reader) = rayon::join(
            || batch.par_iter().with_max_len(1).map(made).collect::<Vec<Made>>(),
            || outcome.take(std::mem::take(&mut ready)),
        );
        if reader? == Reader::Gone {
            return Ok(());
        }
        ready = drafts;
        if last {
            break;
        }
    }
    if outcome.refused > 0 {
        let refused = outcome.refused;
        return Err(Failure::Usage(format!("{refused} of the dossiers cannot be used; their lines say why")));
    }
    if number == 0 {
        screen::warn("there was no dossier");
    }
    Ok(())
}

/// Who reads the drafts.
#[derive(PartialEq)]
enum Reader {
    Reads,
    Gone,
}

/// Where drafts go to.
struct Outcome {
    record: Option<Record>,
    out: io::BufWriter<io::Stdout>,
    refused: u64,
}

impl Outcome {
    /// First the record, on disk, then the drafts: a run that is cut off leaves no draft without its line.
    fn take(&mut self, drafts: Vec<Made>) -> Result<Reader, Failure> {
        let (mut entries, mut lines) = (Vec::new(), Vec::with_capacity(drafts.len()));
        for draft in drafts {
            lines.push(match draft {
                Ok((line, entry)) => {
                    entries.extend(entry);
                    line
                }
                Err((number, why)) => {
                    self.refused += 1;
                    json!({"line": number, "error": why}).to_string()
                }
            });
        }
        if let Some(record) = &mut self.record
            && !entries.is_empty()
        {
            record.add_all(entries)?;
        }
        let written = lines.iter().try_for_each(|line| writeln!(self.out, "{line}")).and_then(|()| self.out.flush());
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(Failure::Output(format!("standard output cannot be written: {error}"))),
            Ok(()) => Ok(Reader::Reads),
        }
    }
}

/// The next line without its end, of which no more is kept than a dossier may have.
fn next_line(input: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = LARGEST_DOSSIER as u64 + 2;
    if input.take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    while line.last() != Some(&b'\n') && line.len() as u64 >= most {
        // too long: what follows is read and dropped, and the reader of dossiers says so
        let mut rest = Vec::new();
        let read = input.take(most).read_until(b'\n', &mut rest)?;
        if read == 0 || rest.last() == Some(&b'\n') {
            break;
        }
    }
    while line.last().is_some_and(u8::is_ascii_whitespace) {
        line.pop();
    }
    Ok(Some(line))
}
