// Sets language, direction and theme before the first paint, so that nothing flashes or flips.
(() => {
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const root = document.documentElement;
  const language = stored("language") || (/^(he|iw)\b/i.test(navigator.language) ? "he" : "en");
  root.lang = language;
  root.dir = language === "he" ? "rtl" : "ltr";
  const theme = stored("theme");
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
})();
