/** Light, dark, or as the system has it. */
import { createStore } from "@/live/store";

export const THEMES = ["light", "dark", "system"] as const;
export type Theme = (typeof THEMES)[number];

const known = (stored: string | null): Theme => THEMES.find((each) => each === stored) ?? "system";

export const theme = createStore<Theme>(known(localStorage.getItem("theme")));

const systemDark = matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const chosen = theme.get();
  const dark = chosen === "dark" || (chosen === "system" && systemDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
systemDark.addEventListener("change", apply);
theme.subscribe(apply);
// Chosen in another window of the same browser.
addEventListener("storage", ({ key, newValue }) => {
  if (key === "theme") theme.set(known(newValue));
});

export function setTheme(next: Theme): void {
  localStorage.setItem("theme", next);
  theme.set(next);
}
