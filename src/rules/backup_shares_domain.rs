use super::context::{Context, Explained};
use super::{causes, chain, severity, text};
use crate::analysis::data::DataLoss;
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Evidence, Replication};

rule! {
    /// ## What it does
    ///
    /// Finds stores all of whose backups go with a domain that takes the live data too.
    ///
    /// ## Why is this bad
    ///
    /// A backup is for the day on which the place is gone. In September 2025 a battery fire at the
    /// Korean government's data centre in Daejeon burnt the shared drive of its officials, 858 TB,
    /// and the disks with its backup, which stood in the same building.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: room:1, in: site:a}, {id: room:2, in: site:a}, {id: site:b}]
    /// services: [{id: service:other, replicas: [{on: site:b}]}]
    /// stores:
    ///   - id: store:files
    ///     tier: 1
    ///     replicas:
    ///       - {on: room:1, replication: primary}
    ///       - {on: room:2, replication: {backup: 24h}}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep one backup on a domain that no fault takes together with the live copies: another
    /// site, on other power, under another account.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that is lost: error for tier 0 and 1 where no other copy remains;
    /// a warning where one does (it does not help against a bad write), and for other tiers.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the copies to the domain.
    ///
    /// ## References
    ///
    /// * Daejeon, September 2025: <https://biz.chosun.com/en/en-society/2025/10/01/5AV2BJUSCJERHBYGGGMRQPUUPI/>
    BackupSharesDomain
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    causes::each_and_whole(context, |explained| {
        let losses = explained.data(context).iter();
        losses
            .filter_map(|loss| Some((loss.store, finding(context, explained, loss)?)))
            .collect()
    })
}

fn finding(context: &Context<'_>, explained: &Explained, loss: &DataLoss) -> Option<Finding> {
    let is_backup = |copy: &NodeIx| {
        let data = context.node(*copy).data;
        matches!(data, Some(Replication::Backup { .. }))
    };
    let (backups, live): (Vec<NodeIx>, Vec<NodeIx>) = loss.gone.iter().partition(|c| is_backup(c));
    if backups.is_empty() || live.is_empty() || loss.left.iter().any(is_backup) {
        return None;
    }
    let certainty = explained.certainty(context);
    let evidence = loss.gone.iter().map(|copy| certainty.of(*copy)).max();
    let confidence = evidence.unwrap_or(Evidence::Assumed);
    let (id, cause) = (context.id(loss.store), context.id(explained.fault));
    let mut level = severity::of_cut(
        context,
        severity::tier_lost(context, loss.store),
        confidence,
    );
    let rest = if loss.left.is_empty() {
        message!("no copy is left")
    } else {
        level = level.min(Severity::Warning);
        message!("the copies left don't help against a bad write")
    };
    let mut finding = Finding::new(
        Code::BackupSharesDomain,
        level,
        id.as_str(),
        message!(
            "`{cause}` takes the data of `{id}` and its only backup: {rest}",
            cause,
            id,
            rest = rest.clone()
        ),
    );
    if backups.len() > 1 {
        finding.message = message!(
            "`{cause}` takes the data of `{id}` and all {n} of its backups: {rest}",
            cause,
            id,
            rest,
            n = backups.len()
        );
    }
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let sources = &context.node(backups[0]).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = String::from("the backup");
    let mut both = vec![live[0], backups[0]];
    both.sort_unstable();
    let links = chain::links(context, explained.steps(context), &both);
    finding.related = chain::related(context, &links);
    if !loss.left.is_empty() {
        let left = text::ids(context, &loss.left);
        finding.notes.push(message!("copies left: {left}", left));
    }
    finding.help = Some(message!(
        "keep a backup that does not stand on `{cause}`",
        cause
    ));
    Some(finding)
}
