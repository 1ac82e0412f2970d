//! `spof fix`: the plan holds, nothing cheaper does, and the patch says the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod brute;
#[path = "../benches/estates/mod.rs"]
mod estates;
mod program;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use brute::model::model_of;
use brute::{Estate, Member, Node, Requirement, Way};
use program::{json_in, run_in};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use spof::analysis::fix::hitting::{Condition, cheapest};
use spof::analysis::fix::{Change, Clause, Goal, Outcome, Proof, holds, options, plan};
use spof::config::costs::Costs;
use spof::model::{Model, NodeIx};

/// A service of a random estate: replicas (site, weight, standby with its takes and what it
/// requires), need, hard needs, needs at the start, rto.
type Raw = (
    Vec<(usize, u64, Option<(u64, usize)>)>,
    u64,
    Vec<usize>,
    Vec<usize>,
    Option<u64>,
);

fn services() -> impl Strategy<Value = Vec<Raw>> {
    let replica = (
        0..3usize,
        1..3u64,
        prop::option::weighted(0.4, (prop_oneof![Just(0u64), Just(5), Just(50)], 0..6usize)),
    );
    let service = (
        prop::collection::vec(replica, 1..4),
        1..4u64,
        prop::collection::vec(0..4usize, 0..2),
        prop::collection::vec(0..4usize, 0..2),
        prop::option::of(Just(10u64)),
    );
    prop::collection::vec(service, 1..4)
}

const SITES: [&str; 3] = ["site:a", "site:b", "site:c"];

/// Sites, services and replicas. A service needs only such as come before it, so all serve at
/// first.
fn estate(raw: &[Raw]) -> Estate {
    let mut estate = Estate::default();
    let node = |id: String, class: &str, start, rto| Node {
        id,
        class: class.to_owned(),
        start,
        rto,
        replication: None,
    };
    let member = |node, weight, standby| Member {
        node,
        weight,
        standby,
    };
    for site in SITES {
        estate.nodes.push(node(site.to_owned(), "domain", 0, None));
    }
    let first = SITES.len();
    for (number, (.., rto)) in raw.iter().enumerate() {
        estate
            .nodes
            .push(node(format!("service:s{number}"), "service", 0, *rto));
    }
    for (number, (replicas, need, hard, start, _)) in raw.iter().enumerate() {
        let of = first + number;
        let mut members = Vec::new();
        let mut active = 0;
        for (at, (site, weight, standby)) in replicas.iter().enumerate() {
            let replica = estate.nodes.len();
            let started = if at % 2 == 0 { 0 } else { 20 };
            estate.nodes.push(node(
                format!("replica:s{number}-{at}"),
                "replica",
                started,
                None,
            ));
            estate.requirements.push(Requirement {
                id: format!("{replica}/on"),
                of: replica,
                mode: "placement".to_owned(),
                need: 1,
                members: vec![member(*site, 1, None)],
            });
            // The first is always active.
            let standby = standby.filter(|_| at > 0).map(|(takes, requires)| {
                let requires = if requires < number {
                    vec![first + requires]
                } else {
                    vec![]
                };
                vec![Way { takes, requires }]
            });
            if standby.is_none() {
                active += weight;
            }
            members.push(member(replica, *weight, standby));
        }
        let mut require = |id: &str, mode: &str, need: u64, members: Vec<Member>| {
            estate.requirements.push(Requirement {
                id: format!("{of}/{id}"),
                of,
                mode: mode.to_owned(),
                need,
                members,
            });
        };
        require("replicas", "hard", (*need).min(active), members);
        for (mode, all) in [("hard", hard), ("start", start)] {
            for other in all
                .iter()
                .filter(|other| **other < number)
                .collect::<BTreeSet<_>>()
            {
                let one = vec![member(first + *other, 1, None)];
                require(&format!("{mode}{other}"), mode, 1, one);
            }
        }
    }
    estate
}

/// Every service survives every site.
fn survives_sites(model: &Model) -> Goal {
    let class = |word: &str| {
        let all = model
            .iter()
            .filter(move |(_, node)| node.class.as_str() == word);
        all.map(|(ix, node)| (ix.0, node.rto_s.unwrap_or(u64::MAX)))
            .collect::<Vec<_>>()
    };
    Goal {
        clauses: vec![Clause {
            subjects: class("service"),
            faults: class("domain").into_iter().map(|(node, _)| node).collect(),
        }],
    }
}

/// Changes of which none speaks of a replica that another one speaks of.
fn sensible(changes: &[&Change]) -> bool {
    let mut seen: BTreeSet<NodeIx> = BTreeSet::new();
    changes.iter().all(|change| match change {
        Change::Move { replicas, .. } | Change::Activate { replicas, .. } => {
            replicas.iter().all(|replica| seen.insert(*replica))
        }
        _ => true,
    })
}

/// The least cost of changes with which the goal holds, if any costs less than `below`; by trying
/// all sets, cheapest first along each branch.
fn by_force(
    model: &Model,
    goal: &Goal,
    options: &[(Change, u64)],
    chosen: &mut Vec<usize>,
    from: usize,
    left: u64,
    tried: &mut u32,
) -> bool {
    let changes: Vec<&Change> = chosen.iter().map(|at| &options[*at].0).collect();
    if !sensible(&changes) || *tried == 0 {
        return false;
    }
    *tried -= 1;
    let changes: Vec<Change> = changes.into_iter().cloned().collect();
    if holds(model, goal, &changes) {
        return true;
    }
    for at in from..options.len() {
        if options[at].1 <= left {
            chosen.push(at);
            let found = by_force(
                model,
                goal,
                options,
                chosen,
                at + 1,
                left - options[at].1,
                tried,
            );
            chosen.pop();
            if found {
                return true;
            }
        }
    }
    false
}

/// Sets tried for one estate.
const MOST: u32 = 4_000;

fn is_cheapest(model: &Model, goal: &Goal, costs: &Costs) -> Result<&'static str, TestCaseError> {
    let answer = plan(model, goal, costs, &|| 0.0, &|_| {});
    let options = options(model, goal, costs);
    prop_assert_eq!(answer.candidates, options.len());
    let mut tried = MOST;
    match answer.outcome {
        Outcome::Holds => {
            prop_assert!(holds(model, goal, &[]));
            Ok("holds")
        }
        Outcome::Unfinished => Err(TestCaseError::fail("there was all the time in the world")),
        Outcome::Impossible(obstacles) => {
            prop_assert!(!obstacles.is_empty());
            let found = by_force(model, goal, &options, &mut vec![], 0, u64::MAX, &mut tried);
            prop_assert!(!found, "it is possible");
            Ok("impossible")
        }
        Outcome::Plan(found) => {
            prop_assert_eq!(found.proof, Proof::Cheapest);
            let changes: Vec<Change> = found.steps.iter().map(|step| step.change.clone()).collect();
            prop_assert!(holds(model, goal, &changes), "the plan does not hold");
            prop_assert_eq!(
                found.cost,
                found.steps.iter().map(|step| step.cost).sum::<u64>()
            );
            prop_assert_eq!(found.steps.last().map(|step| step.left), Some(Some(0)));
            if found.cost > 0 {
                let cheaper = by_force(
                    model,
                    goal,
                    &options,
                    &mut vec![],
                    0,
                    found.cost - 1,
                    &mut tried,
                );
                prop_assert!(!cheaper, "something costs less than {}", found.cost);
            }
            Ok(if tried > 0 { "plan" } else { "too many" })
        }
    }
}

/// Costs of the five sorts of change.
fn costs(prices: &[u64]) -> Costs {
    Costs {
        replica: prices[0],
        r#move: prices[1],
        activate: prices[2],
        alternative: prices[3],
        loosen: prices[4],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_cheaper_holds(raw in services(), prices in prop::collection::vec(1..12u64, 5)) {
        let model = model_of(&estate(&raw));
        is_cheapest(&model, &survives_sites(&model), &costs(&prices))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against every choice of eight elements.
    #[test]
    fn the_cheapest_choice_is_found(
        conditions in prop::collection::vec(
            (prop::collection::btree_set(0..8usize, 0..4), prop::collection::btree_set(0..8usize, 0..2)),
            0..9,
        ),
        prices in prop::collection::vec(0..9u64, 8),
    ) {
        let conditions: Vec<Condition> = conditions
            .into_iter()
            .map(|(any, none)| Condition {
                any: any.into_iter().collect(),
                none: none.into_iter().collect(),
            })
            .collect();
        let chosen = |set: u32| (0..8usize).filter(move |at| set & 1 << at != 0);
        let meets = |set: &u32| conditions.iter().all(|one| {
            one.any.iter().any(|at| set & 1 << at != 0) || one.none.iter().any(|at| set & 1 << at == 0)
        });
        let cost = |set: u32| chosen(set).map(|at| prices[at]).sum::<u64>();
        let least = (0..1u32 << 8).filter(meets).map(cost).min();
        let found = cheapest(&prices, &conditions, u64::MAX, &|| false);
        prop_assert_eq!(found.as_ref().map(|found| found.cost), least);
        if let Some(found) = found {
            prop_assert_eq!(found.at_least, found.cost);
            let set = found.chosen.iter().fold(0u32, |set, at| set | 1 << at);
            prop_assert!(meets(&set));
            prop_assert_eq!(cost(set), found.cost);
        }
        // With no time at all: a choice, and a bound that is one.
        if let (Some(hasty), Some(least)) = (cheapest(&prices, &conditions, 0, &|| true), least) {
            prop_assert!(hasty.at_least <= least && least <= hasty.cost);
        }
    }
}

/// The same estates every time: most of them need a plan, and all sets below it are tried.
#[test]
fn the_random_estates_need_plans() {
    let mut runner = TestRunner::deterministic();
    let mut plans = 0;
    for _ in 0..30 {
        let raw = services().new_tree(&mut runner).unwrap().current();
        let model = model_of(&estate(&raw));
        let found = is_cheapest(&model, &survives_sites(&model), &costs(&[7, 4, 3, 9, 2]));
        plans += u32::from(found.unwrap() == "plan");
    }
    assert!(plans >= 10, "{plans}");
}

fn run(folder: &Path, program: &str, args: &[&str]) {
    let status = Command::new(program)
        .args(args)
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(status.success(), "{program} {args:?}");
}

/// The plan for the sample is applied by its own patch, by two programs, and holds in a fresh run.
#[test]
fn the_patch_of_the_kakao_sample_holds() {
    const GOAL: &str = "tier<=1 survives site";
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let apply: [(&str, &[&str]); 2] = [
        ("git", &["apply", "fix.patch"]),
        ("patch", &["-s", "-p1", "-i", "fix.patch"]),
    ];
    for (program, args) in apply {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        run(root, "cp", &["-r", sample.to_str().unwrap(), "."]);
        run(root, "git", &["init", "-q"]);
        // The plan is found in seconds; a machine that is busy must not change what it says.
        let fix = [
            "fix",
            "--goal",
            GOAL,
            "-i",
            "samples/kakao-2022",
            "--time-limit",
            "10m",
        ];
        let before = json_in(root, &fix);
        assert_eq!(before["status"], "plan");
        assert_eq!(before["cheapest"], true);
        let steps = before["steps"].as_array().unwrap();
        assert!(
            steps.iter().all(|step| step.get("by_hand").is_none()),
            "{steps:?}"
        );
        let lefts: Vec<u64> = steps
            .iter()
            .map(|step| step["left"].as_u64().unwrap())
            .collect();
        assert!(
            lefts.is_sorted_by(|a, b| a >= b) && lefts.last() == Some(&0),
            "{lefts:?}"
        );
        let patch = run_in(root, &[&fix[..], &["--patch"]].concat()).ok();
        assert_eq!(before["patch"], patch.as_str());
        std::fs::write(root.join("fix.patch"), &patch).unwrap();
        run(root, program, args);
        let after = json_in(root, &fix);
        assert_eq!(after["status"], "holds");
        assert_eq!(after["failures"], 0);
        // And the list of single points says so too.
        let list = [
            "list",
            "--kind",
            "site",
            "--tier",
            "1",
            "-i",
            "samples/kakao-2022",
        ];
        let list = json_in(root, &list);
        let cuts: Vec<&Value> = list["faults"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|fault| !fault["cuts"].as_array().unwrap().is_empty())
            .collect();
        assert!(cuts.is_empty(), "{cuts:?}");
    }
}

/// The circle of the sample made small: nothing cheaper holds, whatever the costs.
#[test]
fn nothing_cheaper_holds_in_a_small_version_of_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spof.yaml"), SMALL).unwrap();
    let path = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let request = spof::discover::Request {
        paths: vec![path],
        no_gitignore: false,
        limits: spof::source::Limits::default(),
        selection: spof::config::selection::Selection::default(),
    };
    let assume = spof::words::Assume::Pessimistic;
    let estate = spof::estate::load::load(&request, None, assume, &spof::estate::Silent).unwrap();
    let goal = spof::estate::goal::goal(&estate, "tier<=1 survives site", &[]).unwrap();
    for prices in [
        [10, 6, 4, 50, 3],
        [1, 6, 4, 50, 3],
        [10, 60, 90, 50, 1],
        [3, 3, 3, 3, 3],
    ] {
        let found = is_cheapest(&estate.model, &goal, &costs(&prices)).unwrap();
        assert_eq!(found, "plan", "{prices:?}");
    }
}

const SMALL: &str = "
domains: [{id: site:pangyo}, {id: site:anyang}]
services:
  - {id: service:switchover, tier: 1, rto: 10m, replicas: [{on: site:pangyo}, {on: site:anyang, standby: [{takes: 5m, requires: [service:staff-authz]}]}]}
  - {id: service:staff-authz, tier: 1, rto: 10m, replicas: [{on: site:pangyo}, {on: site:anyang, standby: [{takes: 5m, requires: [service:switchover]}]}]}
  - id: service:login
    tier: 1
    rto: 30m
    need: 2
    replicas:
      - {on: site:pangyo, count: 2}
      - {on: site:anyang, count: 2, standby: [{takes: 10m, requires: [service:switchover, service:staff-authz]}]}
journeys: [{id: journey:log-in, tier: 1, rto: 30m, requires: [service:login]}]
";

#[test]
fn questions_without_an_answer_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::write(root.join("spof.yaml"), SMALL).unwrap();
    let says = |args: &[&str], code: i32, words: &str| {
        let ran = run_in(root, args);
        let said = ran.out + &ran.err;
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ran.code, code, "{said}");
        assert!(flat.contains(words), "{said}");
    };
    says(
        &["fix", "--goal", "tier<=1 survives software"],
        0,
        "no change that is known here reaches it. In the way: fault still cuts for it rests on service:login journey:log-in service:login",
    );
    says(
        &["fix", "--goal", "all survives site", "--time-limit", "0s"],
        0,
        "best found in the time given",
    );
    says(
        &["fix", "--goal", "login survives site:x"],
        2,
        "there is no node `site:x`",
    );
    says(
        &["fix", "--goal", "jurneys survives site"],
        2,
        "did you mean `journeys`?",
    );
    says(
        &["fix", "--goal", "survives site"],
        2,
        "does not say who survives",
    );
    says(
        &["fix", "--goal", "login survives"],
        2,
        "does not say what is survived",
    );
    says(
        &["fix", "--goal", "login survives site within soon"],
        2,
        "the time of `login survives site within soon`",
    );
    says(
        &["fix", "--goal", "tier<1 survives site"],
        2,
        "write `tier<=1` or `tier=1`",
    );
    says(
        &["fix", "--goal", "all survives site within 1h", "--patch"],
        0,
        "--- a/spof.yaml",
    );
    says(
        &["fix", "--goal", "login survives service:login"],
        2,
        "asks for nothing: `service:login` need not survive that it fails itself",
    );
    says(
        &["fix", "--time-limit", "-3s"],
        2,
        "`-3s` is not a duration",
    );
    std::fs::write(
        root.join("spof.yaml"),
        "domains: [{id: site:a}, {id: site:b}]\nservices: [{id: service:a, tier: 1, need: 3, replicas: [{on: site:a}, {on: site:b}]}]",
    )
    .unwrap();
    says(
        &["fix", "--goal", "tier<=1 survives site"],
        0,
        "holds as it is for what serves at all unserved: service:a does not serve even without a fault, and is left out",
    );
    std::fs::write(
        root.join("spof.yaml"),
        "services: [{id: service:a, replicas: 2}]",
    )
    .unwrap();
    says(
        &["fix"],
        2,
        "there is no goal: none of the subjects declares an `rto`",
    );
    says(
        &["fix", "a", "--goal", "survives replica", "--patch"],
        0,
        "the goal holds as it is",
    );
}

/// A plan for what other formats state is a plan; that no patch can be made of it is said.
#[test]
fn only_yaml_manifests_are_patched() {
    let json = r#"{"domains": [{"id": "site:a"}, {"id": "site:b"}],
        "services": [{"id": "service:web", "replicas": [{"on": "site:a"}]}]}"#;
    let toml = "[[domains]]\nid = \"site:a\"\n[[domains]]\nid = \"site:b\"\n\
                [[services]]\nid = \"service:web\"\n[[services.replicas]]\non = \"site:a\"\n";
    for (name, manifest) in [("spof.json", json), ("estate.spof.toml", toml)] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), manifest).unwrap();
        let fix = ["fix", "web", "--goal", "survives site"];
        let why = format!("`{name}` is no YAML manifest of spof, and only these are patched");
        let shown = run_in(folder.path(), &fix).ok();
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.contains("add 1 replica to service:web on site:b"),
            "{shown}"
        );
        assert!(
            flat.contains(&format!("step 1 is to be made by hand: {why}")),
            "{shown}"
        );
        let ran = run_in(folder.path(), &[&fix[..], &["--patch"]].concat());
        assert!(ran.code == 0 && ran.out.is_empty(), "{ran:?}");
        assert!(ran.err.contains(&why), "{ran:?}");
    }
}

/// Costs come from the configuration, and what can't be written is said.
#[test]
fn costs_and_what_is_done_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let manifest = "domains: [{id: site:a}, {id: site:b}, {id: power:p}]\nservices:\n  - {id: service:s, tier: 1, need: 50%, replicas: [{on: site:a}], requires: [external:sms]}\n  - {id: service:t, replicas: [{on: site:b}]}\nexternals: [{id: external:sms}]\n";
    std::fs::write(root.join("spof.yaml"), manifest).unwrap();
    std::fs::write(
        root.join("spof.toml"),
        "[fix]\nreplica = 2\nmove = 9\nalternative = 7\n",
    )
    .unwrap();
    let fix = ["fix", "--goal", "tier<=1 survives site, external"];
    let found = json_in(root, &fix);
    assert_eq!(found["cost"], 9);
    let steps = found["steps"].as_array().unwrap();
    let of = |change: &str| steps.iter().find(|step| step["change"] == change).unwrap();
    assert!(
        of("add")["by_hand"]
            .as_str()
            .unwrap()
            .contains("state `demand` first")
    );
    assert_eq!(of("alternative")["to"], "external:sms");
    let patch = found["patch"].as_str().unwrap();
    assert!(patch.contains("+  - {id: service:s, tier: 1, need: 50%, replicas: [{on: site:a}], requires: [{any: [external:sms, external:sms-2]}]}"), "{patch}");
    assert!(
        patch.contains("+externals: [{id: external:sms}, {id: external:sms-2}]"),
        "{patch}"
    );
}
