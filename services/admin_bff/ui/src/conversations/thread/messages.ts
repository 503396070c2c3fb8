/** Messages of one conversation: joining what was loaded at different times, and laying them out as a thread. */
import type { ConversationDetail, Message, MessageDelivery } from "@/api/types";
import { localDate } from "@/format/time";

type Loaded = Pick<ConversationDetail, "messages" | "older_cursor">;

/** The messages known before and the latest ones, without a gap between them: when they do not touch, the old go. */
export function joined(known: Loaded, fresh: Loaded): Loaded {
  const first = fresh.messages[0];
  if (!first || !fresh.older_cursor) return fresh;
  const seam = known.messages.findIndex((message) => message.id === first.id);
  if (seam < 0) return fresh;
  return { messages: [...known.messages.slice(0, seam), ...fresh.messages], older_cursor: known.older_cursor };
}

/** The messages with one more, or with its newer version. */
export function withMessage(messages: Message[], message: Message): Message[] {
  const index = messages.findIndex((known) => known.id === message.id);
  return index < 0 ? [...messages, message] : messages.with(index, message);
}

export interface OrderEvent {
  action: "placed" | "changed" | "cancelled";
  number: number;
}

const ORDER_ACTIONS: Record<string, OrderEvent["action"]> = {
  create_order: "placed",
  update_order: "changed",
  cancel_order: "cancelled",
};

/** The orders that the agent made, changed or cancelled on the way to a reply. */
export function orderEvents(message: Message): OrderEvent[] {
  return message.tool_calls.flatMap((call) => {
    const action = ORDER_ACTIONS[call.name];
    const number = (call.result as { order?: { number?: unknown } } | null | undefined)?.order?.number;
    return action && !call.is_error && typeof number === "number" ? [{ action, number }] : [];
  });
}

export interface ThreadMessage {
  message: Message;
  /** First of a run of messages by the same person: only this one is headed by who speaks. */
  first: boolean;
}

export interface ThreadDay {
  /** Local date "YYYY-MM-DD". */
  date: string;
  /** A moment of that day. */
  at: string;
  messages: ThreadMessage[];
}

const SAME_RUN_MS = 5 * 60_000;

/** Messages, oldest first, by the days of the business. */
export function threadDays(messages: Message[], timeZone: string): ThreadDay[] {
  const days: ThreadDay[] = [];
  for (const message of messages) {
    const date = localDate(message.created_at, timeZone);
    let day = days.at(-1);
    if (day?.date !== date) {
      day = { date, at: message.created_at, messages: [] };
      days.push(day);
    }
    const previous = day.messages.at(-1)?.message;
    day.messages.push({ message, first: !previous || !continues(previous, message) });
  }
  return days;
}

function continues(previous: Message, message: Message): boolean {
  return (
    previous.role === message.role &&
    previous.staff_name === message.staff_name &&
    Date.parse(message.created_at) - Date.parse(previous.created_at) < SAME_RUN_MS
  );
}

export type DeliveryState = MessageDelivery["state"];

/** The higher, the worse. */
const BADNESS: Record<DeliveryState, number> = {
  sent: 0,
  pending: 1,
  sending: 2,
  withdrawn: 3,
  uncertain: 4,
  undeliverable: 5,
  failed: 6,
};

export interface WholeDelivery {
  state: DeliveryState;
  error: string;
  /** Something of the reply reached the customer. */
  begun: boolean;
}

/** How the sending of a reply stands as a whole: as its worst part does. */
export function deliveryState(message: Message): WholeDelivery | null {
  let worst: { state: DeliveryState; error: string } | null = null;
  for (const part of message.deliveries) {
    const state = stateOf(part);
    if (!worst || BADNESS[state] > BADNESS[worst.state]) worst = { state, error: part.error };
  }
  return worst && { ...worst, begun: message.deliveries.some((part) => part.state === "sent") };
}

/** Whether a reply is still to be sent, or not yet known to be. */
export function isOnItsWay(message: Message): boolean {
  const state = deliveryState(message)?.state;
  return state === "pending" || state === "sending";
}

function stateOf({ state, uncertain }: MessageDelivery): DeliveryState {
  // It was taken back after a send that may have arrived.
  return state === "withdrawn" && uncertain ? "uncertain" : state;
}
