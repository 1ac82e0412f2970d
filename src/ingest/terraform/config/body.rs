//! Blocks and attributes, alike for HCL and for Terraform's JSON syntax.

use crate::source::hcl::{BLOCKS, EXPRESSION};
use crate::source::{Kind, Span, View};

/// The inside of a block, or a whole file.
#[derive(Clone, Copy, Debug)]
pub(in crate::ingest::terraform) struct Body<'d> {
    pub(super) view: View<'d>,
    pub(super) json: bool,
}

/// A block with its labels.
#[derive(Clone, Debug)]
pub(in crate::ingest::terraform) struct Block<'d> {
    pub(super) labels: Vec<&'d str>,
    pub(super) body: Body<'d>,
    /// What override files put in the place of attributes and nested blocks; later ones win.
    pub(super) over: Vec<Body<'d>>,
    pub(super) span: Span,
}

/// The value of an attribute, and whether JSON's rules hold for it.
pub(super) type Attribute<'d> = (View<'d>, bool);

impl<'d> Block<'d> {
    /// The value of an attribute, as override files leave it.
    pub(super) fn attribute(&self, name: &str) -> Option<Attribute<'d>> {
        let mut bodies = self.over.iter().rev().chain([&self.body]);
        bodies.find_map(|body| Some((body.attribute(name)?, body.json)))
    }
}

impl<'d> Body<'d> {
    /// A file of `.tf` or, if `json`, `.tf.json`.
    pub(in crate::ingest::terraform) fn file(view: View<'d>, json: bool) -> Self {
        Self { view, json }
    }

    /// The value of an attribute: text of an expression in HCL, any value in JSON.
    pub(super) fn attribute(self, name: &str) -> Option<View<'d>> {
        let value = self.view.get(name)?;
        let is_attribute = if self.json {
            !value.is_null()
        } else {
            value.tag() == Some(EXPRESSION)
        };
        is_attribute.then_some(value)
    }

    /// Every attribute; in JSON, where blocks look the same, those too.
    pub(super) fn attributes(self) -> Vec<(View<'d>, View<'d>)> {
        let all = self.view.entries();
        let of_hcl = |value: View<'_>| value.tag() == Some(EXPRESSION);
        all.into_iter()
            .filter(|(_, value)| self.json || of_hcl(*value))
            .collect()
    }

    /// Names of the types of blocks; none in JSON, where nothing tells them from attributes.
    pub(super) fn block_types(self) -> Vec<&'d str> {
        let entries = self.view.entries();
        let blocks = entries
            .into_iter()
            .filter(|(_, value)| !self.json && value.tag() == Some(BLOCKS));
        blocks.filter_map(|(key, _)| key.as_str()).collect()
    }

    /// All blocks of a type that has so many labels.
    pub(super) fn blocks(self, name: &str, labels: usize) -> Vec<Block<'d>> {
        let Some(value) = self.view.get(name) else {
            return Vec::new();
        };
        let mut blocks = Vec::new();
        if self.json {
            below(value, labels, &mut Vec::new(), &mut blocks);
            return blocks;
        }
        if value.tag() != Some(BLOCKS) {
            return blocks;
        }
        for item in value.items() {
            let stated = item.get("labels").into_iter().flat_map(View::items);
            let stated: Vec<&str> = stated.filter_map(View::as_str).collect();
            if let Some(body) = item.get("body")
                && stated.len() == labels
            {
                blocks.push(Block {
                    labels: stated,
                    body: Body {
                        view: body,
                        json: false,
                    },
                    over: Vec::new(),
                    span: item.span(),
                });
            }
        }
        blocks
    }
}

/// JSON has a level of objects for each label, and lists where blocks repeat.
fn below<'d>(
    view: View<'d>,
    labels: usize,
    path: &mut Vec<(&'d str, Span)>,
    out: &mut Vec<Block<'d>>,
) {
    match view.kind() {
        Kind::Sequence => {
            for item in view.items().filter(|item| item.kind() == Kind::Mapping) {
                below(item, labels, path, out);
            }
        }
        Kind::Mapping if path.len() == labels => out.push(Block {
            labels: path.iter().map(|(label, _)| *label).collect(),
            body: Body { view, json: true },
            over: Vec::new(),
            span: path.last().map_or(view.span(), |(_, span)| *span),
        }),
        Kind::Mapping => {
            for (key, value) in view.entries() {
                if let Some(label) = key.as_str() {
                    path.push((label, key.span()));
                    below(value, labels, path, out);
                    path.pop();
                }
            }
        }
        Kind::Null | Kind::Scalar => {}
    }
}
