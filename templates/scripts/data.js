// Reads the estate out of the page: the columns that src/report/data writes, as typed arrays and
// strings. Pure.
//
//   const page = spof.page || await spof.unpack(element);   // { strings, estate }
//   const data = spof.read(page.estate);
//
//   data.assume            "pessimistic" or "optimistic"
//   data.nodes             by node: id, kind, title ("" where none), owner ("" where none) as arrays of
//                          strings; tier, users, revenue (an hour), demand as Float64Array with -1 where
//                          none; evidence as Uint8Array (places in spof.EVIDENCE); parent as Int32Array:
//                          the domain it is drawn in, -1 where none
//   data.nodes.find(id)    index of the node with this id, or -1
//   data.name(node)        its title, else its id
//   data.isLayer(node)     true for power, network and the like: drawn as a layer, not as a place
//   data.graph             what spof.simulation takes; and evidence by requirement
//   data.places(node)      ["file:line", ...] of a node; data.requirementPlaces(q) of a requirement
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});

  /** How a fact is known, strongest first. */
  spof.EVIDENCE = ["declared", "observed", "inferred", "assumed"];

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const VALUE = new Uint8Array(128);
  for (let at = 0; at < 64; at += 1) VALUE[DIGITS.charCodeAt(at)] = at;

  /** Reads numbers one after the other. */
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
      this.last = 0;
    }
    get more() {
      return this.at < this.text.length;
    }
    /** Numbers are below 2^53, so that no digit is lost; shifts would cut them at 2^32. */
    plain() {
      let value = 0, scale = 1;
      for (;;) {
        const digit = VALUE[this.text.charCodeAt(this.at)];
        this.at += 1;
        value += (digit & 31) * scale;
        if (digit < 32) return value;
        scale *= 32;
      }
    }
    step() {
      const folded = this.plain();
      const size = Math.floor(folded / 2);
      this.last += folded % 2 === 1 ? -size : size;
      return this.last;
    }
  }

  function plain(text) {
    const reader = new Reader(text);
    const values = [];
    while (reader.more) values.push(reader.plain());
    return values;
  }

  function steps(text) {
    const reader = new Reader(text);
    const values = [];
    while (reader.more) values.push(reader.step());
    return values;
  }

  /** Fills `array` with the runs of `text`, each value through `read`. */
  function runs(text, array, read = (value) => value) {
    const reader = new Reader(text);
    for (let at = 0; reader.more;) {
      const value = read(reader.plain());
      const end = at + reader.plain();
      array.fill(value, at, end);
      at = end;
    }
    return array;
  }

  const orNone = (value) => value - 1;
  const orNever = (value) => (value === 0 ? Infinity : value - 1);

  /** Counts as ends: row i is [i] .. [i + 1]. */
  function ends(text, rows) {
    const counts = runs(text, new Uint32Array(rows));
    const starts = new Uint32Array(rows + 1);
    for (let row = 0; row < rows; row += 1) starts[row + 1] = starts[row] + counts[row];
    return starts;
  }

  /** Names of nodes: front-coded, or a replica's, after what it is a copy of and what it stands on. */
  function names(coded, graph) {
    const id = new Array(coded.length);
    const replicas = [];
    let before = "";
    coded.forEach((code, node) => {
      if (code[0] === "*" || code[0] === "~") {
        replicas.push(node);
        return;
      }
      before = before.slice(0, VALUE[code.charCodeAt(0)]) + code.slice(1);
      id[node] = before;
    });
    for (const node of replicas) {
      const of = id[graph.partOf[node]];
      let q = graph.requirements[node];
      while (graph.mode[q] !== 0) q += 1;
      const on = id[graph.memberNode[graph.members[q]]];
      const code = coded[node];
      id[node] = `replica:${code[0] === "*" ? of.slice(of.indexOf(":") + 1) : of}@${on}${code.slice(1)}`;
    }
    return id;
  }

  /** Rows of place numbers. */
  function placeRows(text, rows) {
    const reader = new Reader(text);
    const starts = new Uint32Array(rows + 1);
    const items = [];
    for (let row = 0; row < rows; row += 1) {
      for (let left = reader.plain(); left > 0; left -= 1) items.push(reader.step());
      starts[row + 1] = items.length;
    }
    return { starts, items: Uint32Array.from(items) };
  }

  function readNodes(coded, graph) {
    const id = names(coded.ids, graph);
    const count = id.length;
    const title = new Array(count).fill("");
    steps(coded.titled).forEach((node, at) => { title[node] = coded.titles[at]; });
    const owner = new Array(count);
    runs(coded.owner, owner, (value) => (value === 0 ? "" : coded.owners[value - 1]));
    const index = new Map();
    return {
      count,
      id,
      kind: id.map((name) => name.slice(0, Math.max(name.indexOf(":"), 0))),
      title,
      owner,
      tier: runs(coded.tier, new Float64Array(count), orNone),
      users: runs(coded.users, new Float64Array(count), orNone),
      revenue: runs(coded.revenue, new Float64Array(count), orNone),
      demand: runs(coded.demand, new Float64Array(count), orNone),
      evidence: runs(coded.evidence, new Uint8Array(count)),
      parent: Int32Array.from(steps(coded.parent), orNone),
      find(name) {
        if (index.size === 0) id.forEach((known, at) => index.set(known, at));
        const at = index.get(name);
        return at === undefined ? -1 : at;
      },
    };
  }

  function readGraph(coded, count) {
    const requirements = ends(coded.requirements, count);
    const q = requirements[count];
    const members = ends(coded.members, q);
    const m = members[q];
    const memberWays = runs(coded.member_ways, new Int32Array(m), orNone);
    let ways = 0;
    for (const some of memberWays) ways += Math.max(some, 0);
    return {
      classes: runs(coded.classes, new Uint8Array(count)),
      start: runs(coded.start, new Float64Array(count)),
      rto: runs(coded.rto, new Float64Array(count), orNever),
      partOf: runs(coded.part_of, new Int32Array(count), orNone),
      copies: plain(coded.copies),
      requirements,
      mode: runs(coded.mode, new Uint8Array(q)),
      need: runs(coded.need, new Float64Array(q)),
      evidence: runs(coded.evidence, new Uint8Array(q)),
      members,
      memberNode: Uint32Array.from(steps(coded.member_node)),
      memberWeight: runs(coded.member_weight, new Float64Array(m)),
      memberWays,
      wayTakes: runs(coded.way_takes, new Float64Array(ways)),
      wayRequires: ends(coded.way_requires, ways),
      wayNode: Uint32Array.from(steps(coded.way_node)),
    };
  }

  /** The JSON that is packed in `element`: base64 of raw deflate (src/report/data/pack.rs). */
  spof.unpack = async (element) => {
    const packed = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
  };

  /** The estate of the payload. Linear in its size. */
  spof.read = (payload) => {
    if (payload.version !== 1) throw new Error(`data of version ${payload.version}, not 1`);
    const graph = readGraph(payload.graph, payload.nodes.ids.length);
    const nodes = readNodes(payload.nodes, graph);
    const { files } = payload.places;
    const line = steps(payload.places.line);
    const file = runs(payload.places.file, new Uint32Array(line.length));
    // Most pages look at few places: rows are read when first asked for.
    const kept = {};
    const rows = (name, text, count) => (kept[name] = kept[name] || placeRows(text, count));
    const at = ({ starts, items }, row) => {
      const list = [];
      for (let next = starts[row]; next < starts[row + 1]; next += 1) {
        list.push(`${files[file[items[next]]]}:${line[items[next]]}`);
      }
      return list;
    };
    const layers = new Set(payload.layers);
    return {
      assume: payload.assume,
      nodes,
      graph,
      name: (node) => nodes.title[node] || nodes.id[node],
      isLayer: (node) => graph.classes[node] === 0 && layers.has(nodes.kind[node]),
      places: (node) => at(rows("nodes", payload.nodes.places, nodes.count), node),
      requirementPlaces: (q) => at(rows("requirements", payload.graph.places, graph.mode.length), q),
    };
  };
})();
