//! Fatal errors and their exit codes. A bad *input file* is a finding, not an error.

use camino::Utf8PathBuf;

/// What ends a run. The text is a lower-case fragment.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path named on the command line can't be read.
    #[error("can't read {path}: {reason}")]
    Unreadable { path: Utf8PathBuf, reason: String },
    /// No document that any adapter recognises.
    #[error("no input recognised in {paths}{hint}")]
    NothingRecognised { paths: String, hint: String },
    /// A node named on the command line does not exist or is ambiguous.
    #[error("{0}")]
    Usage(String),
    /// An input exceeds a limit that protects the program.
    #[error("{0}")]
    Limit(String),
    /// An output could not be written.
    #[error("can't write {path}: {source}")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    /// Standard output failed (a closed pipe ends the program quietly).
    #[error("can't write the result: {0}")]
    Output(#[from] std::io::Error),
    /// A fault in this program itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// Exit code of this error (DESIGN section 4): 2 usage, configuration or unreadable path, 3
    /// no input recognised.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NothingRecognised { .. } => 3,
            Self::Unreadable { .. }
            | Self::Usage(_)
            | Self::Limit(_)
            | Self::Write { .. }
            | Self::Output(_)
            | Self::Internal(_) => 2,
        }
    }
}
