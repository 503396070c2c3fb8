/** The filters of the orders as the address keeps them. */

export interface OrderSearch {
  customer_id?: string;
  number?: number;
}

export function parseOrderSearch(search: Record<string, unknown>): OrderSearch {
  return {
    ...(typeof search.customer_id === "string" && { customer_id: search.customer_id }),
    ...(typeof search.number === "number" && { number: search.number }),
  };
}
