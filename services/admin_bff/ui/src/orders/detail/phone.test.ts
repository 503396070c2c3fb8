import { expect, test } from "vitest";
import { dialable } from "./phone";

test("a number is dialled without what people write between its digits", () => {
  expect(dialable("050-123 45 67")).toBe("0501234567");
  expect(dialable(" +972 (50) 123.4567")).toBe("+972501234567");
});

test("what is no number cannot be dialled", () => {
  for (const text of ["", "call me", "12", "javascript:alert(1)", "050;ext=1", "1".repeat(40)]) {
    expect(dialable(text)).toBe("");
  }
});
