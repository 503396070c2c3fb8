/** What the server tells while a page is open, and which cached answers it makes old. */
import type { QueryKey } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { LiveEvent } from "@/api/types";

type News = Exclude<LiveEvent, { event: "hello" }>;
export type LiveEvents = { [Each in News as Each["event"]]: Omit<Each, "event"> };
export type LiveEventName = keyof LiveEvents;
export const LIVE_EVENT_NAMES: LiveEventName[] = [
  "message",
  "delivery_failed",
  "state",
  "turn",
  "order",
  "attention",
  "customer",
];

/** The keys of the queries that an event makes old. */
export function touchedBy<N extends LiveEventName>(name: N, event: LiveEvents[N]): QueryKey[] {
  const conversation = "conversation_id" in event && event.conversation_id;
  const touched: QueryKey[] = conversation ? [keys.conversation(conversation)] : [];
  switch (name) {
    case "order":
      return [...touched, keys.conversationLists, keys.orders, keys.analytics];
    case "customer":
      return [keys.conversationLists, keys.conversationDetails, keys.customers, keys.orders];
    case "attention":
    case "message":
    case "state":
    case "delivery_failed":
      return [...touched, keys.conversationLists];
    default:
      // Whether the agent is writing is in the event itself; the message that follows has an event of its own.
      return [];
  }
}
