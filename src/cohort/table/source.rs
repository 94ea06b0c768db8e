//! Where a table comes from, and what kind of file it is by its own first bytes.

use crate::error::{Error, Result};
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

#[cfg(feature = "parquet")]
use crate::cohort::parquet::ParquetSource;

/// A table to read: its bytes, or an open file, and the name that messages call it by.
pub struct TableSource<'a> {
    pub(super) name: String,
    pub(super) input: Input<'a>,
}

pub(super) enum Input<'a> {
    Text(Box<dyn Read + 'a>),
    #[cfg(feature = "parquet")]
    Parquet(ParquetSource),
    #[cfg(feature = "stata")]
    Stata(Box<dyn ReadSeek>),
}

/// Something to read in any order.
#[cfg(feature = "stata")]
pub(in crate::cohort) trait ReadSeek: Read + Seek {}

#[cfg(feature = "stata")]
impl<T: Read + Seek> ReadSeek for T {}

impl<'a> TableSource<'a> {
    /// A text table (CSV) from any reader. Reading is buffered; `name` stands in every message about it.
    pub fn new(name: impl Into<String>, input: impl Read + 'a) -> Self {
        TableSource { name: name.into(), input: Input::Text(Box::new(input)) }
    }
}

impl TableSource<'static> {
    /// A table from bytes in memory, of the kind that the first of them show, as [`TableSource::open`] does it; `name`
    /// stands in every message about it.
    ///
    /// ```
    /// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_cohort};
    /// let table = TableSource::from_bytes("counts.csv", "id;age_12;age_13\na;0;2\n");
    /// assert_eq!(read_cohort(table, None, &TableOptions::new())?.events(), 2);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let (name, bytes) = (name.into(), bytes.into());
        match FileKind::of(&bytes) {
            #[cfg(feature = "parquet")]
            Some(FileKind::Parquet) => ParquetSource::new(name, bytes).into(),
            #[cfg(feature = "stata")]
            Some(FileKind::Stata) => TableSource { name, input: Input::Stata(Box::new(Cursor::new(bytes))) },
            _ => TableSource::new(name, Cursor::new(bytes)),
        }
    }

    /// A table from a file, of the kind that its first bytes show, whatever its name: text (CSV), and Parquet, Stata
    /// when the crate was built with these features. A folder is a Parquet table in several files.
    ///
    /// # Errors
    /// Of kind [`Io`](crate::ErrorKind::Io) when the file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |cause: io::Error| Error::io(&name, "read", cause);
        let mut file = File::open(&path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            #[cfg(feature = "parquet")]
            return Ok(ParquetSource::open_folder(path)?.into());
            #[cfg(not(feature = "parquet"))]
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let mut head = [0; 16];
        let mut read = 0;
        while read < head.len() {
            match file.read(&mut head[read..]) {
                Ok(0) => break,
                Ok(n) => read += n,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(failed(cause)),
            }
        }
        let rewound = file.rewind().is_ok();
        match FileKind::of(&head[..read]) {
            #[cfg(feature = "parquet")]
            Some(FileKind::Parquet) if rewound => Ok(ParquetSource::of_file(name, file).into()),
            #[cfg(feature = "stata")]
            Some(FileKind::Stata) if rewound => Ok(TableSource { name, input: Input::Stata(Box::new(file)) }),
            #[cfg(feature = "parquet")]
            Some(FileKind::Parquet) => Err(failed(io::Error::other(
                "a Parquet file is not read from its beginning to its end: give the file, not a pipe",
            ))),
            #[cfg(feature = "stata")]
            Some(FileKind::Stata) => Err(failed(io::Error::other(
                "a Stata file is not read from its beginning to its end: give the file, not a pipe",
            ))),
            _ if rewound => Ok(TableSource::new(name, file)),
            // a pipe has gone on
            _ => Ok(TableSource::new(name, Cursor::new(head[..read].to_vec()).chain(file))),
        }
    }
}

#[cfg(feature = "parquet")]
impl From<ParquetSource> for TableSource<'_> {
    fn from(source: ParquetSource) -> Self {
        TableSource { name: source.name.clone(), input: Input::Parquet(source) }
    }
}

impl fmt::Debug for TableSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Kinds of files that are no text, by their first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cohort) enum FileKind {
    Utf16,
    Spreadsheet,
    OldSpreadsheet,
    Gzip,
    Zstd,
    Parquet,
    Pdf,
    Spss,
    SpssPortable,
    Stata,
    Sas,
    SasTransport,
    RData,
    Arrow,
    Database,
}

impl FileKind {
    pub(in crate::cohort) fn of(head: &[u8]) -> Option<FileKind> {
        const KNOWN: [(&[u8], FileKind); 16] = [
            (b"\xFF\xFE", FileKind::Utf16),
            (b"\xFE\xFF", FileKind::Utf16),
            (b"PK\x03\x04", FileKind::Spreadsheet),
            (b"\xD0\xCF\x11\xE0", FileKind::OldSpreadsheet),
            (b"\x1F\x8B", FileKind::Gzip),
            (b"\x28\xB5\x2F\xFD", FileKind::Zstd),
            (b"PAR1", FileKind::Parquet),
            (b"%PDF", FileKind::Pdf),
            (b"$FL2", FileKind::Spss),
            (b"$FL3", FileKind::Spss),
            (b"<stata_dta>", FileKind::Stata),
            (b"\0\0\0\0\0\0\0\0\0\0\0\0\xC2\xEA\x81\x60", FileKind::Sas),
            (b"RDX", FileKind::RData),
            (b"HEADER RECORD***", FileKind::SasTransport),
            (b"ARROW1", FileKind::Arrow),
            (b"SQLite format 3\0", FileKind::Database),
        ];
        // Stata before version 13: version, byte order 1 or 2, file type 1, 0
        let old_stata = matches!(head, [0x69 | 0x6C | 0x6E | 0x6F | 0x71 | 0x72 | 0x73, 1 | 2, 1, 0, ..]);
        // a line for each of five character sets, of which ASCII is the second
        let portable = head.get(40..55).is_some_and(|line| line == b"ASCII SPSS PORT");
        KNOWN
            .iter()
            .find(|(magic, _)| head.starts_with(magic))
            .map(|&(_, kind)| kind)
            .or(old_stata.then_some(FileKind::Stata))
            .or(portable.then_some(FileKind::SpssPortable))
    }

    /// What to do with a file of this kind where a text is read.
    pub(in crate::cohort) fn refusal(self) -> &'static str {
        match self {
            FileKind::Utf16 => "this is UTF-16 text: save it as UTF-8",
            FileKind::Spreadsheet => "this is a zip archive or a spreadsheet: save the sheet as CSV",
            FileKind::OldSpreadsheet => "this is a spreadsheet: save the sheet as CSV",
            FileKind::Gzip => "this is compressed with gzip: unpack it first",
            FileKind::Zstd => "this is compressed with zstd: unpack it first",
            FileKind::Parquet => {
                "this is a Parquet file, not CSV: it is read by a build with the feature `parquet`, from a file or a \
                 ParquetSource"
            }
            FileKind::Pdf => "this is a PDF document, not CSV",
            FileKind::Spss => {
                "this is an SPSS file, not CSV. One command makes a table of it in which declared missing values are \
                 empty cells: echo \"GET FILE='IN.sav'. SAVE TRANSLATE /OUTFILE='OUT.csv' /TYPE=CSV /FIELDNAMES \
                 /CELLS=VALUES /MISSING=RECODE.\" | pspp; or in R: \
                 write.csv(haven::read_sav('IN.sav', user_na = FALSE), 'OUT.csv', na = '', row.names = FALSE)"
            }
            FileKind::SpssPortable => {
                "this is an SPSS file, not CSV. One command makes a table of it in which declared missing values are \
                 empty cells: echo \"IMPORT FILE='IN.por'. SAVE TRANSLATE /OUTFILE='OUT.csv' /TYPE=CSV /FIELDNAMES \
                 /CELLS=VALUES /MISSING=RECODE.\" | pspp; or in R: \
                 write.csv(haven::read_por('IN.por', user_na = FALSE), 'OUT.csv', na = '', row.names = FALSE)"
            }
            FileKind::Stata => {
                "this is a Stata file, not CSV: it is read by a build with the feature `stata`; or in Stata: export \
                 delimited using OUT.csv, nolabel; or in R: write.csv(haven::read_dta('IN.dta'), 'OUT.csv', na = '', \
                 row.names = FALSE)"
            }
            FileKind::Sas => {
                "this is a SAS file, not CSV; in SAS: proc export outfile='OUT.csv' dbms=csv; or in R: \
                 write.csv(haven::read_sas('IN.sas7bdat'), 'OUT.csv', na = '', row.names = FALSE)"
            }
            FileKind::SasTransport => {
                "this is a SAS transport file, not CSV; in R: \
                 write.csv(haven::read_xpt('IN.xpt'), 'OUT.csv', na = '', row.names = FALSE)"
            }
            FileKind::Arrow => "this is an Arrow (Feather) file, not CSV: write the table as Parquet or CSV",
            FileKind::Database => "this is a database, not CSV: write the table as CSV or Parquet",
            FileKind::RData => {
                "this is a file of R, not CSV; in R: write.csv(DATA, 'OUT.csv', na = '', row.names = FALSE)"
            }
        }
    }
}
