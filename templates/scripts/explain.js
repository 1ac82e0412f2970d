// Why a scenario comes out as it does: hops, unmet requirements, standbys, recovery cycles, what is
// left of the data, and the chain of `spof why`. The same answers as src/analysis/{hops,blast,
// recovery,data,why}.rs, held to them by tests/simulate.rs. Pure. `simulation` and `result` are those
// of simulate.js; every list is sorted as `spof blast --format json` sorts it.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const PLACEMENT = 0, HARD = 1, SOFT = 2, START = 3;
  const DOWN = 3, STUCK = 4;
  const STORE = 2, BACKUP = 3, ASYNC = 2;
  const NEVER = Infinity;
  /** Chains longer than this are cut off, and say so. */
  const DEEPEST = 200;

  /** Words of the data verdicts, in order of badness. */
  spof.DATA_VERDICTS = ["safe", "lost-up-to-lag", "lost-up-to-interval", "lost"];
  /** Why one node waits for another; the first two turn a circle into a recovery cycle. */
  spof.WAITS = ["start", "promotion", "need"];
  const WAIT_START = 0, WAIT_PROMOTION = 1, WAIT_NEED = 2;

  const numbers = (a, b) => a - b;

  function* requirementsOf(graph, node) {
    for (let q = graph.requirements[node]; q < graph.requirements[node + 1]; q += 1) yield q;
  }

  /** Weight of the active members of `q` that `counts` accepts. */
  function weight(graph, q, counts) {
    let sum = 0;
    for (let m = graph.members[q]; m < graph.members[q + 1]; m += 1) {
      if (graph.memberWays[m] < 0 && counts(graph.memberNode[m])) sum += graph.memberWeight[m];
    }
    return sum;
  }

  /** Weight of active members of `q` that serve in S0. */
  const left = (simulation, result, q) => weight(simulation.graph, q, (node) => result.servesAtOnce(node));

  /** Hops of the faults (0) and of every affected node, as a Map: h + 1 if, losing only affected
      nodes of at most h hops, one of its requirements becomes unmet or it becomes degraded. */
  function hops(simulation, result) {
    const { graph, base, owner, memberOf, activeIn } = simulation;
    const found = new Map();
    const queue = [];
    for (const fault of result.faults) {
      found.set(fault, 0);
      queue.push(fault);
    }
    const gone = new Map();
    const unsound = new Map();
    const before = [new Map(), new Map()];
    const had = (q, sound) => {
      let sum = before[sound].get(q);
      if (sum === undefined) {
        sum = weight(graph, q, (node) => base.serves[node] === 1 && !(sound && base.degraded[node]));
        before[sound].set(q, sum);
      }
      return sum;
    };
    const falls = (sums, q, m, sound) => {
      const sum = (sums.get(q) || 0) + graph.memberWeight[m];
      sums.set(q, sum);
      return had(q, sound) >= graph.need[q] && had(q, sound) - sum < graph.need[q];
    };
    for (let next = 0; next < queue.length; next += 1) {
      const node = queue[next];
      // A node that did not serve even without faults brought no weight to lose.
      if (!base.serves[node]) continue;
      const hop = found.get(node) + 1;
      const isLost = result.isLost(node);
      for (let at = activeIn.starts[node]; at < activeIn.starts[node + 1]; at += 1) {
        const m = activeIn.items[at];
        const q = memberOf[m];
        const mode = graph.mode[q];
        const unmet = isLost && falls(gone, q, m, 0);
        const thin = mode === HARD && !base.degraded[node] && falls(unsound, q, m, 1);
        const of = owner[q];
        let reached = false;
        if ((mode === PLACEMENT || mode === HARD) && result.isLost(of)) reached = unmet;
        else if (mode === SOFT && result.isDegraded(of)) reached = unmet;
        else if (mode === HARD && result.isDegraded(of)) reached = thin;
        if (reached && !found.has(of)) {
          found.set(of, hop);
          queue.push(of);
        }
      }
    }
    reachTheLate(simulation, result, found);
    return found;
  }

  /** Nodes that don't serve even without faults lose no requirement; when they come up later than
      before, they are one hop behind the nearest affected node they wait for. */
  function reachTheLate(simulation, result, found) {
    const { graph, ways } = simulation;
    let waiting = Array.from(result.affected).filter((node) => !found.has(node));
    while (waiting.length) {
      const fresh = [];
      for (const node of waiting) {
        let near = NEVER;
        const look = (other) => {
          const hop = found.get(other);
          if (hop !== undefined && hop < near) near = hop;
        };
        for (let m = graph.members[graph.requirements[node]]; m < graph.members[graph.requirements[node + 1]]; m += 1) {
          look(graph.memberNode[m]);
          for (let at = graph.wayRequires[ways[m]]; at < graph.wayRequires[ways[m + 1]]; at += 1) look(graph.wayNode[at]);
        }
        if (near !== NEVER) fresh.push([node, near + 1]);
      }
      if (fresh.length === 0) {
        for (const node of waiting) found.set(node, 1);
        return;
      }
      for (const [node, hop] of fresh) found.set(node, hop);
      waiting = waiting.filter((node) => !found.has(node));
    }
  }

  /** Requirements of `node` that S0 does not meet. */
  function because(simulation, result, node) {
    const { graph } = simulation;
    const unmet = [];
    for (const q of requirementsOf(graph, node)) {
      if (left(simulation, result, q) < graph.need[q]) unmet.push(q);
    }
    return unmet;
  }

  /** Hard requirements of the serving `node` that are met only by counting degraded members. */
  function weakened(simulation, result, node) {
    const { graph, base } = simulation;
    if (!result.servesAtOnce(node)) return [];
    const sound = (other) => result.servesAtOnce(other) && !base.degraded[other] && !result.isDegraded(other);
    const thin = [];
    for (const q of requirementsOf(graph, node)) {
      if (graph.mode[q] === HARD && weight(graph, q, sound) < graph.need[q]) thin.push(q);
    }
    return thin;
  }

  /** T of `node` in `recovery`, one of the three that a result holds. */
  function timeIn(simulation, result, recovery, node) {
    if (result.servesAtOnce(node)) return 0;
    const { nodes } = recovery;
    let low = 0, high = nodes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nodes[middle] < node) low = middle + 1;
      else high = middle;
    }
    return low < nodes.length && nodes[low] === node ? recovery.times[low] : NEVER;
  }

  /** What became of the standbys of the unmet requirements of `node`:
      [{ requirement, member, standby, promoted, blockedBy }]; `promoted` in seconds or Infinity,
      `blockedBy` the nodes that never serve, of a dead standby: itself and what its ways require. */
  function standbys(simulation, result, node, recovery = result.scenario) {
    const { graph, ways } = simulation;
    const states = [];
    for (const requirement of because(simulation, result, node)) {
      for (let member = graph.members[requirement]; member < graph.members[requirement + 1]; member += 1) {
        if (graph.memberWays[member] < 0) continue;
        const promoted = recovery.promotions.get(member);
        if (promoted === undefined) continue;
        const standby = graph.memberNode[member];
        const blockers = new Set();
        if (promoted === NEVER) {
          const block = (other) => {
            if (timeIn(simulation, result, recovery, other) === NEVER) blockers.add(other);
          };
          block(standby);
          for (let at = graph.wayRequires[ways[member]]; at < graph.wayRequires[ways[member + 1]]; at += 1) block(graph.wayNode[at]);
        }
        states.push({ requirement, member, standby, promoted, blockedBy: [...blockers].sort(numbers) });
      }
    }
    return states;
  }

  /** The order in which Rust sorts waits: by from, to, kind, requirement, standby (none first). */
  function compareWaits(a, b) {
    return a.from - b.from || a.to - b.to || a.wait - b.wait || a.requirement - b.requirement || a.standby - b.standby;
  }

  function compareWays(a, b) {
    for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
      const order = compareWaits(a[at], b[at]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }

  /** Who waits for whom, sorted, among nodes that never serve in `recovery`. */
  function waits(simulation, result, recovery) {
    const { graph } = simulation;
    const never = (node) => timeIn(simulation, result, recovery, node) === NEVER;
    const found = [];
    recovery.nodes.forEach((from, slot) => {
      if (recovery.times[slot] !== NEVER) return;
      const stopped = !simulation.base.runs[from] || result.isStopped(from);
      const dead = standbys(simulation, result, from, recovery);
      for (const requirement of because(simulation, result, from)) {
        const mode = graph.mode[requirement];
        if (mode === SOFT || (mode === START && !stopped)) continue;
        const wait = mode === START ? WAIT_START : WAIT_NEED;
        let met = 0;
        const missing = [];
        for (let m = graph.members[requirement]; m < graph.members[requirement + 1]; m += 1) {
          const node = graph.memberNode[m];
          if (graph.memberWays[m] < 0) {
            if (never(node)) missing.push(node);
            else met += graph.memberWeight[m];
          } else if ((recovery.promotions.get(m) ?? NEVER) !== NEVER) {
            met += graph.memberWeight[m];
          }
        }
        if (met >= graph.need[requirement]) continue;
        for (const to of missing) found.push({ from, to, wait, requirement, standby: -1 });
        for (const state of dead) {
          if (state.requirement !== requirement) continue;
          for (const to of state.blockedBy) {
            found.push({ from, to, wait: WAIT_PROMOTION, requirement, standby: state.standby });
          }
        }
      }
    });
    return found.sort(compareWaits);
  }

  /** By node in `from` of the sorted `hops`: its strongly connected component. Tarjan (1972), without
      recursion. */
  function components(from) {
    const order = new Map(), low = new Map(), of = new Map();
    const stack = [];
    const none = [];
    const out = (node) => from.get(node) || none;
    let clock = 0, count = 0;
    for (const root of from.keys()) {
      if (order.has(root)) continue;
      const path = [];
      const enter = (node) => {
        clock += 1;
        order.set(node, clock);
        low.set(node, clock);
        stack.push(node);
        path.push({ node, next: 0 });
      };
      enter(root);
      while (path.length) {
        const top = path[path.length - 1];
        const edges = out(top.node);
        if (top.next < edges.length) {
          const to = edges[top.next++].to;
          if (!order.has(to)) enter(to);
          else if (!of.has(to)) low.set(top.node, Math.min(low.get(top.node), order.get(to)));
          continue;
        }
        path.pop();
        if (path.length) {
          const above = path[path.length - 1].node;
          low.set(above, Math.min(low.get(above), low.get(top.node)));
        }
        if (low.get(top.node) !== order.get(top.node)) continue;
        for (;;) {
          const member = stack.pop();
          of.set(member, count);
          if (member === top.node) break;
        }
        count += 1;
      }
    }
    return of;
  }

  /** The shortest way from the end of `first` back to its beginning, `first` included; null if it
      has more than `most` hops. */
  function circle(from, first, inside, most) {
    const reachedBy = new Map();
    let level = [first.to];
    for (let length = 1; level.length && length <= most; length += 1) {
      const next = [];
      for (const node of level) {
        if (node === first.from) {
          const way = [];
          for (let at = node; at !== first.to;) {
            const hop = reachedBy.get(at);
            way.push(hop);
            at = hop.from;
          }
          way.push(first);
          return way.reverse();
        }
        for (const hop of from.get(node) || []) {
          if (!inside(hop) || hop.to === first.to || reachedBy.has(hop.to)) continue;
          reachedBy.set(hop.to, hop);
          next.push(hop.to);
        }
      }
      level = next;
    }
    return null;
  }

  function cyclesOf(simulation, result, recovery, makes) {
    const all = waits(simulation, result, recovery);
    const from = new Map();
    for (const hop of all) {
      if (!from.has(hop.from)) from.set(hop.from, []);
      from.get(hop.from).push(hop);
    }
    const of = components(from);
    const inside = (hop) => of.get(hop.from) === of.get(hop.to);
    // While the faults are unrepaired, a circle through start alone may be the fault's doing;
    // whether it outlasts repair is what the other pass says.
    const turns = (hop) => (makes === STUCK ? hop.wait !== WAIT_NEED : hop.wait === WAIT_PROMOTION);
    const shortest = new Map();
    const members = new Map();
    for (const hop of all) {
      if (!inside(hop)) continue;
      const component = of.get(hop.from);
      if (!members.has(component)) members.set(component, new Set());
      members.get(component).add(hop.from);
      if (!turns(hop)) continue;
      const best = shortest.get(component);
      // Of equally short ones the first hop decides, and hops are sorted: only a shorter one is better.
      const way = circle(from, hop, inside, best ? best.length - 1 : NEVER);
      if (way) shortest.set(component, way);
    }
    const found = [];
    for (const [component, way] of shortest) found.push({ makes, hops: way, size: members.get(component).size });
    return found.sort((a, b) => compareWays(a.hops, b.hops));
  }

  /** Recovery cycles, those that outlast repair first: [{ makes, hops, size }]; `makes` DOWN or STUCK,
      hops { from, to, wait, requirement, standby } with `standby` -1 for none and `wait` a place in
      spof.WAITS, `size` the nodes of the whole component. Each is the shortest of its component. */
  function cycles(simulation, result) {
    const stuck = result.atOnce ? cyclesOf(simulation, result, result.atOnce, STUCK) : [];
    const known = new Set();
    for (const cycle of stuck) for (const hop of cycle.hops) known.add(hop.from);
    const down = cyclesOf(simulation, result, result.unrepaired, DOWN);
    return stuck.concat(down.filter((cycle) => !cycle.hops.some((hop) => known.has(hop.from))));
  }

  /** Copies of data by store, made once per graph. */
  function copiesByStore(simulation) {
    if (!simulation.copiesByStore) {
      const { graph } = simulation;
      const found = (simulation.copiesByStore = new Map());
      for (let at = 0; at < graph.copies.length; at += 3) {
        const store = graph.partOf[graph.copies[at]];
        if (store < 0) continue;
        if (!found.has(store)) found.set(store, []);
        found.get(store).push(graph.copies[at]);
      }
    }
    return simulation.copiesByStore;
  }

  /** What is left of the data of `store`, worst case: { store, verdict, seconds, gone, left }, or null
      if it lost no copy. `seconds` of writes lost at most, Infinity for all. */
  function data(simulation, result, store) {
    const { graph } = simulation;
    const copies = copiesByStore(simulation).get(store) || [];
    const spoiled = graph.classes[store] === STORE && result.isFault(store);
    const gone = [];
    const remain = [];
    for (const copy of copies) {
      const lost = result.isStopped(copy) || (spoiled && !simulation.isBackup(copy));
      (lost ? gone : remain).push(copy);
    }
    const touched = spoiled || copies.some((copy) => result.isStopped(copy));
    if (!touched || copies.length === 0) return null;
    const active = new Set();
    for (let m = graph.members[graph.requirements[store]]; m < graph.members[graph.requirements[store + 1]]; m += 1) {
      if (graph.memberWays[m] < 0) active.add(graph.memberNode[m]);
    }
    let verdict = 3, seconds = NEVER;
    for (const copy of remain) {
      const at = simulation.copyAt.get(copy);
      const kind = graph.copies[at + 1];
      const safe = active.has(copy) || kind < ASYNC;
      const its = safe ? 0 : kind === BACKUP ? 2 : 1;
      const loses = safe ? 0 : graph.copies[at + 2];
      if (its < verdict || (its === verdict && loses < seconds)) {
        verdict = its;
        seconds = loses;
      }
    }
    return { store, verdict, seconds, gone, left: remain };
  }

  /** Data verdicts of all stores that lost a copy, sorted by store. */
  function dataLosses(simulation, result) {
    const { graph } = simulation;
    const stores = new Set();
    for (const node of result.touched) {
      if (simulation.copyAt.has(node) && graph.partOf[node] >= 0) stores.add(graph.partOf[node]);
      if (graph.classes[node] === STORE) stores.add(node);
    }
    return [...stores].sort(numbers).map((store) => data(simulation, result, store)).filter((loss) => loss !== null);
  }

  /** The chain from `node` to the faults, as `spof why` tells it; null if it is not affected.
      { node, isFault, verdict, recovers, reasons, told, cutOff }, each reason
      { requirement, left, weakened, lost: [hop], standbys: [{ standby, promoted, blockedBy: [hop] }] }.
      `told`: its reasons were given further up already. */
  function path(simulation, result, subject) {
    const { graph, base } = simulation;
    if (!result.isFault(subject) && result.verdictOf(subject) === 0) return null;
    const told = new Set();
    const timeOf = (node) => timeIn(simulation, result, result.scenario, node);
    const hop = (node, depth) => {
      const isFault = result.isFault(node);
      const known = { node, isFault, verdict: DOWN, recovers: timeOf(node), reasons: [], told: false, cutOff: false };
      if (isFault) return known;
      // What never served is no effect of the faults.
      known.verdict = result.verdictOf(node) || base.verdict(node);
      known.told = told.has(node);
      told.add(node);
      known.cutOff = !known.told && depth === 0;
      if (!known.told && !known.cutOff) known.reasons = reasons(node, depth - 1);
      return known;
    };
    const reasons = (node, depth) => {
      // A running node does not need its start requirements, and a node that has failed is not
      // explained by what would only degrade it.
      const stopped = result.isStopped(node);
      const serves = result.servesAtOnce(node);
      const unmet = because(simulation, result, node).filter((q) => {
        const mode = graph.mode[q];
        return mode === START ? stopped : mode === SOFT ? serves : true;
      });
      // What it stands on explains more than what follows from its own loss.
      unmet.sort((a, b) => graph.mode[a] - graph.mode[b] || a - b);
      const told = unmet.map((q) => reason(node, q, false, depth));
      for (const q of weakened(simulation, result, node)) told.push(reason(node, q, true, depth));
      return told;
    };
    const reason = (node, requirement, isWeakened, depth) => {
      const lost = [];
      for (let m = graph.members[requirement]; m < graph.members[requirement + 1]; m += 1) {
        const member = graph.memberNode[m];
        if (graph.memberWays[m] >= 0) continue;
        if (!result.servesAtOnce(member) || (isWeakened && result.isDegraded(member))) lost.push(member);
      }
      const states = isWeakened ? [] : standbys(simulation, result, node);
      return {
        requirement,
        left: left(simulation, result, requirement),
        weakened: isWeakened,
        lost: lost.map((member) => hop(member, depth)),
        standbys: states
          .filter((state) => state.requirement === requirement)
          .map((state) => ({
            standby: state.standby,
            member: state.member,
            promoted: state.promoted,
            blockedBy: state.blockedBy.map((blocker) => hop(blocker, depth)),
          })),
      };
    };
    return hop(subject, DEEPEST);
  }

  spof.explain = { hops, because, weakened, standbys, cycles, data, dataLosses, path };
})();
