//! The page's own simulation, run here, against the engine: every verdict, time, hop, reason,
//! standby, cycle, loss of data and chain, on random estates (all single and double faults, with and
//! without repairs) and on the samples. The estate goes through the page's payload and back.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod brute;

use brute::model::model_of;
use proptest::prelude::*;
use rquickjs::{Context, Function, Runtime};
use serde_json::{Value, json};
use spof::analysis::blast::{Blast, Fault, blast};
use spof::analysis::data::DataLoss;
use spof::analysis::engine::Engine;
use spof::analysis::recovery::{RecoveryCycle, StepKind, Wait, plan_of};
use spof::analysis::verdict::Time;
use spof::analysis::why::{Hop, why};
use spof::discover::Request;
use spof::estate::{ConfigChoice, Estate, Order, Silent};
use spof::graph::Graph;
use spof::ingest::fact::Source;
use spof::model::{Model, NodeIx};
use spof::report::Payload;
use spof::source::{Limits, SourceMap};

/// The scripts in the order in which the page holds them.
const SCRIPTS: [&str; 8] = [
    include_str!("../templates/scripts/data.js"),
    include_str!("../templates/scripts/sets.js"),
    include_str!("../templates/scripts/components.js"),
    include_str!("../templates/scripts/recovery.js"),
    include_str!("../templates/scripts/result.js"),
    include_str!("../templates/scripts/simulate.js"),
    include_str!("../templates/scripts/explain.js"),
    include_str!("../templates/scripts/steps.js"),
];

/// Answers scenarios in the shape of [`expected`]; sparse and dense answers must be one.
const ASK: &str = r"
(() => {
  const when = (time) => (time === Infinity ? null : time);
  const hop = (h) => [h.node, h.isFault, spof.VERDICTS[h.verdict], when(h.recovers), h.told, h.cutOff,
    h.reasons.map((r) => [r.requirement, r.left, r.weakened, r.lost.map(hop),
      r.standbys.map((s) => [s.standby, when(s.promoted), s.blockedBy.map(hop)])])];
  const loss = (l) => l && [l.store, spof.DATA_VERDICTS[l.verdict], when(l.seconds), l.gone, l.left];
  let simulation;
  globalThis.load = (payload) => {
    const data = spof.read(JSON.parse(payload));
    simulation = spof.simulation(data.graph);
    globalThis.data = data;
    const { base } = simulation;
    const before = [];
    for (let v = 0; v < simulation.nodes; v += 1) before.push([spof.VERDICTS[base.verdict(v)], when(base.time(v))]);
    const { nodes } = data;
    const known = [];
    for (let v = 0; v < nodes.count; v += 1) {
      known.push([nodes.title[v], nodes.owner[v], nodes.tier[v], nodes.users[v], spof.EVIDENCE[nodes.evidence[v]], data.places(v)]);
    }
    const requirements = Array.from(data.graph.mode, (mode, q) => [spof.MODES[mode], data.requirementPlaces(q)]);
    const found = nodes.id.every((id, v) => nodes.find(id) === v);
    return JSON.stringify({ ids: nodes.id, before, known, requirements, found });
  };
  globalThis.ask = (scenario) => {
    const s = simulation;
    const r = s.run(JSON.parse(scenario));
    const hops = s.hops(r);
    for (let v = 0; v < s.nodes; v += 1) {
      const same = r.verdict[v] === r.verdictOf(v) && r.time[v] === r.timeOf(v) && r.repaired[v] === r.repairedOf(v)
        && (r.verdict[v] > 0) === r.affected.includes(v);
      if (!same) return `sparse and dense differ at ${v}`;
    }
    const affected = Array.from(r.affected, (v) => [v, spof.VERDICTS[r.verdictOf(v)], when(r.timeOf(v)), when(r.repairedOf(v)),
      r.cuts(v), hops.get(v), s.because(r, v), s.weakened(r, v),
      s.standbys(r, v).map((x) => [x.requirement, x.standby, when(x.promoted), x.blockedBy]), loss(s.data(r, v))]);
    // Steps of single faults, and of pairs of which one is repaired: every pair would take long.
    const wanted = r.asked.length === 1 || r.repairs.size > 0;
    const steps = wanted ? s.steps(r) : { list: [] };
    for (let v = 0; wanted && v < s.nodes; v += 1) {
      const time = r.repairedOf(v);
      if (time === 0 || time === Infinity) continue;
      const path = steps.path(v).map((at) => steps.list[at]);
      const tight = path.length > 0 && path.every((step, at) => step.begins === (at === 0 ? 0 : path[at - 1].ends)) && path.at(-1).ends === time;
      if (!tight) return `the steps to ${v}, back at ${time}, do not follow each other: ${JSON.stringify(path)} of ${JSON.stringify(steps.list)}`;
    }
    return JSON.stringify({
      steps: steps.list.map((step) => [step.kind, step.node, step.requirement < 0 ? null : step.requirement, step.begins, step.ends]),
      asked: Array.from(r.asked),
      faults: Array.from(r.faults),
      affected,
      hops: [...hops].sort((a, b) => a[0] - b[0]),
      data: s.dataLosses(r).map(loss),
      cycles: s.cycles(r).map((c) => [spof.VERDICTS[c.makes], c.size,
        c.hops.map((h) => [h.from, h.to, spof.WAITS[h.wait], h.requirement, h.standby < 0 ? null : h.standby])]),
      paths: Array.from(r.affected).concat(Array.from(r.faults)).map((v) => hop(s.path(r, v))),
      no_path: s.path(r, 0) === null,
    });
  };
})();
";

/// The page's scripts in an engine of their own.
struct Page {
    context: Context,
}

impl Page {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let context = Context::full(&runtime).unwrap();
        context.with(|ctx| {
            for script in SCRIPTS.iter().copied().chain([ASK]) {
                ctx.eval::<(), _>(script).expect("the script runs");
            }
        });
        Self { context }
    }

    fn call(&self, function: &str, argument: &str) -> Value {
        let answer: String = self.context.with(|ctx| {
            let function: Function<'_> = ctx.globals().get(function).unwrap();
            let answer = function.call((argument,));
            answer.unwrap_or_else(|error| match error {
                rquickjs::Error::Exception => panic!("{:?}", ctx.catch()),
                other => panic!("{other}"),
            })
        });
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"))
    }
}

fn when(time: Time) -> Option<u64> {
    time.finite()
}

fn numbers(nodes: &[NodeIx]) -> Vec<u32> {
    nodes.iter().map(|ix| ix.0).collect()
}

fn loss(loss: &DataLoss) -> Value {
    let (gone, left) = (numbers(&loss.gone), numbers(&loss.left));
    json!([
        loss.store.0,
        loss.verdict.as_str(),
        loss.verdict.seconds(),
        gone,
        left
    ])
}

fn hop(told: &Hop) -> Value {
    let reasons = told.reasons.iter().map(|reason| {
        let hops = |hops: &[Hop]| hops.iter().map(hop).collect::<Vec<_>>();
        let standbys = reason
            .standbys
            .iter()
            .map(|s| json!([s.standby.0, when(s.promoted), hops(&s.blocked_by)]));
        json!([
            reason.requirement.0,
            reason.left,
            reason.weakened,
            hops(&reason.lost),
            standbys.collect::<Vec<_>>()
        ])
    });
    let reasons: Vec<Value> = reasons.collect();
    let (verdict, recovers) = (told.verdict.as_str(), when(told.recovers));
    json!([
        told.node.0,
        told.is_fault,
        verdict,
        recovers,
        told.told,
        told.cut_off,
        reasons
    ])
}

fn cycle(cycle: &RecoveryCycle) -> Value {
    let hops = cycle.hops.iter().map(|hop| {
        let wait = match hop.wait {
            Wait::Start => "start",
            Wait::Promotion => "promotion",
            Wait::Need => "need",
        };
        let standby = hop.standby.map(|ix| ix.0);
        json!([hop.from.0, hop.to.0, wait, hop.requirement.0, standby])
    });
    json!([cycle.makes.as_str(), cycle.size, hops.collect::<Vec<_>>()])
}

/// What `spof blast` and `spof why` say.
fn expected(model: &Model, engine: &Engine<'_>, blast: &Blast) -> Value {
    let mut entries: Vec<_> = blast.affected.iter().collect();
    entries.sort_by_key(|entry| entry.node);
    let affected = entries.iter().map(|entry| {
        let requirements =
            |list: &[spof::model::ReqIx]| list.iter().map(|ix| ix.0).collect::<Vec<_>>();
        let standbys = entry.standbys.iter().map(|s| {
            json!([
                s.requirement.0,
                s.standby.0,
                when(s.promoted),
                numbers(&s.blocked_by)
            ])
        });
        json!([
            entry.node.0,
            entry.verdict.as_str(),
            when(entry.recovers_unrepaired),
            when(entry.recovers),
            entry.cut,
            entry.hops,
            requirements(&entry.because),
            requirements(&entry.weakened),
            standbys.collect::<Vec<_>>(),
            entry.data.as_ref().map(loss)
        ])
    });
    let affected: Vec<Value> = affected.collect();
    let mut hops: Vec<_> = spof::analysis::hops::hops(engine, &blast.outcome)
        .into_iter()
        .collect();
    hops.sort_unstable();
    let told = entries
        .iter()
        .map(|entry| entry.node.0)
        .chain(blast.outcome.faults.iter().copied());
    let paths: Vec<Value> = told
        .map(|node| hop(&why(model, engine, blast, NodeIx(node)).unwrap()))
        .collect();
    json!({
        "asked": blast.faults.iter().map(|fault| fault.node.0).collect::<Vec<_>>(),
        "faults": blast.outcome.faults,
        "affected": affected,
        "hops": hops,
        "data": blast.data.iter().map(loss).collect::<Vec<_>>(),
        "cycles": blast.cycles.iter().map(cycle).collect::<Vec<_>>(),
        "paths": paths,
        "no_path": why(model, engine, blast, NodeIx(0)).is_none(),
    })
}

/// The first place where two answers differ, if they do.
fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let keys = theirs.as_object()?.keys();
    let differing = keys.filter(|key| ours[*key] != theirs[*key]);
    Some(
        differing
            .map(|key| format!("{key}: page {} engine {}", ours[key], theirs[key]))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn loads(
    page: &Page,
    model: &Model,
    engine: &Engine<'_>,
    sources: &SourceMap,
) -> Result<(), String> {
    let payload = Payload::new(model, sources).json().unwrap();
    assert!(!payload.contains('<'));
    let loaded = page.call("load", &payload);
    let before: Vec<Value> = (0u32..)
        .zip(&model.nodes)
        .map(|(node, _)| {
            let (verdict, time) = engine.without_faults(node);
            json!([verdict.as_str(), when(time)])
        })
        .collect();
    let ids: Vec<&str> = model.nodes.iter().map(|node| node.id.as_str()).collect();
    let places = |list: &[Source]| {
        let mut places: Vec<(String, u32)> = list
            .iter()
            .map(|source| match source {
                Source::Here(span) => sources.location(*span),
                Source::Recorded(location) => (**location).clone(),
            })
            .map(|place| (place.file, place.line))
            .collect();
        places.sort();
        places.dedup();
        let places = places.iter().map(|(file, line)| format!("{file}:{line}"));
        places.collect::<Vec<_>>()
    };
    let known = model.nodes.iter().map(|node| {
        let (title, owner) = (node.title.clone(), node.owner.clone());
        let users = node.users.map_or(json!(-1), |users| json!(users));
        json!([
            title.unwrap_or_default(),
            owner.unwrap_or_default(),
            node.tier.map_or(-1, i16::from),
            users,
            node.evidence.as_str(),
            places(&node.sources)
        ])
    });
    let known: Vec<Value> = known.collect();
    let requirements = model.requirements.iter();
    let requirements = requirements.map(|r| json!([r.mode.as_str(), places(&r.sources)]));
    let requirements: Vec<Value> = requirements.collect();
    let theirs = json!({
        "ids": ids,
        "before": before,
        "known": known,
        "requirements": requirements,
        "found": true,
    });
    difference(&loaded, &theirs).map_or(Ok(()), Err)
}

fn agrees(page: &Page, model: &Model, engine: &Engine<'_>, faults: &[Fault]) -> Result<(), String> {
    let asked: Vec<Value> = faults
        .iter()
        .map(|fault| json!({ "node": fault.node.0, "repair": fault.repaired_s }))
        .collect();
    let asked = Value::Array(asked).to_string();
    let mut ours = page.call("ask", &asked);
    let steps = ours.as_object_mut().and_then(|its| its.remove("steps"));
    if faults.len() == 1 || faults.iter().any(|fault| fault.repaired_s.is_some()) {
        same_steps(engine, faults, steps.as_ref()).map_err(|error| format!("{asked}\n{error}"))?;
    }
    let theirs = expected(model, engine, &blast(model, engine, faults));
    match difference(&ours, &theirs) {
        Some(difference) => Err(format!("{asked}\n{difference}")),
        None => Ok(()),
    }
}

/// The page has the steps of `spof recover`. Where a standby is up in the very moment in which others
/// meet the requirement, the engine leaves it out or not by the order within the moment.
fn same_steps(engine: &Engine<'_>, faults: &[Fault], ours: Option<&Value>) -> Result<(), String> {
    let plan = plan_of(engine, &mut engine.scratch(), faults);
    let lasting = plan.steps.iter().filter(|step| step.ends > step.begins);
    let theirs: Vec<Value> = lasting
        .map(|step| {
            let (kind, requirement) = match step.kind {
                StepKind::Repair => ("repair", None),
                StepKind::Start => ("start", None),
                StepKind::Promote { requirement, .. } => ("promote", Some(requirement.0)),
            };
            json!([kind, step.node.0, requirement, step.begins, step.ends])
        })
        .collect();
    let ours = ours.and_then(Value::as_array).ok_or("no steps")?;
    if let Some(missing) = theirs.iter().find(|step| !ours.contains(step)) {
        return Err(format!("the page lacks the step {missing} in {ours:?}"));
    }
    let more = ours.iter().filter(|step| !theirs.contains(step));
    let mut more = more.filter(|step| {
        let same_end = theirs.iter().any(|other| other[4] == step[4]);
        step[0] != "promote" || !same_end
    });
    match more.next() {
        Some(step) => Err(format!("the engine has no step {step} in {theirs:?}")),
        None => Ok(()),
    }
}

fn fault(node: usize, repaired_s: Option<u64>) -> Fault {
    let node = NodeIx(u32::try_from(node).unwrap());
    Fault { node, repaired_s }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_page_agrees_with_the_engine(estate in brute::random::estate(10), repair in 0..12_u64) {
        thread_local! {
            static PAGE: Page = Page::new();
        }
        let model = model_of(&estate);
        let graph = Graph::new(&model);
        let engine = Engine::new(&graph);
        PAGE.with(|page| {
            loads(page, &model, &engine, &SourceMap::default()).map_err(TestCaseError::fail)?;
            let count = estate.nodes.len();
            for a in 0..count {
                for b in a..count {
                    // One scenario in three holds a repair, some of them of one fault only.
                    let some = Some(repair).filter(|_| (a + b) % 3 == 0);
                    let also = some.filter(|_| (a * b) % 2 == 0).map(|s| s / 2);
                    let mut faults = vec![fault(b, some), fault(a, also)];
                    if a == b {
                        faults.truncate(1);
                    }
                    agrees(page, &model, &engine, &faults).map_err(TestCaseError::fail)?;
                }
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// Every single fault of an estate that was read from files, and pairs of sites.
fn agrees_on(folder: &std::path::Path) {
    let estate = read(folder);
    let (model, engine) = (&estate.model, estate.engine());
    let page = Page::new();
    loads(&page, model, &engine, &estate.sources).unwrap();
    let sites = (0..model.nodes.len()).filter(|n| model.nodes[*n].id.kind() == "site");
    let sites: Vec<usize> = sites.collect();
    let mut scenarios: Vec<Vec<Fault>> = (0..model.nodes.len())
        .map(|n| vec![fault(n, None)])
        .collect();
    for (number, a) in sites.iter().enumerate() {
        for b in &sites[..number] {
            scenarios.push(vec![fault(*a, Some(3_600)), fault(*b, None)]);
        }
    }
    for scenario in scenarios {
        agrees(&page, model, &engine, &scenario).unwrap();
    }
}

fn read(folder: &std::path::Path) -> Estate {
    let path = camino::Utf8PathBuf::from_path_buf(folder.to_owned()).unwrap();
    let order = Order {
        request: Request {
            paths: vec![path],
            no_gitignore: false,
            limits: Limits::default(),
            selection: spof::config::selection::Selection::default(),
        },
        assume: None,
        scope: None,
        config: ConfigChoice::None,
    };
    order.read(None, None, &Silent).unwrap()
}

#[test]
fn the_page_agrees_on_the_samples() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for sample in ["kakao-2022", "kakao-2022-fixed", "kubernetes", "compose"] {
        agrees_on(&samples.join(sample));
    }
}

/// Names that need care: the same for a service and a store, beyond ASCII, in circles of two files.
#[test]
fn names_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "
domains:
  - {id: site:판교, title: '</script><b>&amp;'}
  - {id: site:판다, in: region:한국}
  - {id: region:한국}
services:
  - {id: service:a, tier: 0, owner: '<team>', replicas: [{on: site:판교, count: 3}, {on: site:판다}]}
  - {id: service:😀, owner: '<team>', replicas: [{on: site:판교}], requires: [{any: [service:a, store:a]}]}
  - {id: service:😁, replicas: [{on: site:판다, requires: [store:a]}]}
stores:
  - {id: store:a, tier: 9, replicas: [{on: site:판교, replication: primary}, {on: site:판다, replication: async, lag: 5s}]}
journeys:
  - {id: journey:j, users: 30M, requires: [service:😀]}
";
    std::fs::write(folder.path().join("a.spof.yaml"), manifest).unwrap();
    agrees_on(folder.path());
    let estate = read(folder.path());
    let payload = Payload::new(&estate.model, &estate.sources);
    let payload: Value = serde_json::from_str(&payload.json().unwrap()).unwrap();
    let ids = payload["nodes"]["ids"].as_array().unwrap();
    for short in ["~#1", "~#2", "*#1"] {
        assert!(ids.iter().any(|id| id == short), "{short} in {ids:?}");
    }
}
