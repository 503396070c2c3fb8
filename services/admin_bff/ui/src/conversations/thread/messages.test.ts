import { expect, test } from "vitest";
import type { Message, MessageDelivery, ToolCall } from "@/api/types";
import { deliveryState, joined, orderEvents, threadDays, withMessage } from "./messages";

function message(id: string, changes: Partial<Message> = {}): Message {
  return {
    id,
    role: "customer",
    kind: "text",
    content: id,
    edited: false,
    created_at: "2026-11-23T12:00:00Z",
    staff_name: "",
    event: null,
    turn_id: "",
    deliveries: [],
    tool_calls: [],
    ...changes,
  };
}

const ids = (messages: Message[]) => messages.map((one) => one.id).join("");
const loaded = (letters: string, older_cursor: string | null) => ({
  messages: [...letters].map((letter) => message(letter)),
  older_cursor,
});

test("older messages that were loaded stay when the latest are asked for again", () => {
  const both = joined(loaded("abcdef", "before a"), loaded("efgh", "before e"));
  expect(ids(both.messages)).toBe("abcdefgh");
  expect(both.older_cursor).toBe("before a");
});

test("when so much came meanwhile that there would be a gap, the old messages go", () => {
  const fresh = loaded("wxyz", "before w");
  expect(joined(loaded("abcd", null), fresh)).toEqual(fresh);
});

test("an answer that reaches the beginning is taken as it is", () => {
  const fresh = loaded("abc", null);
  expect(joined(loaded("xabc", "before x"), fresh)).toEqual(fresh);
});

test("a message that is known already is replaced by its newer version", () => {
  const known = [message("a"), message("b")];
  expect(withMessage(known, message("b", { content: "new" })).map((one) => one.content)).toEqual(["a", "new"]);
  expect(ids(withMessage(known, message("c")))).toBe("abc");
});

test("messages stand under the day of the business, and a run is headed once", () => {
  const days = threadDays(
    [
      message("a", { created_at: "2026-11-22T21:59:00Z" }), // 23:59 there
      message("b", { created_at: "2026-11-22T22:01:00Z" }), // 00:01 there
      message("c", { created_at: "2026-11-22T22:02:00Z" }),
      message("d", { created_at: "2026-11-22T22:30:00Z" }),
      message("e", { created_at: "2026-11-22T22:31:00Z", role: "agent" }),
    ],
    "Asia/Jerusalem",
  );
  expect(days.map((day) => day.date)).toEqual(["2026-11-22", "2026-11-23"]);
  expect(days[1]?.messages.map((one) => one.first)).toEqual([true, false, true, true]);
});

test("an order is told where the agent really made one", () => {
  const call = (changes: Partial<ToolCall>): ToolCall => ({
    id: "t",
    name: "create_order",
    input: {},
    result: { order: { number: 124 } },
    is_error: false,
    ...changes,
  });
  const events = orderEvents(
    message("a", {
      tool_calls: [
        call({}),
        call({ is_error: true }),
        call({ name: "quote_order" }),
        call({ name: "cancel_order", result: { order: { number: 7 } } }),
        call({ result: "not JSON" }),
        call({ result: null }),
      ],
    }),
  );
  expect(events).toEqual([
    { action: "placed", number: 124 },
    { action: "cancelled", number: 7 },
  ]);
});

test("a reply stands as its worst part does", () => {
  const part = (state: MessageDelivery["state"], error = "") => ({
    ...{ id: state, text: "", attempts: 1, uncertain: false },
    ...{ state, error },
  });
  expect(deliveryState(message("a"))).toBeNull();
  expect(deliveryState(message("a", { deliveries: [part("sent"), part("sent")] }))?.state).toBe("sent");
  expect(deliveryState(message("a", { deliveries: [part("sent"), part("failed", "blocked")] }))).toEqual({
    state: "failed",
    error: "blocked",
    begun: true,
  });
});

test("a reply that staff took back is told from one of which the beginning, or perhaps all, was sent", () => {
  const part = (state: MessageDelivery["state"], uncertain = false) => ({
    ...{ id: state, text: "", attempts: 1, error: "" },
    ...{ state, uncertain },
  });
  expect(deliveryState(message("a", { deliveries: [part("withdrawn")] }))).toMatchObject({
    state: "withdrawn",
    begun: false,
  });
  expect(deliveryState(message("a", { deliveries: [part("sent"), part("withdrawn")] }))).toMatchObject({
    state: "withdrawn",
    begun: true,
  });
  expect(deliveryState(message("a", { deliveries: [part("withdrawn", true)] }))?.state).toBe("uncertain");
});
