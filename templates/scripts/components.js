// Cycles of needs: what can only come back together. Pure.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const PLACEMENT = 0, HARD = 1;

  /** By node: the number of the strongly connected component of needs it is in, if that has more
      than one node; else -1. Tarjan (1972), without recursion. O(nodes + members). */
  function cycles(simulation) {
    const { graph, nodes } = simulation;
    const of = new Int32Array(nodes).fill(-1);
    const order = new Int32Array(nodes);
    const low = new Int32Array(nodes);
    const inside = new Uint8Array(nodes);
    const atMember = new Int32Array(nodes);
    const lastMember = (v) => graph.members[graph.requirements[v + 1]];
    const stack = [];
    const path = [];
    let clock = 0, count = 0;
    const enter = (v) => {
      order[v] = low[v] = ++clock;
      atMember[v] = graph.members[graph.requirements[v]];
      inside[v] = 1;
      stack.push(v);
      path.push(v);
    };
    for (let root = 0; root < nodes; root += 1) {
      if (order[root]) continue;
      enter(root);
      while (path.length) {
        const v = path[path.length - 1];
        if (atMember[v] < lastMember(v)) {
          const m = atMember[v]++;
          const mode = graph.mode[simulation.memberOf[m]];
          if (graph.memberWays[m] >= 0 || (mode !== PLACEMENT && mode !== HARD)) continue;
          const to = graph.memberNode[m];
          if (!order[to]) enter(to);
          else if (inside[to]) low[v] = Math.min(low[v], order[to]);
          // A node that needs itself is a cycle of its own.
          if (to === v && of[v] < 0) of[v] = count++;
          continue;
        }
        path.pop();
        if (path.length) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[v]);
        if (low[v] !== order[v]) continue;
        const alone = stack[stack.length - 1] === v;
        const number = alone ? -1 : count++;
        for (;;) {
          const member = stack.pop();
          inside[member] = 0;
          if (!alone) of[member] = number;
          if (member === v) break;
        }
      }
    }
    return of;
  }

  spof.engine = { ...spof.engine, cycles };
})();
