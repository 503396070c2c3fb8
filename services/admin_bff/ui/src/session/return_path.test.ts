import { expect, test } from "vitest";
import { safeReturnPath } from "./return_path";

test("after the login one returns to where one was", () => {
  expect(safeReturnPath("/orders?status=pending")).toBe("/orders?status=pending");
  expect(safeReturnPath(undefined)).toBe("/conversations");
});

test("the login leads nowhere else, whatever the address says", () => {
  for (const path of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login"]) {
    expect(safeReturnPath(path)).toBe("/conversations");
  }
});
