import { environmentManager, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { queryClient } from "./query_client";

beforeEach(() => {
  vi.useFakeTimers();
  environmentManager.setIsServer(() => false);
});

afterEach(() => {
  queryClient.clear();
  vi.useRealTimers();
});

test("parts that could not be had are asked for again until they are there", async () => {
  let asked = 0;
  const queryFn = () => {
    asked += 1;
    return Promise.resolve({ missing: asked < 3 ? ["orders"] : [] });
  };
  const stop = new QueryObserver(queryClient, { queryKey: ["conversation", "1"], queryFn }).subscribe(() => {});
  await vi.advanceTimersByTimeAsync(9_000);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(3);
  stop();
});
