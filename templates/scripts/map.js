// The what-if map: nested domains with the services on them. A click on a place fails it, a click on
// a service selects it; boxes are opened on demand, so that a rack of forty hosts is one tile first.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const { h, s, symbol, change } = spof.dom;
  const { layout, width: textWidth, shorten, HEAD } = spof.layout;
  /** Most shapes drawn unasked, and most of one sort in one box. */
  const BUDGET = 260, MOST = 18, MOST_OPENED = 400;

  /** Which boxes are open: whole levels until the budget is spent, so that equals look equal; turned
      by `toggled`. */
  function openBoxes(estate, toggled) {
    const open = new Set([estate.boxes]);
    let left = BUDGET - shown(estate.boxes, MOST);
    let level = estate.boxes.children.slice(0, MOST);
    let wanted = true;
    while (level.length) {
      const cost = level.reduce((sum, box) => sum + shown(box, MOST), 0);
      wanted = wanted && cost <= left;
      if (wanted) left -= cost;
      const next = [];
      for (const box of level) {
        if (wanted === toggled.has(box.key) || shown(box, MOST) === 0) continue;
        open.add(box);
        next.push(...box.children.slice(0, toggled.has("+" + box.key) ? MOST_OPENED : MOST));
      }
      level = next;
    }
    return open;
  }

  const shown = (box, most) => Math.min(box.tiles.length, most) + Math.min(box.children.length, most) + Math.min(box.layers.length, most);

  /** Kinds of what a closed box holds: "40 hosts". */
  function contents(estate, box) {
    const { t, word, list } = spof.i18n;
    const kinds = new Map();
    for (const child of box.children) {
      const kind = child.domain >= 0 ? estate.kind(child.domain) : "place";
      kinds.set(kind, (kinds.get(kind) || 0) + 1);
    }
    const parts = [...kinds].map(([kind, n]) => t("n.kind", n, word("kind.", kind)));
    if (box.tiles.length) parts.push(t("n.workloads", box.tiles.length));
    return list(parts);
  }

  function boxLabel(estate, box) {
    return box.domain >= 0 ? estate.short(box.domain) : spof.i18n.t("map.box." + box.label);
  }

  /** `×3`, `×3 +2` with standbys. */
  function note(tile) {
    const times = (n) => (n > 1 ? "×" + n : "");
    if (tile.active === 0) return times(tile.standby || tile.copies);
    if (tile.standby === 0) return times(tile.active);
    return (times(tile.active) + " +" + tile.standby).trim();
  }

  /** A text that stays as it was costs nothing. */
  function say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  class MapView {
    constructor(app) {
      this.app = app;
      this.estate = app.estate;
      this.root = h("div", { class: "map-box", id: "map-box" });
      this.key = "";
      this.cursor = null;
      this.root.addEventListener("click", (event) => this.click(event));
      this.root.addEventListener("keydown", (event) => this.keydown(event));
      new ResizeObserver((entries) => this.resized(Math.round(entries[0].contentRect.width))).observe(this.root);
    }

    resized(wide) {
      if (!this.root.isConnected || wide === 0 || Math.abs(wide - this.wide) <= 1) return;
      this.wide = wide;
      if (this.last) this.draw(this.last);
    }

    /** Draws what changed: the layout only when boxes, layers, language or width did. The width is
        measured once, and then told by the browser: asking would make it lay out the page. */
    draw(context) {
      this.last = context;
      this.wide = this.wide || this.root.clientWidth;
      const width = Math.max(300, (this.wide || 1000) - 2);
      const key = JSON.stringify([context.state.open, context.state.layers, width, spof.i18n.current()]);
      if (key !== this.key || !this.svg) {
        this.key = key;
        this.build(context, width);
      }
      this.paint(context);
    }

    build(context, width) {
      const { estate } = this;
      const toggled = new Set(context.state.open);
      const open = openBoxes(estate, toggled);
      const layers = context.state.layers !== "off";
      this.shapes = [];
      this.byNode = new Map();
      const item = this.item(estate.boxes, open, toggled, layers, 0);
      layout(item, width);
      this.svg = s("svg", {
        class: "map", id: "map-svg", role: "group", "aria-label": spof.i18n.t("map.label"),
        width: item.w, height: item.h, viewBox: `0 0 ${item.w} ${item.h}`,
      });
      this.edges = s("g", { class: "edges", "aria-hidden": "true" });
      this.emit(item, 0, 0);
      this.fresh = true;
      this.unnamed = new Map();
      this.svg.append(this.edges);
      const hadFocus = this.root.contains(document.activeElement);
      spof.dom.replace(this.root, this.svg);
      const cursor = this.cursor && this.shapes.find((shape) => shape.key === this.cursor);
      this.rove(cursor || this.shapes[0], hadFocus);
    }

    /** The box as layout.js takes it, with what each pill and tile is. */
    item(box, open, toggled, layers, depth) {
      const { estate } = this;
      const isOpen = open.has(box);
      const label = boxLabel(estate, box);
      const kind = box.domain >= 0 ? spof.i18n.word("kind.", estate.kind(box.domain)) : "";
      const most = toggled.has("+" + box.key) ? MOST_OPENED : MOST;
      const item = { box, isOpen, depth, label, kind, pillsOf: [], tilesOf: [], children: [], pills: [], tiles: 0, last: box.domain < 0 };
      item.labelW = Math.min(textWidth(label, 12.5) + textWidth(kind, 11) + 58, 330);
      if (!isOpen) {
        const words = contents(estate, box);
        item.words = words;
        item.tail = words !== "";
        item.labelW = Math.max(Math.min(item.labelW, 260), textWidth(words, 11.5), 120);
        return item;
      }
      if (layers) item.pillsOf = box.layers.slice(0, most).map((node) => ({ node, label: shorten(estate.short(node), 26) }));
      item.pills = item.pillsOf.map((pill) => textWidth(pill.label, 11.5) + 32);
      item.tilesOf = box.tiles.slice(0, most);
      const places = box.children.slice(0, most);
      // Boxes that hold nothing visible are tiles among tiles.
      item.children = places.map((child) => this.item(child, open, toggled, layers, depth + 1));
      const rest = box.tiles.length - item.tilesOf.length + (box.children.length - places.length);
      if (rest > 0) item.tilesOf = [...item.tilesOf, { more: true, rest, box, tiles: box.tiles.slice(most), children: box.children.slice(most) }];
      item.tiles = item.tilesOf.length;
      return item;
    }

    emit(item, x0, y0) {
      const { estate } = this;
      const { t } = spof.i18n;
      const x = x0 + item.x;
      const y = y0 + item.y;
      if (!item.headless) {
        const { box } = item;
        const group = s("g", { class: `b d${Math.min(item.depth, 4)}` + (item.isOpen ? "" : " closed") });
        group.append(s("rect", { class: "frame", x: x + 0.5, y: y + 0.5, width: item.w - 1, height: item.h - 1, rx: 7 }));
        const head = s("g", { class: "head", tabindex: "-1", role: "button" });
        const hasMore = box.children.length + box.tiles.length + box.layers.length > 0;
        const right = hasMore ? 24 : 6;
        head.append(s("title", {}), s("rect", { class: "hit", x: x + 2, y: y + 2, width: item.w - 4 - (hasMore ? 22 : 0), height: HEAD - 4, rx: 5 }));
        if (box.domain >= 0) head.append(symbol("i-plain", x + 9, y + 8, 14));
        const from = box.domain >= 0 ? x + 29 : x + 11;
        const room = Math.floor((item.w - (from - x) - right - (item.kind ? textWidth(item.kind, 10.5) + 8 : 0)) / 7.2);
        const label = s("text", { class: "bl", x: from, y: y + 19 }, shorten(item.label, Math.max(room, 4)));
        if (item.kind) label.append(s("tspan", { class: "bk", dx: 6 }, item.kind));
        head.append(label);
        group.append(head);
        let foldShape = null;
        if (hasMore) {
          const fold = s("g", { class: "fold", tabindex: "-1", role: "button", "aria-expanded": String(item.isOpen), "aria-label": t(item.isOpen ? "map.close" : "map.open", item.label) });
          fold.append(s("title", {}, t(item.isOpen ? "map.close" : "map.open", item.label)), s("rect", { class: "hit", x: x + item.w - 26, y: y + 2, width: 24, height: HEAD - 4, rx: 5 }));
          fold.append(s("path", { class: "chevron", d: item.isOpen ? `M${x + item.w - 18} ${y + 13}l4 4 4-4` : `M${x + item.w - 16} ${y + 11}l4 4-4 4` }));
          group.append(fold);
          foldShape = { key: "fold " + box.key, element: fold, x: x + item.w - 24, y: y + 4, w: 20, h: 20, act: () => this.toggle(box.key) };
        }
        const tail = !item.isOpen && item.h > HEAD + 4 ? s("text", { class: "inside", x: x + 11, y: y + HEAD + 12 }, "") : null;
        if (tail) group.append(tail);
        this.svg.append(group);
        const shape = { key: box.key, kind: "box", node: box.domain, box, item, group, element: head, tail, x, y, w: item.w, h: HEAD, full: item.h, act: () => (box.domain >= 0 ? this.app.toggleFault(box.domain) : this.toggle(box.key)) };
        this.put(shape);
        if (foldShape) {
          foldShape.head = shape;
          shape.fold = foldShape;
          this.put(foldShape);
        }
      }
      item.pillsAt.forEach((at, nth) => this.pill(item.pillsOf[nth], x + at.x, y + at.y, at));
      item.tilesAt.forEach((at, nth) => this.tile(item.tilesOf[nth], item.box, x + at.x, y + at.y, at));
      // In the order in which they are read: that of the tab key and of screen readers.
      for (const child of [...item.children].sort((a, b) => a.y - b.y || a.x - b.x)) this.emit(child, x, y);
    }

    pill({ node, label }, x, y, { w, h: high }) {
      const group = s("g", { class: "t pill", tabindex: "-1", role: "button" });
      group.append(
        s("title", {}),
        s("rect", { class: "frame", x: x + 0.5, y: y + 0.5, width: w - 1, height: high - 1, rx: high / 2 }),
        symbol("k-layer", x + 7, y + 5, 12),
        s("text", { x: x + 23, y: y + 15 }, label),
      );
      this.svg.append(group);
      this.put({ key: this.estate.id(node), kind: "pill", node, element: group, group, x, y, w, h: high, act: () => this.app.toggleFault(node) });
    }

    tile(tile, box, x, y, { w, h: high }) {
      const { estate } = this;
      const group = s("g", { class: "t", tabindex: "-1", role: "button" });
      if (tile.more) {
        const text = spof.i18n.t("map.more", tile.rest);
        group.classList.add("folded");
        group.append(s("title", {}, text), s("rect", { class: "frame", x: x + 0.5, y: y + 0.5, width: w - 1, height: high - 1, rx: 5 }), symbol("k-folded", x + 8, y + 7, 12), s("text", { x: x + 27, y: y + 17 }, text), s("text", { class: "tn", x: x + w - 8, y: y + 17, "text-anchor": "end" }));
        group.setAttribute("aria-label", text);
        this.svg.append(group);
        this.put({ key: "more " + box.key, kind: "more", node: -1, tile, element: group, group, x, y, w, h: high, act: () => this.toggle("+" + box.key) });
        return;
      }
      const its = note(tile);
      const tier = estate.tier(tile.node);
      const room = Math.floor((w - 30 - Math.max(textWidth(its, 11.5), tile.replicas.length ? textWidth(`0/${tile.replicas.length}`, 11.5) : 0) - 15) / (tier !== null && tier <= 1 ? 7.3 : 6.9));
      const sort = tile.active > 0 || tile.replicas.length === 0 ? "" : tile.standby > 0 ? " standby" : " copy";
      group.setAttribute("class", "t" + sort + (tier !== null && tier <= 1 ? " t1" : ""));
      group.append(
        s("title", {}),
        s("rect", { class: "frame", x: x + 0.5, y: y + 0.5, width: w - 1, height: high - 1, rx: 5 }),
        symbol("k-" + estate.className(tile.node), x + 8, y + 6, 14),
        s("text", { x: x + 27, y: y + 17 }, shorten(estate.short(tile.node), Math.max(room, 3))),
        s("text", { class: "tn", x: x + w - 8, y: y + 17, "text-anchor": "end" }, its),
      );
      this.svg.append(group);
      this.put({ key: estate.id(tile.node) + " in " + box.key, kind: "tile", node: tile.node, tile, its, element: group, group, x, y, w, h: high, act: () => this.app.select(tile.node) });
    }

    put(shape) {
      shape.element.shape = shape;
      this.shapes.push(shape);
      if (shape.node >= 0) {
        if (!this.byNode.has(shape.node)) this.byNode.set(shape.node, []);
        this.byNode.get(shape.node).push(shape);
      }
    }

    /** Colours, symbols and names for the scenario and the moment; then the edges of the selection. */
    paint(context) {
      const { scenario, keep, t: moment, selected } = context;
      const { t } = spof.i18n;
      this.countInside(scenario, moment);
      for (const shape of this.shapes) {
        if (shape.kind === undefined) continue;
        if (shape.kind === "more") {
          const hit = this.hiddenHits(shape.tile, scenario, moment);
          say(shape.group.lastChild, hit > 0 ? "⚠ " + hit : "");
          continue;
        }
        const { node } = shape;
        const state = node >= 0 ? scenario.at(node, moment) : "none";
        const hits = shape.box ? this.hits(shape.box) : 0;
        const words = node >= 0 && scenario.result && state !== "none" ? (state === "back" ? t("state.back") : scenario.words(node)) : "";
        let note = shape.its || "";
        if (shape.tile && scenario.result) {
          const lost = shape.tile.replicas.filter((replica) => scenario.result.isStopped(replica) && !(moment !== null && moment >= scenario.time(replica))).length;
          if (lost > 0) note = `${shape.tile.replicas.length - lost}/${shape.tile.replicas.length}`;
        }
        const base = (shape.base = shape.base || shape.group.getAttribute("class"));
        const classes = [base];
        if (state !== "none") classes.push("s-" + state);
        if (state === "interrupted" && scenario.late(node)) classes.push("late");
        if (node >= 0 && keep && shape.kind === "tile" && !keep(node)) classes.push("dim");
        if (node >= 0 && node === selected) classes.push("selected");
        const failed = node >= 0 && scenario.isFault(node);
        // Most shapes stay as they were.
        const signature = [classes.join(" "), words, note, hits, failed, scenario.result !== null].join("\u0000");
        if (signature === shape.signature) continue;
        shape.signature = signature;
        shape.group.setAttribute("class", classes.join(" "));
        const drawn = shape.element.querySelector(".st");
        if (drawn) {
          shape.symbol = shape.symbol || drawn.symbol;
          change(drawn, state === "none" ? shape.symbol : "i-" + state);
        }
        if (shape.kind === "tile") say(shape.element.lastChild, note);
        if (shape.tail) say(shape.tail, hits > 0 && !shape.item.isOpen ? t("map.inside.hit", hits, shape.box.inside) : shape.item.words);
        this.unnamed.set(shape, { state, words, failed });
      }
      this.drawEdges(context);
      const write = () => this.writeNames(scenario.result !== null);
      if (this.fresh) write();
      else spof.dom.afterPaint("names", write);
      this.fresh = false;
    }

    /** What is read and not seen: names and tooltips of what changed. */
    writeNames(hasScenario) {
      const { t } = spof.i18n;
      const named = this.unnamed;
      this.unnamed = new Map();
      for (const [shape, { state, words, failed }] of named) {
        const { node } = shape;
        const name = node >= 0 ? this.estate.name(node) : shape.item.label;
        const id = node >= 0 && this.estate.title(node) ? ` (${this.estate.id(node)})` : "";
        const action = shape.kind === "tile" ? t("map.hint.select") : node >= 0 ? t(failed ? "map.hint.unfail" : "map.hint.fail") : "";
        const what = [words || (hasScenario && node >= 0 ? t("state.none") : ""), shape.tile && shape.tile.replicas.length ? t("map.replicas", shape.tile.active, shape.tile.standby, shape.tile.copies) : ""].filter(Boolean).join("; ");
        shape.element.querySelector("title").textContent = name + id + (what ? ": " + what : "") + (action ? " · " + action : "");
        shape.element.setAttribute("aria-label", name + id + (what ? ": " + what : ""));
        if (shape.kind !== "tile" && node >= 0) shape.element.setAttribute("aria-pressed", String(failed));
        shape.element.setAttribute("data-state", state);
        if (node >= 0) shape.element.setAttribute("data-n", String(node));
      }
    }

    /** Counts, in the boxes themselves, how many affected workloads and places are in each. */
    countInside(scenario, moment) {
      const { estate } = this;
      const epoch = (this.epoch = (this.epoch || 0) + 1);
      const climb = (box) => {
        for (let at = box; at; at = at.parent) {
          if (at.epoch !== epoch) {
            at.epoch = epoch;
            at.hits = 0;
          }
          at.hits += 1;
        }
      };
      const bad = (node) => {
        const state = scenario.at(node, moment);
        return state !== "none" && state !== "back";
      };
      for (const node of scenario.affected) {
        const places = estate.tilesOf.get(node);
        if (places && bad(node)) for (const { box } of places) climb(box);
      }
      for (const { node } of scenario.faults) {
        const box = estate.boxOf.get(node);
        if (box && bad(node)) climb(box.listed || box.parent);
        for (const its of estate.tilesOf.get(node) || []) climb(its.box);
      }
    }

    hits(box) { return box.epoch === this.epoch ? box.hits : 0; }

    hiddenHits(more, scenario, moment) {
      if (!scenario.result) return 0;
      const bad = (node) => !["none", "back"].includes(scenario.at(node, moment));
      return more.tiles.filter((tile) => bad(tile.node)).length + more.children.reduce((sum, box) => sum + this.hits(box) + (box.domain >= 0 && bad(box.domain) ? 1 : 0), 0);
    }

    /** The shape that stands for `node`: its own, or the nearest box around it that is drawn. */
    shapesOf(node) {
      const { estate } = this;
      const own = this.byNode.get(node);
      if (own) return own;
      const workload = estate.workload(node);
      if (workload !== node && estate.classOf(node) === 3) {
        const home = estate.boxFor(node);
        const tile = (this.byNode.get(workload) || []).find((shape) => shape.tile && shape.tile.replicas.includes(node));
        return tile ? [tile] : home ? this.visible(home) : [];
      }
      const boxes = (estate.tilesOf.get(node) || []).map(({ box }) => box);
      const own2 = estate.boxOf.get(node);
      if (own2) boxes.push(own2.listed || own2);
      return boxes.flatMap((box) => this.visible(box));
    }

    visible(box) {
      for (let at = box; at; at = at.parent) {
        const shape = this.shapes.find((known) => known.kind === "box" && known.box === at);
        if (shape) return [shape];
      }
      return [];
    }

    /** Lines from the selected node to what it needs, and from what needs it. Nothing else is drawn. */
    drawEdges({ selected, scenario, t: moment }) {
      this.edges.textContent = "";
      if (selected < 0 || selected === null) return;
      const { estate } = this;
      const from = this.shapesOf(selected);
      if (from.length === 0) return;
      const lines = new Map();
      const centre = (shape) => [shape.x + shape.w / 2, shape.y + Math.min(shape.h, 26) / 2];
      const add = (a, b, sort) => {
        if (a === b) return;
        const key = a.key + "\u0000" + b.key;
        if (!lines.has(key)) lines.set(key, { a, b, sort });
      };
      const nearest = (shapes, to) => {
        const [x, y] = centre(to);
        return shapes.reduce((best, shape) => {
          const far = (at) => Math.hypot(centre(at)[0] - x, centre(at)[1] - y);
          return best === null || far(shape) < far(best) ? shape : best;
        }, null);
      };
      const link = (nodes, sort) => {
        for (const node of nodes.slice(0, 80)) {
          const target = nearest(this.shapesOf(node), from[0]);
          if (!target) continue;
          const origin = nearest(from, target);
          const bad = !["none", "back"].includes(scenario.at(node, moment));
          add(sort === "uses" ? target : origin, sort === "uses" ? origin : target, sort + (bad ? " bad" : ""));
        }
      };
      link(this.needs(selected), "needs");
      link(estate.dependents(selected).map(({ node }) => node), "uses");
      for (const { a, b, sort } of lines.values()) {
        const [x1, y1] = centre(a);
        const [x2, y2] = centre(b);
        const bend = Math.min(90, Math.hypot(x2 - x1, y2 - y1) / 3);
        this.edges.append(s("path", { class: "edge " + sort, d: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}` }), s("circle", { class: "edge-end " + sort, cx: x2, cy: y2, r: 3.5 }));
      }
    }

    /** What `node` needs, groups looked through, own replicas left out. */
    needs(node) {
      const { estate } = this;
      const seen = new Set([node]);
      const queue = [node];
      const found = [];
      while (queue.length) {
        for (const q of estate.requirements(queue.pop())) {
          for (const { node: member } of estate.members(q)) {
            if (seen.has(member)) continue;
            seen.add(member);
            if (estate.classOf(member) === 6) queue.push(member);
            else if (estate.workload(member) !== node) found.push(member);
          }
        }
      }
      return found;
    }

    toggle(key) {
      const open = new Set(this.last.state.open);
      if (!open.delete(key)) open.add(key);
      spof.state.set({ open: [...open].sort() }, true);
    }

    shapeAt(target) {
      const element = target.closest("[role=button]");
      return element && element.shape ? element.shape : null;
    }

    click(event) {
      const shape = this.shapeAt(event.target);
      if (!shape) return;
      this.rove(shape, false);
      shape.act();
    }

    /** One stop in the order of tabs; arrows move it, Enter and Space act, f fails what is selected. */
    rove(shape, focus) {
      if (!shape) return;
      for (const other of this.shapes) if (other.element.getAttribute("tabindex") === "0") other.element.setAttribute("tabindex", "-1");
      shape.element.setAttribute("tabindex", "0");
      this.cursor = shape.key;
      if (focus) {
        shape.element.focus({ preventScroll: true });
        shape.element.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }

    keydown(event) {
      const shape = this.shapeAt(event.target);
      if (!shape || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        shape.act();
        const again = this.shapes.find((other) => other.key === shape.key);
        this.rove(again, true);
      } else if (event.key === "f" && shape.node >= 0 && this.estate.canFail(shape.node)) {
        event.preventDefault();
        this.app.toggleFault(shape.node);
      } else if (event.key === "o" && shape.box) {
        event.preventDefault();
        this.toggle(shape.box.key);
        this.rove(this.shapes.find((other) => other.key === shape.key), true);
      } else if (event.key === "Home" || event.key === "End") {
        event.preventDefault();
        this.rove(event.key === "Home" ? this.shapes[0] : this.shapes.at(-1), true);
      } else {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (!step) return;
        event.preventDefault();
        this.rove(this.neighbour(shape, step), true);
      }
    }

    /** The nearest shape in a direction; what is straight ahead counts as nearer. */
    neighbour(shape, [dx, dy]) {
      // A place and the button that opens it are one thing.
      if (dx > 0 && shape.fold) return shape.fold;
      if (dx < 0 && shape.head) return shape.head;
      const x = shape.x + Math.min(shape.w, 60) / 2;
      const y = shape.y + shape.h / 2;
      let best = null;
      let least = Infinity;
      for (const other of this.shapes) {
        if (other === shape) continue;
        const ox = other.x + Math.min(other.w, 60) / 2 - x;
        const oy = other.y + other.h / 2 - y;
        const ahead = dx * ox + dy * oy;
        const aside = Math.abs(dx * oy) + Math.abs(dy * ox);
        if (ahead <= 4) continue;
        const far = ahead + aside * 2.5;
        if (far < least) {
          least = far;
          best = other;
        }
      }
      return best || shape;
    }
  }

  spof.MapView = MapView;
})();
