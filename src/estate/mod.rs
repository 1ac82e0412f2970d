//! The estate: what the inputs say, compiled, and ready to be asked. The command line and the
//! server both stand on this room, so that one question has one answer.
//!
//! * [`order`]: what to read and how. * [`load`]: paths → [`Estate`]. * [`nodes`]: words → nodes.
//! * [`base`]: what an estate is compared with.
//! * [`cut_sets`]: minimal cut sets. * [`goal`]: what `spof fix` is to reach.
//! * [`drills`], [`workloads`]: drills, and Kubernetes workloads among what stops.
//! * [`questions`]: resolved words → the answer that every format reads.

pub mod base;
pub mod cut_sets;
pub mod drills;
pub mod goal;
pub mod load;
pub mod nodes;
pub mod order;
pub mod questions;
pub mod workloads;

pub use base::Base;
pub use load::Estate;
pub use order::{ConfigChoice, Order};

/// Who is told how reading goes.
pub trait Progress: Sync {
    /// A part of the work begins; the one before has ended.
    fn phase(&self, name: &'static str);
    /// Something in detail.
    fn tell(&self, what: &str);
    /// Whether [`tell`](Self::tell) is heard.
    fn is_verbose(&self) -> bool;
    /// So much of the part at hand is done, of so much in all.
    fn part(&self, done: usize, of: usize);
    /// All is done.
    fn done(&self);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _name: &'static str) {}
    fn tell(&self, _what: &str) {}
    fn part(&self, _done: usize, _of: usize) {}
    fn is_verbose(&self) -> bool {
        false
    }
    fn done(&self) {}
}
