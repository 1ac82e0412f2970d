// The recovery timeline: who is out for how long, in the order in which they return; what waits for
// the repair, and what would not come back even then, with the circle it is in.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, s } = spof.dom;
  const { shorten } = spof.layout;
  const ROW = 28, AXIS = 30, MOST = 60;
  /** Where ticks of the axis may stand, in seconds. */
  const TICKS = [60, 300, 900, 3600, 4 * 3600, 12 * 3600, 86400, 3 * 86400, 7 * 86400, 30 * 86400, 90 * 86400, 365 * 86400];

  class TimelineView {
    constructor(app) {
      this.app = app;
      this.estate = app.estate;
      this.root = h("div", { class: "time-box", id: "time-box" });
      this.root.addEventListener("click", (event) => this.act(event));
      this.root.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") this.act(event);
      });
      this.most = MOST;
      new ResizeObserver(() => {
        if (this.root.isConnected && this.context && Math.abs(this.root.clientWidth - this.wide) > 1 && this.root.clientWidth > 0) this.draw(this.context);
      }).observe(this.root);
    }

    /** Rows in the order of return: first by time, then by importance; never last. */
    rows({ scenario, keep }) {
      const { estate } = this;
      const rows = Array.from(scenario.affected).filter((node) => scenario.worthATime(node) && spof.COUNTED.includes(estate.classOf(node)) && (!keep || keep(node)));
      const never = (node) => (Number.isFinite(scenario.time(node)) ? 0 : scenario.verdict(node) === "stuck" ? 2 : 1);
      rows.sort((a, b) => never(a) - never(b) || (never(a) ? 0 : scenario.time(a) - scenario.time(b)) || estate.rank(a) - estate.rank(b) || a - b);
      return rows;
    }

    draw(context) {
      this.context = context;
      const { scenario, t: moment, selected } = context;
      const { t, duration, number } = spof.i18n;
      this.wide = this.root.clientWidth;
      if (!scenario.result) return void spof.dom.replace(this.root, h("p", { class: "empty" }, t("empty.scenario")));
      const rows = this.rows(context);
      if (rows.length === 0) return void spof.dom.replace(this.root, h("p", { class: "empty" }, t(scenario.affected.length ? "time.nothing" : "path.nothing")));
      const width = Math.max(320, this.wide || 900);
      const narrow = width < 640;
      const left = narrow ? 8 : Math.min(300, Math.round(width * 0.3));
      const right = narrow ? 70 : 84;
      const rowH = narrow ? 44 : ROW;
      const finite = rows.map((node) => scenario.time(node)).filter(Number.isFinite);
      const longest = Math.max(60, ...finite, moment === null ? 0 : Math.min(moment, 365 * 86400));
      // Minutes and days in one picture: the scale is logarithmic in minutes.
      const scale = (seconds) => Math.log1p(Math.min(seconds, longest) / 60) / Math.log1p(longest / 60);
      const hasNever = finite.length < rows.length;
      const end = width - right - (hasNever ? 56 : 12);
      const x = (seconds) => left + scale(seconds) * (end - left);
      const shown = rows.slice(0, this.most);
      const high = AXIS + shown.length * rowH + 10;
      const svg = s("svg", { class: "time", id: "time-svg", role: "group", "aria-label": t("time.label"), width, height: high, viewBox: `0 0 ${width} ${high}` });
      let last = -Infinity;
      for (const tick of [0, ...TICKS.filter((its) => its <= longest)]) {
        const at = x(tick);
        if (at - last < 40 || end - at < -1) continue;
        last = at;
        svg.append(s("line", { class: "grid", x1: at, x2: at, y1: AXIS - 6, y2: high }), s("text", { class: "tick", x: at, y: 14, "text-anchor": "middle" }, duration(tick)));
      }
      if (hasNever) {
        svg.append(s("line", { class: "grid never", x1: end + 28, x2: end + 28, y1: AXIS - 6, y2: high }), s("text", { class: "tick", x: end + 28, y: 14, "text-anchor": "middle" }, "∞"));
      }
      shown.forEach((node, at) => svg.append(this.row(node, at, { scenario, moment, selected, x, end: end + 28, y: AXIS + at * rowH, narrow, left, width, rowH })));
      if (moment !== null) svg.append(s("line", { class: "now", x1: x(moment), x2: x(moment), y1: AXIS - 8, y2: high }), s("path", { class: "now-head", d: `M${x(moment) - 5} ${AXIS - 12}h10l-5 7z` }));
      const back = rows.filter((node) => Number.isFinite(scenario.time(node))).length;
      const stuck = rows.filter((node) => scenario.verdict(node) === "stuck" && !Number.isFinite(scenario.time(node))).length;
      const first = svg.querySelector(".tr");
      if (first) first.setAttribute("tabindex", "0");
      spof.dom.replace(this.root,
        h("p", { class: "lead" }, t("time.lead", back, rows.length - back - stuck, stuck), svg.querySelector(".rto") ? " " + t("time.rto") : null),
        svg,
        rows.length > shown.length ? h("button", { type: "button", class: "quiet more-button", onclick: () => { this.most += 200; this.draw(context); } }, t("more", rows.length - shown.length)) : null,
        spof.wayBack(this.app, context),
        h("details", {}, h("summary", {}, t("time.table")), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("time.table") }, h("table", {}, h("caption", {}, t("time.table")),
          h("thead", {}, h("tr", {}, ["time.order", "table.affected", "word.verdict", "time.back"].map((key) => h("th", { scope: "col" }, t(key))))),
          h("tbody", {}, rows.slice(0, 500).map((node, at) => h("tr", {}, h("td", { class: "num" }, Number.isFinite(scenario.time(node)) ? number(at + 1) : "–"), h("th", { scope: "row" }, this.app.words.node(node)), h("td", {}, scenario.chip(node)), h("td", {}, duration(scenario.time(node))))))))));
    }

    row(node, at, { scenario, moment, selected, x, end, y, narrow, left, width, rowH }) {
      const { estate } = this;
      const { t, duration } = spof.i18n;
      const time = scenario.time(node);
      const verdict = scenario.verdict(node);
      const state = scenario.at(node, moment);
      const until = Number.isFinite(time) ? x(time) : end;
      const label = estate.short(node);
      const middle = narrow ? y + 30 : y + rowH / 2;
      const words = Number.isFinite(time) ? duration(time) : t("state." + verdict);
      const group = s("g", { class: `tr s-${state} w-${verdict}` + (scenario.late(node) ? " late" : "") + (node === selected ? " selected" : ""), role: "button", tabindex: "-1", "data-n": node, "aria-label": `${at + 1}. ${estate.name(node)}: ${scenario.words(node)}` });
      group.append(
        s("title", {}, `${estate.name(node)} (${estate.id(node)}): ${scenario.words(node)}`),
        s("rect", { class: "hit", x: 0, y, width, height: rowH, rx: 5 }),
        s("use", { class: "st", href: "#i-" + state, x: narrow ? 8 : 4, y: narrow ? y + 4 : y + rowH / 2 - 7, width: 13, height: 13 }),
        s("text", { class: "tl", x: narrow ? 27 : 24, y: narrow ? y + 15 : middle + 4 }, shorten(label, narrow ? 44 : Math.floor((left - 40) / 7.2))),
        s("rect", { class: "bar", x: x(0), y: middle - 5, width: Math.max(2, until - x(0)), height: 10, rx: 3 }),
      );
      // How long an outage the node allows.
      const rto = estate.rto(node);
      if (Number.isFinite(rto) && rto > 0 && x(rto) < until) group.append(s("line", { class: "rto", x1: x(rto), x2: x(rto), y1: middle - 8, y2: middle + 8 }));
      group.append(s("text", { class: "tt", x: until + 8, y: middle + 4 }, words));
      return group;
    }

    act(event) {
      const element = event.target.closest(".tr");
      if (!element) return;
      event.preventDefault();
      const node = Number(element.dataset.n);
      const keyboard = event.type === "keydown";
      this.app.select(node);
      const again = keyboard && this.root.querySelector(`.tr[data-n="${node}"]`);
      if (again) {
        again.setAttribute("tabindex", "0");
        again.focus();
      }
    }
  }

  spof.TimelineView = TimelineView;
})();
