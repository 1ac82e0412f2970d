// What comes back after a fault, and when (src/analysis/engine/recover.rs). Times are settled in order
// (Knuth 1977, "A generalization of Dijkstra's algorithm", superior functions), except that cycles of
// needs settle together. Pure.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { Agenda } = spof.engine;
  const PLACEMENT = 0, HARD = 1, SOFT = 2, START = 3;
  const NEVER = Infinity;

  const REPAIRED = 0, RUNS = 1, PROMOTED = 2;

  /** What comes back after the strike in memory, and when. */
  class Recovery {
    constructor(simulation, repair) {
      this.simulation = simulation;
      this.repair = repair;
      /** Nodes that don't serve at t = 0 though they may, sorted; and when they serve. */
      this.nodes = new Int32Array(0);
      this.times = new Float64Array(0);
      /** When they run again, if they were stopped. */
      this.runTimes = new Float64Array(0);
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
      this.runTimes = new Float64Array(count).fill(NEVER);
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
          this.runTimes[slot] = this.now;
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

  spof.engine = { ...spof.engine, Recovery };
})();
