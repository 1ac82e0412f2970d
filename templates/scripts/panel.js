// What a scenario does, beside the picture: verdicts by tier, journeys first, then what is stuck and
// why, data, services and stores; above it what is selected, with the chain that leads to it.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, s, icon, chip, limited } = spof.dom;
  const JOURNEY = 5, SERVICE = 1, STORE = 2;
  const STATES = ["none", "degraded", "interrupted", "late", "down", "stuck", "failed"];

  /** A bar of how many have which verdict. */
  function bar(tally) {
    const parts = s("svg", { class: "tally", viewBox: "0 0 100 6", preserveAspectRatio: "none", width: 100, height: 6, "aria-hidden": "true" });
    let x = 0;
    for (const state of STATES) {
      const w = (tally[state] / Math.max(tally.total, 1)) * 100;
      if (w > 0) parts.append(s("rect", { class: "f-" + state, x: x.toFixed(2), y: 0, width: w.toFixed(2), height: 6 }));
      x += w;
    }
    return parts;
  }

  function tierName(tier) {
    return tier === null ? spof.i18n.t("tier.none") : spof.i18n.t("tier.n", tier);
  }

  /** Verdicts by tier as a table. */
  function tiers(context) {
    const { t, number } = spof.i18n;
    const rows = context.scenario.tiers(context.keep);
    const cell = (tally) => {
      if (tally.total === 0) return h("td", { class: "none" }, "–");
      const good = tally.none + tally.degraded + tally.interrupted;
      const detail = STATES.slice(1).filter((state) => tally[state] > 0).map((state) => h("li", { class: "v-" + (state === "late" ? "late-text" : state) }, icon(state === "late" ? "interrupted" : state, 11), number(tally[state]) + " " + t("tally." + state)));
      return h("td", {}, h("b", { class: good === tally.total ? "good" : "bad" }, number(good)), h("span", { class: "of" }, " / " + number(tally.total)), bar(tally), detail.length ? h("ul", { class: "tally-list" }, detail) : null);
    };
    return h("table", { class: "by-tier", id: "by-tier" },
      h("caption", {}, t("panel.tiers.caption")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("word.tier")), ["journeys", "services", "stores"].map((word) => h("th", { scope: "col" }, t("word." + word))))),
      h("tbody", {}, rows.map(({ tier, tallies }) => h("tr", { "data-tier": tier === null ? "none" : tier }, h("th", { scope: "row" }, tierName(tier)), tallies.map(cell)))));
  }

  /** One sentence: what the faults do to what people use. */
  function sentence(scenario) {
    const { t, list } = spof.i18n;
    const { estate, result } = scenario;
    const names = list(scenario.faults.slice(0, 3).map(({ node }) => estate.name(node)), Math.max(0, scenario.faults.length - 3));
    const journeys = estate.counted.filter((node) => estate.classOf(node) === JOURNEY);
    const subjects = journeys.length ? journeys : estate.counted;
    const what = journeys.length ? "journeys" : "services";
    const cut = subjects.filter((node) => scenario.cuts(node)).length;
    const hit = subjects.filter((node) => result.verdict[node] > 0).length;
    if (cut > 0) return t("panel.cut." + what, cut, subjects.length, names);
    if (hit > 0) return t("panel.hit." + what, hit, subjects.length, names);
    return t(scenario.affected.length ? "panel.fine." + what : "panel.nothing", names);
  }

  class Panel {
    constructor(app) {
      this.app = app;
      this.estate = app.estate;
      this.words = app.words;
      this.root = h("aside", { class: "panel", id: "panel", "data-region": "panel" });
    }

    draw(context) {
      const { scenario, selected } = context;
      const { t } = spof.i18n;
      this.root.setAttribute("aria-label", t("panel.label"));
      const parts = [];
      if (selected >= 0) parts.push(this.selection(context));
      if (!scenario.result) {
        parts.push(this.welcome());
      } else {
        parts.push(h("section", { class: "card-p" }, h("h2", { class: "said", id: "said" }, sentence(scenario)), this.moment(context), tiers(context)));
      }
      spof.dom.replace(this.root, parts);
      // The picture and the verdicts first; the lists follow when they have been drawn.
      clearTimeout(this.later);
      if (!scenario.result) return;
      this.later = setTimeout(() => {
        this.root.append(...[this.subjects(context, [JOURNEY], "word.journeys", 14), this.circles(scenario), this.data(scenario), this.subjects(context, [SERVICE, STORE], "panel.workloads", 12)].filter(Boolean));
      }, 20);
    }

    /** What is back and what is out at the moment of the slider. */
    moment({ scenario, t: moment }) {
      if (moment === null) return null;
      const { t, duration } = spof.i18n;
      const watched = Array.from(scenario.affected).filter((node) => spof.COUNTED.includes(this.estate.classOf(node)) && scenario.result.verdict[node] > 1);
      const back = watched.filter((node) => scenario.at(node, moment) === "back").length;
      return h("p", { class: "at-moment" }, icon("back", 13), t("panel.moment", duration(moment), back, watched.length - back));
    }

    welcome() {
      const { t } = spof.i18n;
      const top = this.app.topFaults();
      return h("section", { class: "card-p" },
        h("h2", {}, t("panel.welcome")),
        h("p", { class: "fine" }, t("panel.welcome.how")),
        top.length ? [h("h3", { class: "small-h" }, t("panel.try")), h("ul", { class: "tries" }, top.map((node) => h("li", {}, h("button", { type: "button", class: "try", "data-n": node, "data-act": "only" }, icon("failed"), h("span", {}, this.estate.name(node)), h("span", { class: "tag" }, spof.i18n.word("kind.", this.estate.kind(node)))))))] : null,
        h("p", { class: "fine keys" }, t("panel.keys")));
    }

    subjects(context, classes, title, most) {
      const { scenario, keep, t: moment } = context;
      const { t, number } = spof.i18n;
      const nodes = scenario.subjects(classes, keep);
      if (nodes.length === 0) return null;
      const row = (node) => {
        const tier = this.estate.tier(node);
        return h("li", {}, h("span", { class: "subject" }, tier === null ? null : h("span", { class: "tag" }, t("tier.short", tier)), this.words.node(node)), scenario.chip(node, moment));
      };
      return h("section", { class: "card-p" }, h("h3", { class: "small-h" }, t(title), " ", h("span", { class: "count" }, number(nodes.length))), limited(h("ul", { class: "rows ends" }), nodes, most, row, (left) => t("more", left)));
    }

    /** Recovery cycles, hop by hop with where each is written. */
    circles(scenario) {
      const { t } = spof.i18n;
      if (scenario.cycles.length === 0) return null;
      const hop = ({ from, to, wait, requirement }) => {
        const place = this.estate.data.requirementPlaces(requirement)[0];
        return h("li", {}, this.words.node(this.owner(from)), " ", h("span", { class: "fine" }, t("wait." + spof.WAITS[wait])), " ", this.words.node(this.owner(to)), place ? [" ", this.words.place(place)] : null);
      };
      const row = (cycle) => {
        const stuck = spof.VERDICTS[cycle.makes] === "stuck";
        return h("li", {}, h("p", {}, chip(stuck ? "stuck" : "down", t(stuck ? "cycle.stuck" : "cycle.down")), " ", h("span", { class: "fine" }, t("cycle.size", cycle.size))), h("ol", { class: "circle" }, cycle.hops.map(hop)));
      };
      return h("section", { class: "card-p", id: "cycles" }, h("h3", { class: "small-h" }, t("panel.cycles")), h("p", { class: "fine" }, t("panel.cycles.what")), limited(h("ul", { class: "cycles" }), scenario.cycles, 3, row, (left) => t("more", left)));
    }

    /** A group is told as the node whose need it is. */
    owner(node) {
      return this.estate.classOf(node) === 6 && this.estate.graph.partOf[node] >= 0 ? this.estate.graph.partOf[node] : node;
    }

    data(scenario) {
      const { t, duration } = spof.i18n;
      if (scenario.losses.length === 0) return null;
      const say = (loss) => {
        const word = spof.DATA_VERDICTS[loss.verdict];
        return t("data." + word, duration(loss.seconds === Infinity ? 0 : loss.seconds));
      };
      const sorted = [...scenario.losses].sort((a, b) => b.verdict - a.verdict || a.store - b.store);
      const row = (loss) => h("li", {}, h("b", { class: loss.verdict === 0 ? "safe" : "lost" }, say(loss)), " ", this.words.node(loss.store));
      return h("section", { class: "card-p" }, h("h3", { class: "small-h" }, t("panel.data")), limited(h("ul", { class: "rows data-rows" }), sorted, 8, row, (left) => t("more", left)));
    }

    /** What is selected: its state, the chain to the faults, and what can be done with it. */
    selection({ scenario, selected, t: moment }) {
      const { t } = spof.i18n;
      const { estate } = this;
      const title = estate.title(selected);
      const failed = scenario.isFault(selected);
      const meta = [spof.i18n.word("kind.", estate.kind(selected)), estate.tier(selected) === null ? null : t("tier.n", estate.tier(selected)), estate.owner(selected) || null].filter(Boolean).join(" · ");
      const head = h("div", { class: "sel-head" },
        h("div", {}, h("h2", { id: "sel-h" }, estate.name(selected)), h("p", { class: "fine" }, title ? [h("code", {}, estate.id(selected)), " · "] : null, meta)),
        h("button", { type: "button", class: "icon-b", "aria-label": t("panel.unselect"), title: t("panel.unselect"), "data-act": "unselect" }, "✕"));
      const state = scenario.result ? h("p", { class: "sel-state" }, scenario.chip(selected, moment)) : null;
      const actions = h("p", { class: "actions" },
        estate.canFail(selected) ? h("button", { type: "button", class: failed ? "b" : "b b-danger", "data-n": selected, "data-act": "toggle" }, failed ? null : icon("failed", 13), t(failed ? "act.unfail" : "act.fail")) : null,
        h("a", { class: "b", href: this.words.href(selected) }, t("act.page")));
      const chain = scenario.result && !failed && scenario.verdict(selected) !== "none" ? [h("h3", { class: "small-h" }, t("panel.why")), this.steps(scenario, selected)] : null;
      return h("section", { class: "card-p selection", "aria-labelledby": "sel-h" }, head, state, actions, chain);
    }

    /** The shortest telling of `spof why`: the first reason of each hop down to a fault, and what
        became of the standbys of the first. */
    steps(scenario, node) {
      const { t } = spof.i18n;
      const told = this.estate.simulation.path(scenario.result, node);
      if (!told) return null;
      const list = h("ol", { class: "steps" });
      let others = 0;
      for (let at = told, left = 14; at && left > 0; left -= 1) {
        const group = this.estate.classOf(at.node) === 6;
        // A hop that was told elsewhere has its reasons there: the next best one is taken.
        const reason = at.reasons.find((its) => its.lost.length) || at.reasons[0];
        others += Math.max(0, at.reasons.length - 1);
        const place = reason ? this.estate.data.requirementPlaces(reason.requirement)[0] : "";
        if (!group) {
          list.append(h("li", {}, h("p", {}, at.isFault ? scenario.chip(at.node) : scenario.chip(at.node), " ", this.words.node(at.node)),
            reason ? h("p", { class: "fine" }, h("span", { class: "why-w" }, this.words.requirement(reason.requirement)), place ? [" ", this.words.place(place)] : null) : null,
            reason ? reason.standbys.slice(0, 2).map((standby) => h("p", { class: "fine" }, this.standby(standby))) : null));
        }
        at = reason ? reason.lost.find((hop) => hop.isFault || hop.reasons.length) || reason.lost[0] : null;
      }
      return [list, others > 0 ? h("p", { class: "fine" }, h("a", { href: this.words.href(node) }, t("chain.others", others))) : null];
    }

    /** What became of a standby. */
    standby({ standby, promoted, blockedBy }) {
      const { t, duration } = spof.i18n;
      const { estate } = this;
      return Number.isFinite(promoted)
        ? t("chain.promoted", estate.short(standby), duration(promoted))
        : t("chain.dead", estate.short(standby), { l: blockedBy.slice(0, 4).map(({ node: by }) => estate.short(by)), m: Math.max(0, blockedBy.length - 4) });
    }

    /** The chain of `spof why` as a nested list. */
    chain(scenario, node) {
      const told = scenario.estate.simulation.path(scenario.result, node);
      if (!told) return null;
      let left = 60;
      const hop = (at, depth) => {
        left -= 1;
        const group = this.estate.classOf(at.node) === 6;
        const line = h("li", {}, group ? h("span", { class: "fine" }, t("chain.group")) : [at.isFault ? chip("failed", t("state.failed")) : scenario.chip(at.node), " ", this.words.node(at.node)], at.told ? h("span", { class: "fine" }, " " + t("chain.told")) : null);
        if (at.reasons.length && depth < 7 && left > 0) line.append(h("ul", {}, at.reasons.slice(0, 4).map((reason) => because(reason, depth))));
        return line;
      };
      const { t } = spof.i18n;
      const because = (reason, depth) => {
        const place = this.estate.data.requirementPlaces(reason.requirement)[0];
        const item = h("li", { class: "because" }, h("span", { class: "why-w" }, this.words.requirement(reason.requirement)), place ? [" ", this.words.place(place)] : null);
        const lost = reason.lost.slice(0, 4);
        if (lost.length && left > 0) item.append(h("ul", {}, lost.map((at) => hop(at, depth + 1)), reason.lost.length > lost.length ? h("li", { class: "fine" }, t("more", reason.lost.length - lost.length)) : null));
        const standbys = reason.standbys.slice(0, 3).map((standby) => h("li", { class: "fine" }, this.standby(standby)));
        if (standbys.length) item.append(h("ul", {}, standbys));
        return item;
      };
      return h("ul", { class: "chain" }, hop(told, 0));
    }
  }

  spof.Panel = Panel;
  spof.tierName = tierName;
  spof.sentence = sentence;
})();
