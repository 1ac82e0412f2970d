// What DESIGN section 2 says of any fault set, in the page: the same verdicts and times as the Rust
// engine (src/analysis/engine), held to it by tests/simulate.rs. Pure: no DOM, no clock.
//
// A query costs what it affects: sets and sums are cleaned by raising an epoch, and results hold only
// the nodes that were touched. Serving is a greatest set and every fault only takes away, so it is
// found by removing from the set without faults whatever loses its support. recovery.js settles the
// times, result.js holds the answer.
//
// The graph is integers, in arrays or typed arrays (see data.js, which reads them from the page):
//
//   classes        by node: place in spof.CLASSES
//   start, rto     by node: seconds to start; longest tolerated interruption, Infinity where none
//   partOf         by node: the service or store it is a copy of (or the node whose requirement a
//                  group expands), -1 where none
//   copies         of data: triples node, place in spof.REPLICATIONS, seconds of lag or interval
//   requirements   by node, ends included: node v owns requirements[v] .. requirements[v + 1]
//   mode, need     by requirement: place in spof.MODES; weight
//   members        by requirement, ends included
//   memberNode, memberWeight, memberWays   by member; memberWays -1 for an active one, else how
//                  many ways its standby has of being promoted (ways are numbered in this order)
//   wayTakes       by way: seconds
//   wayRequires    by way, ends included, into wayNode
//   wayNode        nodes that must serve
//
//   const simulation = spof.simulation(graph);
//   const result = simulation.run([{ node: 17, repair: null }, { node: 20, repair: 3600 }]);
//
// A service or store fails with all its replicas (backups excepted), as in `spof blast`. `repair` is
// in seconds after the faults struck; null or absent: not repaired. See Result for the answer and
// explain.js for hops, reasons, standbys, cycles, data and the chain.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { Marked, Sums, rows, cycles, Recovery, Result } = spof.engine;

  /** Words of the contract; indices are what the graph holds. */
  spof.CLASSES = ["domain", "service", "store", "replica", "external", "journey", "group"];
  spof.MODES = ["placement", "hard", "soft", "start"];
  spof.REPLICATIONS = ["primary", "sync", "async", "backup"];
  /** In order of badness. */
  spof.VERDICTS = ["none", "degraded", "interrupted", "down", "stuck"];

  const PLACEMENT = 0, HARD = 1, SOFT = 2;
  const NONE = 0, DEGRADED = 1, INTERRUPTED = 2, STUCK = 4;
  const SERVICE = 1, STORE = 2, REPLICA = 3, BACKUP = 3;
  const NEVER = Infinity;

  /** The graph with what follows from it: who needs whom, cycles, the system without faults. */
  class Simulation {
    constructor(graph) {
      const nodes = graph.classes.length;
      const requirements = graph.mode.length;
      const members = graph.memberNode.length;
      this.graph = graph;
      this.nodes = nodes;
      this.owner = new Uint32Array(requirements);
      this.memberOf = new Uint32Array(members);
      this.ways = new Uint32Array(members + 1);
      for (let v = 0; v < nodes; v += 1) {
        for (let q = graph.requirements[v]; q < graph.requirements[v + 1]; q += 1) {
          this.owner[q] = v;
          for (let m = graph.members[q]; m < graph.members[q + 1]; m += 1) this.memberOf[m] = q;
        }
      }
      for (let m = 0; m < members; m += 1) {
        this.ways[m + 1] = this.ways[m] + Math.max(graph.memberWays[m], 0);
      }
      /** By node: the members at which it counts without being promoted. */
      this.activeIn = rows(nodes, (put) => {
        for (let m = 0; m < members; m += 1) {
          if (graph.memberWays[m] < 0) put(graph.memberNode[m], m);
        }
      });
      /** By node of data: its place in graph.copies; and the copies by store. */
      this.copyAt = new Map();
      for (let at = 0; at < graph.copies.length; at += 3) this.copyAt.set(graph.copies[at], at);
      /** By service or store: what fails with it. */
      this.replicas = rows(nodes, (put) => {
        for (let v = 0; v < nodes; v += 1) {
          if (graph.classes[v] === REPLICA && graph.partOf[v] >= 0 && !this.isBackup(v)) put(graph.partOf[v], v);
        }
      });
      this.cycleOf = cycles(this);
      this.memory = {
        faults: new Marked(nodes),
        stopped: new Marked(nodes),
        lost: new Marked(nodes),
        degraded: new Marked(nodes),
        lostRunning: new Sums(requirements),
        lostServing: new Sums(requirements),
        lostSound: new Sums(requirements),
        gainedRunning: new Sums(requirements),
        gainedServing: new Sums(requirements),
        hoped: new Sums(requirements),
        slot: new Int32Array(nodes).fill(-1),
      };
      this.base = new Baseline(this);
      this.base.findLate(this);
    }

    isBackup(node) {
      const at = this.copyAt.get(node);
      return at !== undefined && this.graph.copies[at + 1] === BACKUP;
    }

    /** What fails when `node` fails: itself, and for a service or store its replicas. */
    faultSet(node) {
      const { graph, replicas } = this;
      const set = [node];
      if (graph.classes[node] === SERVICE || graph.classes[node] === STORE) {
        for (let at = replicas.starts[node]; at < replicas.starts[node + 1]; at += 1) set.push(replicas.items[at]);
      }
      return set;
    }

    /** Evaluates a scenario: `faults` as [{ node, repair }]. */
    run(faults) {
      // A node that fails along with another is repaired with it, unless it was named itself.
      const when = (fault) => (fault.repair === null || fault.repair === undefined ? NEVER : fault.repair);
      const rank = (fault) => (when(fault) === NEVER ? -1 : when(fault));
      const asked = [...faults].sort((a, b) => a.node - b.node || rank(a) - rank(b));
      const named = new Map();
      for (const fault of asked) if (!named.has(fault.node)) named.set(fault.node, when(fault));
      const repairs = new Map();
      for (const [node, repair] of named) {
        for (const other of this.faultSet(node)) if (!repairs.has(other)) repairs.set(other, repair);
      }
      for (const [node, repair] of named) repairs.set(node, repair);
      const set = Int32Array.from(repairs.keys()).sort();
      strike(this, set);
      const unrepaired = new Recovery(this, () => NEVER).play();
      // Without an unmet start requirement everything restarts once it is repaired (placement is
      // acyclic), and with all that ran running again, all that served serves again: nothing is stuck.
      const repaired = unrepaired.leavesSomeone && unrepaired.startIsAwaited ? new Recovery(this, () => 0).play() : null;
      let scenario = unrepaired;
      for (const repair of repairs.values()) {
        if (repair !== NEVER) {
          scenario = new Recovery(this, (node) => repairs.get(node)).play();
          break;
        }
      }
      const result = new Result(this, Int32Array.from(named.keys()), set, unrepaired, repaired, scenario);
      result.repairs = new Map([...repairs].filter(([, at]) => at !== NEVER));
      reset(this.memory);
      return result;
    }

    hops(result) { return spof.explain.hops(this, result); }
    because(result, node) { return spof.explain.because(this, result, node); }
    weakened(result, node) { return spof.explain.weakened(this, result, node); }
    standbys(result, node) { return spof.explain.standbys(this, result, node); }
    cycles(result) { return spof.explain.cycles(this, result); }
    data(result, node) { return spof.explain.data(this, result, node); }
    dataLosses(result) { return spof.explain.dataLosses(this, result); }
    path(result, node) { return spof.explain.path(this, result, node); }
    steps(result) { return spof.steps(this, result); }
  }

  /** F = {}: who runs, serves and is degraded, and the weights of active members, by requirement. */
  class Baseline {
    constructor(simulation) {
      const { graph, owner, nodes } = simulation;
      const all = new Float64Array(graph.mode.length);
      for (let m = 0; m < graph.memberNode.length; m += 1) {
        if (graph.memberWays[m] < 0) all[simulation.memberOf[m]] += graph.memberWeight[m];
      }
      const shrink = (inside, weights, queue, modes) => {
        for (let q = 0; q < weights.length; q += 1) {
          if (modes[graph.mode[q]] && weights[q] < graph.need[q] && inside[owner[q]]) {
            inside[owner[q]] = 0;
            queue.push(owner[q]);
          }
        }
        while (queue.length) {
          const node = queue.pop();
          for (let at = simulation.activeIn.starts[node]; at < simulation.activeIn.starts[node + 1]; at += 1) {
            const m = simulation.activeIn.items[at];
            const q = simulation.memberOf[m];
            weights[q] -= graph.memberWeight[m];
            if (modes[graph.mode[q]] && weights[q] < graph.need[q] && inside[owner[q]]) {
              inside[owner[q]] = 0;
              queue.push(owner[q]);
            }
          }
        }
      };
      this.runningWeight = all.slice();
      this.runs = new Uint8Array(nodes).fill(1);
      shrink(this.runs, this.runningWeight, [], [true, false, false, false]);
      this.servingWeight = all;
      this.serves = this.runs.slice();
      const idle = [];
      for (let v = 0; v < nodes; v += 1) if (!this.runs[v]) idle.push(v);
      shrink(this.serves, this.servingWeight, idle, [true, true, false, false]);
      this.soundWeight = this.servingWeight.slice();
      const sound = this.serves.slice();
      const shaken = [];
      for (let q = 0; q < all.length; q += 1) {
        if (graph.mode[q] === SOFT && this.servingWeight[q] < graph.need[q] && sound[owner[q]]) {
          sound[owner[q]] = 0;
          shaken.push(owner[q]);
        }
      }
      shrink(sound, this.soundWeight, shaken, [false, true, false, false]);
      this.degraded = new Uint8Array(nodes);
      for (let v = 0; v < nodes; v += 1) this.degraded[v] = this.serves[v] && !sound[v] ? 1 : 0;
      this.late = [];
      this.lateTime = new Map();
    }

    /** Nodes that don't serve at once, but may come to run or serve: every recovery considers them. */
    findLate(simulation) {
      for (let v = 0; v < simulation.nodes; v += 1) if (!this.serves[v]) this.late.push(v);
      if (this.late.length === 0) return;
      const recovery = new Recovery(simulation, () => NEVER).play();
      this.late = [];
      recovery.nodes.forEach((node, slot) => {
        if (recovery.times[slot] !== NEVER) this.lateTime.set(node, recovery.times[slot]);
        // What runs but never serves can't change anything any more.
        if (recovery.times[slot] !== NEVER || !this.runs[node]) this.late.push(node);
      });
    }

    /** Verdict without faults: what does not serve is interrupted until it comes up, or stuck. */
    verdict(node) {
      if (this.serves[node]) return this.degraded[node] ? DEGRADED : NONE;
      return this.lateTime.has(node) ? INTERRUPTED : STUCK;
    }

    /** T without faults. */
    time(node) {
      if (this.serves[node]) return 0;
      const time = this.lateTime.get(node);
      return time === undefined ? NEVER : time;
    }
  }

  /** The moment the faults strike: fills the memory with what stops, is lost, is degraded. */
  function strike(simulation, faults) {
    const { graph, base, memory, owner, memberOf } = simulation;
    const { starts, items } = simulation.activeIn;
    const { stopped, lost, degraded, lostRunning, lostServing, lostSound } = memory;
    for (const fault of faults) {
      memory.faults.add(fault);
      stopped.add(fault);
    }
    for (let next = 0; next < stopped.list.length; next += 1) {
      const node = stopped.list[next];
      if (!base.runs[node]) continue;
      for (let at = starts[node]; at < starts[node + 1]; at += 1) {
        const q = memberOf[items[at]];
        if (graph.mode[q] !== PLACEMENT) continue;
        const gone = lostRunning.add(q, graph.memberWeight[items[at]]);
        if (base.runningWeight[q] - gone < graph.need[q] && base.runs[owner[q]]) stopped.add(owner[q]);
      }
    }
    for (const node of stopped.list) if (base.serves[node]) lost.add(node);
    for (let next = 0; next < lost.list.length; next += 1) {
      const node = lost.list[next];
      for (let at = starts[node]; at < starts[node + 1]; at += 1) {
        const q = memberOf[items[at]];
        const gone = lostServing.add(q, graph.memberWeight[items[at]]);
        const carries = graph.mode[q] === PLACEMENT || graph.mode[q] === HARD;
        if (carries && base.servingWeight[q] - gone < graph.need[q] && base.serves[owner[q]]) lost.add(owner[q]);
      }
    }
    // Loss is complete before degradation begins: what is lost is not degraded.
    const unsettle = (node, isLost) => {
      for (let at = starts[node]; at < starts[node + 1]; at += 1) {
        const q = memberOf[items[at]];
        let unsettled = false;
        if (graph.mode[q] === SOFT) {
          unsettled = isLost && base.servingWeight[q] - lostServing.get(q) < graph.need[q];
        } else if (graph.mode[q] === HARD && !base.degraded[node]) {
          unsettled = base.soundWeight[q] - lostSound.add(q, graph.memberWeight[items[at]]) < graph.need[q];
        }
        const o = owner[q];
        if (unsettled && base.serves[o] && !base.degraded[o] && !lost.has(o)) degraded.add(o);
      }
    };
    for (const node of lost.list) unsettle(node, true);
    for (let next = 0; next < degraded.list.length; next += 1) unsettle(degraded.list[next], false);
  }

  function reset(memory) {
    for (const part of ["faults", "stopped", "lost", "degraded", "lostRunning", "lostServing", "lostSound"]) {
      memory[part].clear();
    }
  }

  /** The simulation of `graph`. O(nodes + members), plus recovery of what does not serve even so. */
  spof.simulation = (graph) => new Simulation(graph);
})();
