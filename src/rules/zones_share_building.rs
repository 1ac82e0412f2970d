use super::context::Context;
use super::{kinds, shared_domain, text};
use crate::findings::{Code, Finding};
use crate::message;

rule! {
    /// ## What it does
    ///
    /// Finds zones (kinds zone, az) two or more of which go with one physical thing: a building, a
    /// room, a cooling loop, a power feed.
    ///
    /// ## Why is this bad
    ///
    /// A zone is a promise that zones fail one by one. In April 2023 water in one building of
    /// Google's Paris region set off a battery fire; what began as the loss of a zone became that
    /// of several, and the region was unavailable.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains:
    ///   - {id: building:one}
    ///   - {id: zone:a, in: building:one}
    ///   - {id: zone:b, in: building:one}
    ///   - {id: zone:c}
    /// services:
    ///   - {id: service:pay, tier: 1, replicas: [{on: zone:a}, {on: zone:b}]}
    ///   - {id: service:other, replicas: [{on: zone:c}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Spread what matters over zones in different buildings; ask the provider which those are.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that goes with it: error for tier 0 and 1, warning for the others,
    /// a note where nothing that has a tier stands there.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chains from two of the zones to what they share.
    ///
    /// ## References
    ///
    /// * Google Cloud Paris, April 2023: <https://www.itpro.com/infrastructure/data-centres/google-cloud-deep-into-second-day-of-fire-and-flood-data-center-fiasco>
    ZonesShareBuilding
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let shared = shared_domain::shared(context, kinds::is_physical, kinds::is_zone);
    shared
        .into_iter()
        .map(|(cause, zones)| {
            let message = message!(
                "`{id}` alone takes {n} zones: {names}",
                id = context.id(cause),
                n = zones.len(),
                names = text::ids(context, &zones)
            );
            let help = message!("spread what matters over zones that share no building");
            shared_domain::finding(
                context,
                Code::ZonesShareBuilding,
                cause,
                &zones,
                message,
                help,
            )
        })
        .collect()
}
