import { expect, test } from "vitest";
import { touchedBy } from "./events";

test("a message makes its conversation and the lists old, and nothing else", () => {
  expect(touchedBy("message", { conversation_id: "c1" })).toEqual([["conversation", "c1"], ["conversations"]]);
});

test("an order makes the orders old too, also one without a conversation", () => {
  const event = { order_id: "o1", number: 1, action: "created", status: "pending", conversation_id: "" } as const;
  expect(touchedBy("order", event)).toEqual([["conversations"], ["orders"], ["analytics"]]);
});

test("that the agent writes asks for nothing: the event says it all", () => {
  expect(touchedBy("turn", { conversation_id: "c1", running: true })).toEqual([]);
});
