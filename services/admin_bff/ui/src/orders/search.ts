/** The filters of the orders as the address keeps them, and as the server is asked. */
import type { paths } from "@/api/schema";
import { id, isDate, oneOf, words } from "@/format/address";

export const QUEUES = ["pending", "confirmed", "all"] as const;
export type Queue = (typeof QUEUES)[number];
export const STATUSES = ["pending", "confirmed", "completed", "cancelled"] as const;
export type Status = (typeof STATUSES)[number];
export const SORTS = ["newest", "oldest", "total_desc", "total_asc", "wanted_date"] as const;
export type Sort = (typeof SORTS)[number];

/** Conditions that hold whichever queue is shown. */
export interface OrderFilter {
  customer_id?: string;
  conversation_id?: string;
  customer?: string;
  product?: string;
  /** Local dates, the last one included. */
  from?: string;
  to?: string;
  number?: number;
}

export interface OrderSearch extends OrderFilter {
  queue?: Queue;
  /** Counts in the queue of all orders only. */
  status?: Status;
  sort?: Sort;
}

type OrderQuery = NonNullable<paths["/admin/{tenant_id}/orders"]["get"]["parameters"]["query"]>;

export function parseOrderSearch(search: Record<string, unknown>): OrderSearch {
  const queue = oneOf(QUEUES, search.queue);
  const status = oneOf(STATUSES, search.status);
  const sort = oneOf(SORTS, search.sort);
  const { number } = search;
  const customer = words(search.customer);
  const ids: OrderFilter = {};
  for (const name of ["customer_id", "conversation_id", "product"] as const) {
    const value = id(search[name]);
    if (value) ids[name] = value;
  }
  return {
    ...ids,
    ...(customer && { customer }),
    ...(isDate(search.from) && { from: search.from }),
    ...(isDate(search.to) && { to: search.to }),
    ...(Number.isSafeInteger(number) && (number as number) > 0 && { number: number as number }),
    ...(queue && { queue }),
    ...(status && { status }),
    ...(sort && { sort }),
  };
}

/** What is printed: the queue that was shown, or one order of it. */
export interface PrintSearch extends OrderSearch {
  order_id?: string;
}

export function parsePrintSearch(search: Record<string, unknown>): PrintSearch {
  const orderId = id(search.order_id);
  return { ...parseOrderSearch(search), ...(orderId && { order_id: orderId }) };
}

/** Which queue is shown; an address that names one order, customer or conversation means all of their orders. */
export function queueOf(search: OrderSearch): Queue {
  if (search.queue) return search.queue;
  return search.number || search.customer_id || search.conversation_id || search.status ? "all" : "pending";
}

/** The statuses that the shown queue has; none: every one. */
export function statusesOf(search: OrderSearch): Status[] {
  const queue = queueOf(search);
  if (queue !== "all") return [queue];
  return search.status ? [search.status] : [];
}

/** The conditions alone, without queue, status and sort. */
export function filterOf(search: OrderSearch): OrderFilter {
  const { queue: _queue, status: _status, sort: _sort, ...filter } = search;
  return filter;
}

/** How many conditions narrow the shown queue. */
export function filterCount(search: OrderSearch): number {
  return Object.keys(filterOf(search)).length + (queueOf(search) === "all" && search.status ? 1 : 0);
}

/** The search in another queue, with the same conditions. */
export function inQueue(search: OrderSearch, queue: Queue): OrderSearch {
  return { ...filterOf(search), ...(search.sort && { sort: search.sort }), queue };
}

/** The same queue and sort without any condition. */
export function withoutFilters(search: OrderSearch): OrderSearch {
  return { queue: queueOf(search), ...(search.sort && { sort: search.sort }) };
}

/** What the server is asked for the shown queue. */
export function listQueryOf(search: OrderSearch): OrderQuery {
  return { ...filterOf(search), status: statusesOf(search), ...(search.sort && { sort: search.sort }) };
}

/** Where the shown orders are as a table for spreadsheets. */
export function exportPath(tenantId: string, search: OrderSearch, language: string): string {
  const { status, ...query } = listQueryOf(search);
  const parameters = new URLSearchParams({ lang: language });
  for (const each of status ?? []) parameters.append("status", each);
  for (const [name, value] of Object.entries(query)) parameters.append(name, String(value));
  return `/admin/${encodeURIComponent(tenantId)}/orders.csv?${parameters}`;
}
