// The API's page has a dark dress of its own, which a class puts on.
(() => {
  "use strict";

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const dress = () => {
    const isDark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && dark.matches);
    root.classList.toggle("dark-mode", isDark);
  };
  dark.addEventListener("change", dress);
  dress();
})();
