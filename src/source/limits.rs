//! Budgets that hostile inputs run into: each ends in a clear message, never in a crash.

/// Limits on what is read. The defaults are far above real inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Largest sum of all files, in bytes.
    pub total_bytes: u64,
    /// Most files read.
    pub files: usize,
    /// Most nodes in one document's tree.
    pub nodes: usize,
    /// Deepest nesting.
    pub depth: usize,
    /// Most documents in one file.
    pub documents: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            total_bytes: 2 << 30,
            files: 200_000,
            nodes: 10_000_000,
            depth: 128,
            documents: 100_000,
        }
    }
}
