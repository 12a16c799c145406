// A request beside the list: "i" shows the focused row's, and it goes along with j and k.
// Which one it is stands in the address; links to other pages of the list carry it.
(() => {
  "use strict";

  const wide = matchMedia("(min-width: 1001px)");
  const box = () => document.getElementById("inspector");
  const shown = () => box()?.dataset.uid || "";
  const isOpen = () => Boolean(shown()) && wide.matches;
  const links = () => [...document.querySelectorAll("#results a[data-row]")];
  const uidOf = (link) => link.closest("tr").id.slice(2);
  let timer = 0;

  function carrying(address) {
    const [path, query] = address.split("?");
    const parts = (query || "").split("&").filter((part) => part && !part.startsWith("inspect="));
    if (shown()) parts.push(`inspect=${shown()}`);
    return parts.length ? `${path}?${parts.join("&")}` : path;
  }

  function mark() {
    for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
    document.getElementById(`r-${shown()}`)?.setAttribute("aria-current", "true");
    document.getElementById("inspect")?.setAttribute("aria-pressed", String(Boolean(shown())));
    const address = carrying(location.pathname + location.search);
    if (address !== location.pathname + location.search) history.replaceState(history.state, "", address);
  }

  function load() {
    const row = document.getElementById(`r-${shown()}`);
    const link = new URL(row?.querySelector("a[data-row]").href || `/requests/${shown()}`, location);
    const source = box();
    window.htmx.ajax("GET", `${link.pathname}/beside${link.search}`, { source, target: source, swap: "innerHTML" });
  }

  function choose(uid) {
    if (!uid || uid === shown()) return;
    box().dataset.uid = uid;
    mark();
    clearTimeout(timer);
    timer = setTimeout(() => shown() && load(), 60); // whoever holds j down sees the last one
  }

  function putAway() {
    const link = links().find((one) => uidOf(one) === shown());
    delete box().dataset.uid;
    box().replaceChildren();
    mark();
    link?.focus();
  }

  function toggle() {
    if (shown()) return putAway();
    const link = document.activeElement.closest?.("#results a[data-row]") || links()[0];
    if (!link) return;
    choose(uidOf(link));
    link.focus();
  }

  document.addEventListener("focusin", (event) => {
    if (isOpen() && event.target.matches("#results a[data-row]")) choose(uidOf(event.target));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#inspect")) toggle();
    else if (event.target.closest("[data-put-away]")) putAway();
    const other = event.target.closest('#results a[href^="/requests"]:not([data-row])');
    if (other) other.href = carrying(other.getAttribute("href"));
    const row = event.target.closest("#results tr[id^='r-']");
    if (!row || !isOpen() || event.ctrlKey || event.metaKey || event.target.closest("a")) return;
    event.stopPropagation(); // else its page would be opened
    row.querySelector("a[data-row]").focus({ preventScroll: true });
    choose(row.id.slice(2));
  }, true);
  document.addEventListener("dblclick", (event) => {
    if (isOpen()) event.target.closest("#results tr[id^='r-']")?.querySelector("a[data-row]").click();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key === "Escape" && shown() && !typing) putAway();
    // page.js has walked by now; a window without the focus tells of no focus that came.
    const at = document.activeElement;
    if (isOpen() && at.matches("#results a[data-row]")) choose(uidOf(at));
  });
  document.addEventListener("weir:message", ({ detail }) => {
    if (detail.type === "rows" && isOpen() && detail.rows.some((row) => row.uid === shown())) load();
  });
  for (const name of ["htmx:afterSettle", "htmx:pushedIntoHistory"]) document.addEventListener(name, mark);

  const button = document.getElementById("inspect");
  if (button) button.hidden = false;
  mark();
})();
