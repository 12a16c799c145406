// Rows of the live list, patched by id: an unchanged cell keeps its nodes, so focus,
// selection and scroll stay. On a request's page: reload its parts when it finishes.
(() => {
  "use strict";

  const page = document.querySelector("[data-live]");
  if (!page) return;
  const pill = document.getElementById("pill");
  const KEPT = 200;
  let held = []; // new rows not shown yet, newest first
  let more = 0; // new rows that were counted but not sent

  const results = () => document.getElementById("results");
  const body = () => document.querySelector("#results tbody");
  const isFirstPage = () => results()?.dataset.first === "true";
  const idOf = (row) => Number(row.dataset.id);

  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = `<table><tbody>${html}</tbody></table>`;
    window.weirLocalTimes(template.content);
    return template.content.querySelector("tr");
  }

  function patch(old, fresh) {
    if (old.className !== fresh.className) old.className = fresh.className;
    const had = old.contains(document.activeElement);
    [...fresh.cells].forEach((cell, i) => old.cells[i].isEqualNode(cell) || old.cells[i].replaceWith(cell));
    if (had && !old.contains(document.activeElement)) old.querySelector("a[data-row]").focus();
  }

  function insert(rows) {
    for (const row of rows) {
      const below = [...body().rows].find((other) => idOf(other) < idOf(row));
      body().insertBefore(row, below || null);
    }
    while (body().rows.length > KEPT) body().lastElementChild.remove();
  }

  function showPill() {
    const count = held.length + more;
    pill.hidden = count === 0;
    pill.textContent = `↑ ${count.toLocaleString("en")}${more >= 1000 ? "+" : ""} new`;
  }

  function take(message) {
    const fresh = [];
    for (const { uid, html } of message.rows) {
      const row = parse(html);
      const shown = document.getElementById(row.id);
      const at = held.findIndex((other) => other.id === row.id);
      if (shown) patch(shown, row);
      else if (at >= 0) held[at] = row;
      else if (idOf(row) > Number(results().dataset.newest)) fresh.push(row);
    }
    more += message.more || 0;
    noteNewest(message.newest);
    place(fresh);
  }

  function noteNewest(newest) {
    const known = Number(results().dataset.newest);
    if (newest > known) results().dataset.newest = newest;
  }

  function place(fresh) {
    const atTop = isFirstPage() && window.scrollY < 40;
    if (fresh.length && atTop && !body()) return refresh();
    if (atTop && !held.length && !more) insert(fresh);
    else held = [...fresh, ...held].slice(0, KEPT);
    showPill();
  }

  function refresh() {
    held = [];
    more = 0;
    if (pill) showPill();
    window.htmx.trigger(results() || page, "refresh");
  }

  function release() {
    if (!isFirstPage()) {
      window.location = results().dataset.firstUrl;
      return;
    }
    window.scrollTo({ top: 0 });
    if (more || !body()) {
      refresh();
      return;
    }
    insert(held);
    held = [];
    showPill();
  }

  // A request's page greets too: it may have ended before the socket was open.
  document.addEventListener("weir:hello", (event) => {
    const pending = [...document.querySelectorAll("tr.is-pending")].map((row) => row.id.slice(2));
    event.detail.send({ newest: Number(results()?.dataset.newest || 0), pending });
  });
  document.addEventListener("weir:message", (event) => {
    if (event.detail.type === "rows" && results()) take(event.detail);
    if (event.detail.type === "finished") refresh();
  });
  document.addEventListener("weir:refresh", refresh);
  pill?.addEventListener("click", release);

  // A new filter means a new subscription; rows held for the old one are forgotten.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "results") return; // the figures above them are put in, too
    held = [];
    more = 0;
    if (pill) showPill();
  });
  let query = results()?.dataset.query;
  document.addEventListener("htmx:afterSettle", () => {
    if (!results() || results().dataset.query === query) return;
    query = results().dataset.query;
    document.dispatchEvent(new CustomEvent("weir:reconnect"));
  });
})();
