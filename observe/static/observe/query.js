// Completion of filters, in the query bar and in drawers: fields and values for what
// stands before the cursor, from the API. Without it they are plain fields. Arrows
// choose, Enter or Tab takes.
(() => {
  "use strict";

  function complete(input) {
    const list = document.getElementById(input.getAttribute("aria-controls"));
    if (!list || input.dataset.completes) return;
    input.dataset.completes = "1";
    let found = null;
    let at = -1;
    let asked = 0;
    let timer = 0;

    function close() {
      asked += 1;
      clearTimeout(timer);
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function option(item, place) {
      const row = document.createElement("li");
      row.id = `offer-${place}`;
      row.role = "option";
      row.ariaSelected = "false";
      const [name, about] = [document.createElement("b"), document.createElement("span")];
      name.textContent = item.text;
      about.textContent = item.about.replaceAll("`", "");
      row.append(name, about);
      return row;
    }

    function show() {
      list.replaceChildren(...found.items.map(option));
      list.hidden = !found.items.length;
      list.scrollTop = 0;
      at = -1;
      input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-expanded", String(!list.hidden));
    }

    async function ask() {
      const mine = ++asked;
      const query = new URLSearchParams({ where: input.value, cursor: input.selectionStart });
      const answer = await fetch(`/api/filters/complete?${query}`).catch(() => null);
      if (!answer?.ok) return;
      const told = await answer.json();
      if (mine !== asked || document.activeElement !== input) return;
      found = told;
      show();
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(ask, 60);
    }

    function choose(step) {
      const rows = [...list.children];
      at = (at + step + rows.length + (at < 0 && step < 0 ? 1 : 0)) % rows.length;
      rows.forEach((row, place) => (row.ariaSelected = String(place === at)));
      rows[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", rows[at].id);
    }

    function take(place) {
      const text = found.items[place].text;
      const goesOn = /[:>]$/.test(text);
      input.setRangeText(goesOn ? text : `${text} `, found.start, found.end, "end");
      close();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      if (!goesOn) close();
    }

    input.addEventListener("input", soon);
    input.addEventListener("click", soon);
    input.addEventListener("blur", close);
    input.form.addEventListener("submit", close);
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const row = event.target.closest("li");
      if (row) take([...list.children].indexOf(row));
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && list.hidden) soon();
      if (list.hidden) return;
      if (event.key === "ArrowDown") choose(1);
      else if (event.key === "ArrowUp") choose(-1);
      else if (event.key === "Escape") close();
      else if (["Enter", "Tab"].includes(event.key) && at >= 0) take(at);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  const all = () => document.querySelectorAll("input[role=combobox]").forEach(complete);
  document.addEventListener("htmx:load", all);
  all();
})();
