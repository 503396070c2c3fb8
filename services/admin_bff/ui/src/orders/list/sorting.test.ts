import { expect, test } from "vitest";
import { nextSort, sortingOf } from "./sorting";

test("a click on the sorted column turns it around", () => {
  expect(nextSort("placed", undefined)).toBe("oldest");
  expect(nextSort("placed", "oldest")).toBe("newest");
  expect(nextSort("total", "total_desc")).toBe("total_asc");
});

test("a click on another column begins with what one most likely wants", () => {
  expect(nextSort("total", "newest")).toBe("total_desc");
  expect(nextSort("placed", "total_asc")).toBe("newest");
});

test("a column that has one direction keeps it", () => {
  expect(nextSort("wanted", "wanted_date")).toBe("wanted_date");
});

test("the heading shows what the address says", () => {
  expect(sortingOf(undefined)).toEqual([{ id: "placed", desc: true }]);
  expect(sortingOf("total_asc")).toEqual([{ id: "total", desc: false }]);
});
