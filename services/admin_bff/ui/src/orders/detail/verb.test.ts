import { expect, test } from "vitest";
import { verbsOf } from "./verb";

test("an order goes from pending to confirmed to completed, and until then can be cancelled", () => {
  expect(verbsOf("pending")).toEqual(["confirm", "cancel"]);
  expect(verbsOf("confirmed")).toEqual(["complete", "cancel"]);
});

test("what is finished stays as it is", () => {
  expect(verbsOf("completed")).toEqual([]);
  expect(verbsOf("cancelled")).toEqual([]);
});
