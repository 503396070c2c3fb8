/** How server state is cached: kept while the page is open, retried when the server was away, renewed by events. */
import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "./problem";

const RETRIES = 2;
const PARTS_AGAIN_MS = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) => failures < RETRIES && (!isProblem(error) || error.unreachable),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 4_000),
      // Requests are made, and fail, whatever the browser believes of the network: it is often wrong.
      networkMode: "always",
      refetchInterval: ({ state }) => partsAgainIn(state.data),
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

/** Parts that could not be had come by themselves once they can: after how many milliseconds to ask for them again. */
export function partsAgainIn(data: unknown): number | false {
  return isPartial(data) ? PARTS_AGAIN_MS : false;
}

/** Whether an answer names parts of it that could not be had. */
function isPartial(data: unknown): boolean {
  return (
    typeof data === "object" &&
    data !== null &&
    "missing" in data &&
    Array.isArray(data.missing) &&
    data.missing.length > 0
  );
}
