// Sets, sums and an agenda for simulate.js: emptied in no time, so that a query costs what it touches.
// Pure. What the files of the simulation share stands in spof.engine.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});

  const NEVER = Infinity;

  /** A set of indices that is emptied in no time; `list` has them in order of arrival. */
  class Marked {
    constructor(size) {
      this.stamp = new Uint32Array(size);
      this.epoch = 1;
      this.list = [];
    }
    add(index) {
      if (this.stamp[index] === this.epoch) return false;
      this.stamp[index] = this.epoch;
      this.list.push(index);
      return true;
    }
    has(index) {
      return this.stamp[index] === this.epoch;
    }
    clear() {
      this.epoch += 1;
      this.list = [];
    }
  }

  /** Sums by index, all zero again in no time. */
  class Sums {
    constructor(size) {
      this.sums = new Float64Array(size);
      this.stamp = new Uint32Array(size);
      this.epoch = 1;
    }
    add(index, weight) {
      const sum = this.get(index) + weight;
      this.stamp[index] = this.epoch;
      this.sums[index] = sum;
      return sum;
    }
    get(index) {
      return this.stamp[index] === this.epoch ? this.sums[index] : 0;
    }
    clear() {
      this.epoch += 1;
    }
  }

  /** Events by time, a binary heap in two arrays. */
  class Agenda {
    constructor() {
      this.times = [];
      this.events = [];
    }
    get next() {
      return this.times.length ? this.times[0] : NEVER;
    }
    push(time, event) {
      const { times, events } = this;
      let at = times.length;
      times.push(time);
      events.push(event);
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (times[above] <= time) break;
        times[at] = times[above];
        events[at] = events[above];
        at = above;
      }
      times[at] = time;
      events[at] = event;
    }
    pop() {
      const { times, events } = this;
      const first = events[0];
      const time = times.pop();
      const event = events.pop();
      const size = times.length;
      if (size === 0) return first;
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= size) break;
        if (below + 1 < size && times[below + 1] < times[below]) below += 1;
        if (times[below] >= time) break;
        times[at] = times[below];
        events[at] = events[below];
        at = below;
      }
      times[at] = time;
      events[at] = event;
      return first;
    }
  }

  /** Rows of `size` lists from what `each(put)` puts, in the order in which it does. */
  function rows(size, each) {
    const starts = new Uint32Array(size + 1);
    each((row) => { starts[row + 1] += 1; });
    for (let row = 0; row < size; row += 1) starts[row + 1] += starts[row];
    const next = starts.slice();
    const items = new Uint32Array(starts[size]);
    each((row, item) => { items[next[row]++] = item; });
    return { starts, items };
  }

  spof.engine = { ...spof.engine, Marked, Sums, Agenda, rows };
})();
