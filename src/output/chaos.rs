//! A drill as experiments of Chaos Mesh (`PodChaos`, chaos-mesh.org/v1alpha1) or Litmus
//! (`ChaosEngine`, litmuschaos.io/v1alpha1). Every name is written as a quoted string, so that
//! nothing in it is YAML; comments hold cleaned text.

use std::fmt::Write as _;

use super::drill::{Attack, Drill};
use super::text::clean;

/// Which program runs the experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    ChaosMesh,
    Litmus,
}

/// Longest name of an object that every Kubernetes object may have (RFC 1123 label).
const LONGEST_NAME: usize = 63;

/// The experiments, a document each, with what they don't do said above.
#[must_use]
pub fn experiments(drill: &Drill<'_>, runner: Runner) -> String {
    let cx = drill.cx();
    let mut out = String::new();
    let faults: Vec<&str> = drill
        .strike
        .faults
        .iter()
        .map(|fault| cx.id(fault.node))
        .collect();
    comment(
        &mut out,
        &format!(
            "Drill: loss of {}. Pods are stopped, nothing else is.",
            faults.join(", ")
        ),
    );
    for objection in drill.objections() {
        comment(&mut out, &format!("Mind: {objection}"));
    }
    if !drill.by_hand.is_empty() {
        comment(
            &mut out,
            "Not in it, since these are no Kubernetes workloads, or not known as such; stop them by hand:",
        );
        for node in drill.by_hand {
            comment(&mut out, &format!("  {}", cx.id(*node)));
        }
    }
    for (number, attack) in drill.attacks.iter().enumerate() {
        out.push_str("---\n");
        comment(
            &mut out,
            &format!(
                "{}: {} of {} pods ({})",
                cx.id(attack.workload),
                attack.stops,
                attack.all,
                cx.place(&cx.node(attack.workload).sources)
            ),
        );
        let name = name(cx.node(attack.workload).id.name(), number + 1);
        match runner {
            Runner::ChaosMesh => chaos_mesh(&mut out, attack, &name, drill.lasts_s),
            Runner::Litmus => litmus(&mut out, attack, &name, drill.lasts_s),
        }
    }
    out
}

fn comment(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {}", clean(text));
}

/// `text` as a string of YAML: JSON's strings are such.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name that Kubernetes takes, unique by its number.
fn name(of: &str, number: usize) -> String {
    let mut plain: String = of
        .to_ascii_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    let end = format!("-{number}");
    plain.truncate(LONGEST_NAME - "spof-".len() - end.len());
    format!("spof-{}{end}", plain.trim_matches('-'))
}

fn chaos_mesh(out: &mut String, attack: &Attack, name: &str, lasts_s: u64) {
    let _ = write!(
        out,
        "apiVersion: chaos-mesh.org/v1alpha1\nkind: PodChaos\nmetadata:\n  name: {}\n  namespace: {}\n\
         spec:\n  action: pod-failure\n",
        quoted(name),
        quoted(&attack.namespace)
    );
    // Of a failed node all its pods; else so many of the workload, whichever.
    if attack.stops == attack.all || !attack.hosts.is_empty() {
        out.push_str("  mode: all\n");
    } else {
        let _ = write!(out, "  mode: fixed\n  value: \"{}\"\n", attack.stops);
    }
    let _ = write!(
        out,
        "  duration: \"{lasts_s}s\"\n  selector:\n    namespaces: [{}]\n",
        quoted(&attack.namespace)
    );
    if !attack.hosts.is_empty() {
        let hosts: Vec<String> = attack.hosts.iter().map(|host| quoted(host)).collect();
        let _ = writeln!(out, "    nodes: [{}]", hosts.join(", "));
    }
    out.push_str("    labelSelectors:\n");
    for (key, value) in &attack.labels {
        let _ = writeln!(out, "      {}: {}", quoted(key), quoted(value));
    }
}

fn litmus(out: &mut String, attack: &Attack, name: &str, lasts_s: u64) {
    let labels: Vec<String> = attack
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let share = (attack.stops * 100).div_ceil(attack.all.max(1));
    let _ = write!(
        out,
        "apiVersion: litmuschaos.io/v1alpha1\nkind: ChaosEngine\nmetadata:\n  name: {}\n  namespace: {}\n\
         spec:\n  engineState: active\n  annotationCheck: \"false\"\n  appinfo:\n    appns: {}\n    \
         applabel: {}\n    appkind: {}\n  chaosServiceAccount: litmus-admin\n  experiments:\n    - name: \
         pod-delete\n      spec:\n        components:\n          env:\n",
        quoted(name),
        quoted(&attack.namespace),
        quoted(&attack.namespace),
        quoted(&labels.join(",")),
        quoted(&attack.kind.to_ascii_lowercase()),
    );
    for (key, value) in [
        ("TOTAL_CHAOS_DURATION", lasts_s.to_string()),
        ("CHAOS_INTERVAL", "10".to_owned()),
        ("FORCE", "true".to_owned()),
        ("PODS_AFFECTED_PERC", share.to_string()),
    ] {
        let _ = writeln!(
            out,
            "            - {{name: {key}, value: {}}}",
            quoted(&value)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_kubernetes_takes() {
        assert_eq!(name("shop/Web_1", 2), "spof-shop-web-1-2");
        assert_eq!(name("판교", 1), "spof--1");
        let long = name(&"x".repeat(300), 12);
        assert_eq!(long.len(), LONGEST_NAME);
        assert_eq!(quoted("a\"\n#: b"), "\"a\\\"\\n#: b\"");
    }
}
