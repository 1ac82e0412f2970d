//! The graph as other programs read it (DESIGN section 5).
