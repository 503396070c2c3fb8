import { expect, test } from "vitest";
import { isFiltered, parseConversationSearch } from "./search";

test("an address keeps the filters that there are, and nothing else", () => {
  expect(parseConversationSearch({ q: "bar", state: "person", unread: true, channel: "telegram", x: 1 })).toEqual({
    q: "bar",
    state: "person",
    unread: true,
    channel: "telegram",
  });
  expect(parseConversationSearch({ q: 124, state: "nobody", unread: "yes", channel: "pigeon" })).toEqual({ q: "124" });
});

test("an address without filters filters nothing", () => {
  expect(isFiltered(parseConversationSearch({}))).toBe(false);
  expect(isFiltered(parseConversationSearch({ unread: true }))).toBe(true);
});
