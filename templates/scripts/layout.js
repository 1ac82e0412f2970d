// Where everything on the map stands: nested boxes in strips, each as high as its row, so that the
// picture fills its width without gaps (a strip treemap: Bederson, Shneiderman and Wattenberg 2002)
// whose boxes are made as high as what is in them. Pure: no DOM.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const HEAD = 30, PAD = 8, GAP = 6, TILE_H = 26, TILE_W = 148, TILE_MOST = 236, PILL_H = 22;

  /** Columns of text: Hangul, Han and other wide letters count twice. */
  function columns(text) {
    let sum = 0;
    for (const letter of text) {
      const code = letter.codePointAt(0);
      sum += code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff)) ? 2 : 1;
    }
    return sum;
  }

  /** `text` cut to `most` columns, with an ellipsis. */
  function shorten(text, most) {
    if (columns(text) <= most) return text;
    let short = "";
    let sum = 1;
    for (const letter of text) {
      sum += columns(letter);
      if (sum > most) break;
      short += letter;
    }
    return short.trimEnd() + "…";
  }

  /** Width of `text` in pixels, roughly, at `size` pixels. */
  const width = (text, size) => Math.ceil(columns(text) * size * 0.58);

  /** An item { labelW, pills: [width], tiles: n, children: [item] } gets its least width and the
      room it is likely to need. */
  function measure(item) {
    for (const child of item.children) measure(child);
    const children = item.children.reduce((most, child) => Math.max(most, child.least), 0);
    const tile = item.tiles > 0 ? TILE_W : 0;
    const pills = item.pills.reduce((most, pill) => Math.max(most, pill), 0);
    item.least = Math.max(item.labelW, tile, pills, children, 90) + 2 * PAD;
    const room =
      item.tiles * (TILE_W + GAP) * (TILE_H + GAP) * 1.1 +
      item.pills.reduce((sum, pill) => sum + (pill + GAP) * (PILL_H + GAP), 0) +
      item.children.reduce((sum, child) => sum + child.room * 1.12, 0);
    item.room = Math.max(room * 1.15 + item.least * (HEAD + PAD), item.least * (HEAD + PAD));
  }

  /** Fills `item` into `w`; sets x, y (in its parent), w, h of it and of all in it. */
  function place(item, w) {
    item.w = w;
    const inner = w - 2 * PAD;
    let y = item.headless ? 0 : HEAD + (item.tail ? 18 : 0);
    item.pillsAt = [];
    let x = 0;
    for (const pill of item.pills) {
      const its = Math.min(pill, inner);
      if (x > 0 && x + its > inner) {
        x = 0;
        y += PILL_H + GAP;
      }
      item.pillsAt.push({ x: PAD + x, y, w: its, h: PILL_H });
      x += its + GAP;
    }
    if (item.pills.length) y += PILL_H + PAD;
    item.tilesAt = [];
    if (item.tiles > 0) {
      const fit = Math.max(1, Math.floor((inner + GAP) / (TILE_W + GAP)));
      const across = Math.min(fit, item.tiles);
      const tile = Math.min(TILE_MOST, Math.floor((inner + GAP) / across) - GAP);
      for (let at = 0; at < item.tiles; at += 1) {
        item.tilesAt.push({ x: PAD + (at % across) * (tile + GAP), y: y + Math.floor(at / across) * (TILE_H + GAP), w: tile, h: TILE_H });
      }
      y += Math.ceil(item.tiles / across) * (TILE_H + GAP) - GAP + PAD;
    }
    for (const strip of strips(item.children, inner)) y = lay(strip, inner, y) + PAD;
    item.h = y;
    return y;
  }

  /** Groups of children that stand side by side: small boxes with small, those with much in them first. */
  function strips(children, inner) {
    const order = children.map((child, at) => ({ child, at }));
    // What holds nothing would only stand beside the full ones as an empty column.
    const bare = (item) => item.pills.length + item.tiles + item.children.length === 0;
    order.sort((a, b) => (a.child.last === true) - (b.child.last === true) || bare(a.child) - bare(b.child) || b.child.room - a.child.room || a.at - b.at);
    const found = [];
    let strip = [];
    let least = 0;
    let room = 0;
    for (const { child } of order) {
      const fits = least + child.least + (strip.length ? PAD : 0) <= inner;
      // A box much smaller than its neighbours begins a row of small ones.
      const alike = strip.length === 0 || child.room * 14 > strip[0].room;
      const lasts = strip.length > 0 && ((child.last === true && strip[0].last !== true) || bare(child) !== bare(strip[0]));
      const high = strip.length > 0 && room / inner > 110 && (room + child.room) / inner > 760;
      if (!fits || !alike || lasts || high) {
        found.push(strip);
        strip = [];
        least = 0;
        room = 0;
      }
      least += child.least + (strip.length ? PAD : 0);
      room += child.room;
      strip.push(child);
    }
    if (strip.length) found.push(strip);
    return found;
  }

  /** Lays one strip from `top` on: widths by room, none below its least; returns where it ends. */
  function lay(strip, inner, top) {
    const free = inner - PAD * (strip.length - 1);
    const widths = share(strip, free);
    let x = 0;
    let high = 0;
    strip.forEach((child, at) => {
      child.x = PAD + x;
      child.y = top;
      x += widths[at] + PAD;
      high = Math.max(high, place(child, widths[at]));
    });
    for (const child of strip) child.h = high;
    return top + high;
  }

  /** Shares `free` among the strip in proportion to room, none below its least. */
  function share(strip, free) {
    const widths = strip.map((child) => child.least);
    let open = strip.map((_, at) => at);
    let left = free;
    for (;;) {
      const sum = open.reduce((total, at) => total + strip[at].room, 0);
      const tight = open.filter((at) => (strip[at].room / sum) * left < strip[at].least);
      if (tight.length === 0 || tight.length === open.length) {
        for (const at of open) widths[at] = Math.max(strip[at].least, Math.floor((strip[at].room / sum) * left));
        break;
      }
      left -= tight.reduce((total, at) => total + strip[at].least, 0);
      open = open.filter((at) => !tight.includes(at));
    }
    // A box alone in its strip, or the last, takes what rounding left.
    const rest = free - widths.reduce((total, its) => total + its, 0);
    if (rest > 0) widths[widths.length - 1] += rest;
    return widths;
  }

  /** Lays out the whole: `item` without a head, `width` wide (more only if a box can't be narrower). */
  function layout(item, width) {
    measure(item);
    item.headless = true;
    item.x = 0;
    item.y = 0;
    place(item, Math.max(width, item.least));
    return item;
  }

  spof.layout = { layout, width, columns, shorten, HEAD, PAD };
})();
