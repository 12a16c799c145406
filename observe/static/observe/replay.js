// Plays a streamed answer again as it came: its pieces appear at their times, and a line
// goes along in the drawing above. Pressed again, all of it is there at once.
(() => {
  "use strict";

  let frame = 0;

  function show(place, passed, length) {
    const isOver = passed >= length;
    for (const piece of place.querySelectorAll("[data-at]")) piece.hidden = Number(piece.dataset.at) > passed && !isOver;
    place.querySelector("output").textContent = isOver ? "" : `${(passed / 1000).toFixed(1)} s`;
    const line = document.querySelector(".waterfall .played");
    line.setAttribute("visibility", isOver ? "hidden" : "visible");
    for (const end of ["x1", "x2"]) line.setAttribute(end, `${Math.min((100 * passed) / length, 100)}%`);
  }

  function play(place, speed, start) {
    const length = Number(place.dataset.replay);
    const passed = speed ? (performance.now() - start) * speed : length;
    show(place, passed, length);
    frame = passed < length && place.isConnected ? requestAnimationFrame(() => play(place, speed, start)) : 0;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-play]");
    if (!button) return;
    const isPlaying = frame !== 0;
    cancelAnimationFrame(frame);
    play(button.closest("[data-replay]"), isPlaying ? 0 : Number(button.dataset.play), performance.now());
  });
})();
