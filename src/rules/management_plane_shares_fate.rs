use super::context::Context;
use super::roles::{Wording, shared_fate};
use crate::findings::{Code, Finding};
use crate::message;
use crate::words::Role;

rule! {
    /// ## What it does
    ///
    /// Finds the operators' tools (`role: management`, `deploy`, `registry`, `dns`, `identity` or
    /// `communication`, or a well-known product by its name) that go with a domain that takes
    /// critical things too. What is needed for promoting standbys is said by
    /// [failover-actuator-colocated](#failover-actuator-colocated) instead.
    ///
    /// ## Why is this bad
    ///
    /// Who is to repair can't log on, can't deploy, can't even talk. Kakao's staff talked about
    /// incidents over Kakao's messengers, which were a part of the incident. At Rogers in July
    /// 2022, down for 26 hours with 12 million people, staff had no connection from another
    /// carrier.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - {id: service:chat, role: communication, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:pay, tier: 1, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:other, replicas: [{on: site:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Run the tools in more places than what they are for, and keep one way in that needs none of
    /// it: another carrier, another login, another chat.
    ///
    /// ## Configuration
    ///
    /// `role` in the manifest says what is such a tool. Its level, under `[rules]` in `spof.toml`.
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
    /// * Staff chat, Kakao 2022: <https://yeti.tistory.com/303>
    /// * Rogers, July 2022: <https://actualnewsmagazine.com/english/rogers-has-made-necessary-fixes-since-the-outage-in-2022>
    ManagementPlaneSharesFate
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    shared_fate(
        context,
        |role| !matches!(role, Role::Monitoring | Role::Inventory),
        &Wording {
            code: Code::ManagementPlaneSharesFate,
            purpose: message!("is needed to repair"),
            help: message!(
                "run it in a place that does not fail with what it is for, or keep a second way"
            ),
        },
    )
}
