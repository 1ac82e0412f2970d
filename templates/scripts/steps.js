// The way back of a scenario as steps that take their time: what is repaired, promoted and started when,
// and which of them decide when a node is back. Read off the times of the simulation: the same steps as
// src/analysis/recovery/plan.rs, held to them by tests/simulate.rs. Pure.
//
//   spof.steps(simulation, result)   { list, path(node) }
//   list         [{ kind: "repair" | "promote" | "start", node, requirement, begins, ends }], sorted;
//                requirement is that of a promotion, else -1; seconds after the faults struck
//   path(node)   places in list of a chain of steps, each beginning as the one before ends, the last
//                of which brings the node back; where several do it is one of them
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const PLACEMENT = 0, HARD = 1, START = 3;

  class Steps {
    constructor(simulation, result) {
      this.simulation = simulation;
      this.result = result;
      this.recovery = result.scenario;
      this.list = [];
      this.runTimes = new Map();
      this.recovery.nodes.forEach((node, slot) => this.runTimes.set(node, this.recovery.runTimes[slot]));
      /** The start of a node, the repair of a fault, the promotion of a member: places in the list. */
      this.starts = new Map();
      this.repairs = new Map();
      this.promotions = new Map();
      /** By place in the list: the member promoted. */
      this.members = [];
      this.collect();
    }

    /** When `node` serves, and runs. */
    serves(node) { return this.result.repairedOf(node); }
    runs(node) {
      if (!this.stopped(node)) return 0;
      const time = this.runTimes.get(node);
      return time === undefined ? Infinity : time;
    }
    stopped(node) { return this.result.isStopped(node) || !this.simulation.base.runs[node]; }

    /** When the standby `m` is promoted. */
    promoted(m) {
      const time = this.recovery.promotions.get(m);
      return time === undefined ? Infinity : time;
    }

    collect() {
      const { graph, memberOf } = this.simulation;
      const found = [];
      const put = (step, places, key) => {
        if (step.ends > step.begins && Number.isFinite(step.ends)) found.push({ step, places, key });
      };
      for (const [node, at] of this.result.repairs) put({ kind: "repair", node, requirement: -1, begins: 0, ends: at }, this.repairs, node);
      for (const node of this.recovery.nodes) {
        if (!this.stopped(node)) continue;
        const ends = this.runs(node);
        put({ kind: "start", node, requirement: -1, begins: ends - graph.start[node], ends }, this.starts, node);
      }
      for (const [m, ends] of this.recovery.promotions) {
        if (!Number.isFinite(ends)) continue;
        const q = memberOf[m];
        // Who is promoted for what is met before is no step: nobody waits for it.
        if (ends > this.met(q, false) && !(graph.mode[q] === PLACEMENT && ends <= this.met(q, true))) continue;
        put({ kind: "promote", node: graph.memberNode[m], requirement: q, begins: this.way(m, ends).begins, ends }, this.promotions, m);
      }
      const order = ["repair", "promote", "start"];
      found.sort((a, b) => a.step.begins - b.step.begins || a.step.ends - b.step.ends || order.indexOf(a.step.kind) - order.indexOf(b.step.kind) || a.step.node - b.step.node || a.step.requirement - b.step.requirement);
      found.forEach(({ step, places, key }, at) => {
        this.list.push(step);
        places.set(key, at);
        if (step.kind === "promote") this.members[at] = key;
      });
    }

    /** The way by which the standby `m` is promoted at `ends`: when it begins, and what it requires. Of
        several that end together it is the first that takes time, as in the engine; else all of them,
        because one may wait for what this promotion brings back. */
    way(m, ends) {
      const { graph, ways } = this.simulation;
      const atOnce = [];
      for (let way = ways[m]; way < ways[m + 1]; way += 1) {
        const nodes = [graph.memberNode[m], ...graph.wayNode.slice(graph.wayRequires[way], graph.wayRequires[way + 1])];
        const begins = Math.max(...nodes.map((node) => this.serves(node)));
        if (begins + graph.wayTakes[way] !== ends) continue;
        if (begins < ends) return { begins, nodes };
        atOnce.push(...nodes);
      }
      return { begins: ends, nodes: atOnce };
    }

    /** The first moment at which members that serve (or run) meet requirement `q`. */
    met(q, running) {
      const { graph } = this.simulation;
      const came = [];
      for (let m = graph.members[q]; m < graph.members[q + 1]; m += 1) came.push([this.comes(m, running), graph.memberWeight[m]]);
      came.sort((a, b) => a[0] - b[0]);
      let weight = 0;
      if (graph.need[q] <= 0) return 0;
      for (const [at, adds] of came) {
        weight += adds;
        if (weight >= graph.need[q]) return at;
      }
      return Infinity;
    }

    /** When member `m` begins to count. */
    comes(m, running) {
      const { graph } = this.simulation;
      if (graph.memberWays[m] >= 0) return this.promoted(m);
      return running ? this.runs(graph.memberNode[m]) : this.serves(graph.memberNode[m]);
    }

    /** The step whose end at `time` is what all of `asked` comes from, or -1. What is asked: ["serves",
        node], ["runs", node], ["starts", node] or ["promoted", member]. Breadth first, so that chains of
        any length can be told. O(members of what comes at that moment). */
    cause(asked, time) {
      const { graph } = this.simulation;
      const queue = [...asked];
      const seen = new Set();
      const meets = (q, running) => {
        if (this.met(q, running) !== time) return;
        for (let m = graph.members[q]; m < graph.members[q + 1]; m += 1) {
          if (this.comes(m, running) === time) queue.push(graph.memberWays[m] >= 0 ? ["promoted", m] : [running ? "runs" : "serves", graph.memberNode[m]]);
        }
      };
      for (let next = 0; time > 0 && next < queue.length; next += 1) {
        const [what, which] = queue[next];
        const key = what + which;
        if (seen.has(key)) continue;
        seen.add(key);
        if (what === "promoted" || what === "runs") {
          const step = (what === "runs" ? this.starts : this.promotions).get(which);
          if (step !== undefined) return step;
          if (what === "runs") queue.push(["starts", which]);
          else for (const node of this.way(which, time).nodes) queue.push(["serves", node]);
          continue;
        }
        if (what === "serves" && this.serves(which) !== time) continue;
        if (what === "serves" && this.stopped(which) && this.runs(which) === time) queue.push(["runs", which]);
        const repair = what === "starts" ? this.repairs.get(which) : undefined;
        if (repair !== undefined && this.list[repair].ends === time) return repair;
        for (let q = graph.requirements[which]; q < graph.requirements[which + 1]; q += 1) {
          const mode = graph.mode[q];
          if (mode === PLACEMENT) meets(q, what === "starts");
          else if (mode === (what === "starts" ? START : HARD)) meets(q, false);
        }
      }
      return -1;
    }

    /** What the step at `at` waited for, or -1. */
    before(at) {
      const { kind, node, begins, ends } = this.list[at];
      if (kind === "start") return this.cause([["starts", node]], begins);
      if (kind === "promote") return this.cause(this.way(this.members[at], ends).nodes.map((of) => ["serves", of]), begins);
      return -1;
    }

    path(node) {
      const time = this.serves(node);
      const path = [];
      let at = Number.isFinite(time) ? this.cause([["serves", node]], time) : -1;
      while (at >= 0 && path.length < this.list.length) {
        path.push(at);
        at = this.before(at);
      }
      return path.reverse();
    }
  }

  spof.steps = (simulation, result) => new Steps(simulation, result);
})();
