/** Light, dark, or as the system has it. */
import { createStore } from "@/live/store";

export const THEMES = ["light", "dark", "system"] as const;
export type Theme = (typeof THEMES)[number];

const stored = localStorage.getItem("theme");
export const theme = createStore<Theme>(stored === "light" || stored === "dark" ? stored : "system");

const systemDark = matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const chosen = theme.get();
  const dark = chosen === "dark" || (chosen === "system" && systemDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
systemDark.addEventListener("change", apply);
theme.subscribe(apply);

export function setTheme(next: Theme): void {
  localStorage.setItem("theme", next);
  theme.set(next);
}
