// What the state in the address means: the faults, what the simulation says of them, and the state
// of every node at the moment that the slider shows.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const JOURNEY = 5, SERVICE = 1, STORE = 2;
  const COUNTED = [JOURNEY, SERVICE, STORE];

  /** One scenario. Everything beyond the verdicts is computed when first asked for. */
  class Scenario {
    constructor(estate, down) {
      this.estate = estate;
      /** Ids that name no node. */
      this.unknown = [];
      this.faults = [];
      for (const fault of down) {
        const node = estate.find(fault.id);
        if (node < 0 || !estate.canFail(node)) this.unknown.push(fault.id);
        else if (!this.faults.some((f) => f.node === node)) this.faults.push({ node, repair: fault.repair });
      }
      this.result = this.faults.length ? estate.simulation.run(this.faults) : null;
      this.repairs = this.faults.some((fault) => fault.repair !== null);
    }

    lazy(name, make) {
      const value = make();
      Object.defineProperty(this, name, { value });
      return value;
    }

    get affected() { return this.result ? this.result.affected : []; }

    /** Map node -> hops. */
    get hops() { return this.lazy("hops", () => (this.result ? this.estate.simulation.hops(this.result) : new Map())); }

    get cycles() { return this.lazy("cycles", () => (this.result ? this.estate.simulation.cycles(this.result) : [])); }

    get losses() { return this.lazy("losses", () => (this.result ? this.estate.simulation.dataLosses(this.result) : [])); }

    /** The way back, step by step. */
    get steps() { return this.lazy("steps", () => this.estate.simulation.steps(this.result)); }

    isFault(node) { return this.faults.some((fault) => fault.node === node); }

    /** T in the scenario. */
    time(node) { return this.result ? this.result.repaired[node] : 0; }

    /** All that fails: the faults, and the replicas of services among them. */
    get failed() { return this.lazy("failed", () => new Set(this.result ? this.result.faults : [])); }

    /** The verdict as a word. */
    verdict(node) { return this.result ? spof.VERDICTS[this.result.verdict[node]] : "none"; }

    cuts(node) {
      if (!this.result) return false;
      const verdict = this.result.verdict[node];
      return verdict > 2 || (verdict === 2 && this.result.time[node] > this.estate.rto(node));
    }

    /** Back, but over its objective. */
    late(node) { return this.cuts(node) && this.verdict(node) === "interrupted"; }

    /** The state shown for `node` at `t` (null: the verdict over all time): `failed`, `back`, a verdict. */
    at(node, t) {
      if (!this.result) return "none";
      if (this.failed.has(node)) return t !== null && t >= this.time(node) ? "back" : "failed";
      const verdict = this.verdict(node);
      if (verdict === "none" || verdict === "degraded" || t === null) return verdict;
      return t >= this.time(node) ? "back" : verdict;
    }

    /** Words of a node's chip: "Back in 8h over 10m". */
    words(node) {
      const { t, duration } = spof.i18n;
      if (this.failed.has(node)) {
        const time = this.time(node);
        return Number.isFinite(time) ? t("state.failed.until", duration(time)) : t("state.failed");
      }
      const verdict = this.verdict(node);
      const time = this.time(node);
      if (verdict === "interrupted") {
        if (time === 0) return t("state.at_once");
        const rto = this.estate.rto(node);
        return this.late(node) ? t("state.late", duration(time), duration(rto)) : t("state.interrupted", duration(time));
      }
      if ((verdict === "down" || verdict === "stuck") && Number.isFinite(time)) return t("state.repaired", t("state." + verdict), duration(time));
      return t("state." + verdict);
    }

    chip(node, at = null) {
      if (at !== null && this.at(node, at) === "back") return spof.dom.chip("back", spof.i18n.t("state.back"));
      const state = this.at(node, null);
      return spof.dom.chip(state, this.words(node), this.late(node));
    }

    /** By tier, sorted, null last: for journeys, services and stores how many have which verdict:
        [{ tier, tallies: [{ total, none, degraded, interrupted, down, stuck, failed }] }]. */
    tiers(keep) {
      const { estate } = this;
      const rows = new Map();
      const of = (tier) => {
        if (!rows.has(tier)) rows.set(tier, COUNTED.map(() => ({ total: 0, none: 0, degraded: 0, interrupted: 0, late: 0, down: 0, stuck: 0, failed: 0 })));
        return rows.get(tier);
      };
      for (const node of estate.counted) {
        if (keep && !keep(node)) continue;
        const tally = of(estate.tier(node))[COUNTED.indexOf(estate.classOf(node))];
        tally.total += 1;
        const state = this.result ? this.at(node, null) : "none";
        tally[this.late(node) ? "late" : state] += 1;
      }
      return [...rows].map(([tier, tallies]) => ({ tier, tallies })).sort((a, b) => (a.tier === null) - (b.tier === null) || a.tier - b.tier);
    }

    /** Affected nodes people ask about, most important first. `classes`: places in spof.CLASSES. */
    subjects(classes, keep) {
      const { estate } = this;
      const badness = (node) => this.result.verdict[node] + (this.late(node) ? 0.5 : 0);
      return Array.from(this.affected)
        .filter((node) => classes.includes(estate.classOf(node)) && (!keep || keep(node)))
        .sort((a, b) => estate.rank(a) - estate.rank(b) || badness(b) - badness(a) || a - b);
    }

    /** The moments at which something changes, ascending, from 0. */
    get moments() {
      return this.lazy("moments", () => {
        const times = new Set([0]);
        if (this.result) {
          for (const node of this.affected) if (this.worthATime(node)) times.add(this.time(node));
          for (const node of this.result.faults) times.add(this.time(node));
        }
        times.delete(Infinity);
        return [...times].sort((a, b) => a - b);
      });
    }

    /** Nodes with a line in the timeline: not those that are only degraded. */
    worthATime(node) {
      return this.result.verdict[node] > 1;
    }

    /** Why `node` is affected: the requirements unmet at t = 0, or weakened. */
    reasons(node) {
      const { simulation } = this.estate;
      const unmet = simulation.because(this.result, node);
      return unmet.length ? unmet : simulation.weakened(this.result, node);
    }
  }

  spof.Scenario = Scenario;
  spof.COUNTED = COUNTED;
})();
