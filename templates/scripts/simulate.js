// What DESIGN section 2 says of any fault set, in the page: the same verdicts and times as the Rust
// engine (src/analysis/engine), held to it by tests/simulate.rs. Pure: no DOM, no clock.
//
// A query costs what it affects: sets and sums are cleaned by raising an epoch, and results hold only
// the nodes that were touched. Serving is a greatest set and every fault only takes away, so it is
// found by removing from the set without faults whatever loses its support. Times are settled in
// order (Knuth 1977, "A generalization of Dijkstra's algorithm", superior functions), except that
// cycles of needs settle together.
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

  /** Words of the contract; indices are what the graph holds. */
  spof.CLASSES = ["domain", "service", "store", "replica", "external", "journey", "group"];
  spof.MODES = ["placement", "hard", "soft", "start"];
  spof.REPLICATIONS = ["primary", "sync", "async", "backup"];
  /** In order of badness. */
  spof.VERDICTS = ["none", "degraded", "interrupted", "down", "stuck"];

  const PLACEMENT = 0, HARD = 1, SOFT = 2, START = 3;
  const NONE = 0, DEGRADED = 1, INTERRUPTED = 2, DOWN = 3, STUCK = 4;
  const SERVICE = 1, STORE = 2, REPLICA = 3, BACKUP = 3;
  const NEVER = Infinity;

  /** A set of indices that is emptied in no time; `list` has them in order of arrival. */
  class Marked {
    constructor(size) {
      this.stamp = new Uint32Array(size);
      this.epoch = 1;
      this.list = [];
    }
    add(index) {
      if (this.stamp[index] === this.epoch) return false;
      this.stamp[index] = this.epoch;
      this.list.push(index);
      return true;
    }
    has(index) {
      return this.stamp[index] === this.epoch;
    }
    clear() {
      this.epoch += 1;
      this.list = [];
    }
  }

  /** Sums by index, all zero again in no time. */
  class Sums {
    constructor(size) {
      this.sums = new Float64Array(size);
      this.stamp = new Uint32Array(size);
      this.epoch = 1;
    }
    add(index, weight) {
      const sum = this.get(index) + weight;
      this.stamp[index] = this.epoch;
      this.sums[index] = sum;
      return sum;
    }
    get(index) {
      return this.stamp[index] === this.epoch ? this.sums[index] : 0;
    }
    clear() {
      this.epoch += 1;
    }
  }

  /** Events by time, a binary heap in two arrays. */
  class Agenda {
    constructor() {
      this.times = [];
      this.events = [];
    }
    get next() {
      return this.times.length ? this.times[0] : NEVER;
    }
    push(time, event) {
      const { times, events } = this;
      let at = times.length;
      times.push(time);
      events.push(event);
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (times[above] <= time) break;
        times[at] = times[above];
        events[at] = events[above];
        at = above;
      }
      times[at] = time;
      events[at] = event;
    }
    pop() {
      const { times, events } = this;
      const first = events[0];
      const time = times.pop();
      const event = events.pop();
      const size = times.length;
      if (size === 0) return first;
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= size) break;
        if (below + 1 < size && times[below + 1] < times[below]) below += 1;
        if (times[below] >= time) break;
        times[at] = times[below];
        events[at] = events[below];
        at = below;
      }
      times[at] = time;
      events[at] = event;
      return first;
    }
  }

  /** Rows of `size` lists from what `each(put)` puts, in the order in which it does. */
  function rows(size, each) {
    const starts = new Uint32Array(size + 1);
    each((row) => { starts[row + 1] += 1; });
    for (let row = 0; row < size; row += 1) starts[row + 1] += starts[row];
    const next = starts.slice();
    const items = new Uint32Array(starts[size]);
    each((row, item) => { items[next[row]++] = item; });
    return { starts, items };
  }

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

  // An event is a number: three times the slot (or armed standby), plus what happens.
  const REPAIRED = 0, RUNS = 1, PROMOTED = 2;

  /** What comes back after the strike in memory, and when. */
  class Recovery {
    constructor(simulation, repair) {
      this.simulation = simulation;
      this.repair = repair;
      /** Nodes that don't serve at t = 0 though they may, sorted; and when they serve. */
      this.nodes = new Int32Array(0);
      this.times = new Float64Array(0);
      /** Member -> time, for the standbys of requirements unmet at t = 0. */
      this.promotions = new Map();
      this.leavesSomeone = false;
      this.startIsAwaited = false;
    }

    play() {
      this.admit();
      this.prepare();
      while (this.step());
      this.finish();
      return this;
    }

    /** Gives a slot to every node that does not serve at t = 0 and may change. */
    admit() {
      const { memory, base, cycleOf } = this.simulation;
      const { lost, stopped, slot } = memory;
      const nodes = Int32Array.from([...lost.list, ...stopped.list.filter((v) => !lost.has(v)), ...base.late]).sort();
      // A late node may be a fault as well.
      let count = 0;
      for (let at = 0; at < nodes.length; at += 1) {
        if (at === 0 || nodes[at] !== nodes[at - 1]) nodes[count++] = nodes[at];
      }
      this.nodes = nodes.slice(0, count);
      this.running = new Uint8Array(count);
      this.unmet = new Int32Array(count);
      this.notStartable = new Int32Array(count);
      this.times = new Float64Array(count).fill(NEVER);
      this.cycle = new Int32Array(count).fill(-1);
      this.cycles = [];
      this.watchers = new Array(count);
      const numbers = new Map();
      for (let at = 0; at < count; at += 1) {
        const node = this.nodes[at];
        slot[node] = at;
        this.running[at] = base.runs[node] && !stopped.has(node) ? 1 : 0;
        if (cycleOf[node] >= 0) {
          let number = numbers.get(cycleOf[node]);
          if (number === undefined) {
            number = this.cycles.length;
            numbers.set(cycleOf[node], number);
            this.cycles.push([]);
          }
          this.cycles[number].push(at);
          this.cycle[at] = number;
        }
      }
      this.armed = [];
      this.promoted = [];
      this.wayStandby = [];
      this.wayTakes = [];
      this.wayMissing = [];
      this.agenda = new Agenda();
      this.ready = [];
      this.touched = [];
      this.isTouched = new Uint8Array(this.cycles.length);
      this.inHope = new Uint8Array(count);
      this.now = 0;
    }

    /** Counts what each node waits for, and arms the standbys of unmet requirements. */
    prepare() {
      const { graph, memory } = this.simulation;
      for (let slot = 0; slot < this.nodes.length; slot += 1) {
        const node = this.nodes[slot];
        const stopped = !this.running[slot];
        if (memory.faults.has(node)) {
          this.notStartable[slot] += 1;
          const after = this.repair(node);
          if (after !== NEVER) this.agenda.push(after, 3 * slot + REPAIRED);
        }
        for (let q = graph.requirements[node]; q < graph.requirements[node + 1]; q += 1) {
          const mode = graph.mode[q];
          if (mode === SOFT || (mode === START && !stopped)) continue;
          const unmet = this.servingWeight(q) < graph.need[q];
          if (mode === START) {
            if (unmet) {
              this.notStartable[slot] += 1;
              this.startIsAwaited = true;
            }
          } else if (unmet) {
            this.unmet[slot] += 1;
          }
          if (mode === PLACEMENT && stopped && this.runningWeight(q) < graph.need[q]) this.notStartable[slot] += 1;
          if (unmet) this.arm(q);
        }
        this.startIfPossible(slot);
      }
    }

    arm(q) {
      const { graph, ways, memory } = this.simulation;
      for (let m = graph.members[q]; m < graph.members[q + 1]; m += 1) {
        if (graph.memberWays[m] < 0) continue;
        const standby = this.armed.length;
        this.armed.push(m);
        this.promoted.push(NEVER);
        for (let way = ways[m]; way < ways[m + 1]; way += 1) {
          const number = this.wayTakes.length;
          let missing = 0;
          const require = (node) => {
            if (this.servesAtOnce(node)) return;
            missing += 1;
            // A node without a slot never serves, so nobody need be told.
            const slot = memory.slot[node];
            if (slot >= 0) (this.watchers[slot] = this.watchers[slot] || []).push(number);
          };
          require(graph.memberNode[m]);
          for (let at = graph.wayRequires[way]; at < graph.wayRequires[way + 1]; at += 1) require(graph.wayNode[at]);
          this.wayStandby.push(standby);
          this.wayTakes.push(graph.wayTakes[way]);
          this.wayMissing.push(missing);
          if (missing === 0) this.agenda.push(graph.wayTakes[way], 3 * standby + PROMOTED);
        }
      }
    }

    /** One step of what happens now, else time moves on; false when nothing is left to happen. */
    step() {
      while (this.agenda.next <= this.now && this.agenda.times.length) this.happen(this.agenda.pop());
      if (this.ready.length) {
        this.announce(this.ready.pop());
      } else if (this.touched.length) {
        const cycle = this.touched.pop();
        this.isTouched[cycle] = 0;
        this.settleCycle(cycle);
      } else if (this.agenda.times.length) {
        this.now = this.agenda.next;
      } else {
        return false;
      }
      return true;
    }

    finish() {
      const { memory } = this.simulation;
      for (let at = 0; at < this.nodes.length; at += 1) {
        memory.slot[this.nodes[at]] = -1;
        if (this.times[at] === NEVER) this.leavesSomeone = true;
      }
      memory.gainedRunning.clear();
      memory.gainedServing.clear();
      this.armed.forEach((m, at) => this.promotions.set(m, this.promoted[at]));
    }

    happen(event) {
      const { graph, activeIn, memberOf } = this.simulation;
      const slot = Math.floor(event / 3);
      switch (event % 3) {
        case REPAIRED:
          this.oneLessBeforeStart(slot);
          break;
        case RUNS: {
          const node = this.nodes[slot];
          this.running[slot] = 1;
          for (let at = activeIn.starts[node]; at < activeIn.starts[node + 1]; at += 1) {
            const m = activeIn.items[at];
            if (graph.mode[memberOf[m]] === PLACEMENT) this.gainRunning(memberOf[m], graph.memberWeight[m]);
          }
          this.touchCycle(slot);
          this.serveIfPossible(slot);
          break;
        }
        default: {
          if (this.promoted[slot] !== NEVER) return;
          this.promoted[slot] = this.now;
          const m = this.armed[slot];
          const q = memberOf[m];
          if (graph.mode[q] === PLACEMENT) this.gainRunning(q, graph.memberWeight[m]);
          this.gainServing(q, graph.memberWeight[m]);
        }
      }
    }

    /** Tells everyone that the node in `slot` serves. */
    announce(slot) {
      const { graph, activeIn, memberOf } = this.simulation;
      const node = this.nodes[slot];
      for (let at = activeIn.starts[node]; at < activeIn.starts[node + 1]; at += 1) {
        const m = activeIn.items[at];
        this.gainServing(memberOf[m], graph.memberWeight[m]);
      }
      const watchers = this.watchers[slot] || [];
      this.watchers[slot] = undefined;
      for (const number of watchers) {
        this.wayMissing[number] -= 1;
        if (this.wayMissing[number] === 0) {
          this.agenda.push(this.now + this.wayTakes[number], 3 * this.wayStandby[number] + PROMOTED);
        }
      }
    }

    gainRunning(q, weight) {
      const { graph, memory, owner } = this.simulation;
      const before = this.runningWeight(q);
      memory.gainedRunning.add(q, weight);
      const slot = memory.slot[owner[q]];
      if (slot >= 0 && before < graph.need[q] && before + weight >= graph.need[q]) this.oneLessBeforeStart(slot);
    }

    gainServing(q, weight) {
      const { graph, memory, owner } = this.simulation;
      const before = this.servingWeight(q);
      memory.gainedServing.add(q, weight);
      const slot = memory.slot[owner[q]];
      if (slot < 0) return;
      const crosses = before < graph.need[q] && before + weight >= graph.need[q];
      const mode = graph.mode[q];
      if (mode === PLACEMENT || mode === HARD) {
        this.touchCycle(slot);
        if (crosses) {
          this.unmet[slot] -= 1;
          this.serveIfPossible(slot);
        }
      } else if (mode === START && crosses) {
        this.oneLessBeforeStart(slot);
      }
    }

    /** A running node has nothing to wait for before it starts, so nothing is counted for it. */
    oneLessBeforeStart(slot) {
      if (this.running[slot]) return;
      if (this.notStartable[slot] > 0) this.notStartable[slot] -= 1;
      this.startIfPossible(slot);
    }

    /** Called whenever a stopped node has one thing less to wait for, hence at zero only once. */
    startIfPossible(slot) {
      if (this.running[slot] || this.notStartable[slot] > 0) return;
      this.agenda.push(this.now + this.simulation.graph.start[this.nodes[slot]], 3 * slot + RUNS);
    }

    serveIfPossible(slot) {
      if (!this.running[slot] || this.unmet[slot] > 0 || this.times[slot] !== NEVER) return;
      this.times[slot] = this.now;
      this.ready.push(slot);
    }

    touchCycle(slot) {
      const cycle = this.cycle[slot];
      if (cycle < 0 || this.isTouched[cycle]) return;
      this.isTouched[cycle] = 1;
      this.touched.push(cycle);
    }

    /** Finds the greatest set of the cycle's running nodes that serve if all of them do. */
    settleCycle(cycle) {
      const { graph, memory, activeIn, memberOf, owner } = this.simulation;
      const { starts, items } = activeIn;
      const hopeful = this.cycles[cycle].filter((slot) => this.running[slot] && this.times[slot] === NEVER);
      for (const slot of hopeful) {
        this.inHope[slot] = 1;
        const node = this.nodes[slot];
        for (let at = starts[node]; at < starts[node + 1]; at += 1) {
          memory.hoped.add(memberOf[items[at]], graph.memberWeight[items[at]]);
        }
      }
      const hopeless = hopeful.slice();
      while (hopeless.length) {
        const slot = hopeless.pop();
        const node = this.nodes[slot];
        if (!this.inHope[slot] || this.wouldServe(node)) continue;
        this.inHope[slot] = 0;
        for (let at = starts[node]; at < starts[node + 1]; at += 1) {
          const q = memberOf[items[at]];
          memory.hoped.add(q, -graph.memberWeight[items[at]]);
          const needs = memory.slot[owner[q]];
          if (needs >= 0 && this.inHope[needs]) hopeless.push(needs);
        }
      }
      memory.hoped.clear();
      for (const slot of hopeful) {
        if (!this.inHope[slot]) continue;
        this.inHope[slot] = 0;
        this.times[slot] = this.now;
        this.ready.push(slot);
      }
    }

    /** True if the hoped-for weight meets every carrying requirement of `node`. */
    wouldServe(node) {
      const { graph, memory } = this.simulation;
      for (let q = graph.requirements[node]; q < graph.requirements[node + 1]; q += 1) {
        const carries = graph.mode[q] === PLACEMENT || graph.mode[q] === HARD;
        if (carries && this.servingWeight(q) + memory.hoped.get(q) < graph.need[q]) return false;
      }
      return true;
    }

    servesAtOnce(node) {
      return this.simulation.base.serves[node] === 1 && !this.simulation.memory.lost.has(node);
    }

    /** Weight of members that serve now. */
    servingWeight(q) {
      const { base, memory } = this.simulation;
      return base.servingWeight[q] - memory.lostServing.get(q) + memory.gainedServing.get(q);
    }

    /** Weight of members that run now. */
    runningWeight(q) {
      const { base, memory } = this.simulation;
      return base.runningWeight[q] - memory.lostRunning.get(q) + memory.gainedRunning.get(q);
    }
  }

  // What became of a touched node at t = 0.
  const IS_FAULT = 1, IS_STOPPED = 2, IS_LOST = 4, IS_DEGRADED = 8;

  /** What a scenario does. Holds the touched nodes only; ask it for a node, or take dense arrays. */
  class Result {
    constructor(simulation, asked, faults, unrepaired, repaired, scenario) {
      const { memory, base } = simulation;
      this.simulation = simulation;
      /** The faults as asked, and all that fail (with the replicas of services); sorted. */
      this.asked = asked;
      this.faults = faults;
      this.unrepaired = unrepaired;
      this.atOnce = repaired;
      this.scenario = scenario;
      // Faults and stopped nodes have slots already; the degraded ones serve, so they have none.
      const degraded = Int32Array.from(memory.degraded.list).sort();
      const others = unrepaired.nodes;
      const count = others.length + degraded.length;
      this.touched = new Int32Array(count);
      this.flags = new Uint8Array(count);
      this.times = new Float64Array(count);
      this.timesRepaired = new Float64Array(count);
      this.verdicts = new Uint8Array(count);
      const affected = [];
      for (let at = 0, a = 0, b = 0; at < count; at += 1) {
        const isDegraded = a === others.length || (b < degraded.length && degraded[b] < others[a]);
        const node = isDegraded ? degraded[b] : others[a];
        this.touched[at] = node;
        if (isDegraded) {
          b += 1;
          this.flags[at] = IS_DEGRADED;
          this.verdicts[at] = DEGRADED;
          affected.push(node);
          continue;
        }
        const isFault = memory.faults.has(node);
        this.flags[at] = (isFault ? IS_FAULT : 0) | (memory.stopped.has(node) ? IS_STOPPED : 0) | (memory.lost.has(node) ? IS_LOST : 0);
        const time = (this.times[at] = unrepaired.times[a]);
        this.timesRepaired[at] = scenario.times[a];
        const before = base.verdict(node);
        if (!isFault) {
          const stuck = before === STUCK || (repaired !== null && repaired.times[a] === NEVER);
          const verdict = time !== NEVER ? INTERRUPTED : stuck ? STUCK : DOWN;
          if (verdict > before || (verdict === before && time > base.time(node))) {
            this.verdicts[at] = verdict;
            affected.push(node);
          }
        }
        a += 1;
      }
      /** Nodes outside the faults whose verdict or T is worse than without faults; sorted. */
      this.affected = Int32Array.from(affected);
    }

    /** Place of `node` in the arrays of touched nodes, or -1. */
    find(node) {
      const { touched } = this;
      let low = 0, high = touched.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (touched[middle] < node) low = middle + 1;
        else high = middle;
      }
      return low < touched.length && touched[low] === node ? low : -1;
    }

    has(node, flag) {
      const at = this.find(node);
      return at >= 0 && (this.flags[at] & flag) !== 0;
    }

    isFault(node) { return this.has(node, IS_FAULT); }
    isStopped(node) { return this.has(node, IS_STOPPED); }
    isLost(node) { return this.has(node, IS_LOST); }
    isDegraded(node) { return this.has(node, IS_DEGRADED); }
    servesAtOnce(node) { return this.simulation.base.serves[node] === 1 && !this.isLost(node); }

    /** What the faults do to `node`: place in spof.VERDICTS; 0 for the faults themselves. */
    verdictOf(node) {
      const at = this.find(node);
      return at < 0 ? NONE : this.verdicts[at];
    }

    /** T with the faults unrepaired, in seconds; Infinity for never. */
    timeOf(node) {
      const at = this.find(node);
      return at < 0 ? this.simulation.base.time(node) : this.times[at];
    }

    /** T in the scenario with its repairs; the same where there are none. */
    repairedOf(node) {
      const at = this.find(node);
      return at < 0 ? this.simulation.base.time(node) : this.timesRepaired[at];
    }

    /** True if the node is down, stuck, or interrupted for longer than its `rto`. */
    cuts(node) {
      const verdict = this.verdictOf(node);
      return verdict >= DOWN || (verdict === INTERRUPTED && this.timeOf(node) > this.simulation.graph.rto[node]);
    }

    /** By node, made when first asked for: verdicts (Uint8Array). */
    get verdict() {
      return this.dense("verdict", new Uint8Array(this.simulation.nodes), this.verdicts);
    }

    /** By node: T with the faults unrepaired (Float64Array). */
    get time() {
      return this.dense("time", this.before(), this.times);
    }

    /** By node: T in the scenario (Float64Array). */
    get repaired() {
      return this.dense("repaired", this.before(), this.timesRepaired);
    }

    before() {
      const { base, nodes } = this.simulation;
      const times = new Float64Array(nodes);
      for (let v = 0; v < nodes; v += 1) if (!base.serves[v]) times[v] = base.time(v);
      return times;
    }

    dense(name, array, sparse) {
      for (let at = 0; at < this.touched.length; at += 1) array[this.touched[at]] = sparse[at];
      Object.defineProperty(this, name, { value: array });
      return array;
    }
  }

  /** By node: the number of the strongly connected component of needs it is in, if that has more
      than one node; else -1. Tarjan (1972), without recursion. O(nodes + members). */
  function cycles(simulation) {
    const { graph, nodes } = simulation;
    const of = new Int32Array(nodes).fill(-1);
    const order = new Int32Array(nodes);
    const low = new Int32Array(nodes);
    const inside = new Uint8Array(nodes);
    const atMember = new Int32Array(nodes);
    const lastMember = (v) => graph.members[graph.requirements[v + 1]];
    const stack = [];
    const path = [];
    let clock = 0, count = 0;
    const enter = (v) => {
      order[v] = low[v] = ++clock;
      atMember[v] = graph.members[graph.requirements[v]];
      inside[v] = 1;
      stack.push(v);
      path.push(v);
    };
    for (let root = 0; root < nodes; root += 1) {
      if (order[root]) continue;
      enter(root);
      while (path.length) {
        const v = path[path.length - 1];
        if (atMember[v] < lastMember(v)) {
          const m = atMember[v]++;
          const mode = graph.mode[simulation.memberOf[m]];
          if (graph.memberWays[m] >= 0 || (mode !== PLACEMENT && mode !== HARD)) continue;
          const to = graph.memberNode[m];
          if (!order[to]) enter(to);
          else if (inside[to]) low[v] = Math.min(low[v], order[to]);
          // A node that needs itself is a cycle of its own.
          if (to === v && of[v] < 0) of[v] = count++;
          continue;
        }
        path.pop();
        if (path.length) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[v]);
        if (low[v] !== order[v]) continue;
        const alone = stack[stack.length - 1] === v;
        const number = alone ? -1 : count++;
        for (;;) {
          const member = stack.pop();
          inside[member] = 0;
          if (!alone) of[member] = number;
          if (member === v) break;
        }
      }
    }
    return of;
  }

  /** The simulation of `graph`. O(nodes + members), plus recovery of what does not serve even so. */
  spof.simulation = (graph) => new Simulation(graph);
})();
