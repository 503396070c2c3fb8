/** Languages of the dashboard: texts, direction, and the choice that a browser remembers. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { createStore } from "@/live/store";
import { en } from "./en";
import { he } from "./he";

export const LANGUAGES = ["en", "he"] as const;
export type Language = (typeof LANGUAGES)[number];

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** Set before the first paint by first_paint.js. */
const initial: Language = document.documentElement.lang === "he" ? "he" : "en";
export const language = createStore<Language>(initial);

export { i18next };

void i18next.use(initReactI18next).init({
  lng: initial,
  fallbackLng: "en",
  resources: { en: { translation: en }, he: { translation: he } },
  // React escapes.
  interpolation: { escapeValue: false },
  initAsync: false,
});

export function directionOf(tongue: Language): "ltr" | "rtl" {
  return tongue === "he" ? "rtl" : "ltr";
}

export function setLanguage(next: Language): void {
  localStorage.setItem("language", next);
  apply(next);
}

function apply(next: Language): void {
  document.documentElement.lang = next;
  document.documentElement.dir = directionOf(next);
  language.set(next);
  void i18next.changeLanguage(next);
}

// Chosen in another window of the same browser.
globalThis.addEventListener?.("storage", ({ key, newValue }) => {
  const next = LANGUAGES.find((known) => known === newValue);
  if (key === "language" && next) apply(next);
});
