// The API's page has a dark dress of its own, which a class puts on.
(() => {
  "use strict";
  const [root, dark] = [document.documentElement, matchMedia("(prefers-color-scheme: dark)")];
  const isDark = () => (root.dataset.theme === "auto" ? dark.matches : root.dataset.theme === "dark");
  const dress = () => root.classList.toggle("dark-mode", isDark());
  dark.addEventListener("change", dress);
  dress();
})();
