// Dragging over a chart narrows the whole page to what was dragged over, and Shift with
// the arrow keys and Enter does where arrows walk it; a click follows one step's link.
(() => {
  "use strict";

  const STEP = "[data-brush] a[data-start]";
  const step = (x, y) => document.elementFromPoint(x, y)?.closest(STEP);
  let from = null;
  let to = null;

  function mark() {
    const [low, high] = [from, to].map((one) => Number(one.dataset.start)).sort((a, b) => a - b);
    for (const one of from.parentNode.querySelectorAll("a[data-start]")) {
      const at = Number(one.dataset.start);
      one.classList.toggle("chosen", at >= low && at <= high);
    }
  }

  function forget() {
    for (const one of document.querySelectorAll("a.chosen")) one.classList.remove("chosen");
    from = to = null;
  }

  document.addEventListener("pointerdown", (event) => {
    from = to = event.button ? null : event.target.closest?.(STEP);
  });
  document.addEventListener("dragstart", (event) => from && event.preventDefault());
  document.addEventListener("pointermove", (event) => {
    if (!from) return;
    const over = step(event.clientX, from.getBoundingClientRect().top + 2);
    if (over && over.parentNode === from.parentNode) to = over;
    mark();
  });
  // `data-brush` has the names of both edges in the address: of times, or of numbers.
  function narrow() {
    const edges = [from, to].flatMap((one) => [one.dataset.start, one.dataset.end]).map(Number);
    const [low, high] = from.closest("[data-brush]").dataset.brush.split(",");
    const spelled = (s) => (low === "start" ? new Date(s * 1000).toISOString().replace(".000", "") : s);
    const there = new URL(location.href);
    for (const gone of ["last", "at"]) there.searchParams.delete(gone);
    there.searchParams.set(low, spelled(Math.min(...edges)));
    there.searchParams.set(high, spelled(Math.max(...edges)));
    there.hash = "";
    forget();
    location.assign(there);
  }

  function extend(event) {
    const here = event.target.closest?.(STEP);
    const isChosen = from && from !== to;
    if (here && event.shiftKey && event.key.startsWith("Arrow")) {
      from ||= here;
      to = document.activeElement.closest(STEP) || here; // the cursor has moved it
      mark();
    } else if (here && event.key === "Enter" && isChosen) {
      event.preventDefault();
      narrow();
    } else if (event.key !== "Shift") forget();
  }

  document.addEventListener("pointerup", () => (from && from !== to ? narrow() : forget()));
  document.addEventListener("keydown", extend);
  document.addEventListener("pointercancel", forget);
})();
