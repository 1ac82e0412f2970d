//! What an earlier reading made of each file: a server reads the same trees again and again, and
//! nearly all of them are as they were.
//!
//! A file is taken from here without being opened only if its size, inode and times are those of
//! the earlier reading, and it was not changed in the moments before that reading: the clock of a
//! file system is coarse, and a second change within one tick leaves the same times (git's "racily
//! clean" rule). Every other file is read, and parsed again only if its text differs. The answer
//! is therefore the same as without a cache.

use crate::words::Message;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use camino::Utf8PathBuf;

use super::format::Claim;
use crate::source::{
    Document, FileId, Limits, Problem, Reading, SourceFile, Span, Syntax, UnreadReason,
};

/// A change this long before a reading can't hide behind equal times.
const TICK: Duration = Duration::from_secs(2);

/// What was read of each file, by the path users know. Memory: all texts and trees.
#[derive(Debug, Default)]
pub struct Cache {
    /// What the readings were made with; others start anew.
    limits: Option<Limits>,
    files: BTreeMap<Utf8PathBuf, Kept>,
}

/// Size, inode and times of a file; the same stamp is the same content, within [`TICK`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: SystemTime,
    /// Inode, device and time of the last change of either content or inode, which no program
    /// can set; without them (not on Unix) a stamp is never trusted.
    inode: Option<(u64, u64, i64, i64)>,
}

/// One file as it was read.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) path: PathBuf,
    pub(super) named: Option<u32>,
    pub(super) claim: Claim,
    pub(super) stamp: Option<Stamp>,
    pub(super) read_at: SystemTime,
    pub(super) content: Content,
}

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Without a form: text without documents.
    Text(Arc<SourceFile>, Option<Form>),
    Other,
    Unread(UnreadReason, Message),
}

/// How a text is read, and what came of it once it was.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) syntax: Syntax,
    /// It stands among the templates of a Helm chart.
    pub(super) in_chart: bool,
    pub(super) parsed: Option<Parsed>,
}

/// The documents of a text.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    /// The file that all spans name.
    file: FileId,
    pub(super) documents: Vec<Arc<Document>>,
    pub(super) problems: Vec<Problem>,
    pub(super) unread: Vec<(Option<Span>, UnreadReason, Message)>,
}

impl Stamp {
    pub(super) fn of(meta: &Metadata) -> Option<Self> {
        Some(Self {
            bytes: meta.len(),
            modified: meta.modified().ok()?,
            inode: inode(meta),
        })
    }

    /// Whether a file that looked like this when it was read at `read_at` would look otherwise if
    /// it had been changed since.
    fn tells_of_changes(&self, read_at: SystemTime) -> bool {
        let Some((.., seconds, _)) = self.inode else {
            return false;
        };
        let changed = u64::try_from(seconds).unwrap_or(0);
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
        read_at
            .duration_since(changed)
            .is_ok_and(|since| since > TICK)
    }
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems have nothing to give here"
)]
fn inode(meta: &Metadata) -> Option<(u64, u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((meta.dev(), meta.ino(), meta.ctime(), meta.ctime_nsec()))
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Option<(u64, u64, i64, i64)> {
    None
}

impl Cache {
    /// Takes everything out, for a reading with `limits`; what it keeps is put back.
    pub(super) fn take(&mut self, limits: &Limits) -> BTreeMap<Utf8PathBuf, Kept> {
        let files = std::mem::take(&mut self.files);
        if self.limits.as_ref() == Some(limits) {
            return files;
        }
        self.limits = Some(limits.clone());
        BTreeMap::new()
    }

    pub(super) fn put(&mut self, files: BTreeMap<Utf8PathBuf, Kept>) {
        self.files = files;
    }
}

impl Kept {
    /// Whether the file need not be opened: it is the same one and unchanged since it was read.
    pub(super) fn holds(&self, stamp: Option<Stamp>) -> bool {
        let failed = matches!(&self.content, Content::Unread(UnreadReason::NotReadable, _));
        let trusted = |stamp: Stamp| stamp.tells_of_changes(self.read_at);
        !failed && self.stamp == stamp && self.stamp.is_some_and(trusted)
    }
}

impl Parsed {
    pub(super) fn new(file: FileId, reading: Reading) -> Self {
        Self {
            file,
            documents: reading.documents.into_iter().map(Arc::new).collect(),
            problems: reading.problems,
            unread: reading.unread,
        }
    }

    /// The same for a file of another number: the number changes when files come or go before it.
    pub(super) fn renumber(&mut self, file: FileId) {
        if self.file == file {
            return;
        }
        self.file = file;
        for document in &mut self.documents {
            Arc::make_mut(document).renumber(file);
        }
        for problem in &mut self.problems {
            problem.span.file = file;
            for (span, _) in &mut problem.related {
                span.file = file;
            }
        }
        for (span, ..) in &mut self.unread {
            if let Some(span) = span {
                span.file = file;
            }
        }
    }
}
