//! Copies, and what is assumed of those nobody placed.
