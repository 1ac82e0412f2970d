//! Time without service against enumeration of every state of small random estates, each judged by
//! the evaluator that is written straight from DESIGN section 2.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a test that panics fails; times are small"
)]

mod brute;

use brute::model::model_of;
use brute::{Estate, NEVER, Set};
use proptest::prelude::*;
use spof::analysis::cuts::downtime::{Method, Rate, downtime, downtime_within};
use spof::analysis::engine::Engine;
use spof::graph::{FaultClass, Graph};

/// By state of the candidates: its probability, and when the subject serves again.
struct States {
    times: Vec<u64>,
    candidates: Vec<u32>,
    rates: Vec<Rate>,
}

/// A share of the year, from its definition.
fn share(rate: Rate) -> f64 {
    let mean_up = 1.0 / rate.fails_per_y;
    let mean_down = rate.repair_s as f64 / (365.0 * 86_400.0);
    mean_down / (mean_up + mean_down)
}

impl States {
    fn chance(&self, state: usize) -> f64 {
        let each = self.rates.iter().enumerate().map(|(at, rate)| {
            let failed = share(*rate);
            if state >> at & 1 == 1 {
                failed
            } else {
                1.0 - failed
            }
        });
        each.product()
    }

    /// Of a failure of candidate `at`, the share that is over within `time`.
    fn fresh(&self, at: usize, time: u64) -> f64 {
        let repair = self.rates[at].repair_s;
        time.min(repair) as f64 / repair as f64
    }

    /// The candidates of a state.
    fn of(&self, state: usize) -> impl Iterator<Item = usize> {
        (0..self.candidates.len()).filter(move |at| state >> at & 1 == 1)
    }

    /// How long the fault of a candidate alone interrupts the subject.
    fn alone(&self, at: usize) -> Option<u64> {
        let time = self.times[1 << at];
        (time > 0 && time != NEVER).then_some(time)
    }

    /// Candidates that change anything in some state.
    fn relevant(&self) -> Vec<usize> {
        let matters = |at: &usize| {
            (0..self.times.len()).any(|state| self.times[state] != self.times[state | 1 << at])
        };
        (0..self.candidates.len()).filter(matters).collect()
    }

    /// Until repair, with single interruptions, at most (if the faults of `relevant` begin an
    /// outage anew); `without`: never failed.
    fn shares(&self, without: Option<usize>, relevant: &[usize]) -> (f64, f64, f64) {
        let longest = (0..self.candidates.len())
            .filter_map(|at| self.alone(at))
            .max();
        let longest = longest.unwrap_or(0);
        let (mut until, mut all, mut most) = (0.0, 0.0, 0.0);
        for state in 0..self.times.len() {
            let mut chance = self.chance(state);
            if let Some(at) = without {
                if state >> at & 1 == 1 {
                    continue;
                }
                chance /= 1.0 - share(self.rates[at]);
            }
            let calm = |time: &dyn Fn(usize) -> u64| -> f64 {
                let struck = self.of(state).filter(|at| relevant.contains(at));
                struck.map(|at| 1.0 - self.fresh(at, time(at))).product()
            };
            let time = self.times[state];
            if time == NEVER {
                until += chance;
                all += chance;
            } else {
                all += chance * (1.0 - calm(&|at| self.alone(at).unwrap_or(0)));
            }
            most += match time {
                0 => 0.0,
                time if time <= longest => chance * (1.0 - calm(&|_| longest)),
                _ => chance,
            };
        }
        (until, all, most)
    }
}

impl States {
    /// The minimal sets of candidates with which the subject never serves: monotone, so no set
    /// that lacks one of them may do.
    fn minimal(&self) -> Vec<usize> {
        let never = |state: &usize| self.times[*state] == NEVER;
        (0..self.times.len())
            .filter(never)
            .filter(|state| !self.of(*state).any(|at| never(&(state & !(1 << at)))))
            .collect()
    }

    /// The probability that all candidates of a state fail.
    fn together(&self, state: usize) -> f64 {
        self.of(state).map(|at| share(self.rates[at])).product()
    }
}

/// What is said where diagrams are too large: the sum over the minimal cut sets, and a bound that
/// is one.
fn sums_agree(
    engine: &Engine<'_>,
    subject: u32,
    states: &States,
    rate: impl Fn(u32) -> Option<Rate> + Sync,
) -> Result<(), TestCaseError> {
    let wanted = |node: u32| FaultClass::of(engine.graph().class[node as usize]).is_some();
    let found = downtime_within(engine, subject, wanted, rate, 0).unwrap();
    let minimal = states.minimal();
    let Method::Summed(order) = found.method else {
        let matters = minimal.iter().fold(0, |all, set| all | set).count_ones();
        prop_assert!(matters <= 1, "there was no budget for {matters} events");
        return Ok(());
    };
    let small = minimal.iter().filter(|set| set.count_ones() <= order);
    let sum: f64 = small.map(|set| states.together(*set)).sum();
    let alone = (0..states.candidates.len()).map(|at| {
        let time = states.alone(at).unwrap_or(0);
        share(states.rates[at]) * states.fresh(at, time)
    });
    let all = sum + alone.sum::<f64>();
    prop_assert!(
        close(found.until_repair, sum.min(1.0)),
        "{} {sum}",
        found.until_repair
    );
    prop_assert!(
        close(found.unavailability, all.min(1.0)),
        "{} {all}",
        found.unavailability
    );
    let away = (0..states.times.len()).filter(|state| states.times[*state] != 0);
    let away: f64 = away.map(|state| states.chance(state)).sum();
    let exact = states.shares(None, &states.relevant()).1;
    let bound = found.at_most + 1e-12;
    prop_assert!(away <= bound && exact <= bound, "{away} {exact} {bound}");
    Ok(())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 + 1e-9 * b.abs()
}

fn agrees(estate: &Estate, rates: &[(u32, u64)]) -> Result<(), TestCaseError> {
    let model = model_of(estate);
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    let count = u32::try_from(estate.nodes.len()).unwrap();
    // Every fifth has no rate.
    let rate = |node: u32| {
        let (fails, repair) = rates[node as usize % rates.len()];
        (node % 5 != 4).then(|| Rate {
            fails_per_y: f64::from(fails) * 200.0,
            repair_s: repair,
        })
    };
    let wanted = |node: u32| FaultClass::of(graph.class[node as usize]).is_some();
    let candidates: Vec<u32> = (0..count)
        .filter(|node| wanted(*node) && rate(*node).is_some())
        .collect();
    let mut by_state: Vec<Vec<u64>> = Vec::new();
    for state in 0usize..1 << candidates.len() {
        let faults: Set = (0..candidates.len())
            .filter(|at| state >> at & 1 == 1)
            .flat_map(|at| graph.fault_set(candidates[at]))
            .map(|node| node as usize)
            .collect();
        by_state.push(estate.times(&faults, &|_| NEVER).0);
    }
    for subject in 0..count {
        let states = States {
            times: by_state
                .iter()
                .map(|times| times[subject as usize])
                .collect(),
            candidates: candidates.clone(),
            rates: candidates.iter().map(|node| rate(*node).unwrap()).collect(),
        };
        if states.times[0] != 0 {
            // What does not serve without faults has no downtime by them.
            continue;
        }
        let found = downtime(&engine, subject, wanted, rate).unwrap();
        prop_assert_eq!(found.method, Method::Exact);
        let relevant = states.relevant();
        let (until, all, least) = states.shares(None, &relevant);
        let everyone: Vec<usize> = (0..candidates.len()).collect();
        let most = states.shares(None, &everyone).2;
        prop_assert!(
            close(found.until_repair, until),
            "until {} {until}",
            found.until_repair
        );
        prop_assert!(
            close(found.unavailability, all),
            "all {} {all}",
            found.unavailability
        );
        // A formula may speak of what matters to nobody, which only loosens the bound.
        let bound = found.at_most;
        prop_assert!(close(bound, least) || bound > least, "most {bound} {least}");
        prop_assert!(close(bound, most) || bound < most, "most {bound} {most}");
        prop_assert!(found.unavailability <= found.at_most + 1e-12);
        for (at, node) in candidates.iter().enumerate() {
            let saved = all - states.shares(Some(at), &relevant).1;
            let known = found
                .components
                .iter()
                .find(|component| component.node == *node);
            let ours = known.map_or(0.0, |component| {
                component.saved_s_per_y / (365.0 * 86_400.0)
            });
            prop_assert!(close(ours, saved), "node {node} saves {ours}, not {saved}");
            if let Some(known) = known {
                prop_assert_eq!(known.interrupts_s, states.alone(at));
                prop_assert!(close(known.fussell_vesely * all, saved));
                prop_assert!(close(known.birnbaum * share(states.rates[at]), saved));
            }
        }
        for node in &found.unrated {
            prop_assert!(rate(*node).is_none());
        }
        sums_agree(&engine, subject, &states, rate)?;
        // The same where everything is failed for much of the time.
        let often = |node: u32| {
            rate(node).map(|rate| Rate {
                fails_per_y: rate.fails_per_y * 1_000.0,
                ..rate
            })
        };
        let rates = states.candidates.iter().map(|node| often(*node).unwrap());
        let states = States {
            rates: rates.collect(),
            ..states
        };
        sums_agree(&engine, subject, &states, often)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_share_is_that_of_enumeration(
        estate in brute::random::estate(9),
        rates in prop::collection::vec((1..5u32, 1..40u64), 1..10),
    ) {
        agrees(&estate, &rates)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_of_sixteen_components(
        estate in brute::random::estate(16),
        rates in prop::collection::vec((1..5u32, 1..40u64), 1..10),
    ) {
        agrees(&estate, &rates)?;
    }
}

/// What `spof cuts web` says of `manifest` with `config`.
fn cuts(manifest: &str, config: &str, format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spof.yaml"), manifest).unwrap();
    std::fs::write(folder.path().join("spof.toml"), config).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_spof"))
        .args(["cuts", "service:web", "--format", format])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

const WEB: &str = "
domains:
  - {id: site:a, fails: 1/y, repair: 1d}
  - {id: site:b}
services:
  - {id: service:web, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 1h}]}]}
";

#[test]
fn rates_come_from_nodes_and_then_from_kinds() {
    // Site b states nothing, and a replica that needs no repair never fails.
    let config = "[kind.site]\nfails = \"9/y\"\nrepair = \"36h\"\n[kind.replica]\nfails = \"5/y\"\nrepair = \"0s\"\n";
    let found: serde_json::Value = serde_json::from_str(&cuts(WEB, config, "json")).unwrap();
    let downtime = &found["downtime"];
    let component = |id: &str| {
        let all = downtime["components"].as_array().unwrap();
        all.iter().find(|one| one["id"] == id).unwrap().clone()
    };
    assert_eq!(component("site:a")["fails_per_y"], 1.0);
    assert_eq!(component("site:a")["interrupts_s"], 3_600);
    assert_eq!(component("site:b")["fails_per_y"], 9.0);
    assert_eq!(component("site:b")["repair_s"], 36 * 3_600);
    assert_eq!(downtime["unrated"].as_array().unwrap().len(), 0);
    let number = |key: &str| downtime[key].as_f64().unwrap();
    // By hand: both failed, or a failed for less than an hour of its day.
    let (a, b) = (1.0 / 366.0, 9.0 * 1.5 / (365.0 + 13.5));
    assert!(close(number("until_repair"), a * b));
    assert!(close(
        number("unavailability"),
        a * b + a * (1.0 - b) / 24.0
    ));
    assert!(close(
        number("availability") + number("unavailability"),
        1.0
    ));
}

#[test]
fn what_is_missing_is_said() {
    let none = cuts(
        "services: [{id: service:web, replicas: [{on: site:a, fails: 2/y}]}]",
        "",
        "human",
    );
    let flat = none.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("no time without service is estimated: nothing that may fail here states both `fails` and `repair`"), "{none}");
    let some = cuts(WEB, "", "human");
    let flat = some.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("59m 50s a year without service"), "{some}");
    assert!(
        flat.contains(
            "incomplete: 3 components that may matter state no rates and count as never failing"
        ),
        "{some}"
    );
}

/// `domain:n07` stands on a pair, one of which is lost with three others together: with the other of
/// the pair that is a set of four, though it is a product of two modules.
#[test]
fn a_product_of_modules_longer_than_the_order_is_not_summed() {
    let nodes = (0..8).map(|at| brute::Node {
        id: format!("domain:n{at:02}"),
        class: "domain".to_owned(),
        ..brute::Node::default()
    });
    let any_of = |id: &str, of: usize, mode: &str, members: &[usize]| brute::Requirement {
        id: id.to_owned(),
        of,
        mode: mode.to_owned(),
        need: 1,
        members: members
            .iter()
            .map(|node| brute::Member {
                node: *node,
                weight: 1,
                standby: None,
            })
            .collect(),
    };
    let estate = Estate {
        nodes: nodes.collect(),
        requirements: vec![
            any_of("q00", 7, "placement", &[0, 4]),
            any_of("q01", 0, "hard", &[1, 3, 5]),
            any_of("q02", 4, "hard", &[6]),
        ],
    };
    agrees(&estate, &[(1, 1)]).unwrap();
}
