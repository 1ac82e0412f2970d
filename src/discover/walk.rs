//! The sorted walk: `.gitignore`, size and link rules.
