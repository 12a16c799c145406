// The live connection: one websocket while the page is looked at, with back-off,
// a pause button and slow polling where websockets fail. What a message means is
// rows.js's business; both meet in the document's `weir:…` events.
(() => {
  "use strict";

  const page = document.querySelector("[data-live]");
  if (!page) return;
  const badge = document.getElementById("live");
  const WORDS = { live: "Live", paused: "Paused", polling: "Polling", offline: "Reconnecting" };
  const POLL_MS = 10000;
  if (badge) badge.hidden = false;
  let socket = null;
  let failures = 0;
  let paused = false;
  let polling = 0;
  let retry = 0;

  function show(state) {
    if (!badge) return;
    badge.dataset.state = state;
    badge.querySelector(".word").textContent = WORDS[state];
    badge.setAttribute("aria-pressed", String(paused));
    badge.title = paused ? "Paused. Click to go on." : `${WORDS[state]}. Click to pause.`;
  }

  const refresh = () => document.dispatchEvent(new CustomEvent("weir:refresh"));

  // `weir:hello` lets the page say what it shows, so that it is told what it missed.
  function opened(own) {
    failures = 0;
    clearInterval(polling);
    polling = 0;
    show("live");
    const hello = { detail: { send: (value) => own.send(JSON.stringify(value)) } };
    document.dispatchEvent(new CustomEvent("weir:hello", hello));
  }

  function connect() {
    clearTimeout(retry);
    if (socket || paused || document.hidden) return;
    const query = document.querySelector("[data-query]")?.dataset.query || "";
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const own = new WebSocket(`${scheme}://${location.host}/ws/live?${query}`);
    socket = own;
    own.onopen = () => own === socket && opened(own);
    own.onclose = () => own === socket && lost();
    own.onmessage = (event) => {
      const detail = JSON.parse(event.data);
      if (own === socket) document.dispatchEvent(new CustomEvent("weir:message", { detail }));
    };
  }

  function disconnect() {
    const own = socket;
    socket = null;
    clearTimeout(retry);
    clearInterval(polling);
    polling = 0;
    if (own) own.close();
  }

  function lost() {
    socket = null;
    if (paused || document.hidden) return;
    failures += 1;
    const given_up = failures > 3;
    show(given_up ? "polling" : "offline");
    if (given_up && !polling) {
      polling = setInterval(refresh, POLL_MS);
      refresh();
    }
    retry = setTimeout(connect, Math.min(30000, 400 * 2 ** failures) * (0.75 + Math.random() / 2));
  }

  function reconnect() {
    disconnect();
    connect();
  }

  badge?.addEventListener("click", () => {
    paused = !paused;
    if (paused) {
      disconnect();
      show("paused");
    } else {
      show("offline");
      connect();
    }
  });

  function tick() {
    for (const cell of document.querySelectorAll("[data-since]")) {
      const s = Math.max(0, Math.round(Date.now() / 1000 - cell.dataset.since));
      const [days, hours, minutes] = [s / 86400, (s / 3600) % 24, (s / 60) % 60].map(Math.floor);
      const long = s < 3600 ? `${minutes}m ${s % 60}s` : days ? `${days}d ${hours}h` : `${hours}h ${minutes}m`;
      const text = s < 60 ? `${s} s` : long;
      if (cell.textContent !== text) cell.textContent = text;
    }
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  document.addEventListener("weir:reconnect", reconnect);
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
  setInterval(() => document.hidden || tick(), 1000);
  tick();
  connect();
})();
