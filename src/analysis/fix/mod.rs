//! The cheapest set of changes with which a goal holds, proved by running the analysis on the
//! changed model.
//!
//! * [`goal`]: what is to hold. * [`change`]: what may be changed, and what that costs.
//!   [`candidates`]: which changes could help here. * [`apply`]: a model with changes.
//! * [`system`]: all candidates in one graph, those not chosen struck. [`cone`]: what a failure
//!   rests on. [`hitting`]: the cheapest choice that meets every condition.
//! * [`search`]: conditions and choices in turns, until a choice holds. [`repair`]: a plan soon.
//!   [`mod@plan`]: the answer. [`order`]: its steps.
//!
//! The search is the implicit hitting set method (Moreno-Centeno and Karp, "The implicit hitting
//! set approach to solve combinatorial optimization problems", 2013; Davies and Bacchus 2011 for
//! MaxSAT): while the cheapest choice fails for some fault, the failure yields a set of candidates
//! of which any plan must hold one. When the cheapest choice holds, nothing cheaper does.

mod apply;
mod candidates;
pub mod change;
mod cone;
pub mod goal;
pub mod hitting;
mod order;
pub mod plan;
mod repair;
mod search;
mod system;

pub use change::Change;
pub use goal::{Clause, Goal};
pub use plan::{Answer, News, Obstacle, Outcome, Plan, Proof, Step, holds, options, plan};
