//! Every single fault of a layered graph of 20,000 nodes, beside the graph libraries of Python's
//! package index: `cargo bench --bench peers`. They are installed into target/peers; where that
//! can't be done, the bench says so. Peers answer reachability, which ignores redundancy; ours is
//! the exact answer with all verdicts. Times are processor time of one thread.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that panics fails, and prints what it found"
)]

mod estates;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use spof::analysis::engine::Engine;
use spof::analysis::sweep::Sweep;
use spof::graph::Graph;

const NODES: u32 = 20_000;
const RUNS: usize = 11;

fn main() {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let folder = Path::new(&target).join("peers");
    std::fs::create_dir_all(&folder).unwrap();
    let graph = estates::layered(NODES);
    let file = folder.join("layered.txt");
    std::fs::write(&file, written(&graph)).unwrap();
    let engine = Engine::new(&graph);
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            alone.install(|| {
                let began = processor_seconds();
                let sweep = Sweep::new(&engine);
                let took = processor_seconds() - began;
                assert_eq!(sweep.effects().len(), graph.node_count());
                took
            })
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let ours = times[RUNS / 2];
    let sweep = Sweep::new(&engine);
    let reached: usize = sweep.effects().map(|effect| effect.len()).sum();
    let count = |n: usize| f64::from(u32::try_from(n).unwrap());
    let mean = count(reached) / count(graph.node_count());
    println!(
        "{NODES} nodes, {} members; one core, every single fault with all verdicts",
        graph.member_node.len()
    );
    println!(
        "{:<10} {ours:>12.6} s   mean {mean:>10.2} nodes, median of {RUNS}",
        "spof"
    );
    let Some(python) = python(&folder) else {
        println!("no Python with networkx, rustworkx and igraph here: no peers");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.splitn(4, ' ');
        let (name, seconds, mean_of_peer) = (
            words.next().unwrap(),
            words.next().unwrap(),
            words.next().unwrap(),
        );
        let note = words.next().unwrap_or_default();
        let seconds: f64 = seconds.parse().unwrap();
        // The plain loop is exact too: it must find what we found.
        if name == "python" && note.is_empty() {
            assert_eq!(mean_of_peer, format!("{mean:.2}"));
        }
        println!(
            "{name:<10} {seconds:>12.3} s   mean {mean_of_peer:>10} nodes   {:>9.0} times as long  {note}",
            seconds / ours
        );
    }
}

/// Processor time of this thread: other work on the machine does not count.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds: f64 = text.split(' ').next().unwrap().parse().unwrap();
    nanoseconds / 1e9
}

/// One line a node, as the script reads it.
fn written(graph: &Graph) -> String {
    let mut text = String::new();
    for node in 0..u32::try_from(graph.node_count()).unwrap() {
        for q in graph.requirements_of(node) {
            let members: Vec<String> = graph
                .members_of(q)
                .map(|m| graph.member_node[m as usize].to_string())
                .collect();
            let need = graph.need[q as usize];
            write!(text, "{need}:{} ", members.join(",")).unwrap();
        }
        text.push('\n');
    }
    text
}

/// A Python that has the peers.
fn python(folder: &Path) -> Option<std::path::PathBuf> {
    let python = folder.join("venv/bin/python");
    let has = || {
        let mut ask = Command::new(&python);
        ask.args(["-c", "import networkx, rustworkx, igraph"]);
        ask.output().is_ok_and(|output| output.status.success())
    };
    if !has() {
        let venv = folder.join("venv");
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(&venv)
            .output()
            .ok()?;
        let install = [
            "-m",
            "pip",
            "install",
            "-q",
            "networkx",
            "rustworkx",
            "igraph",
        ];
        Command::new(&python).args(install).output().ok()?;
    }
    has().then_some(python)
}
