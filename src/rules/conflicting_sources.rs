use super::context::Context;
use super::problems;
use crate::findings::{Code, Finding, Severity};

rule! {
    /// ## What it does
    ///
    /// Says where two sources give different values for one thing, and whose word was taken: the
    /// native manifest's before all others, else that of the first source. So too a host that two
    /// sources place in two sites, zones or racks (both count, so that the loss of either takes it),
    /// hosts that would be one by their address or short name but for such a difference, and
    /// services that two platforms run under one name.
    ///
    /// ## Why is this bad
    ///
    /// One of them is out of date. After a data centre of the Korean government burned in September
    /// 2025, the number of systems that had stopped was given as 647 and later as 709: the system
    /// that lists them had stopped too, and the staff had worked from memory.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # a.spof.yaml
    /// services: [{id: service:web, tier: 1}]
    /// # b.spof.yaml
    /// services: [{id: service:web, tier: 2}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Correct or remove the value that is wrong.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Note: the analysis went on with the value that the finding names.
    ///
    /// ## Confidence
    ///
    /// Declared: the files themselves show it.
    ///
    /// ## References
    ///
    /// * NIRS Daejeon, September 2025: <https://m.seoul.co.kr/news/society/2025/10/09/20251009500089>
    ConflictingSources
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = problems::findings(context, Code::ConflictingSources, Severity::Note);
    for finding in &mut findings {
        // A copied folder says the same of each of its files.
        finding.cause = Some(finding.message.to_string());
    }
    findings
}
