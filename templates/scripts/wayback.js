// The way back of the scenario as bars: what is repaired, promoted and started when, and which of it
// decides when what is selected, or else the last journey, is back.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, s, limited } = spof.dom;
  const WIDE = 1000, MOST = 40;

  /** Steps of copies of one workload together, in order of time: [{ kind, node, begins, ends, copies, decides }]. */
  function alike(estate, steps, decides) {
    const rows = new Map();
    steps.list.forEach(({ kind, node, begins, ends }, at) => {
      const workload = estate.workload(node);
      const key = [begins, ends, kind, workload].join();
      if (!rows.has(key)) rows.set(key, { kind, node: workload, begins, ends, copies: 0, decides: false });
      const row = rows.get(key);
      row.copies += 1;
      row.decides = row.decides || decides.has(at);
    });
    return [...rows.values()];
  }

  /** Whose return the marked steps decide: the selected node, else the journey that is back last, else
      the service or store. -1 for none. */
  function subject(estate, { scenario, selected }) {
    const returns = (node) => scenario.result.verdict[node] > 1 && Number.isFinite(scenario.time(node)) && scenario.time(node) > 0;
    if (selected >= 0 && returns(selected)) return selected;
    const last = (nodes) => nodes.reduce((best, node) => (returns(node) && (best < 0 || scenario.time(node) >= scenario.time(best)) ? node : best), -1);
    const journey = last(estate.counted.filter((node) => spof.CLASSES[estate.classOf(node)] === "journey"));
    return journey >= 0 ? journey : last(estate.counted);
  }

  /** The section, or null where nothing takes time. */
  spof.wayBack = (app, context) => {
    const { estate } = app;
    const { scenario } = context;
    const { t, duration } = spof.i18n;
    const steps = scenario.steps;
    const of = subject(estate, context);
    if (steps.list.length === 0) return h("p", { class: "fine wayback-none" }, t(scenario.repairs ? "wayback.none" : "wayback.unrepaired"));
    const decides = new Set(of >= 0 ? steps.path(of) : []);
    const rows = alike(estate, steps, decides);
    const horizon = Math.max(...rows.map((row) => row.ends));
    const scaled = (at) => Math.round((at / horizon) * WIDE);
    const row = ({ kind, node, begins, ends, copies, decides: marked }) => {
      const x = Math.min(scaled(begins), WIDE - 6);
      return h("tr", { class: marked ? "decides" : null },
        h("th", { scope: "row" }, t("plan." + kind), " ", h("a", { class: "node-link", href: spof.state.format({ ...context.state, sel: estate.id(node) }), title: estate.id(node) }, estate.short(node)), copies > 1 ? " ×" + copies : null, marked ? [" ", h("span", { class: "tag" }, t("plan.decides"))] : null),
        h("td", { class: "span" }, t("plan.from-to", duration(begins), duration(ends))),
        h("td", { class: "bars" }, s("svg", { viewBox: `0 0 ${WIDE} 12`, preserveAspectRatio: "none", width: "100%", height: 12, "aria-hidden": "true" }, s("rect", { class: "track", x: 0, y: 5, width: WIDE, height: 2 }), s("rect", { class: "k-" + kind, x, y: 1, width: Math.max(6, Math.min(scaled(ends), WIDE) - x), height: 10 }))),
        h("td", {}, estate.owner(node) || "–"));
    };
    const [body, more] = limited(h("tbody", {}), rows, MOST, row, (left) => t("more", left));
    return h("section", { class: "wayback", id: "wayback", "aria-labelledby": "wayback-h" },
      h("h3", { class: "sub", id: "wayback-h" }, t("plan.h")),
      h("p", { class: "fine" }, of >= 0 ? t("wayback.decides", estate.name(of), duration(scenario.time(of))) : t("wayback.nobody"), scenario.repairs ? null : " " + t("wayback.unrepaired")),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-labelledby": "wayback-h" },
        h("table", { class: "gantt" }, h("caption", {}, t("wayback.caption")),
          h("thead", {}, h("tr", {}, ["plan.step", "plan.when", "plan.bar", "word.owner"].map((key) => h("th", { scope: "col" }, t(key))))),
          body)),
      more);
  };
})();
