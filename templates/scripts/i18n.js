// Words in the reader's language: one table (templates/strings.json) for the whole page, the parts
// rendered in Rust (src/report/language.rs) included. What those parts say stands in `data-t` (the
// place of its key among the sorted keys, in base 36) and `data-a` (its arguments, as JSON), so that the language can be changed here.
(() => {
  "use strict";
  const spof = (globalThis.spof = globalThis.spof || {});
  const LANGUAGES = ["en", "ko"];
  let table = {};
  let language = "en";
  let declared = "en";
  let keys = [];

  /** Reads the table; the page's own language is the one that `--lang` asked for. */
  function init(strings, messages) {
    keys = Object.keys(strings).sort();
    table = { ...strings, ...messages };
    declared = document.documentElement.lang === "ko" ? "ko" : "en";
    language = declared;
  }

  /** `1234567` as `1,234,567`: the same in both languages. */
  function number(n) {
    return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  }

  const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
  /** Seconds as `1d 2h`, as the command line writes them: two units at most. */
  function duration(seconds) {
    if (!Number.isFinite(seconds)) return t("never");
    const first = UNITS.findIndex(([, size]) => seconds >= size);
    if (first < 0) return "0" + t("unit.s");
    const [unit, size] = UNITS[first];
    let text = Math.floor(seconds / size) + t("unit." + unit);
    if (first + 1 < UNITS.length) {
      const [next, length] = UNITS[first + 1];
      const rest = Math.floor((seconds % size) / length);
      if (rest > 0) text += " " + rest + t("unit." + next);
    }
    return text;
  }

  /** An argument as text: a number, a text, {k, a} a sentence of the table, {d} seconds, {l, m} a list. */
  function shown(argument) {
    if (typeof argument === "number") return number(argument);
    if (typeof argument === "string") return argument;
    if (argument === null || argument === undefined) return "";
    if ("k" in argument) return t(argument.k, ...(argument.a || []));
    if ("d" in argument) return duration(argument.d);
    if ("l" in argument) return list(argument.l.map(shown), argument.m);
    return "";
  }

  /** `a, b and c`; with `more`: `a, b and 4 more`. */
  function list(items, more) {
    if (more) return t("list.more", items.join(", "), more);
    if (items.length < 2) return items.join("");
    return t("list.and", items.slice(0, -1).join(", "), items[items.length - 1]);
  }

  /** True where the table has `key`. */
  const has = (key) => Object.hasOwn(table, key);

  /** The sentence `key` with its arguments. `one|many` is chosen by the first number among them. */
  function t(key, ...args) {
    const entry = has(key) ? table[key] : null;
    if (!entry) return key;
    let text = entry[language] || entry.en;
    const bar = text.indexOf("|");
    if (bar >= 0) text = args.find((one) => typeof one === "number") === 1 ? text.slice(0, bar) : text.slice(bar + 1);
    return text.replace(/\{(\d)\}/g, (_, at) => shown(args[at]));
  }

  /** A word of the table under `prefix`, or the word itself: kinds are open. */
  const word = (prefix, text) => (has(prefix + text) ? t(prefix + text) : text);

  function arguments_(element) {
    const text = element.dataset.a;
    return text ? JSON.parse(text) : [];
  }

  /** The key that stands in a page as `mark`. */
  const keyOf = (mark) => (has(mark) ? mark : keys[parseInt(mark, 36)] || mark);

  /** What stands between two backticks is a name. */
  function prose(text) {
    const parts = text.split("`");
    const nodes = [];
    parts.forEach((part, at) => {
      const isName = at % 2 === 1 && at < parts.length - 1;
      if (at % 2 === 1 && !isName) part = "`" + part;
      if (!part) return;
      const code = isName && document.createElement("code");
      if (code) code.textContent = part;
      nodes.push(code || part);
    });
    return nodes;
  }

  /** Changes the language of all that was rendered in Rust. */
  function use(next) {
    const chosen = LANGUAGES.includes(next) ? next : declared;
    if (chosen === language) return false;
    language = chosen;
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-t]")) {
      if (element.dataset.t.startsWith("~")) {
        element.replaceChildren(...prose(t(keyOf(element.dataset.t), ...arguments_(element))));
        continue;
      }
      // A chip has its symbol before the words, and may have more behind them.
      const words = Array.from(element.childNodes).find((child) => child.nodeType === Node.TEXT_NODE);
      const after = words && words.nextSibling ? " " : "";
      (words || element).textContent = t(keyOf(element.dataset.t), ...arguments_(element)) + after;
    }
    for (const element of document.querySelectorAll("[data-t-label]")) {
      element.setAttribute("aria-label", t(element.dataset.tLabel, ...arguments_(element)));
    }
    return true;
  }

  spof.i18n = { init, t, word, number, duration, list, use, current: () => language, declared: () => declared, LANGUAGES };
})();
