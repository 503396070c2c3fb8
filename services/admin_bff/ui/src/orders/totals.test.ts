import { expect, test } from "vitest";
import { queueCounts, totalsOf } from "./totals";

const ils = (amount_minor: number) => ({ currency: "ILS", amount_minor });
const SUMMARY = {
  statuses: [
    { status: "pending" as const, count: 2, total: ils(14250) },
    { status: "completed" as const, count: 5, total: ils(50000) },
    { status: "cancelled" as const, count: 1, total: ils(900) },
  ],
  count: 8,
  total: ils(64250),
};

test("each queue is counted, also one without orders", () => {
  expect(queueCounts(SUMMARY)).toEqual({ pending: 2, confirmed: 0, all: 8 });
});

test("what all orders come to says that cancelled ones are none of it", () => {
  expect(totalsOf(SUMMARY, { queue: "all" })).toEqual({ count: 8, sum: ils(64250), withoutCancelled: true });
});

test("a queue has its own total, and an empty one comes to nothing in the tenant's currency", () => {
  expect(totalsOf(SUMMARY, {})).toEqual({ count: 2, sum: ils(14250), withoutCancelled: false });
  expect(totalsOf(SUMMARY, { queue: "confirmed" })).toEqual({ count: 0, sum: ils(0), withoutCancelled: false });
  expect(totalsOf(SUMMARY, { queue: "all", status: "cancelled" }).sum).toEqual(ils(900));
});
