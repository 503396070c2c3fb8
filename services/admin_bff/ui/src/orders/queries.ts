/** What the orders' pages ask of the server. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import type { OrderDetail } from "@/api/types";
import { filterOf, listQueryOf, type OrderSearch } from "./search";

const PRODUCTS_STALE_MS = 5 * 60_000;

/** The pages of the shown queue. */
export function orderListQuery(tenantId: string, search: OrderSearch, limit = 50) {
  const query = listQueryOf(search);
  return infiniteQueryOptions({
    queryKey: [...keys.orders, "list", query, limit],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/admin/{tenant_id}/orders", {
          params: {
            path: { tenant_id: tenantId },
            query: { ...query, limit, ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Counts and sums by status of what fits the conditions, whichever queue is shown. */
export function orderSummaryQuery(tenantId: string, search: OrderSearch) {
  const query = filterOf(search);
  return queryOptions({
    queryKey: [...keys.orders, "summary", query],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/admin/{tenant_id}/orders/summary", { params: { path: { tenant_id: tenantId }, query }, signal }),
      ),
  });
}

export function orderQuery(tenantId: string, id: string) {
  return queryOptions({
    queryKey: orderKey(id),
    queryFn: ({ signal }): Promise<OrderDetail> =>
      answer(
        api.GET("/admin/{tenant_id}/orders/{order_id}", {
          params: { path: { tenant_id: tenantId, order_id: id } },
          signal,
        }),
      ),
  });
}

export function orderKey(id: string) {
  return [...keys.orders, "one", id] as const;
}

export function productsQuery(tenantId: string) {
  return queryOptions({
    queryKey: keys.products,
    queryFn: ({ signal }) =>
      answer(api.GET("/admin/{tenant_id}/products", { params: { path: { tenant_id: tenantId } }, signal })),
    staleTime: PRODUCTS_STALE_MS,
  });
}
