//! `fit --stream`: people who are not held in memory.

use crate::args::FitArgs;
use crate::failure::Failure;
use crate::{fit, json, outputs, progress, screen};
use pleegprofiel::{
    Definitions, name_fit,
    profile::Naming,
    trajectory::{COUNTS, passes::PassJournal},
};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

pub(crate) fn run(args: &FitArgs) -> Result<(), Failure> {
    if let Some(path) = &args.resume {
        outputs::check_file(path)?;
    }
    let options = args.model.spec(COUNTS, None);
    let people = args.input.read_in_chunks(&args.scratch.folder(), args.model.seed())?;
    let mut journal = options.journal(&people)?;
    let mut stored = args.resume.as_deref().map(|path| Stored::open(path, &mut journal)).transpose()?;
    let mut keep = |line: &str| stored.as_mut().map_or(Ok(()), |stored| stored.add(line));
    let (fit, took) = progress::watched(|tick| options.fit_in_chunks(&people, &mut journal, &mut keep, tick))?;
    let sample = people.sample()?;
    let some = sample.chunk(0..sample.persons().min(LOOKED_AT))?;
    let fit = fit.checked_among(&some)?;
    let trusted = fit.best();
    // a curve that ran off has no name; the fit is shown all the same
    let naming = name_fit(&fit, &some, &Definitions::default()).ok();
    if let (Some(path), Ok(model)) = (&args.out, &trusted) {
        outputs::write_file(path, format!("{}\n", model.to_json()).as_bytes())?;
    }
    if args.json {
        screen::print(&json::object(&fit, naming.as_ref(), took, None, None)?)?;
    } else if trusted.is_ok() {
        let text = fit::plain(&fit, args.show_small_cells);
        let names = naming.as_ref().map_or(String::new(), |naming| format!("\n\n{}", names(naming)));
        screen::print(&format!("{text}{names}"))?;
    }
    trusted.map(|_| ()).map_err(Failure::from)
}

/// People of the sample on whom it is checked how totals spread.
const LOOKED_AT: usize = 20_000;

/// What the groups are called, a line each.
fn names(naming: &Naming) -> String {
    let name = |k: usize| {
        let group = &naming.groups[k];
        let called = group.profile.map_or("no profile", |profile| profile.key());
        format!("group {}: {called}", k + 1)
    };
    (0..naming.groups.len()).map(name).collect::<Vec<_>>().join("\n")
}

/// The journal of passes in its file, one line after the other.
struct Stored {
    file: File,
}

impl Stored {
    /// Takes up what the file has; a last line that was cut off in the writing goes.
    fn open(path: &Path, journal: &mut PassJournal) -> Result<Stored, Failure> {
        let name = path.display().to_string();
        let failed = |cause: io::Error| Failure::Output(format!("{name} cannot be gone on with: {cause}"));
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        let text = io::read_to_string(&file).map_err(failed)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole > 0 {
            journal.read(&text[..whole]).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
        } else if !text.is_empty() && !journal.head().starts_with(&text) {
            return Err(Failure::Usage(format!("{name}: this is no journal of passes")));
        }
        file.set_len(whole as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut stored = Stored { file };
        if whole == 0 {
            stored.add(&journal.head()).map_err(failed)?;
        }
        Ok(stored)
    }

    fn add(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.file.sync_data()
    }
}
