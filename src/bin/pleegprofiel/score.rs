//! `pleegprofiel score`: one instrument on one case or many, one JSON line a case.

use crate::args_people::ScoreArgs;
use crate::failure::Failure;
use crate::screen;
use pleegprofiel::risk::instrument::{Instrument, Mode, bundled_files};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

pub(crate) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let instrument = find(&args.instrument)?;
    let text = read(&args.input)?;
    let cases = instrument.read_cases(&text)?;
    let mode = if args.as_published { Mode::AsPublished } else { Mode::Strict };
    let mut lines = Vec::with_capacity(cases.len());
    for case in &cases {
        lines.push(instrument.assess(case, mode)?.to_json());
    }
    if lines.is_empty() { Ok(()) } else { screen::print(&lines.join("\n")) }
}

/// A bundled instrument by name, or one in a file.
pub(crate) fn find(name: &str) -> Result<Arc<Instrument>, Failure> {
    let bundled = bundled_files().any(|(id, _)| id == name);
    if !bundled && Path::new(name).is_file() {
        return Ok(Arc::new(Instrument::from_json(&read(Path::new(name))?)?));
    }
    Ok(Instrument::bundled(name)?)
}

/// The text of a file, without a byte order mark; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        crate::inputs::remember(path);
        fs::read_to_string(path)
    };
    let text = text.map_err(|error| Failure::Output(format!("{} cannot be read: {error}", path.display())))?;
    Ok(text.strip_prefix(MARK).map(str::to_owned).unwrap_or(text))
}

/// What Windows writes in front of a text in UTF-8.
pub(crate) const MARK: char = '\u{FEFF}';
