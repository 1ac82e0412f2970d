//! What a node is to the operators.

use super::values::{scalar, schema};
use crate::message;
use crate::source::View;
use crate::source::item::{Read, Reader};
use crate::words::{self, nearest};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// What a node is to the operators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Role(pub(super) words::Role);

impl Read for Role {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let words: Vec<&str> = words::Role::ALL.iter().map(|role| role.as_str()).collect();
        let expected = message!("a role ({what})", what = words.join(", "));
        let text = scalar(view, expected.clone(), cx)?;
        let role = words::Role::parse(text);
        if role.is_none() {
            match nearest(text, words.iter().copied()) {
                Some(near) => cx.unexpected(
                    view,
                    message!("{expected} (did you mean `{near}`?)", expected, near),
                ),
                None => cx.unexpected(view, expected),
            }
        }
        role.map(Self)
    }
}
schema!(Role, {
    "description": "What it is to the operators: `monitoring` tells people what has failed; with \
                    `management` they change what runs; `inventory` knows what there is, where, \
                    and whom to call; `deploy` brings new versions; `registry` keeps images; \
                    `dns` resolves names; `identity` says who may do what; over `communication` \
                    they talk during an incident.",
    "enum": ["monitoring", "management", "inventory", "deploy", "registry", "dns", "identity", "communication"]
});
