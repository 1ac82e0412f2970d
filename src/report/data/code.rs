//! Numbers and names written short, for a page of ten thousand services.
//!
//! Integers become base-64 digits of five bits, least first, the sixth bit saying that more follow
//! (the VLQ of source maps, revision 3, 2011, without its sign bit: signs are folded in before).
//! Sorted names are front-coded: what a name shares with the one before is not repeated.
//! `templates/scripts/data.js` reads both.

/// The 64 digits of RFC 4648, section 4; none needs escaping in JSON or HTML.
pub(super) const DIGITS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A column of integers as text.
#[derive(Debug, Default)]
pub(super) struct Column {
    text: String,
    last: u64,
}

impl Column {
    /// Appends `value` as it is.
    pub(super) fn plain(&mut self, value: u64) {
        let mut rest = value;
        loop {
            let digit = (rest & 31) as usize;
            rest >>= 5;
            let more = usize::from(rest > 0) << 5;
            self.text
                .push(DIGITS.get(digit | more).copied().map_or('A', char::from));
            if rest == 0 {
                return;
            }
        }
    }

    /// Appends the step from the last `step` to `value`; both below 2^62.
    pub(super) fn step(&mut self, value: u64) {
        let folded = if value >= self.last {
            (value - self.last) << 1
        } else {
            (self.last - value) << 1 | 1
        };
        self.last = value;
        self.plain(folded);
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Each value as it is.
pub(super) fn plain(values: impl IntoIterator<Item = u64>) -> String {
    let mut column = Column::default();
    for value in values {
        column.plain(value);
    }
    column.finish()
}

/// Each value as the step from the one before, the first from zero.
pub(super) fn steps(values: impl IntoIterator<Item = u64>) -> String {
    let mut column = Column::default();
    for value in values {
        column.step(value);
    }
    column.finish()
}

/// Values that are often the same as the one before: each run as its value and its length.
pub(super) fn runs(values: impl IntoIterator<Item = u64>) -> String {
    let mut column = Column::default();
    let mut run: Option<(u64, u64)> = None;
    for value in values {
        run = match run {
            Some((same, length)) if same == value => Some((same, length + 1)),
            before => {
                if let Some((value, length)) = before {
                    column.plain(value);
                    column.plain(length);
                }
                Some((value, 1))
            }
        };
    }
    if let Some((value, length)) = run {
        column.plain(value);
        column.plain(length);
    }
    column.finish()
}

/// Names, each as one digit for how many UTF-16 units it shares with the one before (at most 63),
/// and the rest.
#[derive(Debug, Default)]
pub(super) struct Fronts {
    before: String,
}

impl Fronts {
    /// The next name, coded.
    pub(super) fn next(&mut self, name: &str) -> String {
        let mut units = 0;
        let mut bytes = 0;
        for (ours, theirs) in name.chars().zip(self.before.chars()) {
            if ours != theirs || units + ours.len_utf16() > 63 {
                break;
            }
            units += ours.len_utf16();
            bytes += ours.len_utf8();
        }
        let mut text = String::with_capacity(name.len() - bytes + 1);
        text.push(DIGITS.get(units).copied().map_or('A', char::from));
        text.push_str(name.get(bytes..).unwrap_or_default());
        name.clone_into(&mut self.before);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_source_maps_write_them() {
        assert_eq!(plain([0, 1, 31, 32, 1 << 53]), "ABfgBggggggggggI");
        assert_eq!(steps([3, 3, 1, 40]), "GAFuC");
        assert_eq!(runs([7, 7, 7, 0]), "HDAB");
        assert_eq!(runs([]), "");
    }

    #[test]
    fn names_share_their_beginnings_by_utf16_units() {
        let fronts = |names: &[&str]| -> Vec<String> {
            let mut fronts = Fronts::default();
            names.iter().map(|name| fronts.next(name)).collect()
        };
        let names = ["host:a-1", "host:a-2", "집:a", "집:b", "😀x", "😀y", ""];
        assert_eq!(
            fronts(&names),
            ["Ahost:a-1", "H2", "A집:a", "Cb", "A😀x", "Cy", "A"]
        );
        let long = "x".repeat(100);
        let coded = fronts(&[&long, &long]);
        assert_eq!(coded[1], format!("/{}", "x".repeat(37)));
    }
}
