//! Resources of configurations (`.tf`, `.tofu`, `.tf.json`), as far as they can be known without
//! running Terraform: no file is read, no provider asked, nothing guessed.
//!
//! * [`body`]: blocks and attributes of both syntaxes. * [`module`]: what the files of a directory
//!   declare. * [`eval`]: expressions; [`scope`]: names in them; [`functions`]: calls.
//! * [`expand`]: resources made of blocks, with `count` and `for_each`.

pub(super) mod body;
pub(super) mod eval;
pub(super) mod expand;
pub(super) mod functions;
pub(super) mod module;
pub(super) mod operators;
pub(super) mod scope;
