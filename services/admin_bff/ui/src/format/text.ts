/** Words that come in several languages, names of languages, and names that may be missing. */
import type { Localized } from "@/api/types";

/** The text in the wanted language, or in another that there is. */
export function localized(texts: Localized | undefined, language: string): string {
  if (!texts) return "";
  return texts[language] || texts.en || Object.values(texts)[0] || "";
}

/** "he" is "Hebrew". */
export function languageName(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "language", fallback: "none" }).of(tag) ?? tag;
  } catch {
    return tag; // a customer's profile may hold anything as a language: shown as it came
  }
}

/** A name or other foreign text within a sentence: its direction turns nothing around it. For text, not for elements. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Words of a language that is read from the right, where the place they stand in does not know: drawn charts. */
export function drawn(text: string, language: string): string {
  return language === "he" ? `\u2067${text}\u2069` : text;
}

/** Letters for an avatar: of the first two words that have any. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join("");
}
