import { expect, test } from "vitest";
import { exportPath, filterCount, inQueue, listQueryOf, parseOrderSearch, queueOf, withoutFilters } from "./search";

test("what an address says that means nothing is left out", () => {
  const search = { queue: "lost", status: "eaten", sort: "random", from: "yesterday", to: "2026-13-45", number: -1 };
  expect(parseOrderSearch({ ...search, customer: { $ne: "" }, customer_id: "..", product: "a b", x: 1 })).toEqual({});
  expect(parseOrderSearch({ from: "2026-02-31", to: "1026-02-01", number: 2 ** 60 })).toEqual({});
});

test("a name that looks like a number is still a name", () => {
  expect(parseOrderSearch({ customer: 770 })).toEqual({ customer: "770" });
});

test("the queue that waits is shown first, except where the address names whose orders are meant", () => {
  expect(queueOf({})).toBe("pending");
  expect(queueOf({ customer: "Bar" })).toBe("pending");
  expect(queueOf({ customer_id: "c1" })).toBe("all");
  expect(queueOf({ number: 124 })).toBe("all");
  expect(queueOf({ number: 124, queue: "confirmed" })).toBe("confirmed");
});

test("a status counts among all orders only", () => {
  expect(listQueryOf({ queue: "pending", status: "cancelled" })).toEqual({ status: ["pending"] });
  expect(listQueryOf({ queue: "all", status: "cancelled" })).toEqual({ status: ["cancelled"] });
  expect(listQueryOf({ queue: "all" })).toEqual({ status: [] });
});

test("another queue keeps the conditions and the sort", () => {
  const search = { queue: "all", status: "cancelled", customer: "Bar", sort: "oldest" } as const;
  expect(inQueue(search, "confirmed")).toEqual({ queue: "confirmed", customer: "Bar", sort: "oldest" });
});

test("without filters one stays in the queue", () => {
  expect(withoutFilters({ number: 12, sort: "oldest" })).toEqual({ queue: "all", sort: "oldest" });
  expect(filterCount({ number: 12, status: "pending", sort: "oldest" })).toBe(2);
});

test("the exported table is of the orders that are shown", () => {
  expect(exportPath("valdman", { customer: "A & B", from: "2026-11-01", sort: "oldest" }, "he")).toBe(
    "/admin/valdman/orders.csv?lang=he&status=pending&customer=A+%26+B&from=2026-11-01&sort=oldest",
  );
});
