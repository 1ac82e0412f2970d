// Starts the page: reads the data, builds the workbench around the document that was rendered in Rust,
// and shows what the address says.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, icon } = spof.dom;
  const TABS = ["map", "path", "recovery", "table"];
  const REPAIRS = [900, 3600, 4 * 3600, 12 * 3600, 86400, 3 * 86400, 7 * 86400];

  class App {
    constructor(data) {
      this.data = data;
      this.estate = new spof.Estate(data);
      this.words = new spof.Words(this.estate);
      this.overview = document.getElementById("overview");
      this.workbench = document.getElementById("workbench");
      this.panel = new spof.Panel(this);
      this.map = new spof.MapView(this);
      this.path = new spof.PathView(this);
      this.timeline = new spof.TimelineView(this);
      this.table = new spof.TableView(this);
      this.node = new spof.NodeView(this);
      this.search = new spof.Search(this);
      this.bar = h("div", { class: "scenario", id: "scenario" });
      this.tabs = h("div", { class: "tabs", role: "tablist" });
      this.filters = h("div", { class: "filters", id: "filters" });
      this.legend = h("div", { class: "map-keys" });
      this.picture = h("div", { class: "picture", id: "picture", role: "tabpanel" });
      this.bench = h("div", { class: "bench" }, this.bar, h("div", { class: "bench-in" }, h("div", { class: "stage" }, h("div", { class: "stage-top" }, this.tabs, this.filters), this.picture), this.panel.root));
      this.workbench.append(this.bench, this.node.root);
      this.scenario = new spof.Scenario(this.estate, []);
      this.scenarioKey = "";
      spof.state.watch((state, previous, origin) => this.show(state, previous, origin));
      document.addEventListener("click", (event) => this.click(event));
      document.addEventListener("keydown", (event) => this.keydown(event));
      document.addEventListener("input", (event) => this.input(event));
      document.addEventListener("change", (event) => this.change(event));
    }

    /** The worst faults of the ranked list, in its order. */
    topFaults() {
      return [...document.querySelectorAll("#ranked .card[data-n]")].slice(0, 4).map((card) => Number(card.dataset.n)).filter((node) => node < this.estate.count);
    }

    // ---- what can be done; each is a change of the address

    down() { return spof.state.get().down; }

    bench_(change) {
      const state = spof.state.get();
      const view = TABS.includes(state.view) ? state.view : "map";
      spof.state.set({ view, node: "", ...change });
    }

    toggleFault(node) {
      const id = this.estate.id(node);
      const without = this.down().filter((fault) => fault.id !== id);
      const down = without.length < this.down().length ? without : [...this.down(), { id, repair: null }];
      this.bench_({ down, t: null });
      this.say();
    }

    addFault(node) {
      if (!this.scenario.isFault(node)) this.toggleFault(node);
      else this.bench_({});
    }

    only(node, select) {
      this.bench_({ down: [{ id: this.estate.id(node), repair: null }], sel: select === undefined ? "" : this.estate.id(select), t: null });
      this.say();
    }

    select(node) {
      const id = this.estate.id(node);
      const same = spof.state.get().sel === id;
      this.bench_({ sel: same ? "" : id });
      if (!same) spof.dom.announce(spof.i18n.t("said.selected", this.estate.name(node), this.scenario.result ? this.scenario.words(node) : ""));
    }

    openPage(node) {
      spof.state.set({ view: "node", node: this.estate.id(node), sel: "" });
    }

    /** Tells what a change of the faults did. */
    say() {
      const { t } = spof.i18n;
      spof.dom.afterPaint("said", () => spof.dom.announce(this.scenario.result ? spof.sentence(this.scenario) : t("said.cleared")));
    }

    // ---- showing

    show(state, previous, origin) {
      const changed = spof.i18n.use(state.lang);
      if (changed || origin === "start") this.relabel(state);
      const root = document.documentElement;
      if (["dark", "light"].includes(state.theme)) root.dataset.theme = state.theme;
      else delete root.dataset.theme;
      const key = JSON.stringify(state.down);
      if (key !== this.scenarioKey) {
        this.scenarioKey = key;
        this.scenario = new spof.Scenario(this.estate, state.down);
      }
      const view = state.view;
      const bench = TABS.includes(view);
      this.overview.hidden = view !== "overview";
      this.workbench.hidden = view === "overview";
      this.bench.hidden = !bench;
      this.node.root.hidden = view !== "node";
      const context = { state, scenario: this.scenario, keep: this.keep(state), t: this.scenario.result ? state.t : null, selected: state.sel ? this.estate.find(state.sel) : -1 };
      this.context = context;
      const viewChanged = previous.view !== view || (view === "node" && previous.node !== state.node);
      if (bench) this.drawBench(context, changed, viewChanged || origin === "start");
      if (view === "node") this.node.draw(context);
      if (view === "overview" && (viewChanged || previous.at !== state.at || origin !== "set")) this.goTo(state.at, viewChanged || origin === "start");
      else if (viewChanged && origin !== "start") scrollTo(0, 0);
      if (viewChanged && view === "node" && origin === "set") document.getElementById("node-h")?.focus({ preventScroll: true });
      if (viewChanged || previous.at !== state.at || origin === "start") this.markNav(state, bench);
      spof.dom.afterPaint("title", () => { document.title = this.title(state); });
    }

    /** Which part of the page is shown, for those who read the navigation. */
    markNav(state, bench) {
      for (const link of document.querySelectorAll(".top nav a")) {
        const here = bench ? link.dataset.view === "map" : state.view === "overview" && link.hash === "#" + (state.at || "verdict");
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    }

    title(state) {
      const { t } = spof.i18n;
      const base = this.baseTitle || (this.baseTitle = document.title);
      if (state.view === "node") return this.estate.find(state.node) >= 0 ? this.estate.name(this.estate.find(state.node)) + " · spof" : base;
      if (state.view === "overview") return base;
      return (this.scenario.result ? t("title.scenario", { l: this.scenario.faults.slice(0, 2).map(({ node }) => this.estate.name(node)), m: Math.max(0, this.scenario.faults.length - 2) }) : t("nav.whatif")) + " · spof";
    }

    /** Scrolls to a place of the document; without scripts the browser does it. */
    goTo(at, viewChanged) {
      for (const old of document.querySelectorAll(".here")) old.classList.remove("here");
      const target = at ? document.getElementById(at) : null;
      if (!target) {
        if (viewChanged) scrollTo(0, 0);
        return;
      }
      for (let up = target.parentElement; up; up = up.parentElement) if (up.localName === "details") up.open = true;
      if (target.localName !== "section") target.classList.add("here");
      target.scrollIntoView({ behavior: viewChanged ? "instant" : "auto" });
    }

    keep(state) {
      const { estate } = this;
      const tests = [];
      if (state.tier) tests.push((node) => String(estate.tier(node) === null ? "none" : estate.tier(node)) === state.tier);
      if (state.owner) tests.push((node) => estate.owner(node) === state.owner);
      if (state.kind) tests.push((node) => estate.kind(node) === state.kind);
      if (state.class) tests.push((node) => estate.className(node) === state.class);
      return tests.length ? (node) => tests.every((test) => test(node)) : null;
    }

    /** The picture at once; what stands beside it at once only if the view is new, else when the picture
        has been painted. */
    drawBench(context, changed, whole) {
      const { state } = context;
      this.drawTabs(state);
      if (changed || !this.filters.firstChild || this.filterKey !== this.keyOfFilters(state)) this.drawFilters(state);
      const view = { map: this.map, path: this.path, recovery: this.timeline, table: this.table }[state.view];
      if (this.shown !== view) {
        this.shown = view;
        spof.dom.replace(this.picture, view.root);
      }
      this.picture.setAttribute("aria-labelledby", "tab-" + state.view);
      view.draw(context);
      const beside = () => {
        this.drawBar(context);
        this.panel.draw(context);
      };
      spof.dom.dropWaiting("beside");
      if (whole) beside();
      else spof.dom.afterPaint("beside", beside);
    }

    drawTabs(state) {
      const { t } = spof.i18n;
      const key = state.view + spof.i18n.current();
      if (this.tabsKey === key) return;
      this.tabsKey = key;
      this.tabs.setAttribute("aria-label", t("tabs.label"));
      const had = this.tabs.contains(document.activeElement);
      spof.dom.replace(this.tabs, TABS.map((tab) => h("button", { type: "button", role: "tab", id: "tab-" + tab, "aria-selected": String(state.view === tab), "aria-controls": "picture", tabindex: state.view === tab ? "0" : "-1", "data-act": "tab", "data-tab": tab }, t("tab." + tab))));
      if (had) document.getElementById("tab-" + state.view).focus();
    }

    keyOfFilters(state) { return [state.tier, state.owner, state.kind, state.class, state.view, state.layers].join("\u0000"); }

    drawFilters(state) {
      const { t, word } = spof.i18n;
      const { estate } = this;
      this.filterKey = this.keyOfFilters(state);
      const had = document.activeElement && this.filters.contains(document.activeElement) ? document.activeElement.id : "";
      this.options = this.options || {
        tier: [...new Set(estate.counted.map((node) => String(estate.tier(node) === null ? "none" : estate.tier(node))))].sort(),
        owner: [...new Set(estate.counted.map((node) => estate.owner(node)).filter(Boolean))].sort(),
        kind: [...new Set(estate.counted.map((node) => estate.kind(node)))].sort(),
        class: ["journey", "service", "store"].filter((name) => estate.counted.some((node) => estate.className(node) === name)),
      };
      const label = { tier: (v) => (v === "none" ? t("tier.none") : t("tier.n", Number(v))), owner: (v) => v, kind: (v) => word("kind.", v), class: (v) => t("class." + v) };
      const select = (key) => {
        const values = this.options[key];
        // The kind is the class again in most estates; a choice of one is none.
        if (values.length < 2 && !state[key]) return null;
        if (key === "kind" && values.join() === [...this.options.class].sort().join() && !state.kind) return null;
        const all = state[key] && !values.includes(state[key]) ? [...values, state[key]] : values;
        return h("select", { id: "filter-" + key, "aria-label": t("filter." + key), class: state[key] ? "set" : null }, h("option", { value: "" }, t("filter." + key)), all.slice(0, 500).map((value) => h("option", { value, selected: state[key] === value }, label[key](value))));
      };
      const layers = state.view === "map" ? h("label", { class: "check" }, h("input", { type: "checkbox", id: "layers", checked: state.layers !== "off" }), t("map.layers")) : null;
      const active = ["tier", "owner", "kind", "class"].some((key) => state[key]);
      spof.dom.replace(this.filters, layers, ["class", "tier", "owner", "kind"].map(select), active ? h("button", { type: "button", class: "quiet", "data-act": "nofilter" }, t("filter.none")) : null);
      if (had) document.getElementById(had)?.focus();
    }

    /** What can be done with a scenario: made once for each language. */
    tools(any) {
      const { t } = spof.i18n;
      const key = spof.i18n.current() + any;
      if (this.toolsKey === key) return this.toolbox;
      this.toolsKey = key;
      const menu = (name, items) => h("details", { class: "menu" }, h("summary", { class: "b" }, t("menu." + name)), h("ul", {}, items.map((what) => h("li", {}, h("button", { type: "button", "data-act": "export", "data-what": what }, t("export." + what))))));
      this.toolbox = h("div", { class: "tools" },
        h("button", { type: "button", class: "b", id: "add-fault", "data-act": "search" }, "＋ ", t("bar.add")),
        any ? h("button", { type: "button", class: "b", id: "clear", "data-act": "clear" }, t("bar.clear")) : null,
        menu("copy", ["link", "command", "owners", "mermaid"]), menu("export", ["svg", "png", "csv"]));
      return this.toolbox;
    }

    /** The faults, what can be done with them, and the slider over time. */
    drawBar({ state, scenario, t: moment }) {
      const { t, duration } = spof.i18n;
      const had = document.activeElement && this.bar.contains(document.activeElement) ? document.activeElement.id : "";
      const chipOf = ({ node, repair }, at) => h("li", { class: "fault", "data-n": node },
        icon("failed", 13), h("button", { type: "button", class: "link", "data-n": node, "data-act": "select" }, this.estate.name(node)),
        h("select", { id: "repair-" + at, class: "repair", "data-repair": this.estate.id(node), "aria-label": t("repair.label", this.estate.name(node)) }, h("option", { value: "" }, t("repair.never")), [...new Set([...REPAIRS, ...(repair === null ? [] : [repair])])].sort((a, b) => a - b).map((s) => h("option", { value: s, selected: s === repair }, t("repair.after", duration(s))))),
        h("button", { type: "button", class: "icon-b", id: "remove-" + at, "data-n": node, "data-act": "toggle", "aria-label": t("act.unfail.name", this.estate.name(node)) }, "✕"));
      const faults = h("ul", { class: "faults", id: "faults", "aria-label": t("bar.faults") }, scenario.faults.map(chipOf));
      const empty = scenario.faults.length === 0 ? h("p", { class: "bar-hint" }, t("bar.empty")) : null;
      const unknown = scenario.unknown.length ? h("p", { class: "bar-warn", role: "alert" }, icon("degraded", 13), t("bar.unknown", { l: scenario.unknown.slice(0, 4) })) : null;
      const tools = this.tools(scenario.faults.length > 0);
      const moments = scenario.moments;
      let slider = null;
      if (scenario.result && moments.length > 1) {
        const at = moment === null ? 0 : Math.max(0, moments.findLastIndex((time) => time <= moment));
        const said = moment === null ? t("time.all") : t("time.at", duration(moment));
        slider = h("div", { class: "slider" },
          h("button", { type: "button", class: "icon-b play", id: "play", "data-act": "play", "aria-label": t(this.playing ? "time.pause" : "time.play"), title: t(this.playing ? "time.pause" : "time.play") }, this.playing ? "❚❚" : "▶"),
          h("label", { for: "time" }, t("time.slider")),
          h("input", { type: "range", id: "time", min: 0, max: moments.length - 1, step: 1, value: at, "aria-valuetext": said }),
          h("output", { for: "time", id: "time-said" }, said),
          moment === null ? null : h("button", { type: "button", class: "quiet", id: "time-off", "data-act": "notime" }, t("time.off")));
      }
      // A slider that is being dragged must stay the same element.
      const range = document.getElementById("time");
      if (range && slider && range === document.activeElement && this.bar.dataset.key === this.scenarioKey + spof.i18n.current()) {
        range.setAttribute("aria-valuetext", slider.querySelector("#time").getAttribute("aria-valuetext"));
        document.getElementById("time-said").textContent = slider.querySelector("#time-said").textContent;
        return;
      }
      this.bar.dataset.key = this.scenarioKey + spof.i18n.current();
      spof.dom.replace(this.bar, h("div", { class: "bar-row" }, faults, empty, unknown, tools), slider);
      if (had) (document.getElementById(had) || document.getElementById("add-fault"))?.focus();
    }

    // ---- events

    click(event) {
      for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
      const link = event.target.closest("a[href^='#']");
      if (link && !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) return this.follow(event, link);
      const element = event.target.closest("[data-act]");
      if (!element) return;
      const node = element.dataset.n === undefined ? -1 : Number(element.dataset.n);
      const acts = {
        select: () => this.select(node),
        toggle: () => this.toggleFault(node),
        try: () => { this.toggleFault(node); },
        only: () => this.only(node, element.dataset.s === undefined ? undefined : Number(element.dataset.s)),
        unselect: () => spof.state.set({ sel: "" }),
        clear: () => { spof.state.set({ down: [], t: null }); this.say(); },
        tab: () => spof.state.set({ view: element.dataset.tab }),
        nofilter: () => spof.state.set({ tier: "", owner: "", kind: "", class: "" }),
        search: () => this.search.open(),
        notime: () => spof.state.set({ t: null }, true),
        play: () => this.play(),
        theme: () => this.turnTheme(),
        language: () => spof.state.set({ lang: element.dataset.lang === spof.i18n.declared() ? "" : element.dataset.lang }, true),
        copy: () => spof.exports.copy(element.dataset.copy),
        export: () => {
          element.closest("details").open = false;
          spof.exports.run(element.dataset.what, this, this.context);
        },
      };
      const act = acts[element.dataset.act];
      if (act) {
        event.preventDefault();
        act();
      }
    }

    /** Links within the page keep language, colours and the scenario. */
    follow(event, link) {
      event.preventDefault();
      const to = link.getAttribute("href");
      const { lang, theme, down } = spof.state.get();
      if (link.classList.contains("skip")) {
        document.getElementById("main").focus();
        return;
      }
      if (to.includes("=")) {
        const next = spof.state.parse(to);
        spof.state.set({ ...next, lang: next.lang || lang, theme: next.theme || theme, down: next.down.length || link.dataset.view !== "map" ? next.down : down });
      } else {
        spof.state.set({ ...spof.state.empty(), lang, theme, down, at: spof.state.parse(to).at });
      }
    }

    keydown(event) {
      const typing = event.target.closest("input, textarea, select, dialog");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.search.open();
      } else if (event.key === "Escape" && !typing) {
        const open = document.querySelector("details.menu[open]");
        if (open) {
          open.open = false;
          open.querySelector("summary").focus();
        } else if (spof.state.get().sel) spof.state.set({ sel: "" });
      } else if (event.target.getAttribute("role") === "tab" && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
        event.preventDefault();
        const at = TABS.indexOf(event.target.dataset.tab);
        const next = { ArrowLeft: (at + TABS.length - 1) % TABS.length, ArrowRight: (at + 1) % TABS.length, Home: 0, End: TABS.length - 1 }[event.key];
        spof.state.set({ view: TABS[next] });
        document.getElementById("tab-" + TABS[next]).focus();
      }
    }

    input(event) {
      if (event.target.id === "time") {
        this.stop();
        spof.state.set({ t: this.scenario.moments[Number(event.target.value)] || 0 }, true);
      }
    }

    change(event) {
      const { target } = event;
      if (target.id && target.id.startsWith("filter-")) spof.state.set({ [target.id.slice(7)]: target.value });
      else if (target.id === "layers") spof.state.set({ layers: target.checked ? "" : "off" }, true);
      else if (target.dataset.repair !== undefined) {
        const down = this.down().map((fault) => (fault.id === target.dataset.repair ? { ...fault, repair: target.value === "" ? null : Number(target.value) } : fault));
        spof.state.set({ down, t: null });
        this.say();
      }
    }

    /** Steps through the moments, one every 0.9 s. */
    play() {
      if (this.playing) return this.stop();
      const { moments } = this.scenario;
      let at = this.context.t === null || this.context.t >= moments.at(-1) ? -1 : moments.findLastIndex((time) => time <= this.context.t);
      const key = this.scenarioKey;
      this.playing = setInterval(() => {
        at += 1;
        if (key !== this.scenarioKey || at >= moments.length) return this.stop();
        spof.state.set({ t: moments[at] }, true);
      }, 900);
      this.drawBar(this.context);
    }

    stop() {
      if (!this.playing) return;
      clearInterval(this.playing);
      this.playing = 0;
      if (this.context && !this.bench.hidden) this.drawBar(this.context);
    }

    turnTheme() {
      const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      spof.state.set({ theme: dark ? "light" : "dark" }, true);
      spof.dom.announce(spof.i18n.t(dark ? "said.light" : "said.dark"));
    }

    /** What hangs on the language but is not drawn with each state. */
    relabel() {
      for (const button of document.querySelectorAll("[data-act=language]")) button.setAttribute("aria-pressed", String(button.dataset.lang === spof.i18n.current()));
    }
  }

  /** Buttons of the document that lead to scenarios: they make sense with scripts only. */
  function enliven(app) {
    const { estate } = app;
    for (const button of document.querySelectorAll("#overview [data-act]")) button.hidden = false;
    for (const element of document.querySelectorAll("#overview .n[data-n]")) {
      const node = Number(element.dataset.n);
      if (node >= estate.count || element.closest("a, button")) continue;
      const name = element.querySelector(".nt, code.sole") || element;
      const link = h("a", { class: "node-link", href: app.words.href(node), title: estate.id(node) });
      if (name === element) {
        link.append(...element.childNodes);
        element.append(link);
      } else {
        name.replaceWith(link);
        link.append(name);
      }
    }
    if (document.documentElement.dataset.link) {
      for (const place of document.querySelectorAll("#overview code.at")) place.replaceWith(app.words.place(place.textContent));
    }
    for (const fault of document.querySelectorAll("#matrix td > .by")) {
      const cell = fault.parentElement;
      const first = cell.querySelector(".v");
      const subject = cell.parentElement.querySelector("th .n");
      const button = h("button", { type: "button", class: "cell", "data-act": "only", "data-n": fault.dataset.n, "data-s": subject.dataset.n });
      first.replaceWith(button);
      button.append(first);
    }
  }

  /** The words and the estate are packed in the page, or came as a script of their own. */
  async function start() {
    const element = document.getElementById("spof-data");
    const page = spof.page || (element && (await spof.unpack(element)));
    if (!page) return;
    spof.i18n.init(page.strings, page.messages);
    const app = new App(spof.read(page.estate));
    spof.app = app;
    enliven(app);
    document.documentElement.classList.add("js");
    spof.state.start();
    warm(app);
  }

  /** Tries the likeliest faults while nobody waits: the first click then finds the simulation compiled. */
  function warm(app) {
    const idle = globalThis.requestIdleCallback || ((job) => setTimeout(job, 200));
    for (const node of app.topFaults()) idle(() => new spof.Scenario(app.estate, [{ id: app.estate.id(node), repair: null }]).hops);
  }

  spof.start = start;
  start();
})();
