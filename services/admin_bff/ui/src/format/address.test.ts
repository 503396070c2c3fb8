import { expect, test } from "vitest";
import { id, isDate, oneOf, words } from "./address";

test("words are text without what cannot be sent", () => {
  expect(words("ליאור & co")).toBe("ליאור & co");
  expect(words(124)).toBe("124");
  expect(words("a\u0000b\u001bc")).toBe("a b c");
  expect(words("\u0000 ")).toBe("");
  expect(words("\ud800x")).toBe("x");
  expect(words(`${"x".repeat(199)}😀`)).toBe("x".repeat(199));
  for (const value of [undefined, null, true, ["a"], { $ne: "" }]) expect(words(value)).toBe("");
});

test("ids are short names without anything that leads elsewhere", () => {
  expect(id("classic_beef-sausage")).toBe("classic_beef-sausage");
  expect(id(12)).toBe("12");
  for (const value of ["", "..", "a/b", "a b", "x".repeat(101), "ש", 1.5, [], undefined])
    expect(id(value)).toBeUndefined();
});

test("dates are days that there are, in years that the server knows", () => {
  expect(isDate("2028-02-29")).toBe(true);
  for (const value of [
    "2026-02-29",
    "2026-02-31",
    "2026-13-01",
    "1999-12-31",
    "3000-01-01",
    "2026-1-1",
    "soon",
    20260101,
  ])
    expect(isDate(value)).toBe(false);
});

test("a choice is one of those that there are", () => {
  expect(oneOf(["a", "b"], "b")).toBe("b");
  expect(oneOf(["a", "b"], "c")).toBeUndefined();
  expect(oneOf([7, 30], "7")).toBeUndefined();
});
