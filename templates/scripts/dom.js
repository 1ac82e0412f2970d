// Small things every view needs: elements, symbols, chips, the live region. Names of strangers only
// ever become text nodes or attribute values here, never markup.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const SVG = "http://www.w3.org/2000/svg";

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "text") element.textContent = value;
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined && child !== false) element.append(child);
    }
    return element;
  }

  /** An HTML element; an attribute "onclick" is a listener, "text" its text. */
  const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
  /** An SVG element. */
  const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

  /** A symbol of templates/report/symbols.html. */
  function icon(name, size = 14, attributes = {}) {
    return s("svg", { class: "i", width: size, height: size, "aria-hidden": "true", ...attributes }, s("use", { href: "#i-" + name }));
  }

  /** A symbol as part of a large picture: drawn in place, because each `use` would cost the browser a
      tree of its own. */
  function symbol(name, x, y, size) {
    const group = s("g", { class: "st" });
    group.place = { x, y, size };
    change(group, name);
    return group;
  }

  /** Makes another symbol of one. */
  function change(group, name) {
    if (group.symbol === name) return;
    group.symbol = name;
    const drawn = document.getElementById(name);
    const { x, y, size } = group.place;
    group.setAttribute("transform", `translate(${x} ${y})scale(${size / drawn.viewBox.baseVal.width})`);
    group.replaceChildren(...Array.from(drawn.children, (part) => part.cloneNode(true)));
  }

  /** A state as a chip: shape, letter, colour and words. `late`: back, but over its objective. */
  function chip(state, words, late) {
    return h("span", { class: "v v-" + state + (late ? " late" : ""), "data-v": state }, icon(state), words);
  }

  /** Lists that can be long: the first `most`, and a button that shows the rest in steps. */
  function limited(list, items, most, row, moreWords) {
    let shown = 0;
    const button = h("button", { type: "button", class: "quiet more-button", onclick: () => step(shown + most * 4, true) });
    function step(until, focus) {
      const first = shown;
      const rows = document.createDocumentFragment();
      for (; shown < Math.min(until, items.length); shown += 1) rows.append(row(items[shown], shown));
      list.append(rows);
      const left = items.length - shown;
      button.textContent = left > 0 ? moreWords(left) : "";
      button.hidden = left === 0;
      if (focus && list.children[first]) {
        const target = list.children[first].querySelector("a, button");
        if (target) target.focus();
      }
    }
    step(most, false);
    return [list, button];
  }

  /** What waits for the next frame, by name, in order of asking. */
  const waiting = new Map();
  let turn = 0;

  function runWaiting() {
    turn += 1;
    const jobs = [...waiting.values()];
    waiting.clear();
    for (const job of jobs) job();
  }

  /** Runs `job` when the frame in the making has been painted: what a click changes first is the picture.
      Of several jobs of one name only the last is run. */
  function afterPaint(name, job) {
    waiting.set(name, job);
    if (waiting.size > 1) return;
    const mine = turn;
    const once = () => { if (mine === turn) runWaiting(); };
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = once;
      channel.port2.postMessage(0);
    });
    // A page that nobody sees gets no frames.
    setTimeout(once, 150);
  }

  /** What waits under `name` is not needed any more. */
  const dropWaiting = (name) => waiting.delete(name);

  /** True when all that the last action asked for stands in the page. */
  const settled = () => waiting.size === 0;

  let live = null;
  /** Says to screen readers what an action did. */
  function announce(text) {
    live = live || document.getElementById("live");
    if (live && live.textContent !== text) live.textContent = text;
  }

  /** A short message that goes away by itself: "copied". */
  let toastTimer = 0;
  function toast(text) {
    let box = document.getElementById("toast");
    if (!box) {
      box = h("div", { id: "toast", class: "toast" });
      document.body.append(box);
    }
    box.textContent = text;
    box.classList.add("on");
    announce(text);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.classList.remove("on"), 2600);
  }

  /** Empties `element`, then fills it. */
  function replace(element, ...children) {
    element.textContent = "";
    return fill(element, {}, children);
  }

  spof.dom = { h, s, icon, symbol, change, chip, limited, announce, toast, replace, afterPaint, dropWaiting, settled };
})();
