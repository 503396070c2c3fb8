/** The range of days that is shown: presets that move on with the days, or two dates; the address keeps it. */
import { isDate, oneOf } from "@/format/address";

export const PRESETS = [1, 7, 30, 90] as const;
export type Preset = (typeof PRESETS)[number];
const DEFAULT: Preset = 30;
const LONGEST_DAYS = 366;
const DAY_MS = 86_400_000;

export interface RangeSearch {
  days?: Preset;
  /** Local dates "YYYY-MM-DD", both included. */
  from?: string;
  to?: string;
}

export interface Range {
  from: string;
  to: string;
}

export function parseRangeSearch(search: Record<string, unknown>): RangeSearch {
  const { from, to } = search;
  if (isDate(from) && isDate(to) && !problemOf({ from, to })) return { from, to };
  const days = oneOf(PRESETS, search.days);
  return days && days !== DEFAULT ? { days } : {};
}

/** What is wrong with two dates, if anything. */
export function problemOf({ from, to }: Range): "incomplete" | "swapped" | "tooLong" | undefined {
  if (!from || !to) return "incomplete";
  if (from > to) return "swapped";
  return daysBetween(from, to) > LONGEST_DAYS ? "tooLong" : undefined;
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** The preset that is chosen; undefined: two dates are. */
export function presetOf(search: RangeSearch): Preset | undefined {
  return search.from ? undefined : (search.days ?? DEFAULT);
}

/** The dates to ask for. `today`: the business's local date. */
export function rangeOf(search: RangeSearch, today: string): Range {
  if (search.from && search.to) return { from: search.from, to: search.to };
  return { from: plusDays(today, 1 - (search.days ?? DEFAULT)), to: today };
}

export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every date of a range, in order. */
export function datesOf({ from, to }: Range): string[] {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => plusDays(from, index));
}
