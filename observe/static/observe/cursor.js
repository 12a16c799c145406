// One cursor over all charts of a conversation, and over its calls below: pointing at a
// call anywhere, or the arrow keys, marks it everywhere and tells its figures.
(() => {
  "use strict";

  const links = () => [...document.querySelectorAll("[data-cursor] a[data-call]")];
  const readout = () => document.querySelector("[data-cursor] .readout");
  let at = null; // the number of the call that is marked

  function hint() {
    if (readout()) readout().textContent = readout().dataset.hint;
  }

  function clear() {
    for (const one of document.querySelectorAll(".is-at")) one.classList.remove("is-at");
  }

  function mark(number) {
    if (number === at && document.querySelector("[data-cursor] .is-at")) return;
    clear();
    at = number;
    document.getElementById(`c-${number}`)?.classList.add("is-at");
    const link = links().findLast((one) => Number(one.dataset.call) <= number);
    if (!link) return;
    link.classList.add("is-at");
    readout().textContent = link.querySelector("title").textContent.split("\n").join(" · ");
  }

  function forget() {
    if (document.activeElement?.closest?.("[data-cursor] a")) return;
    clear();
    at = null;
    hint();
  }

  const numberOf = (node) =>
    Number(node.closest?.("a[data-call]")?.dataset.call || node.closest?.("[id^='c-']")?.id.slice(2) || 0);

  function look(event) {
    const number = numberOf(event.target);
    if (number) mark(number);
    else if (event.type === "pointerover") forget();
  }

  // The charts are one stop of the Tab key; arrows go from call to call.
  function step(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    const all = links();
    const here = all.indexOf(document.activeElement);
    const isOpening = event.key === "c" && here < 0 && !event.target.closest("input, textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey || !all.length) return;
    if (!isOpening && (here < 0 || !(event.key in moves))) return;
    event.preventDefault();
    const marked = all.findIndex((one) => one.classList.contains("is-at"));
    const to = isOpening ? (marked < 0 ? all.length - 1 : marked) : here + moves[event.key];
    focus(all, Math.min(Math.max(to, 0), all.length - 1));
  }

  function rove(all, place) {
    all.forEach((one, i) => one.setAttribute("tabindex", i === place ? "0" : "-1"));
  }

  function focus(all, place) {
    rove(all, place);
    all[place].focus();
  }

  hint();
  rove(links(), links().length - 1);
  document.addEventListener("pointerover", look);
  document.addEventListener("focusin", look);
  document.addEventListener("keydown", step);
  // What came meanwhile was put in; the cursor stays where it was.
  document.addEventListener("weir:patched", () => {
    const number = at;
    forget();
    if (number) mark(number);
    const marked = links().findIndex((one) => one.classList.contains("is-at"));
    rove(links(), marked < 0 ? links().length - 1 : marked);
  });
})();
