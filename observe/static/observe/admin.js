// Names for what Django's widgets leave without: the admin works without this.
(() => {
  "use strict";

  function name() {
    for (const box of document.querySelectorAll(".select2-selection[role=combobox]")) {
      const select = box.closest(".select2")?.parentElement?.querySelector("select");
      const label = select && document.querySelector(`label[for="${select.id}"]`);
      if (!label) continue;
      const text = label.textContent.trim().replace(/:$/, "");
      for (const named of [box, box.querySelector("[role=textbox]")]) {
        named?.setAttribute("aria-label", text);
      }
    }
  }

  window.addEventListener("load", name);
})();
