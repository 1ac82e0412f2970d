use super::context::Context;
use super::roles::{Wording, shared_fate};
use crate::findings::{Code, Finding};
use crate::message;
use crate::words::Role;

rule! {
    /// ## What it does
    ///
    /// Finds inventories, runbooks and contact lists (`role: inventory`, or a well-known product by
    /// its name) that go with a domain that takes critical things too: those that would tell what
    /// was lost, where it stood and whom to call.
    ///
    /// ## Why is this bad
    ///
    /// In September 2025 the system that lists the Korean government's systems and their servers
    /// was itself lost in Daejeon. Staff counted from memory; the number of systems that were down
    /// was corrected from 647 to 709 two weeks later. At Atlassian in April 2022 the contacts of
    /// the customers were deleted with the sites that had to be restored.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - {id: service:cmdb, role: inventory, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:pay, tier: 1, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:other, replicas: [{on: site:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep a second one, or a daily export that can be read without anything else, in another
    /// place. A saved `spof graph --format json` is one.
    ///
    /// ## Configuration
    ///
    /// `role` in the manifest says what is an inventory. Its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning: users lose nothing by it alone, but the repair takes longer than anybody planned.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chains; a role taken from a name is inferred.
    ///
    /// ## References
    ///
    /// * Daejeon, 647 and 709: <https://m.seoul.co.kr/news/society/2025/10/09/20251009500089>
    /// * Atlassian, April 2022: <https://www.atlassian.com/engineering/post-incident-review-april-2022-outage>
    InventoryInBlastRadius
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    shared_fate(
        context,
        |role| role == Role::Inventory,
        &Wording {
            code: Code::InventoryInBlastRadius,
            purpose: message!("knows what there is and whom to call"),
            help: message!("keep a copy that can be read elsewhere and without anything else"),
        },
    )
}
