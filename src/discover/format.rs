//! Which reader a file belongs to, by name and content.

use camino::Utf8Path;

use crate::config::mapping::Mapping;
use crate::source::{Syntax, csv};

/// What a file's name says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Data in this format.
    Read(Syntax),
    /// Settings that other files refer to (`.env`, `nginx.conf`): kept as text, without documents.
    Text,
    /// No telling name: the content decides.
    Look,
    /// Data, as the configuration says; the content decides which.
    Sure,
    /// A format of data that nothing here reads; what to do about it.
    Unknown(&'static str),
    /// A template of data by its name.
    Template(&'static str),
    /// Code, prose, pictures, manifests of package managers.
    Other,
}

/// Settings of proxies, in forms of their own: who mounts them passes on to what they name.
const PROXY_FILES: [&str; 4] = ["caddyfile", "default.conf", "haproxy.cfg", "nginx.conf"];

/// Files that are data by form but describe packages or tools, never services.
const PACKAGE_FILES: [&str; 39] = [
    ".babelrc",
    ".eslintrc",
    ".eslintrc.json",
    ".eslintrc.yaml",
    ".eslintrc.yml",
    ".golangci.yaml",
    ".golangci.yml",
    ".markdownlint.json",
    ".markdownlint.yaml",
    ".pre-commit-config.yaml",
    ".prettierrc",
    ".prettierrc.json",
    ".terraform.lock.hcl",
    ".tflint.hcl",
    "biome.json",
    "bower.json",
    "cargo.lock",
    "cargo.toml",
    "clippy.toml",
    "composer.json",
    "composer.lock",
    "deny.toml",
    "deno.json",
    "deno.lock",
    "jsconfig.json",
    "lerna.json",
    "npm-shrinkwrap.json",
    "nx.json",
    "package-lock.json",
    "package.json",
    "pipfile",
    "pipfile.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "pyproject.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
    // What `spof lint --write-baseline` wrote.
    "spof.baseline.json",
    "turbo.json",
];

/// Formats that hold estates but have no reader, each with what to give instead.
const UNKNOWN: [(&str, &str); 15] = [
    ("cue", "CUE: give the output of `cue export`"),
    ("dhall", "Dhall: give the output of `dhall-to-yaml`"),
    (
        "hcl",
        "HCL that is not Terraform's: give it as JSON or YAML",
    ),
    ("json5", "JSON5: give it as JSON"),
    ("jsonnet", "Jsonnet: give the output of `jsonnet`"),
    ("k", "KCL: give the output of `kcl run`"),
    (
        "libsonnet",
        "Jsonnet library: give the output of `jsonnet` for what imports it",
    ),
    ("ncl", "Nickel: give the output of `nickel export`"),
    ("nix", "Nix: give the output of `nix eval --json`"),
    (
        "nomad",
        "Nomad jobs are not read; state what matters of it in a `spof.yaml`",
    ),
    ("pkl", "Pkl: give the output of `pkl eval -f yaml`"),
    (
        "pp",
        "Puppet is not read; state what matters of it in a `spof.yaml`",
    ),
    (
        "sls",
        "Salt states are not read; state what matters of it in a `spof.yaml`",
    ),
    (
        "tfplan",
        "a saved plan: give the output of `terraform show -json` for it",
    ),
    (
        "bicep",
        "Bicep is not read; state what matters of it in a `spof.yaml`",
    ),
];

/// What to do about CSV that is no inventory of ours: a tree may hold tables of anything.
const OTHER_TABLE: &str = "CSV with another header than an inventory's: `id,kind,…` for nodes, \
                           `from,to,mode` for edges";

/// Endings that mark a template of the file named before them.
const TEMPLATES: [(&str, &str); 9] = [
    ("erb", "ERB template: render it first and give the result"),
    ("gotmpl", "Go template: render it first and give the result"),
    ("j2", "Jinja template: render it first and give the result"),
    (
        "jinja",
        "Jinja template: render it first and give the result",
    ),
    (
        "jinja2",
        "Jinja template: render it first and give the result",
    ),
    (
        "mustache",
        "Mustache template: render it first and give the result",
    ),
    (
        "tftpl",
        "Terraform template: render it first and give the result",
    ),
    ("tmpl", "template: render it first and give the result"),
    ("tpl", "template: render it first and give the result"),
];

/// Judges a file by its name, unless the configuration maps it: then it is data, in the format
/// that it says, if it does.
pub(super) fn judge(shown: &Utf8Path, mapping: Option<&Mapping>) -> Claim {
    let by_name = by_name(shown);
    let Some(mapping) = mapping else {
        return by_name;
    };
    match (mapping.format, by_name) {
        (Some(syntax), _) | (None, Claim::Read(syntax)) => Claim::Read(syntax),
        _ => Claim::Sure,
    }
}

/// Judges a file by its name.
pub(super) fn by_name(path: &Utf8Path) -> Claim {
    let name = path.file_name().unwrap_or("").to_ascii_lowercase();
    let is_tsconfig = name.starts_with("tsconfig.") && path.extension() == Some("json");
    // Schemas describe the form of data; our own may stand beside the manifest for editors.
    let is_schema = name.ends_with(".schema.json");
    if is_tsconfig || is_schema || PACKAGE_FILES.contains(&name.as_str()) {
        return Claim::Other;
    }
    if is_env_file(&name) || PROXY_FILES.contains(&name.as_str()) {
        return Claim::Text;
    }
    // `.profile` has no ending, and a file named `yaml` is not YAML.
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return Claim::Look;
    };
    if let Some(syntax) = syntax_of(ending) {
        return Claim::Read(syntax);
    }
    if let Some((_, advice)) = UNKNOWN.iter().find(|(known, _)| *known == ending) {
        return Claim::Unknown(advice);
    }
    let inner = stem
        .rsplit_once('.')
        .and_then(|(_, inner)| syntax_of(inner));
    let template = TEMPLATES.iter().find(|(known, _)| *known == ending);
    match (template, inner) {
        (Some((_, advice)), Some(_)) => Claim::Template(advice),
        (None, Some(syntax)) if ending == "backup" => Claim::Read(syntax),
        (None, _)
            if matches!(
                ending,
                "config" | "conf" | "cfg" | "csv" | "inventory" | "ini" | "metrics" | "tsv" | "xml"
            ) =>
        {
            Claim::Look
        }
        // A host's file of an Ansible inventory is named by the host: `web1.example.org`.
        (None, _) if is_host_vars(path) => Claim::Look,
        _ => Claim::Other,
    }
}

fn syntax_of(ending: &str) -> Option<Syntax> {
    match ending {
        "yaml" | "yml" => Some(Syntax::Yaml),
        "json" | "jsonc" | "jsonl" | "ndjson" | "tfstate" => Some(Syntax::Json),
        "toml" => Some(Syntax::Toml),
        "tf" | "tofu" | "tfvars" => Some(Syntax::Hcl),
        "opsa" => Some(Syntax::Xml),
        "prom" => Some(Syntax::Metrics),
        _ => None,
    }
}

fn is_host_vars(path: &Utf8Path) -> bool {
    let mut folders = path.components().rev().skip(1);
    folders.any(|part| matches!(part.as_str(), "host_vars" | "group_vars"))
}

/// `.env`, `.env.prod` and `web.env`: `NAME=value` lines.
fn is_env_file(name: &str) -> bool {
    let template = |(ending, _): &(&str, &str)| {
        name.strip_suffix(ending)
            .is_some_and(|before| before.ends_with('.'))
    };
    let named = name == ".env"
        || name.starts_with(".env.")
        || name
            .strip_suffix(".env")
            .is_some_and(|stem| !stem.is_empty());
    named && !TEMPLATES.iter().any(template)
}

/// Names of inventories without an ending: usual ones, and those of whole estates.
const INVENTORIES: [&str; 10] = [
    "hosts",
    "inventory",
    "dev",
    "development",
    "prod",
    "production",
    "qa",
    "stage",
    "staging",
    "test",
];

/// How many bytes of a file [`by_content`] looks at.
pub(super) const HEAD: usize = 4096;

/// Judges a file without a telling name by its first bytes: only clear signs of data count,
/// because a Makefile begins like YAML too.
pub(super) fn by_content(path: &Utf8Path, head: &[u8]) -> Claim {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}');
    if is_table(path) {
        return match csv::header(text) {
            header if header.is_empty() => Claim::Other,
            header if csv::sheet(&header).is_some() => Claim::Read(Syntax::Csv),
            _ => Claim::Unknown(OTHER_TABLE),
        };
    }
    let lines = text.lines().map(str::trim_end);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().unwrap_or("");
    let name = path.file_name().unwrap_or("");
    if text.trim_start().starts_with('<') && text.contains("<opsa-mef") {
        return Claim::Read(Syntax::Xml);
    }
    if is_metrics(text) {
        return Claim::Read(Syntax::Metrics);
    }
    let yaml = first == "---"
        || first.starts_with("--- ")
        || first.starts_with("apiVersion:")
        || first.starts_with("%YAML")
        || (is_host_vars(path) && is_entry(first));
    if yaml {
        return Claim::Read(Syntax::Yaml);
    }
    let second = lines.next().unwrap_or("").trim_start();
    let after = first.get(1..).unwrap_or("").trim_start();
    let inside = if after.is_empty() { second } else { after };
    if first.starts_with('{') && inside.starts_with('"') {
        return Claim::Read(Syntax::Json);
    }
    if is_inventory(path, name, first, text) {
        return Claim::Read(Syntax::Ini);
    }
    if matches!(name, "hosts" | "inventory") && first.ends_with(':') && is_entry(first) {
        return Claim::Read(Syntax::Yaml);
    }
    Claim::Other
}

/// CSV by its ending.
fn is_table(path: &Utf8Path) -> bool {
    let ending = path.extension().unwrap_or("");
    ["csv", "tsv"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// What a Prometheus client or server writes begins with what a metric means or is.
fn is_metrics(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or("");
    let mut words = first.split(' ');
    let marked = words.next() == Some("#") && matches!(words.next(), Some("HELP" | "TYPE"));
    marked && words.next().is_some()
}

/// An Ansible inventory in INI: by its name or folder, or by sections that nothing else has.
fn is_inventory(path: &Utf8Path, name: &str, first: &str, text: &str) -> bool {
    let is_header = |line: &str| {
        let inner = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        inner.is_some_and(|(inner, _)| {
            let letters = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | ' ');
            !inner.is_empty() && inner.chars().all(letters)
        })
    };
    let folders = path.parent().into_iter().flat_map(Utf8Path::components);
    let in_inventory = folders
        .into_iter()
        .any(|part| matches!(part.as_str(), "inventory" | "inventories"));
    let stem = name.split('.').next().unwrap_or(name);
    let named = in_inventory
        || INVENTORIES.contains(&stem)
        || ["hosts-", "hosts_", "inventory-", "inventory_"]
            .iter()
            .any(|start| stem.starts_with(start))
        || ["_hosts", "-hosts", "_inventory", "-inventory"]
            .iter()
            .any(|end| stem.ends_with(end));
    let headers = || text.lines().map(str::trim).filter(|line| is_header(line));
    let telling = headers().any(|line| line.contains(":children]") || line.contains(":vars]"));
    // Hosts of no group stand before the first section, and a section may lack its `]`.
    let broken = first.strip_prefix('[').is_some_and(|rest| {
        let letters = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        rest.starts_with(char::is_alphabetic) && rest.trim_end().chars().all(letters)
    });
    let mut words = first.split_whitespace();
    let host = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '[' | ']');
    let lone = words
        .next()
        .is_some_and(|word| word.chars().all(host) && !word.ends_with(':'))
        && words.all(|word| word.contains('='))
        && headers().next().is_some();
    let begins = is_header(first) || first.contains(" ansible_") || broken || lone;
    let is_script = text.starts_with("#!");
    name != "ansible.cfg" && !is_script && ((named && begins) || telling)
}

/// What tells Ansible how to run: not data, and not to be followed.
pub(super) fn is_settings(path: &Utf8Path) -> bool {
    matches!(path.file_name(), Some("ansible.cfg" | ".ansible.cfg"))
}

/// `key:` or `key: value`.
fn is_entry(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
    !key.is_empty() && key.chars().all(plain) && (value.is_empty() || value.starts_with(' '))
}

/// How to read a file that was named on the command line: that it was named says it is data.
pub(super) fn explicit(path: &Utf8Path, head: &[u8]) -> Syntax {
    let name = path.file_name().unwrap_or("").to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    syntax_of(ending).unwrap_or_else(|| {
        let first = text.lines().next().unwrap_or_default().trim_end();
        let name = path.file_name().unwrap_or("");
        if is_table(path) {
            Syntax::Csv
        } else if text.starts_with('<') || ending == "xml" {
            Syntax::Xml
        } else if is_metrics(text) {
            Syntax::Metrics
        } else if is_inventory(path, name, first, text) {
            Syntax::Ini
        } else if text.starts_with(['{', '[']) {
            Syntax::Json
        } else {
            Syntax::Yaml
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> Claim {
        by_name(Utf8Path::new(path))
    }

    #[test]
    fn names_decide() {
        assert_eq!(name("a/b.yaml"), Claim::Read(Syntax::Yaml));
        assert_eq!(name("a/B.YML"), Claim::Read(Syntax::Yaml));
        assert_eq!(name("x.spof.toml"), Claim::Read(Syntax::Toml));
        assert_eq!(name("terraform.tfstate"), Claim::Read(Syntax::Json));
        assert_eq!(name("terraform.tfstate.backup"), Claim::Read(Syntax::Json));
        assert_eq!(name("spans.jsonl"), Claim::Read(Syntax::Json));
        assert_eq!(name("graph.prom"), Claim::Read(Syntax::Metrics));
        assert_eq!(name("a/package.json"), Claim::Other);
        assert_eq!(name("Cargo.toml"), Claim::Other);
        assert_eq!(name("tsconfig.build.json"), Claim::Other);
        assert_eq!(name("a.rs"), Claim::Other);
        assert_eq!(name("logo.png"), Claim::Other);
        assert_eq!(name("hosts"), Claim::Look);
        assert_eq!(name(".env"), Claim::Text);
        assert_eq!(name("a/.env.prod"), Claim::Text);
        assert_eq!(name("web.env"), Claim::Text);
        assert_eq!(name("proxy/nginx.conf"), Claim::Text);
        assert_eq!(name("Caddyfile"), Claim::Text);
        assert_eq!(name(".env.j2"), Claim::Other);
        assert_eq!(name(".environment"), Claim::Look);
        assert!(matches!(name("a.libsonnet"), Claim::Unknown(_)));
        assert_eq!(name("main.tf"), Claim::Read(Syntax::Hcl));
        assert_eq!(name(".terraform.lock.hcl"), Claim::Other);
        assert!(matches!(name("a.yaml.j2"), Claim::Template(_)));
        assert_eq!(name("_helpers.tpl"), Claim::Other);
        assert_eq!(name("host_vars/web1.example.org"), Claim::Look);
    }

    #[test]
    fn content_decides_only_on_clear_signs() {
        let look = |path: &str, text: &str| by_content(Utf8Path::new(path), text.as_bytes());
        assert_eq!(
            look("host_vars/x", "# c\n\na: 1\n"),
            Claim::Read(Syntax::Yaml)
        );
        assert_eq!(look("x", "---\na: 1\n"), Claim::Read(Syntax::Yaml));
        assert_eq!(look("x", "{\n  \"a\": 1}"), Claim::Read(Syntax::Json));
        assert_eq!(look("Makefile", "all: build\n\tcc\n"), Claim::Other);
        assert_eq!(look("LICENSE", "MIT License\n"), Claim::Other);
        assert_eq!(look("run", "#!/bin/sh\n{ echo; }\n"), Claim::Other);
        let ini = Claim::Read(Syntax::Ini);
        assert_eq!(look("hosts", "# c\n[web]\na\n"), ini);
        assert_eq!(look("inventories/prod/eu", "[web]\na\n"), ini);
        assert_eq!(look("production", "[web]\na\n"), ini);
        assert_eq!(look("vagrant_inventory", "a port=1\n\n[web]\na\n"), ini);
        assert_eq!(look("prod.ini", "a\n[x:children]\nweb\n"), ini);
        // As Ansible's own documentation begins: a host of no group.
        assert_eq!(look("hosts", "mail.example.com\n\n[web]\na\n"), ini);
        assert_eq!(look("hosts.ini", "mail dc=fra1\n[web]\na\n"), ini);
        // It is one, and broken: to be said, not passed over.
        assert_eq!(look("inventory/hosts", "[web\na\n"), ini);
        let script = "#!/bin/sh\n[ -n a ] && exit\n";
        assert_eq!(look("inventory/hosts", script), Claim::Other);
        let prose = "Our hosts by place.\n[web]\n";
        assert_eq!(look("inventory/README", prose), Claim::Other);
        let table = Claim::Read(Syntax::Csv);
        assert_eq!(look("x.CSV", "\u{feff}# c\nID;Kind;in\na;b;c\n"), table);
        assert_eq!(look("x.tsv", "from\tto\tmode\n"), table);
        assert_eq!(look("x.csv", "from,to\n"), Claim::Unknown(OTHER_TABLE));
        assert_eq!(look("x.csv", ""), Claim::Other);
        assert_eq!(look("php.ini", "[PHP]\nengine = On\n"), Claim::Other);
        assert_eq!(
            look("ansible.cfg", "[defaults]\ninventory = x\n"),
            Claim::Other
        );
        assert_eq!(look("hosts", "127.0.0.1 localhost\n"), Claim::Other);
        let scrape = "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n";
        assert_eq!(look("scrape", scrape), Claim::Read(Syntax::Metrics));
        assert_eq!(
            explicit(Utf8Path::new("scrape.txt"), scrape.as_bytes()),
            Syntax::Metrics
        );
        assert_eq!(look("hosts", "all:\n  hosts:\n"), Claim::Read(Syntax::Yaml));
        assert_eq!(
            explicit(Utf8Path::new("graph"), b" {\"a\":1}"),
            Syntax::Json
        );
        assert_eq!(explicit(Utf8Path::new("graph"), b"a: 1"), Syntax::Yaml);
        assert_eq!(explicit(Utf8Path::new("Cargo.toml"), b"[a]"), Syntax::Toml);
    }
}
