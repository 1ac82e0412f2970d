// The blast path: columns by hop from the faults, each affected thing with its reason and where that
// is written. Copies of one service in one hop are one card; lines are drawn for what is selected,
// and for all only while they are few.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, s } = spof.dom;
  const { shorten } = spof.layout;
  const REPLICA = 3, GROUP = 6;
  const WIDE = 238, CARD = 62, GAP = 10, COLUMN_GAP = 54, HEAD = 34, MOST = 12, FEW_LINES = 70;

  class PathView {
    constructor(app) {
      this.app = app;
      this.estate = app.estate;
      this.root = h("div", { class: "path-box scroll", id: "path-box", tabindex: "0", role: "region" });
      this.open = new Set();
      this.root.addEventListener("click", (event) => this.act(event));
      this.root.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") this.act(event);
        else this.move(event);
      });
    }

    draw(context) {
      const { scenario } = context;
      const { t } = spof.i18n;
      this.root.setAttribute("aria-label", t("path.label"));
      if (this.scenario !== scenario) this.open.clear();
      this.scenario = scenario;
      this.context = context;
      if (!scenario.result) return void spof.dom.replace(this.root, h("p", { class: "empty" }, t("empty.scenario")));
      this.cards(context);
      this.arrange();
      this.emit(context);
    }

    /** Cards by hop: the faults, then what is affected; copies of one workload together. */
    cards({ scenario, keep }) {
      const { estate } = this;
      const cards = new Map();
      this.cardOf = new Map();
      const put = (node, hop) => {
        const copy = estate.classOf(node) === REPLICA && estate.workload(node) !== node;
        const key = hop + "/" + (copy ? "r" + estate.workload(node) : node);
        if (!cards.has(key)) cards.set(key, { key, hop, node: copy ? estate.workload(node) : node, copy, nodes: [], from: new Set() });
        cards.get(key).nodes.push(node);
        this.cardOf.set(node, cards.get(key));
      };
      for (const { node } of scenario.faults) put(node, 0);
      for (const node of scenario.affected) {
        if (estate.classOf(node) === GROUP) continue;
        if (keep && !keep(estate.workload(node)) && spof.COUNTED.includes(estate.classOf(estate.workload(node)))) continue;
        put(node, scenario.hops.get(node));
      }
      for (const card of cards.values()) {
        if (card.hop === 0) continue;
        const [first] = card.nodes;
        card.reasons = this.app.words.reasons(scenario, first);
        card.first = new Set();
        for (const node of card.nodes.slice(0, 12)) {
          const reasons = node === first ? card.reasons : this.app.words.reasons(scenario, node);
          for (const reason of reasons) {
            for (const lost of this.app.words.through(scenario, reason.lost)) {
              const source = this.cardOf.get(lost);
              if (!source || source === card || source.hop > card.hop) continue;
              card.from.add(source);
              if (reason === card.reasons[0] && source.hop < card.hop) card.first.add(source);
            }
          }
        }
      }
      this.columns = [];
      for (const card of cards.values()) (this.columns[card.hop] = this.columns[card.hop] || []).push(card);
      this.columns = this.columns.map((column, hop) => ({ hop, cards: column || [] })).filter((column) => column && column.cards.length);
    }

    /** Order in a column: most important first, then by the mean place of what each comes from. */
    arrange() {
      const { estate } = this;
      for (const { cards } of this.columns) {
        cards.sort((a, b) => estate.rank(a.node) - estate.rank(b.node) || a.node - b.node);
        cards.forEach((card, at) => { card.at = at; });
      }
      // Only what is shown takes part: what is cut off must stay the least important.
      for (const column of this.columns) {
        column.shown = this.open.has(column.hop) ? column.cards.slice(0, 400) : column.cards.slice(0, MOST);
        column.rest = column.cards.length - column.shown.length;
      }
      for (let sweep = 0; sweep < 3; sweep += 1) {
        for (const { shown } of this.columns) {
          for (const card of shown) {
            const from = [...card.from];
            card.mean = from.length ? from.reduce((sum, source) => sum + source.at, 0) / from.length : card.at;
          }
          shown.sort((a, b) => a.mean - b.mean || estate.rank(a.node) - estate.rank(b.node) || a.node - b.node);
          shown.forEach((card, at) => { card.at = at; });
        }
      }
    }

    emit(context) {
      const { scenario, selected, t: moment } = context;
      const { estate } = this;
      const { t } = spof.i18n;
      const rows = this.columns.reduce((most, column) => Math.max(most, column.shown.length + (column.rest > 0 ? 0.6 : 0)), 1);
      const wide = this.columns.length * (WIDE + COLUMN_GAP) - COLUMN_GAP + 2;
      const high = HEAD + rows * (CARD + GAP) + 4;
      const svg = s("svg", { class: "path", id: "path-svg", role: "group", "aria-label": t("path.label"), width: wide, height: high, viewBox: `0 0 ${wide} ${high}` });
      const lines = s("g", { class: "lines", "aria-hidden": "true" });
      svg.append(lines);
      this.columns.forEach((column, nth) => {
        const x = nth * (WIDE + COLUMN_GAP) + 1;
        svg.append(s("text", { class: "ph", x, y: 16 }, column.hop === 0 ? t("path.faults") : t("path.hop", column.hop), s("tspan", { class: "bk", dx: 6 }, spof.i18n.number(column.cards.length))));
        column.shown.forEach((card, at) => {
          card.x = x;
          card.y = HEAD + at * (CARD + GAP);
          svg.append(this.card(card, scenario, moment, selected));
        });
        if (column.rest > 0) {
          const y = HEAD + column.shown.length * (CARD + GAP);
          const more = s("g", { class: "p-more", role: "button", tabindex: "0", "data-open": column.hop }, s("rect", { class: "frame", x: x + 0.5, y: y + 0.5, width: WIDE - 1, height: 27, rx: 6 }), s("text", { x: x + WIDE / 2, y: y + 18, "text-anchor": "middle" }, t("more", column.rest)));
          svg.append(more);
        }
      });
      this.drawLines(lines, selected);
      const first = svg.querySelector(".pc.selected") || svg.querySelector(".pc");
      if (first) first.setAttribute("tabindex", "0");
      const left = this.root.scrollLeft;
      spof.dom.replace(this.root, svg);
      this.root.scrollLeft = left;
      if (this.columns.length === 1 && scenario.affected.length === 0) this.root.append(h("p", { class: "empty" }, t("path.nothing")));
    }

    card(card, scenario, moment, selected) {
      const { estate } = this;
      const { t } = spof.i18n;
      const [node] = card.nodes;
      const state = scenario.at(node, moment);
      const own = card.copy && card.nodes.length > 1 ? t("path.copies", estate.short(card.node), card.nodes.length) : card.copy ? t("path.copy", estate.short(card.node)) : estate.short(node);
      const words = scenario.at(node, moment) === "back" ? t("state.back") : scenario.words(node);
      const reason = card.reasons && card.reasons[0];
      const more = card.reasons && card.reasons.length > 1 ? " +" + (card.reasons.length - 1) : "";
      const second = reason ? reason.text : words;
      const place = reason ? reason.place : estate.places(node)[0] || "";
      const chosen = card.nodes.includes(selected) || (card.copy && card.node === selected);
      const group = s("g", { class: `pc s-${state}` + (chosen ? " selected" : "") + (scenario.late(node) ? " late" : ""), role: "button", tabindex: "-1", "data-n": card.copy && card.nodes.length > 1 ? card.node : node, "aria-label": `${estate.name(card.node)}: ${words}${reason ? "; " + reason.text : ""}` });
      const { x, y } = card;
      group.append(
        s("title", {}, `${estate.name(node)} (${estate.id(node)})\n${words}\n${(card.reasons || []).map((its) => its.text + (its.place ? "  " + its.place : "")).join("\n")}`),
        s("rect", { class: "frame", x: x + 0.5, y: y + 0.5, width: WIDE - 1, height: CARD - 1, rx: 7 }),
        s("use", { class: "st", href: "#i-" + state, x: x + 10, y: y + 9, width: 14, height: 14 }),
        s("text", { class: "pn", x: x + 30, y: y + 20 }, shorten(own, 25)),
        s("text", { class: "pr", x: x + 10, y: y + 37 }, shorten(second, 34 - more.length), more ? s("tspan", { class: "bk" }, more) : null),
        s("text", { class: "pp", x: x + 10, y: y + 53 }, tail(place, 33)),
      );
      card.element = group;
      return group;
    }

    /** Lines of the selection back to the faults and on; of everything while that is little. */
    drawLines(lines, selected) {
      const shown = new Set(this.columns.flatMap((column) => column.shown));
      let all = [];
      for (const card of shown) for (const source of card.from) if (shown.has(source)) all.push([source, card]);
      const marked = new Set();
      const card = selected >= 0 ? [...shown].find((its) => its.nodes.includes(selected)) : null;
      if (card) {
        const back = [card];
        const seen = new Set(back);
        while (back.length) {
          const at = back.pop();
          // The first reason is told of each, or there would be as many lines as reasons.
          for (const source of at.first && at.first.size ? at.first : at.from) {
            if (!shown.has(source)) continue;
            marked.add(source.key + ">" + at.key);
            if (!seen.has(source)) {
              seen.add(source);
              back.push(source);
            }
          }
        }
        for (const [source, to] of all) if (source === card) marked.add(source.key + ">" + to.key);
      }
      if (all.length > FEW_LINES) all = all.filter(([a, b]) => marked.has(a.key + ">" + b.key));
      for (const [a, b] of all) {
        const x1 = a.x + WIDE, y1 = a.y + CARD / 2, x2 = b.x, y2 = b.y + CARD / 2;
        const same = a.hop === b.hop;
        const bend = same ? 40 : Math.max(24, (x2 - x1) / 2);
        const d = same ? `M${x1} ${y1}C${x1 + bend} ${y1} ${x1 + bend} ${y2} ${x1} ${y2}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
        lines.append(s("path", { class: "line" + (marked.has(a.key + ">" + b.key) ? " on" : ""), d }));
      }
    }

    act(event) {
      const element = event.target.closest("[data-open], [data-n]");
      if (!element) return;
      event.preventDefault();
      if (element.dataset.open !== undefined) {
        const hop = Number(element.dataset.open);
        this.open.add(hop);
        this.arrange();
        this.emit(this.context);
        const next = this.columns.find((column) => column.hop === hop).shown[MOST];
        if (next && event.type === "keydown") this.rove(next.element);
        return;
      }
      const node = Number(element.dataset.n);
      const keyboard = event.type === "keydown";
      this.app.select(node);
      if (keyboard) this.rove(this.root.querySelector(".pc.selected"));
    }

    rove(element) {
      if (!element) return;
      for (const other of this.root.querySelectorAll(".pc[tabindex='0']")) other.setAttribute("tabindex", "-1");
      element.setAttribute("tabindex", "0");
      element.focus();
    }

    /** Arrows go along a column and across columns. */
    move(event) {
      const element = event.target.closest(".pc");
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!element || !step) return;
      event.preventDefault();
      const column = this.columns.findIndex((its) => its.shown.some((card) => card.element === element));
      const row = this.columns[column].shown.findIndex((card) => card.element === element);
      const next = this.columns[column + step[0]];
      if (!next) return;
      const card = next.shown[Math.max(0, Math.min(next.shown.length - 1, row + step[1]))];
      if (card) this.rove(card.element);
    }
  }

  /** The end of a path is what tells files apart. */
  function tail(text, most) {
    return text.length <= most ? text : "…" + text.slice(text.length - most + 1);
  }

  spof.PathView = PathView;
})();
