/** Times as people at the business read them: in its time zone, in the language of the page. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([language, timeZone, options]);
  let found = formats.get(key);
  if (!found) {
    // Hours run from 0 to 23 everywhere: lists of times stay aligned.
    found = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone, ...options });
    formats.set(key, found);
  }
  return found;
}

/** The local date "YYYY-MM-DD" of a moment. */
export function localDate(at: string | number | Date, timeZone: string): string {
  const parts = format("en", timeZone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(
    new Date(at),
  );
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

export function clockTime(at: string, language: string, timeZone: string): string {
  return format(language, timeZone, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

export function dateAndTime(at: string, language: string, timeZone: string): string {
  return format(language, timeZone, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** A local date "YYYY-MM-DD", which belongs to no time zone. */
export function calendarDate(date: string, language: string): string {
  return format(language, "UTC", { weekday: "short", day: "numeric", month: "short" }).format(
    new Date(`${date}T00:00:00Z`),
  );
}

/** How many calendar days `at` lies before `now`, there. */
export function daysAgo(at: string, now: number, timeZone: string): number {
  const midnight = (date: string) => Date.parse(`${date}T00:00:00Z`);
  return Math.round((midnight(localDate(now, timeZone)) - midnight(localDate(at, timeZone))) / 86_400_000);
}

/** "Today", "Yesterday", "Monday, 23 November" or with the year, for a divider between days. */
export function dayName(at: string, now: number, language: string, timeZone: string): string {
  const days = daysAgo(at, now, timeZone);
  if (days === 0 || days === 1) {
    const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  const year: Intl.DateTimeFormatOptions =
    localDate(at, timeZone).slice(0, 4) === localDate(now, timeZone).slice(0, 4) ? {} : { year: "numeric" };
  return format(language, timeZone, { weekday: "long", day: "numeric", month: "long", ...year }).format(new Date(at));
}

/** Short and relative, for a row of a list: "now", "5 min", "14:05", "Mon", "3 Nov", "3 Nov 2025". */
export function listTime(at: string, now: number, language: string, timeZone: string): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });
  if (seconds < 45) return relative.format(0, "second");
  if (seconds < 3600) {
    // Of one minute the Hebrew of browsers says "a minute (1)".
    return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute").replace(" (1)", "");
  }
  const days = daysAgo(at, now, timeZone);
  if (days === 0) return clockTime(at, language, timeZone);
  if (days === 1) return relative.format(-1, "day");
  if (days < 7) return format(language, timeZone, { weekday: "short" }).format(new Date(at));
  const sameYear = localDate(at, timeZone).slice(0, 4) === localDate(now, timeZone).slice(0, 4);
  const options: Intl.DateTimeFormatOptions = {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  };
  return format(language, timeZone, options).format(new Date(at));
}

/** In how long something happens: "in 3 hours", "in 12 minutes". */
export function timeUntil(at: string, now: number, language: string): string {
  const minutes = Math.max(1, Math.round((Date.parse(at) - now) / 60_000));
  const relative = new Intl.RelativeTimeFormat(language);
  return minutes < 90 ? relative.format(minutes, "minute") : relative.format(Math.round(minutes / 60), "hour");
}
