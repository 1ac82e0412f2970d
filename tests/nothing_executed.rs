//! Nothing found in a tree is executed, and no network is touched: traps of every format are laid,
//! and the real binary walks over them.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// What stands in the environment and must not come out.
const SECRET: &str = "planted-in-the-environment";

struct Traps {
    dir: TempDir,
    listener: TcpListener,
}

impl Traps {
    fn tree(&self) -> PathBuf {
        self.dir.path().join("tree")
    }

    /// Written by whatever is executed.
    fn marker(&self) -> PathBuf {
        self.dir.path().join("executed")
    }

    fn lay() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let traps = Self {
            dir: tempfile::tempdir().unwrap(),
            listener,
        };
        let marker = traps.marker();
        let marker = marker.to_str().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let script = format!("#!/bin/sh\necho \"$0\" >> {marker}\necho '{{}}'\n");
        let put = |path: &str, text: &str| {
            let path = traps.tree().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let trap = |path: &str| {
            put(path, &script);
            let path = traps.tree().join(path);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        };
        // Programs that a careless reader would start by name.
        for name in [
            "ansible",
            "ansible-inventory",
            "ansible-vault",
            "bash",
            "buf",
            "curl",
            "docker",
            "docker-compose",
            "env",
            "gcloud",
            "git",
            "helm",
            "jq",
            "jsonnet",
            "kubectl",
            "kustomize",
            "node",
            "perl",
            "python",
            "python3",
            "ruby",
            "sh",
            "sops",
            "terraform",
            "tofu",
            "wget",
            "yq",
        ] {
            trap(&format!("../bin/{name}"));
        }
        // Ansible: a configuration that names programs, executable inventories, lookups.
        put(
            "ansible.cfg",
            "[defaults]\ninventory = ./inventory/dynamic.sh\nvault_password_file = ./vault.sh\n[inventory]\nenable_plugins = script\n",
        );
        trap("vault.sh");
        trap("inventory/dynamic.sh");
        trap("inventory/hosts.py");
        trap("inventory/hosts");
        put(
            "inventory/static",
            "[web]\nweb1 datacenter=ams note=\"{{ lookup('pipe', 'touch x') }}\"\n",
        );
        put(
            "host_vars/web1.yml",
            &format!(
                "rack: \"{{{{ lookup('pipe', 'touch {marker}') }}}}\"\nurl: \"{{{{ lookup('url', '{url}') }}}}\"\n"
            ),
        );
        put(
            "site.yml",
            &format!("- hosts: web\n  tasks:\n    - shell: touch {marker}\n"),
        );
        // Terraform: a provider, an external data source, modules and functions that read.
        trap(
            ".terraform/providers/registry.terraform.io/evil/evil/1.0.0/linux_amd64/terraform-provider-evil_v1.0.0",
        );
        put(
            "main.tf",
            &format!(
                "terraform {{\n  required_providers {{ evil = {{ source = \"127.0.0.1:{port}/evil/evil\" }} }}\n}}\nprovider \"evil\" {{}}\ndata \"external\" \"x\" {{\n  program = [\"sh\", \"-c\", \"touch {marker}\"]\n}}\ndata \"http\" \"y\" {{ url = \"{url}\" }}\nmodule \"m\" {{ source = \"{url}/m.zip\" }}\nlocals {{ passwd = file(\"/etc/passwd\") }}\nresource \"null_resource\" \"n\" {{\n  provisioner \"local-exec\" {{ command = \"touch {marker}\" }}\n}}\n"
            ),
        );
        put(
            "terraform.tfstate",
            &format!(
                "{{\"version\": 4, \"resources\": [], \"backend\": {{\"type\": \"http\", \"config\": {{\"address\": \"{url}\"}}}}}}"
            ),
        );
        // Compose: commands in values and in `.env`, an include from afar.
        put(
            ".env",
            &format!("TAG=$(touch {marker})\nOTHER=`touch {marker}`\n"),
        );
        put(
            "compose.yaml",
            &format!(
                "include: [\"{url}/compose.yaml\"]\nservices:\n  web:\n    image: web:${{TAG}}\n    command: [\"sh\", \"-c\", \"touch {marker}\"]\n    environment: {{API: \"{url}\", X: \"$$(touch {marker})\"}}\n"
            ),
        );
        // Kubernetes: generators, charts and functions of kustomize; a chart.
        trap("k8s/generator.sh");
        put(
            "k8s/kustomization.yaml",
            &format!(
                "resources: [web.yaml, \"{url}/base?ref=1\"]\nhelmCharts: [{{name: c, repo: \"{url}\"}}]\ngenerators: [gen.yaml]\n"
            ),
        );
        put(
            "k8s/gen.yaml",
            "apiVersion: a/v1\nkind: G\nmetadata:\n  name: g\n  annotations: {config.kubernetes.io/function: \"exec: {path: ./generator.sh}\"}\n",
        );
        put(
            "k8s/web.yaml",
            &format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      initContainers: [{{name: i, image: i, command: [sh, -c, \"until curl {url}; do touch {marker}; done\"]}}]\n      containers: [{{name: c, image: \"127.0.0.1:{port}/c\", env: [{{name: A, value: \"{url}\"}}]}}]\n"
            ),
        );
        put(
            "chart/Chart.yaml",
            &format!(
                "name: c\nversion: 1.0.0\napiVersion: v2\ndependencies: [{{name: d, repository: \"{url}\"}}]\n"
            ),
        );
        put(
            "chart/templates/a.yaml",
            "a: {{ .Values.x | exec \"touch\" }}\n",
        );
        // A catalogue that points elsewhere, tags that make objects, a schema to fetch.
        put(
            "catalog-info.yaml",
            &format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: l}}\nspec: {{targets: [\"{url}/all.yaml\"]}}\n"
            ),
        );
        put(
            "tags.yaml",
            &format!(
                "a: !!python/object/apply:os.system [\"touch {marker}\"]\nb: !include {url}\nc: !ENV HOME\n"
            ),
        );
        put(
            "spof.yaml",
            &format!(
                "# yaml-language-server: $schema={url}/schema.json\nservices: [{{id: service:a, requires: [\"external:{url}\"]}}]\n"
            ),
        );
        put(
            "tree.xml",
            &format!(
                "<!DOCTYPE opsa-mef [<!ENTITY x SYSTEM \"{url}\">]>\n<opsa-mef>&x;</opsa-mef>\n"
            ),
        );
        // git: programs that its commands start, and a folder that is none.
        put(".git/HEAD", "ref: refs/heads/main\n");
        put(
            ".git/config",
            "[core]\n\tfsmonitor = ./.git/hooks/post-checkout\n\tsshCommand = ./.git/hooks/post-checkout\n",
        );
        trap(".git/hooks/post-checkout");
        // A filter that is fine.
        put(
            "spof.toml",
            "[[source]]\npath = '/catalogue'\nfilter = '{services: [{id: .name}]}'\n",
        );
        put(
            "catalogue/a.yaml",
            &format!("name: \"$(touch {marker})\"\n"),
        );
        traps
    }

    /// Runs the binary in the tree. Its exit code, and all that it wrote.
    fn run(&self, words: &[&str]) -> (i32, String) {
        let out = self.dir.path().join("out");
        let file = fs::File::create(&out).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_spof"))
            .args(words)
            .current_dir(self.tree())
            .env_clear()
            .env("PATH", self.dir.path().join("bin"))
            .env("PLANTED", SECRET)
            .env(
                "http_proxy",
                format!("http://{}", self.listener.local_addr().unwrap()),
            )
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let faults = faults_of_children(child.id());
        let code = child.wait().unwrap().code().unwrap();
        assert_eq!(faults, 0, "{words:?} had children");
        (code, fs::read_to_string(out).unwrap())
    }

    /// Whether nothing fell into a trap.
    fn are_untouched(&self, words: &[&str]) {
        let executed = fs::read_to_string(self.marker()).unwrap_or_default();
        assert!(executed.is_empty(), "{words:?} executed {executed}");
        assert!(
            self.listener.accept().is_err(),
            "{words:?} opened a connection"
        );
    }
}

/// Page faults of all children that a process has had and waited for, read when it has ended and
/// before it is reaped: a process can't start without any.
fn faults_of_children(id: u32) -> u64 {
    let stat = PathBuf::from(format!("/proc/{id}/stat"));
    loop {
        let text = fs::read_to_string(&stat).unwrap();
        // The name stands in brackets and may hold anything.
        let (_, fields) = text.rsplit_once(") ").unwrap();
        let fields: Vec<&str> = fields.split(' ').collect();
        if fields[0] == "Z" {
            return fields[8].parse::<u64>().unwrap() + fields[10].parse::<u64>().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn no_command_falls_into_a_trap() {
    let traps = Traps::lay();
    let report = traps.dir.path().join("report.html");
    let report = report.to_str().unwrap();
    for words in [
        &["lint", "--fail-on", "never"][..],
        &[
            "lint",
            "--format",
            "sarif",
            "--no-gitignore",
            "--fail-on",
            "never",
        ],
        &["list"],
        &["coverage"],
        &["graph", "--format", "json"],
        &["blast", "service:a"],
        &["report", "-o", report],
        &["init", "--stdout"],
        &[
            "lint",
            "ansible.cfg",
            "inventory/dynamic.sh",
            "inventory/hosts",
            "main.tf",
            "--fail-on",
            "never",
        ],
    ] {
        let (code, said) = traps.run(words);
        // What is named and of no use is no input recognised.
        let none = code == 3 && words.contains(&"ansible.cfg");
        assert!(
            code == 0 || none || words[0] == "init",
            "{words:?}: {code} {said}"
        );
        assert!(!said.contains(SECRET), "{words:?}: {said}");
        traps.are_untouched(words);
    }
    assert!(!fs::read_to_string(report).unwrap().contains(SECRET));
    // The tree was really read.
    let (_, graph) = traps.run(&["graph", "--format", "json"]);
    for id in ["service:a", "service:web", "host:web1", "service:$(touch"] {
        assert!(graph.contains(&format!("\"{id}")), "{id}: {graph}");
    }
}

#[test]
fn no_filter_reaches_the_world() {
    let traps = Traps::lay();
    for filter in [
        "$ENV.PLANTED",
        "env.PLANTED",
        "input_filename",
        "input",
        "[inputs]",
        "now",
        "halt",
        "$__prog_args",
        "debug",
        "stderr",
        "\"x\" | halt_error",
        "get_search_list",
        "import \"./catalogue/a\" as $a; $a",
        "include \"catalogue/a\"; .",
        "getpath([\"a\"]) | input",
    ] {
        let config = format!("[[source]]\npath = '/catalogue'\nfilter = '''{filter}'''\n");
        fs::write(traps.tree().join("spof.toml"), config).unwrap();
        let (code, said) = traps.run(&["graph", "--format", "json"]);
        assert_eq!(code, 2, "{filter}: {said}");
        assert!(said.contains("spof.toml:3:"), "{filter}: {said}");
        assert!(!said.contains(SECRET), "{filter}: {said}");
        traps.are_untouched(&[filter]);
    }
}

#[test]
fn the_traps_are_sharp() {
    let traps = Traps::lay();
    let status = Command::new(traps.tree().join("inventory/dynamic.sh"))
        .status()
        .unwrap();
    assert!(status.success());
    assert!(
        fs::read_to_string(traps.marker())
            .unwrap()
            .contains("dynamic.sh")
    );
    // A shell that starts another program has children.
    let mut child = Command::new("/bin/sh")
        .args(["-c", "/bin/true; exit 0"])
        .spawn()
        .unwrap();
    assert!(faults_of_children(child.id()) > 0);
    child.wait().unwrap();
    let address = traps.listener.local_addr().unwrap();
    let _connection = std::net::TcpStream::connect(address).unwrap();
    assert!(traps.listener.accept().is_ok());
    assert!(Path::new("/proc/self/stat").exists());
}
