//! Variables that say where a host is.

use crate::config::selection::PlaceVariable;
use crate::words::Id;

/// Names of variables and the kind of place that their value is, the widest first. Those that
/// modules and collections use, and those that inventories were seen to use.
const MEANINGS: [(&str, &str); 64] = [
    ("provider", "provider"),
    ("cloud_provider", "provider"),
    ("hosting_provider", "provider"),
    ("region", "region"),
    ("aws_region", "region"),
    ("ec2_region", "region"),
    ("cloud_region", "region"),
    ("gcp_region", "region"),
    ("vultr_region", "region"),
    ("do_region", "region"),
    ("do_region.slug", "region"),
    ("placement.region", "region"),
    ("openstack.location.region_name", "region"),
    ("site", "site"),
    ("datacenter", "site"),
    ("datacentre", "site"),
    ("data_center", "site"),
    ("data_centre", "site"),
    ("dc", "site"),
    ("idc", "site"),
    ("facility", "site"),
    ("location", "site"),
    ("server_location", "site"),
    ("hcloud_location", "site"),
    ("hcloud_datacenter", "site"),
    ("sites", "site"),
    ("availability_zone", "zone"),
    ("az", "zone"),
    ("zone", "zone"),
    ("ec2_placement_availability_zone", "zone"),
    ("gcp_zone", "zone"),
    ("gce_zone", "zone"),
    ("availability_domain", "zone"),
    ("ec2_placement", "zone"),
    ("ec2_availability_zone", "zone"),
    ("placement.availability_zone", "zone"),
    ("openstack.location.zone", "zone"),
    ("building", "building"),
    ("room", "room"),
    ("server_room", "room"),
    ("rack", "rack"),
    ("rack_id", "rack"),
    ("rack_name", "rack"),
    ("racks", "rack"),
    ("power_feed", "power"),
    ("pdu", "power"),
    ("switch", "network"),
    ("tor_switch", "network"),
    ("vmhost", "host"),
    ("vm_host", "host"),
    ("hypervisor", "host"),
    ("kvm_host", "host"),
    ("pve_node", "host"),
    ("proxmox_node", "host"),
    ("pve_host", "host"),
    ("physical_host", "host"),
    ("parent_host", "host"),
    ("hypervisor_hostname", "host"),
    ("virt_host", "host"),
    ("xen_host", "host"),
    ("esxi_host", "host"),
    ("kvmhost", "host"),
    ("ganeti_node", "host"),
    ("lxd_host", "host"),
];

/// Longest name of a place.
const LONGEST: usize = 100;

/// The variables that mean a place, each with the kind of it: the usual ones, as far as the
/// configuration says nothing else of them, and those it names.
pub(super) fn meanings(chosen: &[PlaceVariable]) -> Vec<(&str, &str)> {
    let usual = MEANINGS
        .into_iter()
        .filter(|(name, _)| chosen.iter().all(|own| own.name != *name));
    let named = chosen
        .iter()
        .filter_map(|own| Some((own.name.as_str(), own.kind.as_deref()?)));
    usual.chain(named).collect()
}

/// The place that a value names; `None` if it is no name of one: a path, a sentence, a switch of
/// another kind (`zone: example.org` is DNS, `rack: true` a question).
pub(super) fn place(kind: &str, value: &str) -> Option<Id> {
    let value = value.trim();
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '+');
    let is_name = !value.is_empty() && value.len() <= LONGEST && value.chars().all(letters);
    let is_switch = [
        "true",
        "false",
        "yes",
        "no",
        "none",
        "null",
        "unknown",
        "default",
        "all",
        "any",
        "auto",
        "external",
        "internal",
        "local",
        "localhost",
        "manual",
        "n-a",
        "na",
        "other",
        "static",
        "tbd",
        "todo",
        "undefined",
    ]
    .contains(&value.to_ascii_lowercase().as_str());
    let is_domain = kind != "host" && value.contains('.');
    // A data centre of Hetzner's, `fsn1-dc14`, stands at its location `fsn1`.
    let inner = kind == "site"
        && value.rsplit_once("-dc").is_some_and(|(_, number)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
    let kind = if inner { "zone" } else { kind };
    (is_name && !is_switch && !is_domain).then(|| Id::new(kind, value))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn names_of_places() {
        assert!(place("zone", "eu-west-1a").is_some());
        assert!(place("host", "kvm1.example.org").is_some());
        for (kind, no) in [
            ("zone", "example.org"),
            ("location", "/srv/www"),
            ("rack", "true"),
            ("site", ""),
            ("site", "{{ x }}"),
        ] {
            assert!(place(kind, no).is_none(), "{no}");
        }
    }
}
