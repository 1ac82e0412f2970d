//! Which reader a file belongs to, by name and content.
