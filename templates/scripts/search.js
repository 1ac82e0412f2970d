// Search first: `/` opens it, letters need not stand together, Enter opens a node's page, Shift+Enter
// (or the button) fails it.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h } = spof.dom;
  const GROUP = 6, REPLICA = 3, MOST = 40;

  /** How well `query` is found in `text` (both lower case): higher is better, -1 not at all. Letters in
      order; runs and beginnings of words count more; O(text). */
  function score(query, text) {
    const at = text.indexOf(query);
    if (at >= 0) return 1000 - at * 2 - Math.min(text.length, 200) / 10 + (at === 0 || boundary(text, at) ? 200 : 0);
    let points = 0;
    let from = 0;
    let run = 0;
    for (const letter of query) {
      const next = text.indexOf(letter, from);
      if (next < 0) return -1;
      run = next === from ? run + 1 : 0;
      points += 2 + run * 4 + (boundary(text, next) ? 8 : 0) - Math.min(next - from, 10) * 0.6;
      from = next + 1;
    }
    return points < query.length * 2.2 ? -1 : Math.min(points, 700);
  }

  const boundary = (text, at) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]);

  class Search {
    constructor(app) {
      this.app = app;
      this.estate = app.estate;
      this.hits = [];
      this.at = 0;
      this.dialog = h("dialog", { class: "search", id: "search" });
      this.input = h("input", { type: "search", id: "search-input", role: "combobox", "aria-expanded": "true", "aria-controls": "search-list", autocomplete: "off", spellcheck: "false", maxlength: 200 });
      this.list = h("ul", { id: "search-list", role: "listbox" });
      this.said = h("p", { class: "fine search-said", role: "status" });
      this.keys = h("p", { class: "fine search-keys" });
      this.dialog.append(h("div", { class: "search-in" }, this.input), this.list, h("div", { class: "search-foot" }, this.said, this.keys));
      this.input.addEventListener("input", () => this.find());
      this.input.addEventListener("keydown", (event) => this.keydown(event));
      this.list.addEventListener("click", (event) => {
        const item = event.target.closest("li");
        if (!item) return;
        this.at = Number(item.dataset.at);
        this.go(event.target.closest("button") !== null);
      });
      this.dialog.addEventListener("click", (event) => {
        if (event.target === this.dialog) this.dialog.close();
      });
      document.body.append(this.dialog);
      this.index = null;
    }

    /** Lower-case texts by node, made when search is first opened. */
    texts() {
      if (this.index) return this.index;
      const { estate } = this;
      this.index = [];
      for (let node = 0; node < estate.count; node += 1) {
        if (estate.classOf(node) === GROUP) continue;
        // Copies are found by their whole id only: a service has many.
        this.index.push({ node, id: estate.id(node).toLowerCase(), title: estate.title(node).toLowerCase(), copy: estate.classOf(node) === REPLICA });
      }
      return this.index;
    }

    open(text = "") {
      const { t } = spof.i18n;
      this.input.setAttribute("aria-label", t("search.label"));
      this.input.placeholder = t("search.hint");
      this.list.setAttribute("aria-label", t("search.results"));
      this.keys.textContent = t("search.keys");
      this.dialog.setAttribute("aria-label", t("search.label"));
      this.input.value = text;
      if (!this.dialog.open) this.dialog.showModal();
      this.input.focus();
      this.find();
    }

    find() {
      const { estate } = this;
      const { t } = spof.i18n;
      const query = this.input.value.trim().toLowerCase();
      if (query === "") {
        const top = this.app.topFaults();
        const journeys = estate.counted.filter((node) => estate.rank(node) < 10_000).sort((a, b) => estate.rank(a) - estate.rank(b) || a - b).slice(0, 6);
        this.hits = [...top, ...journeys.filter((node) => !top.includes(node))].slice(0, 12);
      } else {
        const hits = [];
        for (const entry of this.texts()) {
          const points = Math.max(score(query, entry.id), entry.title ? score(query, entry.title) : -1);
          if (points >= 0 && (!entry.copy || points >= 600)) hits.push({ node: entry.node, points: points - (entry.copy ? 400 : 0) + this.weight(entry.node) });
        }
        hits.sort((a, b) => b.points - a.points || a.node - b.node);
        this.hits = hits.slice(0, MOST).map((hit) => hit.node);
        this.total = hits.length;
      }
      this.at = 0;
      this.show();
      this.said.textContent = query === "" ? t("search.top") : t("search.found", this.total);
    }

    /** What is more important comes first among equals. */
    weight(node) {
      const rank = this.estate.rank(node);
      return rank >= 30_000 ? (this.estate.classOf(node) === 0 ? 30 : 0) : 40 - Math.floor(rank / 10_000) * 5;
    }

    show() {
      const { estate } = this;
      const { t, word } = spof.i18n;
      spof.dom.replace(this.list, this.hits.map((node, at) => h("li", { id: "hit-" + at, role: "option", "data-at": at, "data-n": node, "aria-selected": String(at === this.at) },
        h("span", { class: "hit-n" }, estate.title(node) ? [h("span", { class: "nt" }, estate.title(node)), " "] : null, h("code", {}, estate.id(node))),
        h("span", { class: "hit-m" }, h("span", { class: "tag" }, word("kind.", estate.kind(node))), estate.canFail(node) ? h("button", { type: "button", tabindex: "-1", class: "quiet" }, t("act.fail")) : null))));
      this.mark();
    }

    mark() {
      for (const item of this.list.children) item.setAttribute("aria-selected", String(Number(item.dataset.at) === this.at));
      this.input.setAttribute("aria-activedescendant", this.hits.length ? "hit-" + this.at : "");
      const item = this.list.children[this.at];
      if (item) item.scrollIntoView({ block: "nearest" });
    }

    keydown(event) {
      const last = this.hits.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.at = event.key === "ArrowDown" ? Math.min(last, this.at + 1) : Math.max(0, this.at - 1);
        this.mark();
      } else if (event.key === "Enter") {
        event.preventDefault();
        this.go(event.shiftKey);
      }
    }

    go(fail) {
      const node = this.hits[this.at];
      if (node === undefined) return;
      this.dialog.close();
      if (fail && this.estate.canFail(node)) this.app.addFault(node);
      else this.app.openPage(node);
    }
  }

  spof.Search = Search;
  spof.searchScore = score;
})();
