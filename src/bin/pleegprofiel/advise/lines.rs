//! Many dossiers: one a line in, one draft a line out, in order; as many are held as fit one batch.

use super::assembler;
use super::record::Record;
use crate::args_advise::DraftArgs;
use crate::failure::Failure;
use crate::screen;
use pleegprofiel::Language;
use pleegprofiel::advice::record::assessment_entry;
use pleegprofiel::advice::{Dossier, LARGEST_DOSSIER};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};

/// Dossiers held at once.
const AT_ONCE: usize = 256;

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
    let mut record = args.record.as_deref().map(Record::open).transpose()?;
    let mut out = io::BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let (mut number, mut refused) = (0u64, 0u64);
    loop {
        let mut batch = Vec::with_capacity(AT_ONCE);
        while batch.len() < AT_ONCE {
            let Some(line) = next_line(&mut input).map_err(unread)? else { break };
            number += 1;
            if !line.is_empty() {
                batch.push((number, line));
            }
        }
        if batch.is_empty() {
            break;
        }
        let logged = record.is_some();
        let made = |(number, line): &(u64, Vec<u8>)| -> Result<(String, Option<Value>), (u64, String)> {
            let text = std::str::from_utf8(line).map_err(|_| (*number, "it is not UTF-8".to_owned()))?;
            let dossier = Dossier::with_instruments(text, &library).map_err(|e| (*number, e.to_string()))?;
            let draft = assembler.draft(&dossier, language).map_err(|e| (*number, e.to_string()))?;
            Ok((draft.to_json(), logged.then(|| assessment_entry(&dossier, &draft))))
        };
        let drafts: Vec<_> = batch.par_iter().map(made).collect();
        let mut entries = Vec::new();
        for draft in drafts {
            let line = match draft {
                Ok((line, entry)) => {
                    entries.extend(entry);
                    line
                }
                Err((number, why)) => {
                    refused += 1;
                    json!({"line": number, "error": why}).to_string()
                }
            };
            match writeln!(out, "{line}") {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                written => {
                    written.map_err(|error| Failure::Output(format!("standard output cannot be written: {error}")))?
                }
            }
        }
        if let Some(record) = &mut record {
            record.add_all(entries)?;
        }
    }
    out.flush().map_err(|error| Failure::Output(format!("standard output cannot be written: {error}")))?;
    if refused > 0 {
        return Err(Failure::Usage(format!("{refused} of the dossiers cannot be used; their lines say why")));
    }
    if number == 0 {
        screen::warn("there was no dossier");
    }
    Ok(())
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
