// Dragging over a chart narrows the whole page to that time; a click does to one step.
(() => {
  "use strict";

  const step = (x, y) => document.elementFromPoint(x, y)?.closest("[data-brush] a[data-start]");
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
    from = to = event.button ? null : event.target.closest?.("[data-brush] a[data-start]");
  });
  document.addEventListener("dragstart", (event) => from && event.preventDefault());
  document.addEventListener("pointermove", (event) => {
    if (!from) return;
    const over = step(event.clientX, from.getBoundingClientRect().top + 2);
    if (over && over.parentNode === from.parentNode) to = over;
    mark();
  });
  document.addEventListener("pointerup", () => {
    if (!from || from === to) return forget();
    const edges = [from, to].flatMap((one) => [one.dataset.start, one.dataset.end]).map(Number);
    const spelled = (s) => new Date(s * 1000).toISOString().replace(".000", "");
    const there = new URL(location.href);
    there.searchParams.delete("last");
    there.searchParams.set("start", spelled(Math.min(...edges)));
    there.searchParams.set("end", spelled(Math.max(...edges)));
    forget();
    location.assign(there);
  });
  document.addEventListener("pointercancel", forget);
})();
