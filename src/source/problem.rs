//! What is wrong with an input: spanned, listed, never fatal.

use camino::Utf8PathBuf;

use super::span::Span;
use crate::words::Message;

/// What sort of problem it is; each sort becomes one lint rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The document can't be parsed, or a limit stops it.
    Unreadable,
    /// A mapping names one key twice; the last value wins.
    DuplicateKey,
    /// A field of a manifest has a value that can't be used, or a name nobody knows.
    InvalidValue,
    /// A reference to something that no input describes.
    UnknownTarget,
    /// A bare name that several nodes have.
    AmbiguousName,
    /// Two sources disagree; the message says whose word was taken.
    Conflict,
    /// Things stand on each other in a circle.
    PlacementCycle,
}

/// One problem. Texts may hold names from the input: escape them where they are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub span: Span,
    /// One clear sentence without the location.
    pub message: Message,
    /// What to do about it ("did you mean `service:login`?").
    pub help: Option<Message>,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Span, String)>,
}

impl Problem {
    /// A problem without help or related places.
    #[must_use]
    pub fn new(kind: ProblemKind, span: Span, message: impl Into<Message>) -> Self {
        Self {
            kind,
            span,
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Message>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place that belongs to it.
    #[must_use]
    pub fn with_related(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related.push((span, words.into()));
        self
    }
}

/// Why a file or a document was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnreadReason {
    /// Holds `{{ }}`, `{% %}` or the like: render it first.
    Template,
    /// SOPS, `$ANSIBLE_VAULT`, git-crypt, ...
    Encrypted,
    /// Not parseable; there is a problem with the position too.
    Broken,
    /// Exceeds a size, nesting or node limit.
    OverLimit,
    /// Not UTF-8 text.
    NotText,
    /// Can't be opened (permissions, vanished).
    NotReadable,
    /// A symbolic link, which is never followed.
    Symlink,
    /// An adapter would read it, but `.gitignore` excludes it.
    Ignored,
    /// A format nobody reads here (jsonnet, Nix, HCL, ...).
    UnknownFormat,
    /// Readable data that no adapter recognises.
    Unrecognised,
}

impl UnreadReason {
    /// As users read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Encrypted => "encrypted",
            Self::Broken => "broken",
            Self::OverLimit => "over-limit",
            Self::NotText => "not-text",
            Self::NotReadable => "not-readable",
            Self::Symlink => "symlink",
            Self::Ignored => "ignored",
            Self::UnknownFormat => "unknown-format",
            Self::Unrecognised => "unrecognised",
        }
    }
}

/// A file, or one document of it, that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub path: Utf8PathBuf,
    /// Where in the file, when it is about one document or one place.
    pub span: Option<Span>,
    pub reason: UnreadReason,
    /// A few words more ("Helm template: render it with `helm template` first").
    pub detail: Message,
}
