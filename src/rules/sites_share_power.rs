use super::context::Context;
use super::{kinds, shared_domain, text};
use crate::findings::{Code, Finding};
use crate::message;

rule! {
    /// ## What it does
    ///
    /// Finds power (kinds power, feed, ups, battery, generator, substation, ...) that alone takes two
    /// or more sites (kinds site, building, datacenter, idc, campus).
    ///
    /// ## Why is this bad
    ///
    /// Whatever is spread over the two counts as spread, and goes dark at once. At OVH's campus in
    /// Strasbourg in March 2021 one building burnt and all four were switched off; the power of one
    /// had been built on that of another.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains:
    ///   - {id: power:campus}
    ///   - {id: site:north, requires: [power:campus]}
    ///   - {id: site:south, requires: [power:campus]}
    ///   - {id: site:far}
    /// services:
    ///   - {id: service:pay, tier: 1, replicas: [{on: site:north}, {on: site:south}]}
    ///   - {id: service:other, replicas: [{on: site:far}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Give each site a feed of its own, `requires: [{any: [power:a, power:b]}]`, of which at
    /// least one is not shared; or count the two as one site when you place things.
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
    /// The weakest evidence on the surest chains from two of the sites to the power.
    ///
    /// ## References
    ///
    /// * OVH Strasbourg, March 2021: <https://hostingjournalist.com/second-ovhcloud-data-center-in-strasbourg-sbg1-also-destroyed/>
    SitesSharePower
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let shared = shared_domain::shared(context, kinds::is_power, kinds::is_site);
    shared
        .into_iter()
        .map(|(cause, sites)| {
            let message = message!(
                "`{id}` alone takes {n} sites: {names}",
                id = context.id(cause),
                n = sites.len(),
                names = text::ids(context, &sites)
            );
            let help = message!("give each site a feed of its own, or count them as one site");
            shared_domain::finding(context, Code::SitesSharePower, cause, &sites, message, help)
        })
        .collect()
}
