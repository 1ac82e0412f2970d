//! CSV (RFC 4180), with comma, semicolon or tab between the cells, by `csv`. The only file that
//! names that crate.
//!
//! The document is a list of mappings, one a row, from the header's words to the cells. Empty
//! cells are null. What a row has beyond the header stands under [`BEYOND`].

use super::build::{Builder, Stop, refuse};
use super::problem::{Problem, UnreadReason};
use super::tree::{Document, NodeId, Tree, Value};
use super::{FileId, Limits, Reading, Span};
use crate::message;

/// What may stand between cells; of several, that which the header has most.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The key of cells that no column of the header is for; no word of a header is a blank.
pub const BEYOND: &str = " ";

/// Reads the document of `text`, which is the content of `file`: nothing if it has no row. O(bytes).
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    match Reader::new(file, text, limits).tree(&mut reading.problems) {
        Ok(Some(tree)) => reading.documents.push(Document {
            file,
            index: 0,
            tree,
            comments: Vec::new(),
        }),
        Ok(None) => {}
        Err(Failure::Limit(stop)) => {
            let whole = Span::new(file, 0, text.len());
            refuse(
                &mut reading,
                whole,
                UnreadReason::OverLimit,
                stop.message(limits),
            );
        }
        Err(Failure::Broken(at, why)) => {
            let span = Span::new(file, at, text.len().min(at + 1));
            refuse(
                &mut reading,
                span,
                UnreadReason::Broken,
                message!("this is not CSV: {why}", why),
            );
        }
    }
    reading
}

/// The words of the header: the first line that is neither empty nor a comment. `head`: the begin
/// of a file. O(bytes of it).
#[must_use]
pub fn header(head: &str) -> Vec<String> {
    let start = Start::of(head);
    let mut reader = start.reader(head);
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(word).collect(),
        Ok(false) | Err(_) => Vec::new(),
    }
}

/// What a CSV file of ours lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Nodes,
    Edges,
}

/// Whether a header is that of an inventory of ours: nodes have at least `id` and `kind`, edges
/// `from`, `to` and `mode`.
#[must_use]
pub fn sheet(header: &[String]) -> Option<Sheet> {
    let has = |word: &str| header.iter().any(|known| known == word);
    if has("from") && has("to") && has("mode") {
        Some(Sheet::Edges)
    } else if has("id") && has("kind") {
        Some(Sheet::Nodes)
    } else {
        None
    }
}

/// A word of the header as it is compared: without case and outer blanks.
fn word(cell: &str) -> String {
    cell.trim().to_lowercase()
}

enum Failure {
    Limit(Stop),
    Broken(usize, String),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Limit(stop)
    }
}

/// Where the rows begin, and what parts their cells.
#[derive(Clone, Copy)]
struct Start {
    at: usize,
    delimiter: u8,
}

impl Start {
    fn of(text: &str) -> Self {
        let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
        let rest = |at: usize| text.get(at..).unwrap_or("");
        // Spreadsheets say their delimiter in a line of its own.
        let first = rest(at).lines().next().unwrap_or("");
        if let Some(named) = first.strip_prefix("sep=").map(str::as_bytes)
            && let [delimiter] = named
            && DELIMITERS.contains(delimiter)
        {
            at += first.len();
            return Self {
                at,
                delimiter: *delimiter,
            };
        }
        let mut lines = rest(at).lines();
        let header = lines.find(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let count = |delimiter: u8| {
            let mut quoted = false;
            let bytes = header.unwrap_or("").bytes();
            let outside = bytes.filter(|byte| {
                quoted ^= *byte == b'"';
                *byte == delimiter && !quoted
            });
            outside.count()
        };
        let mut delimiter = b',';
        for other in DELIMITERS {
            if count(other) > count(delimiter) {
                delimiter = other;
            }
        }
        Self { at, delimiter }
    }

    fn reader(self, text: &str) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .comment(Some(b'#'))
            .flexible(true)
            .has_headers(false)
            .from_reader(text.get(self.at..).unwrap_or("").as_bytes())
    }
}

struct Reader<'t> {
    text: &'t str,
    start: Start,
    builder: Builder<'t>,
}

/// A cell: its text and the bytes it is written in.
type Cell = (Box<str>, (usize, usize));

impl<'t> Reader<'t> {
    fn new(file: FileId, text: &'t str, limits: &'t Limits) -> Self {
        Self {
            text,
            start: Start::of(text),
            builder: Builder::new(file, limits),
        }
    }

    fn tree(mut self, problems: &mut Vec<Problem>) -> Result<Option<Tree>, Failure> {
        let mut reader = self.start.reader(self.text);
        let mut record = csv::StringRecord::new();
        let mut keys: Option<Vec<NodeId>> = None;
        let mut rows = Vec::new();
        let mut from = self.start.at;
        let mut beyond = None;
        loop {
            let more = reader.read_record(&mut record).map_err(|error| {
                let at = error.position().map_or(0, csv::Position::byte);
                let at = self.start.at + usize::try_from(at).unwrap_or(usize::MAX);
                Failure::Broken(at.min(self.text.len()), error.to_string())
            })?;
            if !more {
                break;
            }
            let to = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            let to = self.start.at.saturating_add(to).min(self.text.len());
            let cells = self.cells(&record, from, to)?;
            from = to;
            match &keys {
                None => keys = Some(self.header(cells, problems)?),
                Some(keys) => {
                    if record.iter().all(|cell| cell.trim().is_empty()) {
                        continue;
                    }
                    let keys = keys.clone();
                    rows.push(self.row(&keys, cells, &mut beyond)?);
                }
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let range = (self.start.at, self.text.len());
        let root = self.builder.push(Value::Sequence(&rows), range, None)?;
        Ok(Some(self.builder.tree(root)?))
    }

    fn header(
        &mut self,
        cells: Vec<Cell>,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<NodeId>, Failure> {
        let mut keys = Vec::with_capacity(cells.len());
        for (text, range) in cells {
            keys.push(self.builder.scalar(word(&text), true, range)?);
        }
        let named = keys.iter().filter(|key| {
            let text = self.builder.text(**key);
            text.is_none_or(|text| !text.is_empty())
        });
        let pairs: Vec<[NodeId; 2]> = named.map(|key| [*key, *key]).collect();
        let before = problems.len();
        self.builder.report_duplicates(&pairs, problems);
        for problem in problems.iter_mut().skip(before) {
            let said = problem.message.said();
            if let Some(text) = said.and_then(|said| said.args.first()).cloned() {
                problem.message = message!("column `{text}` occurs twice in the header", text);
            }
            problem.help = Some(message!("the last column is used; rename the other"));
        }
        Ok(keys)
    }

    fn row(
        &mut self,
        keys: &[NodeId],
        cells: Vec<Cell>,
        beyond: &mut Option<NodeId>,
    ) -> Result<NodeId, Failure> {
        let mut pairs = Vec::with_capacity(cells.len());
        let mut range: Option<(usize, usize)> = None;
        for (at, (text, cell)) in cells.into_iter().enumerate() {
            let key = match (keys.get(at), *beyond) {
                (Some(key), _) => *key,
                (None, Some(key)) => key,
                (None, None) => *beyond.insert(self.builder.scalar(BEYOND, true, cell)?),
            };
            let trimmed = text.trim();
            let value = self.builder.scalar(trimmed, !trimmed.is_empty(), cell)?;
            pairs.push([key, value]);
            range = Some((range.map_or(cell.0, |range| range.0), cell.1));
        }
        let range = range.unwrap_or((self.start.at, self.start.at));
        Ok(self.builder.push(Value::Mapping(&pairs), range, None)?)
    }

    /// The cells of a record, each with the bytes it is written in: those of the record, which
    /// stands somewhere in `from..to`, if they can't be told.
    fn cells(
        &self,
        record: &csv::StringRecord,
        from: usize,
        to: usize,
    ) -> Result<Vec<Cell>, Failure> {
        let ranges = self.ranges(from, to);
        if let (Some(open), true) = (ranges.open, to == self.text.len()) {
            let why = "a quote that opens here is never closed".to_owned();
            return Err(Failure::Broken(open, why));
        }
        let known = ranges.cells.len() == record.len();
        let whole = (from.min(to), to);
        let cells = record.iter().enumerate().map(|(at, text)| {
            let range = ranges.cells.get(at).filter(|_| known);
            (text.into(), range.copied().unwrap_or(whole))
        });
        Ok(cells.collect())
    }

    /// Where the cells of the record stand that begins after empty lines and comments in
    /// `from..to`.
    fn ranges(&self, from: usize, to: usize) -> Ranges {
        let bytes = self.text.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().filter(|_| at < to);
        let mut at = from;
        loop {
            match byte(at) {
                Some(b'\n' | b'\r') => at += 1,
                Some(b'#') => {
                    while byte(at).is_some_and(|byte| byte != b'\n') {
                        at += 1;
                    }
                }
                _ => break,
            }
        }
        let mut ranges = Ranges::default();
        loop {
            let begin = at;
            if byte(at) == Some(b'"') {
                at += 1;
                loop {
                    match byte(at) {
                        Some(b'"') if byte(at + 1) == Some(b'"') => at += 2,
                        Some(b'"') => {
                            at += 1;
                            break;
                        }
                        Some(_) => at += 1,
                        None => {
                            ranges.open = Some(begin);
                            break;
                        }
                    }
                }
            }
            while byte(at)
                .is_some_and(|byte| byte != self.start.delimiter && !matches!(byte, b'\n' | b'\r'))
            {
                at += 1;
            }
            ranges.cells.push((begin, at));
            if byte(at) != Some(self.start.delimiter) {
                return ranges;
            }
            at += 1;
        }
    }
}

/// The places of the cells of a record, and of a quote that is not closed.
#[derive(Default)]
struct Ranges {
    cells: Vec<(usize, usize)>,
    open: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::View;

    fn reading(text: &str) -> Reading {
        read(FileId(0), text, &Limits::default())
    }

    /// Each row as `key=text@source`, cells parted by blanks.
    fn told(text: &str) -> Vec<String> {
        let reading = reading(text);
        let documents = reading.documents.first().map(Document::root);
        let rows = documents.into_iter().flat_map(View::items);
        rows.map(|row| {
            let cells = row.entries().into_iter().map(|(key, value)| {
                let written = text.get(value.span().range()).unwrap_or("?");
                format!(
                    "{}={}@{written}",
                    key.as_str().unwrap_or(""),
                    value.as_str().unwrap_or("-")
                )
            });
            cells.collect::<Vec<_>>().join(" ")
        })
        .collect()
    }

    #[test]
    fn cells_with_their_places() {
        let text = "\u{feff}Id, Kind\r\n# a note\r\n\r\na,b\r\n\"x \"\"y\"\"\",\"two\nlines\"\r\nlast,\r\n";
        assert_eq!(
            told(text),
            [
                "id=a@a kind=b@b",
                "id=x \"y\"@\"x \"\"y\"\"\" kind=two\nlines@\"two\nlines\"",
                "id=last@last kind=-@",
            ]
        );
    }

    #[test]
    fn semicolons_and_tabs() {
        for text in ["id;x\na;b,c\n", "id\tx\na\tb,c\n", "sep=;\nid;x\na;b,c\n"] {
            assert_eq!(told(text), ["id=a@a x=b,c@b,c"], "{text:?}");
        }
        // A delimiter that only stands in quotes parts nothing.
        assert_eq!(header("\"a;b;c\",d\n"), ["a;b;c", "d"]);
        assert_eq!(header("# x\n\nID,Kind"), ["id", "kind"]);
        assert!(header("").is_empty());
    }

    #[test]
    fn rows_longer_and_shorter_than_the_header() {
        assert_eq!(told("a,b\n1\n1,2,3,4\n"), ["a=1@1", "a=1@1 b=2@2  =4@4"]);
        assert!(reading("a,b\n").documents.is_empty());
        assert!(reading("").documents.is_empty());
    }

    #[test]
    fn columns_of_one_name_and_open_quotes_are_told() {
        let twice = reading("id,x,id\n1,2,3\n");
        assert_eq!(
            twice.problems[0].message,
            "column `id` occurs twice in the header"
        );
        let root = twice.documents[0].root();
        let first = root.items().next().unwrap();
        assert_eq!(first.get("id").and_then(View::as_str), Some("3"));
        let open = reading("id,x\na,b\nc,\"never\nclosed\n");
        assert!(open.documents.is_empty());
        assert_eq!(open.problems.len(), 1);
        assert_eq!(open.problems[0].span.start, 11);
    }

    #[test]
    fn too_many_cells_are_refused() {
        let limits = Limits {
            nodes: 50,
            ..Limits::default()
        };
        let reading = read(FileId(0), &format!("a,b\n{}", "1,2\n".repeat(30)), &limits);
        assert!(reading.documents.is_empty());
        assert_eq!(reading.unread.len(), 1);
    }

    #[test]
    fn any_text_ends() {
        for text in [
            "\"",
            "\"\"",
            ",",
            "a\r",
            "a\"b,c\n",
            "\"a\"b,c\n1,2\n",
            "#",
            "\u{feff}",
            "sep=",
            "a\n\"\"\"\n",
        ] {
            let _ = reading(text);
        }
    }
}
