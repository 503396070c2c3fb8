import { expect, test } from "vitest";
import { heat, ranked, ratio, revenueDays, usageDays, usageTotal, weekOf } from "./report";

const RANGE = { from: "2026-11-20", to: "2026-11-22" };
const ils = (amount_minor: number) => ({ currency: "ILS", amount_minor });

test("a day without orders is a day without revenue, not a gap", () => {
  const sales = {
    revenue: ils(500),
    order_count: 2,
    average_order: ils(250),
    customer_count: 1,
    conversation_count: 1,
    statuses: [],
    days: [
      { date: "2026-11-20", revenue: ils(200), order_count: 1 },
      { date: "2026-11-22", revenue: ils(300), order_count: 1 },
    ],
    products: [],
    hours: [],
  };
  expect(revenueDays(sales, RANGE).map((day) => day.amountMinor)).toEqual([200, 0, 300]);
});

test("input that is written to the cache is new input", () => {
  const usage = {
    date: "2026-11-21",
    turn_count: 2,
    input_tokens: 100,
    output_tokens: 30,
    cache_creation_input_tokens: 50,
    cache_read_input_tokens: 1000,
    cost_micro_usd: 4321,
    customer_message_count: 3,
  };
  const days = usageDays([usage], RANGE);
  expect(days[1]).toMatchObject({ fresh: 150, cached: 1000, written: 50, output: 30 });
  expect(usageTotal(days)).toEqual({ tokens: 1180, cached: 1000, costMicroUsd: 4321, messages: 3 });
});

test("the week begins as it does there", () => {
  const hours = [{ weekday: 7, hour: 14, count: 5 }];
  expect(heat(hours, weekOf("he"))[0]?.[14]).toBe(5);
  expect(heat(hours, weekOf("en"))[6]?.[14]).toBe(5);
});

test("shares are ranked, and what nobody used is left out", () => {
  const counts = [
    { name: "web", count: 2 },
    { name: "sms", count: 0 },
    { name: "telegram", count: 9 },
  ];
  expect(ranked(counts).map((each) => each.name)).toEqual(["telegram", "web"]);
});

test("a part of nothing is unknown, not zero", () => {
  expect(ratio(0, 0)).toBeNull();
  expect(ratio(1, 4)).toBe(0.25);
});
