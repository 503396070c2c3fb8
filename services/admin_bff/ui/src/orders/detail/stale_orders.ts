/** Orders that somebody else changed while one was about to act on them: what was not done, until it was understood. */
import { createStore } from "@/live/store";

/** Ids of orders. */
export const staleOrders = createStore<readonly string[]>([]);

export function noteStale(orderId: string): void {
  if (!staleOrders.get().includes(orderId)) staleOrders.set([...staleOrders.get(), orderId]);
}

export function forgetStale(orderId: string): void {
  staleOrders.set(staleOrders.get().filter((id) => id !== orderId));
}
