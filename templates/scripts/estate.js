// The estate as the views need it: data.js with names, who is drawn where, and who may fail.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const DOMAIN = 0, SERVICE = 1, STORE = 2, REPLICA = 3, EXTERNAL = 4, JOURNEY = 5, GROUP = 6;
  const ASSUMED = 3, BACKUP = 3;
  const NO_TIER = 1000;

  class Estate {
    constructor(data) {
      this.data = data;
      this.nodes = data.nodes;
      this.graph = data.graph;
      this.count = data.nodes.count;
      this.simulation = spof.simulation(data.graph);
      /** Journeys, services and stores. */
      this.counted = [];
      for (let v = 0; v < this.count; v += 1) if (spof.COUNTED.includes(this.classOf(v))) this.counted.push(v);
      this.contain();
    }

    find(id) { return this.nodes.find(id); }
    id(node) { return this.nodes.id[node]; }
    title(node) { return this.nodes.title[node]; }
    kind(node) { return this.nodes.kind[node]; }
    owner(node) { return this.nodes.owner[node]; }
    users(node) { return this.nodes.users[node]; }
    classOf(node) { return this.graph.classes[node]; }
    className(node) { return spof.CLASSES[this.classOf(node)]; }
    rto(node) { return this.graph.rto[node]; }
    places(node) { return this.data.places(node); }
    tier(node) { return this.nodes.tier[node] < 0 ? null : this.nodes.tier[node]; }
    isAssumed(node) { return this.nodes.evidence[node] === ASSUMED; }
    isLayer(node) { return this.data.isLayer(node); }
    canFail(node) { return this.classOf(node) !== JOURNEY && this.classOf(node) !== GROUP; }

    /** The id without its kind. */
    own(node) {
      const id = this.id(node);
      return id.slice(id.indexOf(":") + 1);
    }

    /** The title, or the id where there is none. */
    name(node) { return this.title(node) || this.id(node); }

    /** What fits where space is short. */
    short(node) { return this.title(node) || this.own(node); }

    /** The service or store a replica is a copy of, else the node itself. */
    workload(node) {
      return this.classOf(node) === REPLICA && this.graph.partOf[node] >= 0 ? this.graph.partOf[node] : node;
    }

    /** For sorting: journeys before services before stores, by tier. */
    rank(node) {
      const tier = this.nodes.tier[node];
      const order = spof.COUNTED.indexOf(this.classOf(node));
      return (order < 0 ? 3 : order) * 10_000 + (tier < 0 ? NO_TIER : tier);
    }

    /** Requirement indices of `node`. */
    requirements(node) {
      const { requirements } = this.graph;
      const list = [];
      for (let q = requirements[node]; q < requirements[node + 1]; q += 1) list.push(q);
      return list;
    }

    /** Members of requirement `q`: [{ member, node, weight, ways }]; ways -1 for an active one. */
    members(q) {
      const { members, memberNode, memberWeight, memberWays } = this.graph;
      const list = [];
      for (let m = members[q]; m < members[q + 1]; m += 1) {
        list.push({ member: m, node: memberNode[m], weight: memberWeight[m], ways: memberWays[m] });
      }
      return list;
    }

    /** Ways of promoting the standby `m`: [{ takes, requires: [node] }]. */
    ways(m) {
      const { wayTakes, wayRequires, wayNode } = this.graph;
      const { ways } = this.simulation;
      const list = [];
      for (let way = ways[m]; way < ways[m + 1]; way += 1) {
        const requires = [];
        for (let at = wayRequires[way]; at < wayRequires[way + 1]; at += 1) requires.push(wayNode[at]);
        list.push({ takes: wayTakes[way], requires });
      }
      return list;
    }

    /** The owner of requirement `q`; groups are looked through to the node they belong to. */
    ownerOf(q) {
      const { requirements, partOf } = this.graph;
      let low = 0, high = this.count - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (requirements[middle] <= q) low = middle;
        else high = middle - 1;
      }
      let node = low;
      for (let depth = 0; depth < 50 && this.classOf(node) === GROUP && partOf[node] >= 0; depth += 1) node = partOf[node];
      return node;
    }

    /** By node: the requirements it is a member of, or that a way of promotion needs it for
        ([{ q, way }]). Made when first asked for. */
    get uses() {
      const { members, memberNode, memberWays, mode, wayRequires, wayNode } = this.graph;
      const { ways } = this.simulation;
      const uses = new Map();
      const put = (node, q, way) => {
        if (!uses.has(node)) uses.set(node, []);
        uses.get(node).push({ q, way });
      };
      for (let q = 0; q < mode.length; q += 1) {
        for (let m = members[q]; m < members[q + 1]; m += 1) {
          put(memberNode[m], q, false);
          if (memberWays[m] < 0) continue;
          for (let at = wayRequires[ways[m]]; at < wayRequires[ways[m + 1]]; at += 1) put(wayNode[at], q, true);
        }
      }
      Object.defineProperty(this, "uses", { value: uses });
      return uses;
    }

    /** Who directly needs `node`: [{ node, q, way }], sorted, groups looked through. */
    dependents(node) {
      const found = new Map();
      for (const { q, way } of this.uses.get(node) || []) {
        const owner = this.ownerOf(q);
        const key = owner * 2 + (way ? 1 : 0);
        if (owner !== node && !found.has(key)) found.set(key, { node: owner, q, way });
      }
      return [...found.values()].sort((a, b) => a.node - b.node || a.way - b.way);
    }

    /** Who is drawn in whom: boxes { domain, label, layers, tiles, children }, as
        src/report/containment.rs has them; `this.boxOf` by domain, `this.homes` the box of each
        replica, `this.tilesOf` by workload where its tiles are. */
    contain() {
      const { classes, partOf, memberNode, memberWays, copies } = this.graph;
      const box = (domain, label) => ({ domain, label, key: domain >= 0 ? this.id(domain) : "*" + label, layers: [], tiles: [], children: [], parent: null });
      const boxes = new Map();
      const active = new Set();
      const waiting = new Set();
      for (let m = 0; m < memberNode.length; m += 1) {
        if (memberWays[m] < 0) active.add(memberNode[m]);
        else if (memberWays[m] > 0) waiting.add(memberNode[m]);
      }
      const backups = new Set();
      for (let at = 0; at < copies.length; at += 3) if (copies[at + 1] === BACKUP) backups.add(copies[at]);

      const estate = box(-1, "estate");
      const unplaced = box(-1, "unplaced");
      const outside = box(-1, "outside");
      const layers = box(-1, "layers");
      const parent = this.nodes.parent;
      const inhabited = new Set();
      for (let v = 0; v < this.count; v += 1) if (classes[v] === REPLICA && parent[v] >= 0) inhabited.add(parent[v]);
      const drawn = (v) => classes[v] === DOMAIN && (!this.isAssumed(v) || inhabited.has(v));
      for (let v = 0; v < this.count; v += 1) if (drawn(v)) boxes.set(v, box(v, "domain"));
      const placed = new Set();
      const tiles = new Map();
      for (let v = 0; v < this.count; v += 1) {
        if (classes[v] === EXTERNAL) outside.tiles.push({ node: v, active: 0, standby: 0, copies: 0, replicas: [] });
        if (classes[v] !== REPLICA || partOf[v] < 0) continue;
        const home = boxes.get(parent[v]) || unplaced;
        const workload = partOf[v];
        placed.add(workload);
        if (!tiles.has(home)) tiles.set(home, new Map());
        const its = tiles.get(home);
        if (!its.has(workload)) its.set(workload, { node: workload, active: 0, standby: 0, copies: 0, replicas: [] });
        const tile = its.get(workload);
        tile.replicas.push(v);
        if (active.has(v)) tile.active += 1;
        else if (waiting.has(v) && !backups.has(v)) tile.standby += 1;
        else tile.copies += 1;
      }
      for (let v = 0; v < this.count; v += 1) {
        if ((classes[v] === SERVICE || classes[v] === STORE) && !placed.has(v)) unplaced.tiles.push({ node: v, active: 0, standby: 0, copies: 0, replicas: [] });
      }
      for (const [home, its] of tiles) home.tiles.push(...its.values());
      unplaced.tiles.sort((a, b) => a.node - b.node);
      // A layer that holds nothing is listed in its place; all else is a box there.
      const hosts = new Set();
      for (const v of boxes.keys()) if (boxes.has(parent[v])) hosts.add(parent[v]);
      for (const [v, its] of boxes) {
        const above = boxes.get(parent[v]) || null;
        if (this.isLayer(v) && its.tiles.length === 0 && !hosts.has(v)) {
          (above || layers).layers.push(v);
          its.listed = above || layers;
        } else {
          (above || estate).children.push(its);
          its.parent = above || estate;
        }
      }
      for (const extra of [layers, unplaced, outside]) {
        if (extra.layers.length + extra.tiles.length > 0) {
          extra.parent = estate;
          estate.children.push(extra);
        }
      }
      this.boxes = estate;
      this.boxOf = boxes;
      this.unplacedBox = unplaced;
      this.outsideBox = outside;
      this.tilesOf = new Map();
      const count = (at) => {
        at.inside = at.tiles.length + at.layers.length;
        for (const tile of at.tiles) {
          if (!this.tilesOf.has(tile.node)) this.tilesOf.set(tile.node, []);
          this.tilesOf.get(tile.node).push({ box: at, tile });
        }
        for (const child of at.children) at.inside += 1 + count(child);
        return at.inside;
      };
      count(estate);
    }

    /** The box a node is drawn in, or is: for a workload the first of several. */
    boxFor(node) {
      const own = this.boxOf.get(node);
      if (own) return own.listed || own;
      if (this.classOf(node) === EXTERNAL) return this.outsideBox;
      if (this.classOf(node) === REPLICA) return this.boxOf.get(this.nodes.parent[node]) || this.unplacedBox;
      const tiles = this.tilesOf.get(node);
      return tiles ? tiles[0].box : null;
    }
  }

  spof.Estate = Estate;
})();
