//! What changes cost where `spof fix` weighs them: `[fix]` in `spof.toml`.

/// Costs in any one unit. The defaults only say how changes compare: a further replica costs 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// A further replica, where the replicas beside it declare no `cost` of their own.
    pub replica: u64,
    /// Moving a replica to another place.
    pub r#move: u64,
    /// Making a standby active.
    pub activate: u64,
    /// A second provider, feed or other thing beside the only one there is.
    pub alternative: u64,
    /// Doing without something at the start.
    pub loosen: u64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            replica: 10,
            r#move: 6,
            activate: 4,
            alternative: 50,
            loosen: 3,
        }
    }
}
