/** Changes of an order as its timeline shows them: which of them, and how each value reads. */
import type { OrderDetail } from "@/api/types";

export type Entry = OrderDetail["timeline"][number];
export type Change = Entry["changes"][number];

export const FIELDS = [
  "status",
  "items",
  "total",
  "fulfillment",
  "delivery_address",
  "notes",
  "wanted_date",
  "cancel_reason",
] as const;
export type Field = (typeof FIELDS)[number];

export function knownField(field: string): Field | undefined {
  return FIELDS.find((known) => known === field);
}

/** One product of an order as the timeline keeps it: "0.5 kg Pastrami". */
export interface KeptItem {
  quantity: string;
  unit: string;
  name: string;
}

/** Products as the timeline keeps them: "2 kg Pastrami; 1 kg Lamb Chops"; text where they read otherwise. */
export function keptItems(text: string): (KeptItem | string)[] {
  return text.split("; ").map((item) => {
    const [, quantity, unit, name] = /^(\d+(?:\.\d+)?) (\S+) (.+)$/s.exec(item) ?? [];
    return quantity && unit && name ? { quantity, unit, name } : item;
  });
}

/** The changes that say something beside the action itself, which says the status already. */
export function tellingChanges(entry: Entry): Change[] {
  return entry.changes.filter((change) => change.field !== "status" && change.before !== change.after);
}

export type Reading =
  | { kind: "nothing" }
  | { kind: "money"; currency: string; amount: string }
  | { kind: "date"; date: string }
  | { kind: "status" | "fulfillment" | "text"; text: string };

/** What a value is, so that it can be shown in the page's language; a value that reads otherwise is text. */
export function reading(field: string, value: string): Reading {
  if (!value) return { kind: "nothing" };
  const money = /^(-?\d+(?:\.\d+)?) ([A-Z]{3})$/.exec(value);
  if (field === "total" && money?.[1] && money[2]) return { kind: "money", amount: money[1], currency: money[2] };
  if (field === "wanted_date" && /^\d{4}-\d{2}-\d{2}$/.test(value)) return { kind: "date", date: value };
  if (field === "status") return { kind: "status", text: value };
  if (field === "fulfillment" && (value === "delivery" || value === "pickup")) {
    return { kind: "fulfillment", text: value };
  }
  return { kind: "text", text: value };
}
