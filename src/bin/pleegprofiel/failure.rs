//! What can go wrong and the exit code it leads to: 2 for input and usage, 1 for a fit that cannot be trusted.

use pleegprofiel::{Error, ErrorKind};
use std::fmt;
use std::process::ExitCode;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The library refused.
    Library(Error),
    /// The fit cannot be used; why.
    Untrusted(String),
    /// Arguments that do not go together.
    Usage(String),
    /// Something could not be written; what and why.
    Output(String),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Untrusted(_) => ExitCode::from(1),
            Failure::Library(error) if error.kind() == ErrorKind::Untrusted => ExitCode::from(1),
            Failure::Library(_) | Failure::Output(_) | Failure::Usage(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Library(error) => error.fmt(f),
            Failure::Untrusted(text) | Failure::Output(text) | Failure::Usage(text) => f.write_str(text),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}
