//! Host names inside addresses: `host:port`, URLs, connection strings, DNS names, shell probes.
//! Shared by every adapter whose format carries configuration values.
//!
//! Nothing here keeps more of a value than its host names and ports: user names and passwords
//! that stand beside them are dropped where they are met.
//!
//! * [`address`]: the addresses in one value. * [`host`]: what sort of place a host name is.
//! * [`variable`]: what the name of a variable or flag says about its value.
//! * [`script`]: the hosts that a shell script asks or waits for. * [`settings`]: settings in files.

pub mod address;
pub mod host;
pub mod script;
pub mod settings;
pub mod variable;

pub use address::{Address, Endpoint, Form, addresses};
pub use host::HostKind;
pub use script::{Probe, probes};
pub use variable::Purpose;
