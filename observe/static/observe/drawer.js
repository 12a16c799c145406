// A drawer that the server sent open becomes a modal one: it holds the focus, Escape
// closes it, and the page behind stays as it was. Without this it stands on the page.
(() => {
  "use strict";

  function raise() {
    const drawer = document.querySelector("dialog.drawer");
    if (!drawer || drawer.matches(":modal")) return;
    const from = document.activeElement;
    drawer.removeAttribute("open");
    drawer.showModal();
    drawer.querySelector("[aria-invalid], input:not([type=hidden]), select, textarea")?.focus();
    drawer.addEventListener("close", () => {
      // As htmx marks its own, so that the way back opens the drawer again.
      history.pushState({ htmx: true }, "", drawer.dataset.close);
      drawer.remove();
      if (from?.isConnected) from.focus();
    });
    for (const link of drawer.querySelectorAll("[data-shut]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        drawer.close();
      });
    }
  }

  raise();
  document.addEventListener("htmx:load", raise);
})();
