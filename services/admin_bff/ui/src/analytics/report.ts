/** Figures that charts and tables show, made from the reports; money stays in whole minor units. */
import type { paths } from "@/api/schema";
import { datesOf, type Range } from "./range";

export type Report = paths["/admin/{tenant_id}/analytics"]["get"]["responses"]["200"]["content"]["application/json"];
export type Sales = NonNullable<Report["sales"]>;
export type ConversationsReport = NonNullable<Report["conversations"]>;
export type Usage = ConversationsReport["usage"][number];

export interface RevenueDay {
  date: string;
  amountMinor: number;
  orders: number;
}

/** One for each day of the range; days without orders have none. */
export function revenueDays(sales: Sales, range: Range): RevenueDay[] {
  const known = new Map(sales.days.map((day) => [day.date, day]));
  return datesOf(range).map((date) => {
    const day = known.get(date);
    return { date, amountMinor: day?.revenue.amount_minor ?? 0, orders: day?.order_count ?? 0 };
  });
}

export interface UsageDay {
  date: string;
  /** Tokens read from the prompt cache. */
  cached: number;
  /** Tokens of input that were not in the cache, those written to it included. */
  fresh: number;
  written: number;
  output: number;
  costMicroUsd: number;
  turns: number;
  messages: number;
}

/** One for each day of the range; days without the model have none. */
export function usageDays(usage: Usage[], range: Range): UsageDay[] {
  const known = new Map(usage.map((day) => [day.date, day]));
  return datesOf(range).map((date) => {
    const day = known.get(date);
    const written = day?.cache_creation_input_tokens ?? 0;
    return {
      date,
      cached: day?.cache_read_input_tokens ?? 0,
      fresh: (day?.input_tokens ?? 0) + written,
      written,
      output: day?.output_tokens ?? 0,
      costMicroUsd: day?.cost_micro_usd ?? 0,
      turns: day?.turn_count ?? 0,
      messages: day?.customer_message_count ?? 0,
    };
  });
}

export interface UsageTotal {
  tokens: number;
  cached: number;
  costMicroUsd: number;
  messages: number;
}

export function usageTotal(days: UsageDay[]): UsageTotal {
  const sum = (of: (day: UsageDay) => number) => days.reduce((total, day) => total + of(day), 0);
  return {
    tokens: sum((day) => day.cached + day.fresh + day.output),
    cached: sum((day) => day.cached),
    costMicroUsd: sum((day) => day.costMicroUsd),
    messages: sum((day) => day.messages),
  };
}

/** Orders by weekday (0 is the first of `weekdays`) and hour. */
export function heat(hours: Sales["hours"], weekdays: readonly number[]): number[][] {
  const rows = weekdays.map(() => Array.from({ length: 24 }, () => 0));
  for (const { weekday, hour, count } of hours) {
    const row = rows[weekdays.indexOf(weekday)];
    if (row) row[hour] = count;
  }
  return rows;
}

/** Weekdays (1 is Monday) in the order in which the week goes there. */
export function weekOf(language: string): readonly number[] {
  return language === "he" ? [7, 1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7];
}

export interface Share {
  name: string;
  count: number;
}

/** The largest first. */
export function ranked(counts: readonly Share[]): Share[] {
  return counts.filter((each) => each.count > 0).toSorted((one, other) => other.count - one.count);
}

/** Part of a whole between 0 and 1; null when there is no whole. */
export function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
