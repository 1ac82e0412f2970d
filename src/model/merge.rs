//! The same thing from two sources.
