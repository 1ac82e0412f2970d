// The page of one node: what it is, what it needs, who needs it, its copies and where they stand, the
// single faults that cut it, its findings, and where all that is written.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, icon, chip, limited } = spof.dom;
  const DOMAIN = 0, REPLICA = 3, EXTERNAL = 4, GROUP = 6;
  const NONE = -1;

  class NodeView {
    constructor(app) {
      this.app = app;
      this.estate = app.estate;
      this.words = app.words;
      this.root = h("div", { class: "node-page", id: "node-page" });
      this.turn = 0;
      /** Single faults that cut a node, by node. */
      this.found = new Map();
    }

    draw(context) {
      const { state, scenario, t: moment } = context;
      const { estate } = this;
      const { t, number, duration, word } = spof.i18n;
      const node = estate.find(state.node);
      this.turn += 1;
      if (node < 0) return void spof.dom.replace(this.root, h("div", { class: "empty" }, h("h2", {}, t("node.unknown", state.node)), h("p", {}, t("node.unknown.how"))));
      const facts = [];
      const fact = (key, value) => value !== null && value !== undefined && value !== "" && facts.push(h("div", {}, h("dt", {}, t(key)), h("dd", {}, value)));
      fact("word.class", t("class." + estate.className(node)));
      fact("word.kind", word("kind.", estate.kind(node)));
      fact("word.tier", estate.tier(node) === null ? null : estate.tier(node));
      fact("word.owner", estate.owner(node));
      fact("word.users", estate.users(node) > 0 ? number(estate.users(node)) : null);
      fact("word.revenue", estate.nodes.revenue[node] > 0 ? number(estate.nodes.revenue[node]) : null);
      fact("word.rto", Number.isFinite(estate.rto(node)) ? duration(estate.rto(node)) : null);
      fact("word.start", estate.graph.start[node] > 0 ? duration(estate.graph.start[node]) : null);
      fact("word.part_of", estate.classOf(node) === REPLICA && estate.workload(node) !== node ? this.words.node(estate.workload(node), "page") : null);
      fact("word.stands_in", estate.nodes.parent[node] >= 0 ? this.words.node(estate.nodes.parent[node], "page") : null);
      fact("word.evidence", t("evidence." + spof.EVIDENCE[estate.nodes.evidence[node]]));
      const places = estate.places(node);
      const failed = scenario.isFault(node);
      const title = estate.title(node);
      spof.dom.replace(this.root,
        h("p", { class: "crumbs" }, h("a", { href: spof.state.format({ ...state, view: scenario.result ? "map" : "overview", node: "", sel: scenario.result ? estate.id(node) : "" }), id: "node-back" }, "← ", t(scenario.result ? "node.back.scenario" : "node.back.overview"))),
        h("header", { class: "node-head" },
          h("div", {}, h("h1", { id: "node-h", tabindex: "-1" }, estate.name(node)), title ? h("p", {}, h("code", { class: "big-id" }, estate.id(node))) : null),
          h("p", { class: "actions" },
            estate.canFail(node) ? h("button", { type: "button", class: failed ? "b" : "b b-danger", "data-n": node, "data-act": failed ? "toggle" : "try" }, failed ? null : icon("failed", 13), t(failed ? "act.unfail" : "act.fail")) : null,
            h("button", { type: "button", class: "b", "data-act": "copy", "data-copy": estate.id(node) }, t("act.copy_id")))),
        scenario.result ? h("p", { class: "node-state" }, scenario.chip(node, moment), " ", h("span", { class: "fine" }, t("node.under", { l: scenario.faults.slice(0, 3).map(({ node: f }) => estate.name(f)), m: Math.max(0, scenario.faults.length - 3) }))) : null,
        h("dl", { class: "node-facts" }, facts),
        places.length ? h("p", { class: "node-places" }, places.slice(0, 8).map((place) => [this.words.place(place), " "])) : null,
        h("div", { class: "node-grid" },
          // Two columns of their own, so that a short section leaves no hole beside a long one.
          h("div", { class: "node-col" },
            scenario.result && !failed && scenario.verdict(node) !== "none" ? this.section(t("panel.why"), null, this.app.panel.steps(scenario, node), h("details", {}, h("summary", {}, t("chain.whole")), this.app.panel.chain(scenario, node))) : null,
            this.cuts(node), this.copies(node, context), this.findings(node)),
          h("div", { class: "node-col" }, this.needs(node, context), this.usedBy(node, context), this.holds(node, context))));
      this.search(node);
    }

    section(title, count, ...body) {
      return h("section", { class: "node-sec" }, h("h2", {}, title, count === null ? null : [" ", h("span", { class: "count" }, spof.i18n.number(count))]), body);
    }

    /** Requirements with their members, standbys and ways of promoting them. */
    needs(node, { scenario }) {
      const { estate } = this;
      const { t, duration } = spof.i18n;
      const list = estate.requirements(node);
      if (list.length === 0) return null;
      const member = (its) => {
        const inner = estate.classOf(its.node) === GROUP ? estate.requirements(its.node)[0] : NONE;
        const what = inner >= 0 ? this.words.members(inner) : this.words.node(its.node, "page");
        const weight = its.weight === 1 ? null : h("span", { class: "fine" }, " ", t("node.weight", its.weight));
        const lost = scenario.result && !scenario.result.servesAtOnce(its.node) ? icon(scenario.at(its.node, null) === "none" ? "down" : scenario.at(its.node, null), 12) : null;
        if (its.ways < 0) return h("li", {}, lost, what, weight);
        const ways = estate.ways(its.member).map((way) => t(way.requires.length ? "node.way" : "node.way.plain", duration(way.takes), { l: way.requires.map((by) => (estate.classOf(by) === GROUP && estate.requirements(by)[0] !== undefined ? this.words.members(estate.requirements(by)[0]) : estate.short(by))) }));
        return h("li", { class: "standby" }, lost, what, weight, " ", h("span", { class: "tag" }, t("word.standby")), h("span", { class: "fine" }, " ", ways.length ? ways.join("; ") : t("node.never_promoted")));
      };
      const row = (q) => {
        const place = estate.data.requirementPlaces(q)[0];
        return h("li", { class: "need" }, h("p", {}, h("span", { class: "tag m-" + spof.MODES[estate.graph.mode[q]] }, t("mode." + spof.MODES[estate.graph.mode[q]])), " ", this.words.requirement(q), place ? [" ", this.words.place(place)] : null), limited(h("ul", { class: "members" }), estate.members(q), 8, member, (left) => t("more", left)));
      };
      return this.section(t("node.needs"), list.length, limited(h("ul", { class: "needs" }), list, 12, row, (left) => t("more", left)));
    }

    /** Copies and where they stand. */
    copies(node, { scenario, t: moment }) {
      const { estate } = this;
      const { t, duration } = spof.i18n;
      const tiles = estate.tilesOf.get(node);
      if (!tiles || estate.classOf(node) === EXTERNAL || tiles.every(({ tile }) => tile.replicas.length === 0)) return null;
      const kinds = new Map();
      const { copies } = estate.graph;
      for (let at = 0; at < copies.length; at += 3) kinds.set(copies[at], t("replication." + spof.REPLICATIONS[copies[at + 1]], duration(copies[at + 2])));
      const standby = new Set();
      for (const q of estate.requirements(node)) for (const its of estate.members(q)) if (its.ways >= 0) standby.add(its.node);
      const all = tiles.flatMap(({ box, tile }) => tile.replicas.map((replica) => ({ replica, box })));
      const where = (box) => {
        const chain = [];
        for (let at = box; at && at.domain >= 0; at = at.parent) chain.unshift(at.domain);
        return chain.length ? chain.map((domain, at) => [at ? " › " : "", this.words.node(domain, "page")]) : t("map.box.unplaced");
      };
      const row = ({ replica, box }) => h("tr", {}, h("th", { scope: "row" }, h("a", { class: "node-link", href: this.words.href(replica) }, h("code", {}, estate.own(replica)))), h("td", {}, where(box)), h("td", {}, kinds.get(replica) || t(standby.has(replica) ? "word.standby" : "word.active")), scenario.result ? h("td", {}, scenario.chip(replica, moment)) : null);
      const body = h("tbody", {});
      const [, button] = limited(body, all, 20, row, (left) => t("more", left));
      return this.section(t("node.copies"), all.length, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("node.copies") }, h("table", {}, h("caption", {}, t("node.copies")), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("class.replica")), h("th", { scope: "col" }, t("node.where")), h("th", { scope: "col" }, t("node.role")), scenario.result ? h("th", { scope: "col" }, t("word.verdict")) : null)), body)), button);
    }

    /** What a place holds. */
    holds(node, { scenario, t: moment }) {
      const { estate } = this;
      const { t } = spof.i18n;
      const box = estate.classOf(node) === DOMAIN ? estate.boxOf.get(node) : null;
      if (!box || box.layers.length + box.children.length + box.tiles.length === 0) return null;
      const all = [...box.layers, ...box.children.map((child) => child.domain), ...box.tiles.map((tile) => tile.node)];
      const row = (its) => h("li", {}, scenario.result ? [scenario.chip(its, moment), " "] : null, this.words.node(its, "page"), " ", h("span", { class: "tag" }, spof.i18n.word("kind.", estate.kind(its))));
      return this.section(t("node.holds"), all.length, limited(h("ul", { class: "rows" }), all, 16, row, (left) => t("more", left)));
    }

    usedBy(node, { scenario, t: moment }) {
      const { estate } = this;
      const { t } = spof.i18n;
      // A place is needed by all the copies in it: those are told as their services.
      const found = new Map();
      for (const its of estate.dependents(node)) {
        const workload = estate.workload(its.node);
        const key = workload + (its.way ? "w" : "");
        if (!found.has(key)) found.set(key, { node: workload, q: its.q, way: its.way, n: 0 });
        found.get(key).n += 1;
      }
      const all = [...found.values()].filter((its) => its.node !== estate.workload(node)).sort((a, b) => estate.rank(a.node) - estate.rank(b.node) || a.node - b.node);
      if (all.length === 0) return null;
      const row = (its) => {
        const place = estate.data.requirementPlaces(its.q)[0];
        const mode = its.way ? t("mode.promotion") : t("mode." + spof.MODES[estate.graph.mode[its.q]]);
        return h("li", {}, scenario.result ? [scenario.chip(its.node, moment), " "] : null, this.words.node(its.node, "page"), " ", h("span", { class: "tag" }, mode), its.n > 1 ? h("span", { class: "fine" }, " ×" + its.n) : null, place ? [" ", this.words.place(place)] : null);
      };
      return this.section(t("node.used_by"), all.length, limited(h("ul", { class: "rows" }), all, 16, row, (left) => t("more", left)));
    }

    /** Where the single faults that cut the node will stand; `search` fills it. */
    cuts(node) {
      const { t } = spof.i18n;
      if (this.estate.classOf(node) === GROUP) return null;
      this.cutsBody = h("div", { id: "node-cuts" }, h("p", { class: "fine" }, t("node.searching")));
      this.cutsCount = h("span", { class: "count" });
      return h("section", { class: "node-sec" }, h("h2", {}, t("node.cuts"), " ", this.cutsCount), this.cutsBody);
    }

    /** Tries every single fault that `node` could depend on, in slices, so that the page stays alive. */
    search(node) {
      if (this.estate.classOf(node) === GROUP) return;
      const known = this.found.get(node);
      if (known) return this.showCuts(node, known);
      const candidates = this.candidates(node);
      const { simulation } = this.estate;
      const found = [];
      const turn = this.turn;
      let at = 0;
      const step = () => {
        if (turn !== this.turn) return;
        const until = performance.now() + 12;
        while (at < candidates.length && performance.now() < until) {
          const fault = candidates[at];
          at += 1;
          const result = simulation.run([{ node: fault, repair: null }]);
          const verdict = result.verdictOf(node);
          if (verdict > 0) found.push({ fault, verdict, time: result.timeOf(node), cuts: result.cuts(node) });
        }
        if (at < candidates.length) return void setTimeout(step, 0);
        const sorted = found.sort((a, b) => b.cuts - a.cuts || b.verdict - a.verdict || b.time - a.time || a.fault - b.fault);
        this.found.set(node, sorted);
        this.showCuts(node, sorted);
      };
      step();
    }

    /** Places, copies and outside parties that `node` may come to depend on, itself left out. */
    candidates(node) {
      const { estate } = this;
      const seen = new Set([node]);
      const queue = [node];
      while (queue.length) {
        const at = queue.pop();
        const push = (next) => {
          if (!seen.has(next)) {
            seen.add(next);
            queue.push(next);
          }
        };
        for (const q of estate.requirements(at)) {
          for (const its of estate.members(q)) {
            push(its.node);
            if (its.ways > 0) for (const way of estate.ways(its.member)) way.requires.forEach(push);
          }
        }
      }
      seen.delete(node);
      return [...seen].filter((at) => [DOMAIN, REPLICA, EXTERNAL].includes(estate.classOf(at))).sort((a, b) => a - b);
    }

    showCuts(node, found) {
      const { estate } = this;
      const { t, duration, number } = spof.i18n;
      const cutting = found.filter((its) => its.cuts);
      this.cutsCount.textContent = number(cutting.length);
      const state = (its) => spof.VERDICTS[its.verdict];
      const words = (its) => (state(its) === "interrupted" ? (its.time === 0 ? t("state.at_once") : its.cuts ? t("state.late", duration(its.time), duration(estate.rto(node))) : t("state.interrupted", duration(its.time))) : t("state." + state(its)));
      const row = (its) => h("li", {}, chip(state(its), words(its), its.cuts && state(its) === "interrupted"), this.words.node(its.fault, "page"), h("span", { class: "tag" }, spof.i18n.word("kind.", estate.kind(its.fault))), h("button", { type: "button", class: "quiet", "data-n": its.fault, "data-act": "only" }, t("act.show")));
      const rest = found.filter((its) => !its.cuts);
      spof.dom.replace(this.cutsBody,
        cutting.length ? limited(h("ul", { class: "rows" }), cutting, 12, row, (left) => t("more", left)) : h("p", { class: "good-news" }, t("node.no_cut")),
        rest.length ? h("details", {}, h("summary", {}, t("node.milder", rest.length)), limited(h("ul", { class: "rows" }), rest, 12, row, (left) => t("more", left))) : null);
      this.cutsBody.dataset.done = "yes";
    }

    /** Findings of the document that are about the node. */
    findings(node) {
      const { t } = spof.i18n;
      const id = this.estate.id(node);
      const rows = [...document.querySelectorAll("#findings tr[data-subject]")].filter((row) => row.dataset.subject === id);
      if (rows.length === 0) return null;
      const item = (row) => {
        const cells = row.cells;
        const message = cells[2].cloneNode(true);
        return h("li", {}, cells[0].firstChild.cloneNode(true), " ", h("a", { href: "#" + row.id }, cells[1].textContent), " ", h("span", { class: "found" }, ...message.childNodes));
      };
      return this.section(t("node.findings"), rows.length, limited(h("ul", { class: "rows found-list" }), rows, 8, item, (left) => t("more", left)));
    }
  }

  spof.NodeView = NodeView;
})();
