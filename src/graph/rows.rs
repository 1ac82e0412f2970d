//! Lists of lists in two arrays (compressed sparse rows).

/// Row `i` is `items[starts[i]..starts[i + 1]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Rows {
    /// Rows whose items are numbered through: row `i` holds `lengths[i]` numbers, in order. Only
    /// [`range`](Self::range) is of use on them.
    #[must_use]
    pub fn numbered(lengths: impl Iterator<Item = usize>) -> Self {
        let mut starts = vec![0u32];
        let mut end = 0u32;
        for length in lengths {
            end = end.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
            starts.push(end);
        }
        Self {
            starts,
            items: Vec::new(),
        }
    }

    /// Sorts `(row, item)` pairs into `rows` rows, keeping their order within a row. O(pairs).
    #[must_use]
    pub fn from_pairs(rows: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0u32; rows + 1];
        for (row, _) in pairs.clone() {
            starts[row as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut items = vec![0u32; starts[rows] as usize];
        for (row, item) in pairs {
            let at = &mut next[row as usize];
            items[*at as usize] = item;
            *at += 1;
        }
        Self { starts, items }
    }

    /// Numbers of the items of `row`.
    #[must_use]
    pub fn range(&self, row: u32) -> std::ops::Range<u32> {
        self.starts[row as usize]..self.starts[row as usize + 1]
    }

    /// The items of `row`.
    #[must_use]
    pub fn items(&self, row: u32) -> &[u32] {
        let range = self.range(row);
        &self.items[range.start as usize..range.end as usize]
    }
}
