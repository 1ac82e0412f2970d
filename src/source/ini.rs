//! INI as Ansible's inventories have it: sections of lines. What a line means is for its reader to
//! say; here each is one text with its place.
//!
//! The document is a list of `{section: NAME, lines: [...]}` in their order; lines before the first
//! header stand under the name "". Comments (`#`, `;`) and empty lines are left out.

use super::build::{Builder, Stop, refuse};
use super::problem::UnreadReason;
use super::tree::{Document, NodeId, Tree, Value};
use super::{FileId, Limits, Reading, Span};

/// Reads the document of `text`, which is the content of `file`. Nothing in it can be wrong, only
/// too much. O(bytes).
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    match tree(file, text, limits) {
        Ok(tree) => reading.documents.push(Document {
            file,
            index: 0,
            tree,
            comments: Vec::new(),
        }),
        Err(stop) => {
            let whole = Span::new(file, 0, text.len());
            let message = stop.message(limits);
            refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        }
    }
    reading
}

fn tree(file: FileId, text: &str, limits: &Limits) -> Result<Tree, Stop> {
    let mut builder = Builder::new(file, limits);
    let mut sections: Vec<NodeId> = Vec::new();
    let mut name: NodeId = builder.scalar("", true, (0, 0))?;
    let mut lines: Vec<NodeId> = Vec::new();
    let mut begun = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start_matches('\u{feff}').trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let from = start + line.find(trimmed).unwrap_or(0);
        let range = (from, from + trimmed.len());
        let header = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .filter(|(_, after)| {
                let after = after.trim_start();
                after.is_empty() || after.starts_with(['#', ';'])
            });
        if let Some((inner, _)) = header {
            let done = std::mem::take(&mut lines);
            sections.push(section(&mut builder, name, &done, (begun, start))?);
            begun = from;
            name = builder.scalar(inner.trim(), true, (from + 1, from + 1 + inner.len()))?;
        } else {
            lines.push(builder.scalar(trimmed, true, range)?);
        }
    }
    sections.push(section(&mut builder, name, &lines, (begun, text.len()))?);
    let root = builder.push(Value::Sequence(&sections), (0, text.len()), None)?;
    builder.tree(root)
}

fn section(
    builder: &mut Builder<'_>,
    name: NodeId,
    lines: &[NodeId],
    range: (usize, usize),
) -> Result<NodeId, Stop> {
    let keys = (
        builder.scalar("section", true, (range.0, range.0))?,
        builder.scalar("lines", true, (range.0, range.0))?,
    );
    let lines = builder.push(Value::Sequence(lines), range, None)?;
    builder.push(
        Value::Mapping(&[[keys.0, name], [keys.1, lines]]),
        range,
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_lines_with_their_places() {
        let text = "alone # x\n\n# no\n[web] ; c\n  a b=1\r\n;no\n[db:vars]\nx = y\n[";
        let read = read(FileId(0), text, &Limits::default());
        let told: Vec<String> = read.documents[0]
            .root()
            .items()
            .map(|section| {
                let name = section.get("section").unwrap().as_str().unwrap_or_default();
                let lines = section.get("lines").unwrap();
                let lines: Vec<_> = lines
                    .items()
                    .map(|line| &text[line.span().range()])
                    .collect();
                format!("{name}: {}", lines.join("|"))
            })
            .collect();
        assert_eq!(told, [": alone # x", "web: a b=1", "db:vars: x = y|["]);
    }

    #[test]
    fn too_many_lines_are_refused() {
        let limits = Limits {
            nodes: 10,
            ..Limits::default()
        };
        let read = read(FileId(0), &"a\n".repeat(20), &limits);
        assert!(read.documents.is_empty());
        assert_eq!(read.unread.len(), 1);
    }
}
