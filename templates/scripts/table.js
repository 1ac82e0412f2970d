// Everything a scenario affects as a table: the same facts as the pictures, to sort and to copy.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h } = spof.dom;
  const GROUP = 6;
  const STEP = 150;

  class TableView {
    constructor(app) {
      this.app = app;
      this.root = h("div", { class: "table-box", id: "table-box" });
      this.sort = "rank";
    }

    draw(context) {
      const { scenario, keep, t: moment } = context;
      const { estate, words } = this.app;
      const { t } = spof.i18n;
      if (!scenario.result) return void spof.dom.replace(this.root, h("p", { class: "empty" }, t("empty.scenario")));
      const nodes = Array.from(scenario.affected).filter((node) => estate.classOf(node) !== GROUP && (!keep || keep(node)));
      const keys = {
        rank: (a, b) => estate.rank(a) - estate.rank(b) || scenario.result.verdictOf(b) - scenario.result.verdictOf(a),
        name: (a, b) => (estate.id(a) < estate.id(b) ? -1 : 1),
        verdict: (a, b) => scenario.result.verdictOf(b) - scenario.result.verdictOf(a) || scenario.time(b) - scenario.time(a),
        hops: (a, b) => scenario.hops.get(a) - scenario.hops.get(b),
        owner: (a, b) => (estate.owner(a) || "\uffff").localeCompare(estate.owner(b) || "\uffff"),
      };
      nodes.sort((a, b) => keys[this.sort](a, b) || a - b);
      const column = (key, title, numeric) => h("th", { scope: "col", class: numeric ? "num" : null, "aria-sort": this.sort === key ? "ascending" : null },
        h("button", { type: "button", class: "sort", onclick: () => { this.sort = key; this.draw(context); this.root.querySelector("[aria-sort] button").focus(); } }, title, this.sort === key ? " ↓" : ""));
      const row = (node) => {
        const reasons = words.reasons(scenario, node);
        const tier = estate.tier(node);
        return h("tr", {},
          h("th", { scope: "row" }, words.node(node), estate.title(node) ? [" ", h("code", {}, estate.id(node))] : null),
          h("td", {}, tier === null ? "–" : tier), h("td", {}, estate.owner(node) || "–"), h("td", {}, scenario.chip(node, moment)),
          h("td", { class: "num" }, scenario.hops.get(node)),
          h("td", { class: "why" }, reasons.slice(0, 2).map((reason, at) => [at ? "; " : "", reason.text]), reasons.length > 2 ? h("span", { class: "fine" }, " " + t("more", reasons.length - 2)) : null, reasons[0] && reasons[0].place ? [" ", words.place(reasons[0].place)] : null));
      };
      const body = h("tbody", {});
      const [, button] = spof.dom.limited(body, nodes, STEP, row, (left) => t("more", left));
      spof.dom.replace(this.root,
        h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("table.label") },
          h("table", { class: "affected" }, h("caption", {}, t("table.label")),
            h("thead", {}, h("tr", {}, column("rank", t("table.affected")), h("th", { scope: "col" }, t("word.tier")), column("owner", t("word.owner")), column("verdict", t("word.verdict")), column("hops", t("word.hops"), true), h("th", { scope: "col" }, t("word.because")))),
            body)),
        button,
        nodes.length === 0 ? h("p", { class: "empty" }, t("empty.filter")) : null);
    }
  }

  spof.TableView = TableView;
})();
