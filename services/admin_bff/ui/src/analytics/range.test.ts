import { expect, test } from "vitest";
import { datesOf, parseRangeSearch, presetOf, problemOf, rangeOf } from "./range";

const TODAY = "2026-11-23";

test("presets end today and move on with the days", () => {
  expect(rangeOf({}, TODAY)).toEqual({ from: "2026-10-25", to: TODAY });
  expect(rangeOf({ days: 1 }, TODAY)).toEqual({ from: TODAY, to: TODAY });
  expect(rangeOf({ days: 7 }, "2026-03-02")).toEqual({ from: "2026-02-24", to: "2026-03-02" });
});

test("two dates in the address are shown as they are, and no preset is chosen", () => {
  const search = parseRangeSearch({ from: "2026-01-01", to: "2026-01-31", days: 7 });
  expect(search).toEqual({ from: "2026-01-01", to: "2026-01-31" });
  expect(presetOf(search)).toBeUndefined();
});

test("an address that means nothing shows the usual days", () => {
  expect(parseRangeSearch({ from: "2026-02-01", to: "2026-01-01" })).toEqual({});
  expect(parseRangeSearch({ from: "soon", days: 12 })).toEqual({});
  expect(parseRangeSearch({ from: "2026-02-01", to: "2026-02-31" })).toEqual({});
  expect(presetOf({})).toBe(30);
});

test("what is wrong with two dates is told", () => {
  expect(problemOf({ from: "", to: TODAY })).toBe("incomplete");
  expect(problemOf({ from: TODAY, to: "2026-11-22" })).toBe("swapped");
  expect(problemOf({ from: "2025-01-01", to: TODAY })).toBe("tooLong");
  expect(problemOf({ from: TODAY, to: TODAY })).toBeUndefined();
});

test("all days of a range are there, over the change of the clocks too", () => {
  expect(datesOf({ from: "2026-03-26", to: "2026-03-29" })).toEqual([
    "2026-03-26",
    "2026-03-27",
    "2026-03-28",
    "2026-03-29",
  ]);
});
