//! Fatal errors and their exit codes. A bad *input file* is a finding, not an error.

use camino::Utf8PathBuf;

/// What ends a run. The text is a lower-case fragment of one line; it may hold words of the user
/// and names from the inputs, so whoever prints it escapes it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path named on the command line can't be read.
    #[error("can't read {path}: {reason}")]
    Unreadable { path: Utf8PathBuf, reason: String },
    /// No document that any adapter recognises.
    #[error("no input recognised in {paths}: {seen}")]
    NothingRecognised {
        paths: String,
        /// What was seen there instead.
        seen: String,
        hint: String,
    },
    /// Something on the command line can't be used: a node that does not exist, say.
    #[error("{message}")]
    Usage {
        message: String,
        help: Option<String>,
    },
    /// The configuration can't be used; all that is wrong with it, in order of place.
    #[error("{}", first_fault(.0))]
    Config(Vec<ConfigFault>),
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
    /// Ctrl-C ended it before there was an answer.
    #[error("interrupted")]
    Interrupted,
    /// A fault in this program itself.
    #[error("internal error: {0}")]
    Internal(String),
}

/// One thing that is wrong in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// `path:line:column`.
    pub place: String,
    pub message: String,
    pub help: Option<String>,
}

fn first_fault(faults: &[ConfigFault]) -> String {
    faults.first().map_or_else(String::new, |fault| {
        format!("{}: {}", fault.place, fault.message)
    })
}

impl Error {
    /// A usage error without advice.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: None,
        }
    }

    /// A usage error that says what to do instead.
    #[must_use]
    pub fn usage_with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Usage { help, .. } => help.as_deref(),
            Self::NothingRecognised { hint, .. } => Some(hint),
            Self::Config(faults) => faults.first()?.help.as_deref(),
            Self::Unreadable { .. }
            | Self::Limit(_)
            | Self::Write { .. }
            | Self::Output(_)
            | Self::Interrupted
            | Self::Internal(_) => None,
        }
    }

    /// Exit code of this error (DESIGN section 4): 2 usage, configuration or unreadable path, 3
    /// no input recognised; 130 for Ctrl-C, as shells say it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NothingRecognised { .. } => 3,
            // As of a program that the signal killed.
            Self::Interrupted => 130,
            Self::Unreadable { .. }
            | Self::Usage { .. }
            | Self::Config(_)
            | Self::Limit(_)
            | Self::Write { .. }
            | Self::Output(_)
            | Self::Internal(_) => 2,
        }
    }
}
