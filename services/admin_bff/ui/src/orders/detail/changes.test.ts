import { expect, test } from "vitest";
import { keptItems, reading, tellingChanges } from "./changes";

test("values become money, dates and words where they are such, and text where they are not", () => {
  expect(reading("total", "142.00 ILS")).toEqual({ kind: "money", amount: "142.00", currency: "ILS" });
  expect(reading("total", "a lot")).toEqual({ kind: "text", text: "a lot" });
  expect(reading("wanted_date", "2026-11-26")).toEqual({ kind: "date", date: "2026-11-26" });
  expect(reading("fulfillment", "pickup")).toEqual({ kind: "fulfillment", text: "pickup" });
  expect(reading("notes", "142.00 ILS")).toEqual({ kind: "text", text: "142.00 ILS" });
  expect(reading("notes", "")).toEqual({ kind: "nothing" });
});

test("that a confirmed order has another status is not told twice", () => {
  const changes = [
    { field: "status", before: "pending", after: "cancelled" },
    { field: "cancel_reason", before: "", after: "no lamb today" },
    { field: "notes", before: "x", after: "x" },
  ];
  const entry = { version: 2, action: "cancelled", actor: { kind: "staff", name: "Dana" }, changes, at: "" } as const;
  expect(tellingChanges({ ...entry, changes: [...changes] }).map((change) => change.field)).toEqual(["cancel_reason"]);
});

test("products are taken apart so that they can be named in the page's language", () => {
  expect(keptItems("0.5 kg Pastrami; 2 each Baguette; something else")).toEqual([
    { quantity: "0.5", unit: "kg", name: "Pastrami" },
    { quantity: "2", unit: "each", name: "Baguette" },
    "something else",
  ]);
});
