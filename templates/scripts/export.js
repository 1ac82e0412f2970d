// What a scenario looks like elsewhere: SVG, PNG, CSV, Mermaid, text to paste.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const SHOWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "text-anchor", "opacity", "fill-opacity", "stroke-linecap", "stroke-linejoin"];
  const GROUP = 6;

  /** The picture as a file of its own: styles as they are computed here, symbols included. */
  function picture(svg) {
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    const to = [copy, ...copy.querySelectorAll("*")];
    const symbols = new Set();
    from.forEach((element, at) => {
      const target = to[at];
      if (["title", "desc"].includes(element.localName)) return;
      const style = getComputedStyle(element);
      for (const name of SHOWN) {
        const value = style.getPropertyValue(name);
        if (value && !(name === "opacity" && value === "1") && !(name === "stroke-dasharray" && value === "none")) target.setAttribute(name, value);
      }
      if (element.localName === "use") {
        target.setAttribute("color", style.color);
        symbols.add(element.getAttribute("href").slice(1));
      }
      for (const name of ["class", "tabindex", "role", "aria-label", "aria-pressed", "aria-expanded", "aria-hidden"]) target.removeAttribute(name);
      for (const name of Object.keys(target.dataset || {})) delete target.dataset[name];
    });
    const ground = getComputedStyle(document.body).backgroundColor;
    const background = spof.dom.s("rect", { width: "100%", height: "100%", fill: ground });
    const defs = spof.dom.s("defs", {});
    for (const name of symbols) {
      const symbol = document.getElementById(name);
      if (!symbol) continue;
      const its = symbol.cloneNode(true);
      for (const key of its.querySelectorAll(".k")) key.setAttribute("stroke", ground);
      defs.append(its);
    }
    copy.prepend(defs, background);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("id", "spof");
    return new XMLSerializer().serializeToString(copy);
  }

  function save(name, href) {
    const link = spof.dom.h("a", { href, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }

  const dataUrl = (type, text) => `data:${type};charset=utf-8,` + encodeURIComponent(text);

  /** The picture as PNG, at twice its size unless that is more than browsers draw. */
  function png(svg) {
    const text = picture(svg);
    const w = svg.width.baseVal.value;
    const high = svg.height.baseVal.value;
    const scale = Math.min(2, 12_000 / Math.max(w, high));
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(w * scale);
        canvas.height = Math.round(high * scale);
        const pen = canvas.getContext("2d");
        pen.scale(scale, scale);
        pen.drawImage(image, 0, 0, w, high);
        resolve(canvas.toDataURL("image/png"));
      };
      image.onerror = () => reject(new Error("the picture could not be drawn"));
      image.src = dataUrl("image/svg+xml", text);
    });
  }

  /** A field of CSV; what a spreadsheet would take for a formula is marked as text. */
  function field(value) {
    let text = String(value === null || value === undefined ? "" : value);
    if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  /** All that is affected, one node a line. */
  function csv(app, scenario) {
    const { estate, words } = app;
    const lines = [["id", "title", "class", "kind", "tier", "owner", "verdict", "recovers_s", "hops", "because", "source"].join(",")];
    for (const node of scenario.affected) {
      if (estate.classOf(node) === GROUP) continue;
      const reasons = words.reasons(scenario, node);
      const time = scenario.time(node);
      lines.push([estate.id(node), estate.title(node), estate.className(node), estate.kind(node), estate.tier(node), estate.owner(node), scenario.verdict(node), Number.isFinite(time) ? time : "", scenario.hops.get(node), reasons.map((reason) => reason.text).join("; "), estate.places(node)[0] || ""].map(field).join(","));
    }
    return lines.join("\r\n") + "\r\n";
  }

  const SHAPES = { journey: ["([", "])"], store: ["[(", ")]"], domain: ["[/", "/]"], external: ["{{", "}}"] };
  const COLOURS = { failed: "fill:#20262e,color:#fff,stroke:#20262e", stuck: "fill:#f7e8f7,stroke:#77207a,color:#3d1040", down: "fill:#fdeaea,stroke:#b01c27,color:#5a0e14", interrupted: "fill:#e6effd,stroke:#1c53b4,color:#0d2a5c", degraded: "fill:#fdf2d3,stroke:#7a5000,color:#3d2800" };

  /** The blast path as a Mermaid flow chart; copies of services are left to their services. */
  function mermaid(app, scenario) {
    const { estate, words } = app;
    const quoted = (text) => '"' + text.replaceAll("&", "#amp;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;").replaceAll("\x60", "#96;") + '"';
    const lines = ["flowchart LR"];
    const shown = new Set();
    const classes = new Map();
    const put = (node) => {
      if (shown.has(node)) return;
      shown.add(node);
      const [open, close] = SHAPES[estate.className(node)] || ["[", "]"];
      const state = scenario.at(node, null);
      lines.push(`  n${node}${open}${quoted(estate.name(node) + "\u2003" + scenario.words(node))}${close}`);
      if (COLOURS[state]) classes.set(state, [...(classes.get(state) || []), "n" + node]);
    };
    const all = [...scenario.faults.map((fault) => fault.node), ...Array.from(scenario.affected).filter((node) => ![GROUP, 3].includes(estate.classOf(node)))];
    all.slice(0, 300).forEach(put);
    const edges = new Set();
    const from = (node, to, seen) => {
      for (const reason of words.reasons(scenario, node)) {
        for (const lost of words.through(scenario, reason.lost)) {
          if (shown.has(lost)) {
            if (lost !== to) edges.add(`  n${lost} --> n${to}`);
          } else if (!seen.has(lost) && !scenario.result.isFault(lost)) {
            seen.add(lost);
            from(lost, to, seen);
          }
        }
      }
    };
    for (const node of [...shown]) if (!scenario.isFault(node)) from(node, node, new Set());
    lines.push(...[...edges].sort().slice(0, 900));
    for (const [state, nodes] of classes) lines.push(`  classDef ${state} ${COLOURS[state]}`, `  class ${nodes.join(",")} ${state}`);
    return lines.join("\n") + "\n";
  }

  /** Affected journeys, services and stores by owner: what goes into the incident channel. */
  function owners(app, scenario) {
    const { estate } = app;
    const { t } = spof.i18n;
    const by = new Map();
    for (const node of scenario.subjects(spof.COUNTED)) {
      const owner = estate.owner(node) || t("export.no_owner");
      if (!by.has(owner)) by.set(owner, []);
      by.get(owner).push(`  ${estate.name(node)} (${estate.id(node)}): ${scenario.words(node)}`);
    }
    const lines = [spof.sentence(scenario), ""];
    for (const owner of [...by.keys()].sort()) lines.push(owner, ...by.get(owner), "");
    return lines.join("\n");
  }

  const quote = (text) => (/^[\w:/.@=-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'");
  /** The same question on the command line. */
  function command(app, scenario) {
    return "spof blast " + scenario.faults.map(({ node, repair }) => quote(app.estate.id(node) + (repair === null ? "" : "=" + spof.state.short(repair)))).join(" ");
  }

  async function copy(text) {
    const { t } = spof.i18n;
    try {
      await navigator.clipboard.writeText(text);
      spof.dom.toast(t("copied"));
      return;
    } catch {
      // From file:// the clipboard may be refused: the old way still works there.
    }
    const area = spof.dom.h("textarea", { class: "off-screen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    spof.dom.toast(t(done ? "copied" : "copy.refused"));
  }

  /** Does what the menu says. */
  async function run(what, app, context) {
    const { scenario, state } = context;
    const { t } = spof.i18n;
    const svg = document.querySelector({ map: "#map-svg", path: "#path-svg", recovery: "#time-svg" }[state.view] || "#map-svg");
    if (what === "svg" || what === "png") {
      if (!svg) return spof.dom.toast(t("export.no_picture"));
      save("spof-" + state.view + "." + what, what === "svg" ? dataUrl("image/svg+xml", picture(svg)) : await png(svg));
      return spof.dom.toast(t("export.saved"));
    }
    if (what === "link") return copy(location.href);
    if (!scenario.result) return spof.dom.toast(t("empty.scenario"));
    if (what === "csv") {
      save("spof-affected.csv", dataUrl("text/csv", "\ufeff" + csv(app, scenario)));
      return spof.dom.toast(t("export.saved"));
    }
    return copy({ mermaid, owners, command }[what](app, scenario));
  }

  spof.exports = { run, picture, png, csv, mermaid, owners, command, copy };
})();
