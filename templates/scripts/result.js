// What a scenario does, node by node: verdicts and times. Pure.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const NONE = 0, DEGRADED = 1, INTERRUPTED = 2, DOWN = 3, STUCK = 4;
  const NEVER = Infinity;

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
      /** When what fails is repaired, where it is. */
      this.repairs = new Map();
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

  spof.engine = { ...spof.engine, Result };
})();
