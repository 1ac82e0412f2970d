//! Lists of lists in two arrays (compressed sparse rows).

use std::ops::Range;

/// Row `i` is `items[starts[i]..starts[i + 1]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            starts: vec![0],
            items: Vec::new(),
        }
    }
}

impl Rows {
    /// Rows whose items are numbered through, of which row `i` ends before `ends[i]`. Only
    /// [`range`](Self::range) is of use on them.
    #[must_use]
    pub fn numbered(ends: impl Iterator<Item = u32>) -> Self {
        Self {
            starts: std::iter::once(0).chain(ends).collect(),
            items: Vec::new(),
        }
    }

    /// Sorts `(row, item)` pairs into `rows` rows, keeping their order within a row. O(pairs), of
    /// which there must be fewer than 2^32.
    #[must_use]
    pub fn from_pairs(rows: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0u32; rows + 1];
        for (row, _) in pairs.clone() {
            starts[row as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        // While rows fill, `starts[row]` is where the next item goes: in the end, where the row
        // after it begins.
        let mut items = vec![0u32; starts[rows] as usize];
        for (row, item) in pairs {
            let at = &mut starts[row as usize];
            items[*at as usize] = item;
            *at += 1;
        }
        starts.rotate_right(1);
        starts[0] = 0;
        Self { starts, items }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, items: &[u32]) {
        self.items.extend_from_slice(items);
        self.starts
            .push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    /// How many items all rows hold.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// True if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers of the items of `row`.
    #[must_use]
    pub fn range(&self, row: u32) -> Range<u32> {
        self.starts[row as usize]..self.starts[row as usize + 1]
    }

    /// The items of `row`.
    #[must_use]
    pub fn items(&self, row: u32) -> &[u32] {
        self.span(row..row + 1)
    }

    /// Numbers of the items of several rows, one after the other.
    #[must_use]
    pub fn span_range(&self, rows: Range<u32>) -> Range<u32> {
        self.starts[rows.start as usize]..self.starts[rows.end as usize]
    }

    /// The items of several rows, one after the other.
    #[must_use]
    pub fn span(&self, rows: Range<u32>) -> &[u32] {
        let range = self.span_range(rows);
        &self.items[range.start as usize..range.end as usize]
    }
}
