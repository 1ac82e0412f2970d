// Sentences that several views share: nodes as links, requirements, why a node is affected.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h } = spof.dom;
  const REPLICA = 3, GROUP = 6;

  class Words {
    constructor(estate) {
      this.estate = estate;
    }

    /** A node as a button that selects it (or a link to its page), with its id behind it. */
    node(node, how = "select") {
      const { estate } = this;
      const title = estate.title(node);
      const parts = title ? [h("span", { class: "nt" }, title)] : [h("code", { class: "sole" }, estate.id(node))];
      if (how === "page" || how === "both") {
        const link = h("a", { class: "node-link", href: this.href(node), title: estate.id(node), "data-n": node }, parts);
        return how === "both" && title ? h("span", {}, link, " ", h("code", {}, estate.id(node))) : link;
      }
      return h("button", { type: "button", class: "link", title: estate.id(node), "data-n": node, "data-act": "select" }, parts);
    }

    /** The address of the node's page, in the present scenario. */
    href(node) {
      const state = spof.state.get();
      return spof.state.format({ ...state, view: "node", node: this.estate.id(node), sel: "", at: "" });
    }

    /** `file:line`; a link where the report knows where files can be looked at. */
    place(text) {
      const base = document.documentElement.dataset.link;
      const code = () => h("code", { class: "at" }, text);
      if (!base) return code();
      const cut = text.lastIndexOf(":");
      const file = text.slice(0, cut).split("/").map(encodeURIComponent).join("/");
      const to = base.replaceAll("{file}", file).replaceAll("{line}", encodeURIComponent(text.slice(cut + 1)));
      return /^(https?|vscode|idea):\/\//.test(to) ? h("a", { class: "at-link", href: to, rel: "noreferrer" }, code()) : code();
    }

    /** What counts towards requirement `q`, groups looked through, as text. */
    members(q, depth = 0) {
      const { estate } = this;
      const { t, list } = spof.i18n;
      const all = estate.members(q);
      const active = all.filter((member) => member.ways < 0);
      const shown = active.length ? active : all;
      const names = shown.slice(0, 6).map(({ node }) => {
        if (estate.classOf(node) !== GROUP || depth > 4) return estate.short(node);
        const [inner] = estate.requirements(node);
        return inner === undefined ? estate.short(node) : this.members(inner, depth + 1);
      });
      const more = shown.length - names.length;
      const need = estate.graph.need[q];
      const sum = shown.reduce((total, member) => total + member.weight, 0);
      const least = shown.reduce((low, member) => Math.min(low, member.weight), Infinity);
      const text = list(names, more);
      if (shown.length < 2) return text;
      if (need >= sum) return t("req.all", text);
      if (need <= least) return t("req.any", text);
      const even = shown.every((member) => member.weight === shown[0].weight);
      return even && need % shown[0].weight === 0 ? t("req.of", need / shown[0].weight, shown.length, text) : t("req.weight", need, sum, text);
    }

    /** Requirement `q` in a few words: "needs any of …". */
    requirement(q) {
      const { estate } = this;
      const { t } = spof.i18n;
      const owner = estate.ownerOf(q);
      const all = estate.members(q);
      const active = all.filter((member) => member.ways < 0);
      if (all.length && all.every(({ node }) => estate.classOf(node) === REPLICA && estate.workload(node) === owner)) {
        const weight = active.reduce((total, member) => total + member.weight, 0);
        return t("req.replicas", active.length, estate.graph.need[q], weight);
      }
      return t("req." + spof.MODES[estate.graph.mode[q]], this.members(q));
    }

    /** Why `node` is affected, its first reasons as [{ q, text, place, lost: [node] }]. */
    reasons(scenario, node) {
      const { estate } = this;
      return scenario.reasons(node).map((q) => {
        const lost = estate.members(q).filter(({ node: member, ways }) => ways < 0 && !scenario.result.servesAtOnce(member)).map((member) => member.node);
        const weakened = estate.members(q).filter(({ node: member, ways }) => ways < 0 && scenario.result.isDegraded(member)).map((member) => member.node);
        return { q, text: this.requirement(q), place: estate.data.requirementPlaces(q)[0] || estate.places(node)[0] || "", lost: lost.length ? lost : weakened };
      });
    }

    /** The nodes a lost member stands for: groups looked through, replicas as they are. */
    through(scenario, nodes) {
      const { estate } = this;
      const found = new Set();
      const seen = new Set();
      const queue = [...nodes];
      while (queue.length) {
        const node = queue.pop();
        if (seen.has(node)) continue;
        seen.add(node);
        if (estate.classOf(node) !== GROUP) {
          found.add(node);
          continue;
        }
        for (const reason of this.reasons(scenario, node)) queue.push(...reason.lost);
      }
      return [...found].sort((a, b) => a - b);
    }
  }

  spof.Words = Words;
})();
