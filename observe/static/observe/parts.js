// Live pages that are not a list of requests: told that something changed, the page is
// read again and its parts are patched in place, so that focus, folds, selection and
// scroll stay. Forms are never touched: somebody may be typing.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-needs]")) {
    const count = () => document.querySelectorAll(`[form="${button.getAttribute("form")}"]:checked`).length;
    const show = () => (button.disabled = count() < Number(button.dataset.needs));
    document.addEventListener("change", show);
    show();
  }

  const page = document.querySelector("[data-live]");
  if (!page) return;
  const LEAST_MS = 1500;
  let timer = 0;
  let took = 0;
  let ended = 0;

  function attributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
    }
  }

  const alike = (old, fresh) => old && old.nodeName === fresh.nodeName && (old.id || "") === (fresh.id || "");

  function patch(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.data = fresh.data;
      return;
    }
    if (old.matches("form, input, textarea, select")) return;
    attributes(old, fresh);
    const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
    let at = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      const same = known.get(node.id) || (alike(at, node) ? at : null);
      if (same && same === at) at = at.nextSibling;
      else old.insertBefore(same || node, at);
      if (same) patch(same, node);
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  async function read() {
    timer = 0;
    const began = performance.now();
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    window.weirLocalTimes(fresh);
    for (const part of document.querySelectorAll("[data-part]")) {
      const other = fresh.getElementById(part.id);
      if (other) patch(part, other);
    }
    const newest = fresh.querySelector("[data-newest]");
    if (newest) Object.assign(page.dataset, newest.dataset);
    document.dispatchEvent(new CustomEvent("weir:patched"));
    ended = performance.now();
    took = ended - began;
  }

  // A page that is costly to read is read less often.
  function soon() {
    const pause = Math.max(LEAST_MS, 6 * took) - (performance.now() - ended);
    if (!timer) timer = setTimeout(read, Math.max(pause, 0));
  }

  document.addEventListener("weir:hello", (event) => {
    const pending = (page.dataset.pending || "").split(" ").filter(Boolean);
    event.detail.send({ newest: Number(page.dataset.newest || 0), pending });
  });
  document.addEventListener("weir:message", (event) => event.detail.type === "changed" && soon());
  document.addEventListener("weir:refresh", soon);
})();
