//! Names, aliases, and "did you mean".
