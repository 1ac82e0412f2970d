//! Minimal cut sets of a Boolean formula by decision diagrams. Knows nothing of services.
//!
//! * [`formula`]: and, or, at-least and xor gates over events, hash-consed and folded.
//! * [`simplify`]: gates of one kind flow together. * [`modules`]: parts that share no event with
//!   the rest (Dutuit and Rauzy 1996). * [`order`]: static variable orders.
//! * [`table`]: nodes of a diagram, each once. * [`bdd`]: binary decision diagrams with complement
//!   edges. * [`family`]: zero-suppressed diagrams of minimal families of sets (Minato 1993).
//! * [`assume`]: what a gate may take for granted. * [`hull`]: without negations.
//! * [`complete`]: all minimal cut sets (Rauzy 1993), module by module. * [`truncated`]: those up
//!   to an order, cut off while building; [`bounded`]: where there are negations.
//! * [`probability`]: how probable a formula is. * [`solution`]: counted without being listed, and the smallest ones. * [`number`]: of any size.
//!
//! Recursion is as deep as a diagram has variables: [`deep`] runs it on a stack of that size.

pub mod assume;
pub mod bdd;
mod bounded;
mod complete;
pub mod deep;
pub mod family;
pub mod formula;
pub mod hull;
pub mod modules;
pub mod number;
pub mod order;
pub mod probability;
pub mod simplify;
pub mod solution;
pub mod table;
#[cfg(test)]
mod tests;
pub mod truncated;

pub use complete::Unsolved;
pub use solution::{Solution, solve};
