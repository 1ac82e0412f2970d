//! How an estate comes back, and what keeps it from doing so.
//!
//! * [`scenario`]: what fails, when it is repaired, and all that follows: the answer of
//!   `spof recover`. * [`plan`]: steps in waves, what each waits for, the critical path.
//! * [`waits`]: who waits for whom. * [`cycles`]: circles of waiting. * [`loosen`]: which one
//!   requirement, if it were not there, would free most.

pub mod cycles;
pub mod loosen;
pub mod plan;
pub mod scenario;
pub mod waits;

pub use cycles::{RecoveryCycle, recovery_cycles};
pub use loosen::{Freeing, Loosening};
pub use plan::{Cause, Plan, Return, Step, StepKind, Wave};
pub use scenario::{BringUp, Held, Scenario, bring_up, plan_of};
pub use waits::{Wait, WaitHop};
