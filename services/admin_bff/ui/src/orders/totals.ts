/** What the orders come to, from the server's sums by status. */

import type { paths } from "@/api/schema";
import type { Money } from "@/api/types";
import { type OrderSearch, type Queue, statusesOf } from "./search";

type Summary = paths["/admin/{tenant_id}/orders/summary"]["get"]["responses"]["200"]["content"]["application/json"];

/** How many orders each queue has. */
export function queueCounts(summary: Summary): Record<Queue, number> {
  const countOf = (status: string) => summary.statuses.find((each) => each.status === status)?.count ?? 0;
  return { pending: countOf("pending"), confirmed: countOf("confirmed"), all: summary.count };
}

export interface Totals {
  count: number;
  sum: Money;
  /** Some of them are cancelled and come to nothing. */
  withoutCancelled: boolean;
}

/** Of the shown queue. Cancelled orders come to nothing, except where they are all there is. */
export function totalsOf(summary: Summary, search: OrderSearch): Totals {
  const [status] = statusesOf(search);
  if (!status) {
    const withoutCancelled = summary.statuses.some((each) => each.status === "cancelled" && each.count > 0);
    return { count: summary.count, sum: summary.total, withoutCancelled };
  }
  const found = summary.statuses.find((each) => each.status === status);
  return {
    count: found?.count ?? 0,
    sum: found?.total ?? { currency: summary.total.currency, amount_minor: 0 },
    withoutCancelled: false,
  };
}
