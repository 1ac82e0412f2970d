//! Reading a tree again with what is known of it gives exactly what a fresh run gives, whatever
//! was done to the files in between.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use camino::Utf8PathBuf;
use spof::config::selection::Selection;
use spof::discover::{Cache, Request};
use spof::estate::{ConfigChoice, Estate, Order, Silent};
use spof::model::json::to_json;
use spof::source::Limits;

/// A small generator of our own (`SplitMix64`, Steele et al. 2014): the same steps on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap()
    }
}

const PLACES: [&str; 14] = [
    "a.yaml",
    "b.spof.yaml",
    "c.json",
    "d.toml",
    "shop/cart.yaml",
    "shop/pay.yaml",
    "shop/web.yml",
    "shop/spof.yaml",
    "chart/templates/x.yaml",
    "chart/Chart.yaml",
    "notes.txt",
    ".gitignore",
    "zz/last.yaml",
    "compose.yaml",
];

fn text(dice: &mut Dice) -> String {
    let name = ["web", "cart", "pay", "db", "queue"][dice.below(5)];
    let other = ["web", "cart", "pay", "db", "gone"][dice.below(5)];
    match dice.below(12) {
        0..=2 => format!(
            "services:\n  - id: service:{name}\n    tier: {}\n    requires: [service:{other}]\n    replicas: [{{on: site:s{}}}]\ndomains: [{{id: site:s0}}, {{id: site:s1}}]\n",
            dice.below(4),
            dice.below(2)
        ),
        3..=5 => format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {}\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n        - name: c\n          image: registry/x\n          env: [{{name: URL, value: 'http://{other}:80'}}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n",
            1 + dice.below(3)
        ),
        6 => format!(
            "services:\n  {name}:\n    image: x\n    depends_on: [{other}]\n  {other}: {{image: y}}\n"
        ),
        7 => "kind: [unclosed\n".to_owned(),
        8 => "kind: {{ .Values.kind }}\nmetadata: {}\n".to_owned(),
        9 => format!("# only a comment about {name}\n"),
        10 => "shop/web.yml\n".to_owned(),
        _ => format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: '1', a: '2'}}\n"
        ),
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// One thing that people and programs do to files.
fn edit(dice: &mut Dice, root: &Path) {
    let mut place = || -> PathBuf { root.join(PLACES[dice.below(PLACES.len())]) };
    let (one, two) = (place(), place());
    match dice.below(10) {
        0..=3 => write(&one, &text(dice)),
        4 => drop(fs::remove_file(&one)),
        5 => {
            // The same size and the same time of modification: only the content differs.
            if let (Ok(old), Ok(meta)) = (fs::read_to_string(&one), fs::metadata(&one)) {
                let new = old.replace("web", "pay").replace("tier: 1", "tier: 2");
                write(&one, &new);
                let file = fs::File::options().write(true).open(&one).unwrap();
                file.set_modified(meta.modified().unwrap()).unwrap();
            }
        }
        6 => {
            if one.exists() {
                fs::create_dir_all(two.parent().unwrap()).unwrap();
                fs::rename(&one, &two).unwrap();
            }
        }
        7 => {
            // As editors save: a new file in the place of the old one.
            let new = one.with_extension("tmp~");
            write(&new, &text(dice));
            fs::rename(&new, &one).unwrap();
        }
        8 => {
            if let Ok(file) = fs::File::options().write(true).open(&one) {
                file.set_modified(SystemTime::now() - Duration::from_secs(9))
                    .unwrap();
            }
        }
        _ => drop(fs::remove_dir_all(root.join("shop"))),
    }
}

fn order(root: &Path) -> Order {
    Order {
        request: Request {
            paths: vec![Utf8PathBuf::from_path_buf(root.to_owned()).unwrap()],
            no_gitignore: false,
            limits: Limits::default(),
            selection: Selection::default(),
        },
        assume: None,
        scope: None,
        config: ConfigChoice::None,
    }
}

fn same(fresh: &Estate, again: &Estate, step: usize) {
    let graph = |estate: &Estate| {
        serde_json::to_string_pretty(&to_json(&estate.model, &estate.sources)).unwrap()
    };
    assert_eq!(graph(fresh), graph(again), "step {step}");
    assert!(
        fresh.same_as(again),
        "step {step}: what is not in the graph"
    );
}

#[test]
fn whatever_is_edited_the_answer_is_that_of_a_fresh_run() {
    let trees: Vec<tempfile::TempDir> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    for (seed, tree) in trees.iter().enumerate() {
        let mut dice = Dice(seed as u64);
        for place in PLACES {
            write(&tree.path().join(place), &text(&mut dice));
        }
    }
    let mut caches: Vec<Cache> = trees.iter().map(|_| Cache::default()).collect();
    // Files as old as this are taken from the cache without being opened.
    std::thread::sleep(Duration::from_millis(3_100));
    for (seed, (tree, cache)) in trees.iter().zip(&mut caches).enumerate() {
        let order = order(tree.path());
        let mut dice = Dice(1_000 + seed as u64);
        for step in 0..60 {
            let again = order.read(None, Some(cache), &Silent).unwrap();
            let fresh = order.read(None, None, &Silent).unwrap();
            same(&fresh, &again, step);
            for _ in 0..=dice.below(3) {
                edit(&mut dice, tree.path());
            }
        }
    }
}

#[test]
fn old_files_are_not_opened_again() {
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("spof.yaml");
    write(&path, "services: [{id: service:a}]\n");
    std::thread::sleep(Duration::from_millis(3_100));
    let order = order(tree.path());
    let mut cache = Cache::default();
    let before = order.read(None, Some(&mut cache), &Silent).unwrap();
    let opened = fs::metadata(&path).unwrap().accessed().unwrap();
    let again = order.read(None, Some(&mut cache), &Silent).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().accessed().unwrap(), opened);
    let text = |estate: &Estate| estate.sources.files().next().unwrap().1.text.as_ptr();
    assert_eq!(
        text(&before),
        text(&again),
        "the text is the same, not a copy"
    );
}
