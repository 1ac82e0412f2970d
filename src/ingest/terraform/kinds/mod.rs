//! Which types of resources mean what: one table for each provider.
//!
//! A row says what a resource is, where its placement stands, and which of its attributes lead to
//! others. Paths are dotted; lists on the way are gone through.

mod aws;
mod azure;
mod google;
mod others;

use super::copies::Copies;

/// What a resource is.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// A virtual or bare-metal machine: a host, and a service on it.
    Machine,
    /// Runs something, in so many copies.
    Service(Copies),
    /// Keeps data, in so many copies.
    Store(Copies),
    /// Passes requests on to any of what stands behind it.
    Balancer,
    /// A cluster of others' workloads: a domain.
    Cluster,
    /// A place that others name: it adds nothing of its own but where it is.
    Place,
    /// Stands between others: an attachment, a listener, a template.
    Part,
    /// A part behind a balancer of which any member will do: a target group.
    Pool,
    /// Hands a value on: what reads it reads what the value was made of.
    Link(&'static str),
    /// A name of the DNS; [`super::dns`] reads it.
    Record,
    /// Says nothing of what must run for what: rights, rules, keys.
    Nothing,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) types: &'static [&'static str],
    pub(super) what: What,
    /// Zones it is in.
    pub(super) zone: &'static [&'static str],
    /// Regions, or what this provider has in their place.
    pub(super) region: &'static [&'static str],
    /// What it stands in or on: their placement is its own.
    pub(super) via: &'static [&'static str],
    /// What it is called, first found.
    pub(super) name: &'static [&'static str],
    /// Host names and addresses at which others call it.
    pub(super) address: &'static [&'static str],
    /// What leads to it.
    pub(super) back: &'static [&'static str],
    /// What it leads to.
    pub(super) forth: &'static [&'static str],
    /// Texts and settings in which it names others.
    pub(super) texts: &'static [&'static str],
    /// Resources whose texts, and what those lead to, are its own: a template, a definition.
    pub(super) template: &'static [&'static str],
    /// What else states its zones: the path to it, and the path there.
    pub(super) beside: &'static [(&'static str, &'static str)],
    /// It is a part of the store that it refers to here: its copies are counted there.
    pub(super) of: &'static [&'static str],
}

impl Row {
    const fn new(types: &'static [&'static str], what: What) -> Self {
        Self {
            types,
            what,
            zone: &[],
            region: &[],
            via: &[],
            name: &["name"],
            address: &[],
            back: &[],
            forth: &[],
            texts: &[],
            template: &[],
            beside: &[],
            of: &[],
        }
    }

    const fn zone(mut self, paths: &'static [&'static str]) -> Self {
        self.zone = paths;
        self
    }

    const fn region(mut self, paths: &'static [&'static str]) -> Self {
        self.region = paths;
        self
    }

    const fn via(mut self, paths: &'static [&'static str]) -> Self {
        self.via = paths;
        self
    }

    const fn name(mut self, paths: &'static [&'static str]) -> Self {
        self.name = paths;
        self
    }

    const fn address(mut self, paths: &'static [&'static str]) -> Self {
        self.address = paths;
        self
    }

    const fn back(mut self, paths: &'static [&'static str]) -> Self {
        self.back = paths;
        self
    }

    const fn forth(mut self, paths: &'static [&'static str]) -> Self {
        self.forth = paths;
        self
    }

    const fn texts(mut self, paths: &'static [&'static str]) -> Self {
        self.texts = paths;
        self
    }

    const fn template(mut self, paths: &'static [&'static str]) -> Self {
        self.template = paths;
        self
    }

    const fn beside(mut self, paths: &'static [(&'static str, &'static str)]) -> Self {
        self.beside = paths;
        self
    }

    const fn of(mut self, paths: &'static [&'static str]) -> Self {
        self.of = paths;
        self
    }

    /// Whether it becomes a node.
    pub(super) fn is_node(&self) -> bool {
        self.of.is_empty()
            && matches!(
                self.what,
                What::Machine | What::Service(_) | What::Store(_) | What::Balancer | What::Cluster
            )
    }
}

/// The row of a type; `None`: a type that nobody described here.
pub(super) fn row(kind: &str) -> Option<&'static Row> {
    let tables = [aws::ROWS, google::ROWS, azure::ROWS, others::ROWS];
    let mut rows = tables.into_iter().flatten();
    rows.find(|row| row.types.contains(&kind))
}

/// Providers, by the prefix of their types, and what they are called.
const PROVIDERS: [(&str, &str); 14] = [
    ("aws", "aws"),
    ("google", "google"),
    ("azurerm", "azure"),
    ("hcloud", "hetzner"),
    ("openstack", "openstack"),
    ("flexibleengine", "flexibleengine"),
    ("opentelekomcloud", "opentelekomcloud"),
    ("huaweicloud", "huaweicloud"),
    ("ovh", "ovh"),
    ("digitalocean", "digitalocean"),
    ("scaleway", "scaleway"),
    ("oci", "oracle"),
    ("vultr", "vultr"),
    ("linode", "linode"),
];

/// The provider whose places a type stands in.
pub(super) fn provider(kind: &str) -> Option<&'static str> {
    let prefix = kind.split('_').next().unwrap_or(kind);
    let found = PROVIDERS.iter().find(|(known, _)| *known == prefix);
    found.map(|(_, name)| *name)
}

/// Types that say nothing of what must run for what, by their ends and beginnings: keys, rights,
/// rules, and things that exist only while Terraform runs.
pub(super) fn is_nothing(kind: &str) -> bool {
    const BEGIN: [&str; 32] = [
        "aws_iam_",
        "aws_kms_",
        "aws_cloudwatch_",
        "aws_acm_",
        "aws_wafv2_",
        "aws_waf_",
        "aws_config_",
        "aws_guardduty_",
        "aws_security_group",
        "aws_vpc_security_group",
        "aws_network_acl",
        "aws_route_table",
        "aws_organizations_",
        "aws_ssm_document",
        "aws_default_security_group",
        "google_project",
        "google_service_account",
        "google_compute_firewall",
        "google_kms_",
        "google_monitoring_",
        "google_logging_",
        "azurerm_role_",
        "azurerm_network_security_",
        "azurerm_monitor_",
        "azurerm_key_vault_",
        "azuread_",
        "hcloud_firewall",
        "random_",
        "null_",
        "tls_",
        "time_",
        "local_",
    ];
    const CONTAIN: [&str; 12] = [
        "_secgroup",
        "_keypair",
        "_key_pair",
        "_ssh_key",
        "_policy",
        "_iam_",
        "_permission",
        "_acl",
        "_tag",
        "_route_table",
        "_firewall_rule",
        "_diagnostic_setting",
    ];
    const EXACT: [&str; 10] = [
        "terraform_data",
        "external",
        "archive_file",
        "template_file",
        "http",
        "null_data_source",
        "aws_route",
        "aws_internet_gateway",
        "aws_caller_identity",
        "cloudinit_config",
    ];
    EXACT.contains(&kind)
        || BEGIN.iter().any(|begin| kind.starts_with(begin))
        || CONTAIN.iter().any(|part| kind.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_type_is_described_twice() {
        let tables = [aws::ROWS, google::ROWS, azure::ROWS, others::ROWS];
        let mut seen = std::collections::BTreeSet::new();
        for row in tables.into_iter().flatten() {
            for kind in row.types {
                assert!(seen.insert(*kind), "{kind} twice");
            }
        }
        assert!(seen.len() > 150, "{}", seen.len());
    }
}
