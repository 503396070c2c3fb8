import { expect, test } from "vitest";
import type { Message } from "@/api/types";
import { stillUnsent, type Unsent } from "./outbox";

const unsent = (changes: Partial<Unsent> = {}): Unsent => ({
  key: "k",
  tenantId: "valdman",
  conversationId: "c",
  mode: "reply",
  text: "Hello",
  after: "m1",
  failure: null,
  ...changes,
});
const message = (id: string, role: Message["role"], content: string) => ({ id, role, content }) as Message;

test("a reply that already came back among the messages is not shown twice", () => {
  const messages = [message("m1", "customer", "Hi"), message("m2", "staff", "Hello")];
  expect(stillUnsent([unsent()], messages)).toEqual([]);
});

test("the same words said earlier, or in a note, are another message", () => {
  const messages = [message("m0", "staff", "Hello"), message("m1", "customer", "Hi"), message("m2", "note", "Hello")];
  expect(stillUnsent([unsent()], messages)).toHaveLength(1);
});

test("what failed stays until it is tried again or discarded", () => {
  const messages = [message("m1", "customer", "Hi"), message("m2", "staff", "Hello")];
  expect(stillUnsent([unsent({ failure: new Error("away") })], messages)).toHaveLength(1);
});
