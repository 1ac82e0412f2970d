//! Resources, as all sources of them are told alike.

use crate::words::Message;
use std::collections::BTreeMap;
use std::rc::Rc;

use camino::Utf8PathBuf;

use super::value::{Key, Reference, Val, address};
use crate::source::Span;

/// One instance of a resource or data source.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// Module path with keys, empty for the root.
    pub(super) module: Rc<str>,
    pub(super) is_data: bool,
    /// `aws_instance`.
    pub(super) kind: Rc<str>,
    /// Its name in the configuration.
    pub(super) name: Rc<str>,
    pub(super) key: Option<Key>,
    /// Attributes: a map.
    pub(super) values: Val,
    /// What the author says it comes after.
    pub(super) after: Vec<(Reference, Span)>,
    /// What Terraform recorded that it refers to, where nothing says by which attribute.
    pub(super) recorded: Vec<(Reference, Span)>,
    /// Region that its provider is configured with, and its zone where it has one.
    pub(super) region: Option<(Rc<str>, Span)>,
    pub(super) zone: Option<(Rc<str>, Span)>,
    pub(super) span: Span,
    /// How many there are could not be evaluated.
    pub(super) uncounted: bool,
}

impl Resource {
    /// `aws_instance.web`, `data.aws_vpc.main`.
    pub(super) fn block(&self) -> String {
        let data = if self.is_data { "data." } else { "" };
        format!("{data}{}.{}", self.kind, self.name)
    }

    /// The whole address, unique in its root.
    pub(super) fn address(&self) -> String {
        address(&self.module, &self.block(), self.key.as_ref())
    }
}

/// Resources that one run of Terraform manages together: a state, a plan, or a directory.
#[derive(Debug, Default)]
pub(super) struct Root {
    /// Directory, for names and for finding it from others.
    pub(super) folder: Utf8PathBuf,
    /// The file that it was read from and its first place, if it is one file.
    pub(super) file: Option<(Utf8PathBuf, Span)>,
    pub(super) resources: Vec<Resource>,
    /// Outputs of the root module.
    pub(super) outputs: BTreeMap<Rc<str>, Val>,
    /// Where its state is kept: `s3 bucket=... key=...`; what other roots read it by.
    pub(super) backend: Option<String>,
    /// What of it could not be read or evaluated.
    pub(super) unread: Vec<(Span, Message)>,
}

/// Splits an address into module path, block and key. `None` if it is none.
///
/// `module.a["x"].data.aws_vpc.b[0]` → (`module.a["x"]`, `data.aws_vpc.b`, `0`).
pub(super) fn parse_address(text: &str) -> Option<(Rc<str>, Rc<str>, Option<Key>)> {
    let parts = parts(text);
    let mut at = 0;
    let mut module: Vec<&str> = Vec::new();
    while parts.get(at).is_some_and(|part| *part == "module") {
        module.extend(parts.get(at..at + 2)?);
        at += 2;
    }
    let rest = parts.get(at..)?;
    let (block, last) = match rest {
        ["data", kind, name, ..] => (format!("data.{kind}"), *name),
        [kind, name, ..] => ((*kind).to_owned(), *name),
        _ => return None,
    };
    let (name, key) = split_key(last);
    // State of version 3 writes instances as `aws_instance.web.0`.
    let depth = if block.starts_with("data.") { 3 } else { 2 };
    let old = rest.get(depth).and_then(|part| part.parse().ok());
    let key = key.or(old.map(Key::Number));
    Some((
        module.join(".").into(),
        format!("{block}.{name}").into(),
        key,
    ))
}

/// `name["x"]` is `name` and its key.
fn split_key(text: &str) -> (&str, Option<Key>) {
    let Some((name, rest)) = text.split_once('[') else {
        return (text, None);
    };
    let inner = rest.trim_end_matches(']');
    let key = match inner.parse() {
        Ok(number) => Key::Number(number),
        Err(_) => Key::Name(inner.trim_matches('"').into()),
    };
    (name, Some(key))
}

/// The parts between the dots that stand outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut inside, mut quoted) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if inside => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            '.' if !inside => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// A reference as Terraform writes it, read in `module`: `aws_subnet.a[0].id`,
/// `data.aws_vpc.b`. `None` for variables, locals and the like.
pub(super) fn parse_reference(module: &str, text: &str) -> Option<Reference> {
    let parts = parts(text);
    let start = usize::from(parts.first() == Some(&"data"));
    let kind = parts.get(start)?;
    let is_block = kind.contains('_')
        && !matches!(*kind, "var" | "local" | "each" | "count" | "path" | "self");
    if !is_block {
        return None;
    }
    let (name, key) = split_key(parts.get(start + 1)?);
    let data = if start == 1 { "data." } else { "" };
    let attribute = parts.get(start + 2..).unwrap_or_default().join(".");
    Some(Reference {
        module: module.into(),
        resource: format!("{data}{kind}.{name}").into(),
        key,
        attribute: attribute.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let parse = |text: &str| {
            let (module, block, key) = parse_address(text).unwrap();
            (module.to_string(), block.to_string(), key)
        };
        let name = |name: &str| Some(Key::Name(name.into()));
        let own = |a: &str, b: &str, key| (a.to_owned(), b.to_owned(), key);
        assert_eq!(parse("aws_a.b"), own("", "aws_a.b", None));
        assert_eq!(
            parse("module.m[\"x.y\"].data.aws_a.b[\"k.1\"]"),
            own("module.m[\"x.y\"]", "data.aws_a.b", name("k.1"))
        );
        assert_eq!(parse("aws_a.b.2"), own("", "aws_a.b", Some(Key::Number(2))));
        assert!(parse_address("module.x").is_none());
        let reference = parse_reference("module.m", "aws_a.b[1].c.d").unwrap();
        assert_eq!(&*reference.attribute, "c.d");
        assert!(parse_reference("", "var.some_thing").is_none());
        assert!(parse_reference("", "local.some_thing").is_none());
    }
}
