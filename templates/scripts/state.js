// What the page shows is a function of the part of its address behind "#": a link reproduces it, and
// the browser's buttons go back and forth. Nothing is stored elsewhere.
//
//   #down=site:pangyo,room:x=4h   what fails (and after how long it is repaired), as `spof blast` takes it
//   &view=map|path|recovery|table &sel=service:login   the picture, and what is selected in it
//   &t=3600                       seconds after the faults struck
//   #node=service:login           the page of one node
//   &tier=1 &owner=… &kind=… &class=…   what is looked at
//   &open=rack:17,…               boxes of the map that were opened or closed by hand
//   &at=matrix                    where in the document; alone it is a plain #matrix
//   &lang=ko &theme=dark
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const VIEWS = ["overview", "map", "path", "recovery", "table", "node"];
  const PLAIN = ["sel", "node", "tier", "owner", "kind", "class", "at", "lang", "theme", "layers"];

  const empty = () => ({
    view: "overview", down: [], sel: "", node: "", t: null, tier: "", owner: "", kind: "", class: "", open: [], at: "", lang: "", theme: "", layers: "",
  });

  // Names stay readable: only what has a meaning here is coded.
  function code(text) {
    return encodeURIComponent(text).replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/%40/g, "@").replace(/~/g, "%7E");
  }

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  const UNITS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
  /** `90s`, `4h`, `1d2h` in seconds; null if it is none. */
  function seconds(text) {
    if (!/^(\d+[smhdw])+$/.test(text)) return null;
    let sum = 0;
    for (const part of text.match(/\d+[smhdw]/g)) sum += parseInt(part, 10) * UNITS[part.at(-1)];
    return Number.isSafeInteger(sum) ? sum : null;
  }

  /** Seconds as the address writes them. */
  function short(sum) {
    let text = "";
    let left = sum;
    for (const unit of ["d", "h", "m", "s"]) {
      const n = Math.floor(left / UNITS[unit]);
      left -= n * UNITS[unit];
      if (n > 0) text += n + unit;
    }
    return text || "0s";
  }

  /** Reads an address; what it can't mean is left out. */
  function parse(hash) {
    const state = empty();
    const text = hash.replace(/^#/, "");
    if (!text.includes("=")) {
      state.at = decode(text);
      return state;
    }
    let view = "";
    for (const part of text.split("&").slice(0, 40)) {
      const cut = part.indexOf("=");
      const key = cut < 0 ? part : part.slice(0, cut);
      const value = cut < 0 ? "" : part.slice(cut + 1);
      if (key === "down") {
        for (const item of value.split(",").slice(0, 200)) {
          const [id, repair] = item.split("=");
          if (id && !state.down.some((fault) => fault.id === decode(id))) {
            state.down.push({ id: decode(id), repair: repair ? seconds(decode(repair)) : null });
          }
        }
      } else if (key === "open") {
        state.open = value.split(",").filter(Boolean).slice(0, 400).map(decode);
      } else if (key === "t") {
        const t = Number(value);
        state.t = value !== "" && Number.isFinite(t) && t >= 0 ? t : null;
      } else if (key === "view" && VIEWS.includes(value)) {
        view = value;
      } else if (PLAIN.includes(key)) {
        state[key] = decode(value);
      }
    }
    if (view) state.view = view;
    else if (state.node) state.view = "node";
    else if (state.down.length > 0 || state.sel) state.view = "map";
    if (state.view === "node" && !state.node) state.view = "overview";
    return state;
  }

  /** The address of `state`: the same state always has the same address. */
  function format(state) {
    const parts = [];
    const workbench = !["overview", "node"].includes(state.view);
    if (state.view === "node") parts.push("node=" + code(state.node));
    if (state.down.length > 0) {
      parts.push("down=" + state.down.map((f) => code(f.id) + (f.repair === null ? "" : "=" + short(f.repair))).join(","));
    }
    const implied = state.view === "node" || (state.view === "map" && (state.down.length > 0 || state.sel));
    if (!implied && (workbench || state.down.length > 0)) parts.push("view=" + state.view);
    for (const key of ["sel", "tier", "owner", "kind", "class"]) {
      if (state[key]) parts.push(key + "=" + code(state[key]));
    }
    if (state.t !== null && state.down.length > 0) parts.push("t=" + state.t);
    if (state.open.length > 0) parts.push("open=" + state.open.map(code).join(","));
    if (state.layers) parts.push("layers=" + code(state.layers));
    for (const key of ["lang", "theme"]) if (state[key]) parts.push(key + "=" + code(state[key]));
    if (state.at && state.view === "overview") {
      if (parts.length === 0) return "#" + code(state.at);
      parts.push("at=" + code(state.at));
    }
    return "#" + parts.join("&");
  }

  let current = empty();
  const listeners = [];

  function emit(previous, origin) {
    for (const listener of listeners) listener(current, previous, origin);
  }

  /** Changes some of the state. `replace`: no entry of its own in the history (sliders, switches). */
  function set(change, replace = false) {
    const previous = current;
    const next = { ...current, ...change };
    const hash = format(next);
    if (hash === format(previous)) {
      emit(previous, "again");
      return;
    }
    current = next;
    if (pending && !replace) write();
    pending = { hash, replace: replace && (!pending || pending.replace) };
    spof.dom.afterPaint("address", write);
    emit(previous, "set");
  }

  /** The address that is still to be written. */
  let pending = null;

  /** Writes the address of the state; browsers take their time over it, so it comes after the picture. */
  function write() {
    if (!pending) return;
    const { hash, replace } = pending;
    pending = null;
    const to = hash === "#" ? location.pathname + location.search : hash;
    try {
      history[replace ? "replaceState" : "pushState"](null, "", to);
    } catch {
      if (replace) location.replace(hash);
      else location.hash = hash;
    }
  }

  function fromAddress() {
    const previous = current;
    const next = parse(location.hash);
    // A plain link to a place in the document keeps language and colours.
    if (!location.hash.includes("=")) {
      next.lang = previous.lang;
      next.theme = previous.theme;
    }
    if (format(next) === format(previous)) return;
    pending = null;
    current = next;
    emit(previous, "address");
  }

  function start() {
    current = parse(location.hash);
    addEventListener("popstate", fromAddress);
    addEventListener("hashchange", fromAddress);
    addEventListener("pagehide", write);
    emit(empty(), "start");
  }

  spof.state = { get: () => current, set, start, parse, format, seconds, short, empty, watch: (listener) => listeners.push(listener) };
})();
