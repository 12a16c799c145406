// Small comforts of every page: time zone, copy buttons, row clicks, keys.
// Everything here is an extra; pages work without it.
(() => {
  "use strict";

  // The server renders local times once it knows the zone; until then we rewrite.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const cookie = `weir_tz=${zone}`;
  const told = document.cookie.split("; ").includes(cookie);
  if (zone && !told) {
    document.cookie = `${cookie}; path=/; max-age=31536000; samesite=lax`;
  }

  const pad = (number, width = 2) => String(number).padStart(width, "0");
  const clock = (d) => `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;

  function spell(date, shape) {
    const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    if (shape === "long") return `${day} ${clock(date)}.${pad(date.getMilliseconds(), 3)}`;
    if (date.toDateString() === new Date().toDateString()) return clock(date);
    const month = date.toLocaleString("en", { month: "short" });
    return `${pad(date.getDate())} ${month} ${clock(date).slice(0, 5)}`;
  }

  function localTimes(root) {
    if (told) return;
    for (const time of root.querySelectorAll("time[data-shape]")) {
      time.textContent = spell(new Date(time.dateTime), time.dataset.shape);
    }
  }

  function say(text) {
    let box = document.getElementById("said");
    if (!box) {
      box = document.createElement("div");
      box.id = "said";
      box.setAttribute("role", "status");
      document.body.append(box);
    }
    box.textContent = text;
    box.classList.add("shown");
    clearTimeout(box.timer);
    box.timer = setTimeout(() => box.classList.remove("shown"), 1600);
  }

  async function copy(button) {
    const from = button.dataset.copyFrom;
    const text = from ? document.getElementById(from).textContent : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      select(from && document.getElementById(from));
      say("Press Ctrl+C to copy");
    }
  }

  function select(element) {
    if (!element) return;
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  function openRow(event) {
    const row = event.target.closest("tr[id^='r-']");
    if (!row || event.target.closest("a, button, summary, input, .g-pick") || !getSelection().isCollapsed) return;
    const link = row.querySelector("a[data-row]");
    if (event.ctrlKey || event.metaKey || event.button === 1) window.open(link.href, "_blank", "noopener");
    else link.click();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(button);
    else openRow(event);
  });
  document.addEventListener("auxclick", (event) => event.button === 1 && openRow(event));

  // What dropped down goes away by a click elsewhere, or by Escape, which leads back to its button.
  document.addEventListener("click", (event) => {
    for (const drop of document.querySelectorAll("details.drop[open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
  });

  // Whoever follows a link to something folded came to see what is in it.
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;

  // j/k walk the rows, / goes to the search, arrows page through requests.
  function walk(step) {
    const links = [...document.querySelectorAll("a[data-row]")];
    const at = links.indexOf(document.activeElement);
    const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
    if (next) next.focus();
  }

  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    o: () => document.activeElement.closest("a[data-row]")?.click(),
    "/": () => document.getElementById("q")?.focus(),
    "[": () => document.querySelector("a[rel=prev]")?.click(),
    "]": () => document.querySelector("a[rel=next]")?.click(),
    "?": showKeys,
    g: () => (going = setTimeout(() => (going = 0), 1500)),
  };

  // g and then a letter: to the page whose link has it.
  let going = 0;
  function go(key) {
    clearTimeout(going);
    going = 0;
    document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
  }

  function showKeys() {
    const help = document.getElementById("keys");
    if (help?.open) help.close();
    else help?.showModal();
  }
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = !document.getElementById("keys");
    button.addEventListener("click", showKeys);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const drop = event.key === "Escape" && document.querySelector("details.drop[open]");
    if (drop) {
      event.stopImmediatePropagation();
      drop.open = false;
      return drop.firstElementChild.focus();
    }
    const typing = event.target.closest("input, textarea, select");
    if (typing && event.key === "Escape") event.target.blur();
    if (typing) return;
    if (going) return go(event.key);
    const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    const act = keys[event.key] || (own && (() => own.click()));
    if (!act) return;
    event.preventDefault();
    act();
  });

  localTimes(document);
  document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt));
  // What was asked for a part that another answer has put in anew meanwhile goes into the new one.
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (!detail.target.isConnected) detail.target = document.getElementById(detail.target.id) || detail.target;
  });
  window.weirLocalTimes = localTimes;
})();
