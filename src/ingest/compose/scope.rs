//! Values of a Compose file as they are once its variables are filled in.

use crate::message;
use crate::words::Message;
use std::cell::RefCell;
use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::dotenv::Variables;
use super::interpolate::fill;
use crate::ingest::budget::Budget;
use crate::source::{Kind, Span, View};

/// What was left unread, and why; each once, in order of place.
pub(super) type Notes = RefCell<BTreeSet<(Span, Message)>>;

/// A value with its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Never shown or stored in facts: may hold secrets.
    pub(super) value: String,
    pub(super) span: Span,
    /// Variables in it that have no value in the input.
    pub(super) missing: Vec<String>,
    /// How it was written, where variables are missing.
    pub(super) raw: Option<String>,
}

/// What the values of one file depend on.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) budget: &'a Budget,
    pub(super) notes: &'a Notes,
    pub(super) variables: &'a Variables,
    /// Folders that relative paths are seen from, in this order.
    pub(super) folders: &'a [Utf8PathBuf],
}

impl Scope<'_> {
    /// Says that something was left unread.
    pub(super) fn note(&self, span: Span, why: Message) {
        self.notes.borrow_mut().insert((span, why));
    }

    /// The value of `key`, unless it is null without a tag.
    pub(super) fn get<'d>(&self, view: View<'d>, key: &str) -> Option<View<'d>> {
        self.budget
            .spend(view.size() / 8)
            .then(|| view.get(key))
            .flatten()
            .filter(|value| !value.is_null() || value.tag().is_some())
    }

    /// Every entry of a mapping, with the text of its key.
    pub(super) fn entries<'d>(&self, view: View<'d>) -> Vec<(&'d str, View<'d>, View<'d>)> {
        if view.kind() != Kind::Mapping || !self.budget.spend(view.size()) {
            return Vec::new();
        }
        let entries = view.entries();
        // Merge keys may bring more than the mapping itself holds.
        if !self.budget.spend(entries.len()) {
            return Vec::new();
        }
        let named = entries.into_iter();
        named
            .filter_map(|(key, value)| Some((key.as_str()?, key, value)))
            .collect()
    }

    /// The items of a list.
    pub(super) fn items<'d>(&self, view: View<'d>) -> Vec<View<'d>> {
        if !self.budget.spend(view.size()) {
            return Vec::new();
        }
        view.items().collect()
    }

    /// A single value, filled in.
    pub(super) fn text(&self, view: View<'_>) -> Option<Text> {
        let text = view.as_str()?;
        if !self.budget.spend(text.len() / 16) {
            return None;
        }
        let filled = fill(text, &|name| self.variables.get(name).cloned());
        Some(Text {
            value: filled.text,
            span: view.span(),
            raw: (!filled.missing.is_empty()).then(|| text.to_owned()),
            missing: filled.missing,
        })
    }

    /// The single value of `key`.
    pub(super) fn text_of(&self, view: View<'_>, key: &str) -> Option<Text> {
        self.text(self.get(view, key)?)
    }

    /// The value of `key` as a whole number.
    pub(super) fn count_of(&self, view: View<'_>, key: &str) -> Option<(u64, Span)> {
        let text = self.text_of(view, key)?;
        let number = text.value.trim().parse();
        if number.is_err() && !text.value.trim().is_empty() {
            self.note(text.span, message!("`{key}` is no whole number here", key));
        }
        Some((number.ok()?, text.span))
    }

    /// One value or a list of them.
    pub(super) fn texts(&self, view: View<'_>) -> Vec<Text> {
        match view.kind() {
            Kind::Sequence => {
                let items = self.items(view).into_iter();
                items.filter_map(|item| self.text(item)).collect()
            }
            _ => self.text(view).into_iter().collect(),
        }
    }

    /// One value or a list of them under `key`.
    pub(super) fn texts_of(&self, view: View<'_>, key: &str) -> Vec<Text> {
        self.get(view, key)
            .map_or_else(Vec::new, |value| self.texts(value))
    }

    /// `{NAME: value}` or `[NAME=value]`; without a value where only the name stands.
    pub(super) fn pairs(
        &self,
        view: View<'_>,
        separator: char,
    ) -> Vec<(String, Span, Option<Text>)> {
        if view.kind() == Kind::Mapping {
            let entries = self.entries(view).into_iter();
            return entries
                .map(|(name, key, value)| (name.to_owned(), key.span(), self.text(value)))
                .collect();
        }
        let items = self.texts(view).into_iter();
        items
            .map(|item| match item.value.split_once(separator) {
                Some((name, value)) => {
                    let value = Text {
                        value: value.to_owned(),
                        span: item.span,
                        missing: item.missing,
                        raw: item.raw.as_deref().and_then(|raw| {
                            let (_, raw) = raw.split_once(separator)?;
                            Some(raw.to_owned())
                        }),
                    };
                    (name.trim().to_owned(), item.span, Some(value))
                }
                None => (item.value.trim().to_owned(), item.span, None),
            })
            .collect()
    }
}
