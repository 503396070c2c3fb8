/** What pages take from an address, which anybody may have typed: what means something, in bounds the server has too. */

const ID = /^[A-Za-z0-9_-]{1,100}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const FIRST_DATE = "2000-01-01";
const LAST_DATE = "2999-12-31";
const LONGEST_TEXT = 200;

/** Words to look for; "" when there are none. `?q=124` arrives as a number. */
export function words(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  // Half a character, be it in the address or cut off here, could not be sent.
  const text = String(value)
    .replace(/\p{Cc}/gu, " ")
    .slice(0, LONGEST_TEXT)
    .replace(/\p{Cs}/gu, "");
  return text.trim() ? text : "";
}

/** An id or a name among a known sort of things; undefined when it can be none. */
export function id(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && ID.test(text) ? text : undefined;
}

/** A day that there is, "YYYY-MM-DD". */
export function isDate(value: unknown): value is string {
  if (typeof value !== "string" || !DATE.test(value) || value < FIRST_DATE || value > LAST_DATE) return false;
  // Browsers take the 31st of February for the 3rd of March.
  const moment = Date.parse(value);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(value);
}

export function oneOf<T extends string | number>(known: readonly T[], value: unknown): T | undefined {
  return known.find((candidate) => candidate === value);
}
