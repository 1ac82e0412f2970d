use super::context::Context;
use super::severity;
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::words::{Date, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds entries whose `verified` day (when somebody last compared them with what is really
    /// there) is more than a year ago (or what
    /// `verified_within` says). Entries without one are left alone: whoever keeps such
    /// days decides which entries need one.
    ///
    /// ## Why is this bad
    ///
    /// Every answer is as good as what it was computed from. In September 2025 the operators of
    /// the data centre in Daejeon needed two weeks to say which of the Korean government's systems
    /// had stood there.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a, verified: 2019-05-01}]
    /// services: [{id: service:pay, tier: 1, replicas: [{on: site:a, count: 2}]}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Compare the entry with what is there, correct it, and write down the day.
    ///
    /// ## Configuration
    ///
    /// `verified_within` under `[lint]` in `spof.toml` (`180d`) says how long an entry holds; its
    /// level stands under `[rules]`. `--today` says from which day it is counted back.
    ///
    /// ## Severity
    ///
    /// A warning if something critical goes with it, else a note.
    ///
    /// ## Confidence
    ///
    /// Declared.
    ///
    /// ## References
    ///
    /// * Daejeon, 647 and 709: <https://www.newdaily.co.kr/site/data/html/2025/10/09/2025100900115.html>
    StaleFact
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (ix, node) in context.model.iter() {
        let Some(day) = node.verified.as_deref().and_then(Date::parse) else {
            continue;
        };
        let age = context.today.days() - day.days();
        if age <= context.freshness.entry {
            continue;
        }
        let id = &node.id;
        let mut finding = Finding::new(
            Code::StaleFact,
            severity::advice(severity::tier_lost(context, ix), Evidence::Declared),
            id.as_str(),
            message!(
                "nobody has compared the entry of `{id}` with what is there since {day}",
                id,
                day
            ),
        );
        finding.cause = Some("verified".to_owned());
        finding.place = node.sources.first().cloned().map(Place::Source);
        finding.label = format!("{age} days old");
        finding.help = Some(message!("compare it, correct it, and write down the day"));
        found.push(finding);
    }
    found
}
