// Only in pages that `spof serve` gives: keeps the page up to date with what the server shows, and
// says when it can't. It shares nothing with the other scripts; all state of the page is in the
// address, so that loading it again shows the same scenario on the new estate.
(function () {
  "use strict";

  var script = document.currentScript;
  var run = script.dataset.run;
  var revision = Number(script.dataset.revision);
  var korean = document.documentElement.lang.slice(0, 2) === "ko";
  // How long the server may be silent before the reader is told.
  var PATIENCE_MS = 3000;

  function words(en, ko) {
    return korean ? ko : en;
  }

  /** The one line at the foot of the window; made when there is something to say. */
  var bar = null;
  var text = null;
  var button = null;

  function make() {
    bar = document.createElement("div");
    bar.id = "spof-live";
    bar.setAttribute("role", "status");
    var style = bar.style;
    style.position = "fixed";
    style.insetInline = "0";
    style.bottom = "0";
    style.zIndex = "1000";
    style.display = "flex";
    style.gap = "1rem";
    style.alignItems = "center";
    style.padding = "0.6rem 1rem";
    style.font = "inherit";
    style.background = "Canvas";
    style.color = "CanvasText";
    style.borderTop = "3px solid #b45309";
    style.maxHeight = "40vh";
    style.overflow = "auto";
    text = document.createElement("p");
    text.style.margin = "0";
    text.style.flex = "1";
    text.style.whiteSpace = "pre-line";
    button = document.createElement("button");
    button.type = "button";
    button.textContent = words("Show it", "보기");
    button.addEventListener("click", function () {
      location.reload();
    });
    bar.append(text, button);
    document.body.append(bar);
  }

  function say(message, withButton) {
    if (!message) {
      if (bar) bar.hidden = true;
      if (bar) bar.style.display = "none";
      return;
    }
    if (!bar) make();
    bar.hidden = false;
    bar.style.display = "flex";
    button.hidden = !withButton;
    if (text.textContent !== message) text.textContent = message;
  }

  /** Whether loading the page again would take something away from the reader. */
  function busy() {
    var at = document.activeElement;
    var typing = at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    return typing || document.querySelector("dialog[open]") !== null;
  }

  function stale(state) {
    var since = new Date(state.stale.since_unix_s * 1000).toLocaleTimeString();
    var head = words(
      "The inputs can’t be used since " + since + ". This is the last good state.",
      since + "부터 입력을 읽을 수 없습니다. 마지막으로 정상이던 상태를 보여 줍니다."
    );
    var reasons = state.stale.reasons.slice(0, 3);
    var more = state.stale.reasons.length - reasons.length + (state.stale.more || 0);
    if (more > 0) reasons.push(words("and " + more + " more", "외 " + more + "건"));
    return head + "\n" + reasons.join("\n");
  }

  function onState(state) {
    if (state.run !== run || state.revision !== revision) {
      if (busy()) {
        say(words("The inputs have changed.", "입력이 바뀌었습니다."), true);
      } else {
        location.reload();
      }
      return;
    }
    say(state.stale ? stale(state) : "", false);
  }

  var silence = 0;
  var events = new EventSource("/events");
  events.addEventListener("state", function (event) {
    clearTimeout(silence);
    silence = 0;
    onState(JSON.parse(event.data));
  });
  events.addEventListener("error", function () {
    if (silence) return;
    silence = setTimeout(function () {
      say(
        words(
          "The server does not answer: what is shown may be old.",
          "서버가 응답하지 않습니다. 보이는 내용이 오래되었을 수 있습니다."
        ),
        false
      );
    }, PATIENCE_MS);
  });
})();
