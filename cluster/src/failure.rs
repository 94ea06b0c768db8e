//! What can go wrong and the exit code it leads to: 2 for input, the engine and usage, 1 for a fit that cannot be
//! trusted, 130 when stopped.

use std::fmt;
use std::process::ExitCode;

/// Problems that are spelled out; the rest is counted.
pub const SHOWN: usize = 20;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// The library refused.
    Library(pleegprofiel::Error),
    /// The files do not hold what was asked for: every problem, and how many there are in all.
    Input {
        /// What they do not hold.
        what: String,
        /// The first [`SHOWN`] problems, with their file or column.
        problems: Vec<String>,
        /// How many there are.
        count: u64,
    },
    /// Arguments that do not go together, or that are none.
    Usage(String),
    /// The scheduler, an executor or the way there: what was asked of them and what they said.
    Engine(String),
    /// Client and executor are not of one version.
    Version {
        /// Of the client.
        client: String,
        /// Of the executor.
        executor: String,
    },
    /// Something could not be written; what and why.
    Output(String),
    /// A signal asked to stop.
    Stopped,
}

impl Failure {
    /// Problems of input, of which the first are kept.
    pub fn input(what: impl Into<String>, mut problems: Vec<String>) -> Failure {
        let count = problems.len() as u64;
        problems.truncate(SHOWN);
        Failure::Input { what: what.into(), problems, count }
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Library(error) if error.kind() == pleegprofiel::ErrorKind::Untrusted => ExitCode::from(1),
            Failure::Stopped => ExitCode::from(130),
            _ => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Library(error) => error.fmt(f),
            Failure::Usage(text) | Failure::Engine(text) | Failure::Output(text) => f.write_str(text),
            Failure::Input { what, problems, count } => {
                f.write_str(what)?;
                for problem in problems {
                    write!(f, "\n  {problem}")?;
                }
                match count.saturating_sub(problems.len() as u64) {
                    0 => Ok(()),
                    more => write!(f, "\n  ... and {more} more"),
                }
            }
            Failure::Version { client, executor } => write!(
                f,
                "the client is {client}, an executor is {executor}: both have to be of one build of pleegprofiel-cluster"
            ),
            Failure::Stopped => f.write_str("stopped; nothing was written"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<pleegprofiel::Error> for Failure {
    fn from(error: pleegprofiel::Error) -> Self {
        Failure::Library(error)
    }
}

/// Result with a [`Failure`].
pub type Result<T> = std::result::Result<T, Failure>;
