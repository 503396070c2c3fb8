/** The filters of the conversations as the address keeps them. */
import type { Conversation } from "@/api/types";

export const STATES: Conversation["state"][] = ["agent", "needs_person", "person"];

export interface ConversationSearch {
  q?: string;
  state?: Conversation["state"];
  unread?: boolean;
  channel?: string;
}

export function parseConversationSearch(search: Record<string, unknown>): ConversationSearch {
  const state = STATES.find((known) => known === search.state);
  // An address may be typed by hand: `?q=124` arrives as a number.
  const q = typeof search.q === "string" || typeof search.q === "number" ? String(search.q) : "";
  return {
    ...(q && { q }),
    ...(state && { state }),
    ...(search.unread === true && { unread: true }),
    ...(typeof search.channel === "string" && search.channel && { channel: search.channel }),
  };
}

export function isFiltered(search: ConversationSearch): boolean {
  return Object.keys(search).length > 0;
}
