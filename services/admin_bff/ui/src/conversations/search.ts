/** The filters of the conversations as the address keeps them. */
import type { Conversation } from "@/api/types";
import { oneOf, words } from "@/format/address";
import { CHANNELS, type Channel } from "./channels";

export const STATES: Conversation["state"][] = ["agent", "needs_person", "person"];

export interface ConversationSearch {
  q?: string;
  state?: Conversation["state"];
  unread?: boolean;
  channel?: Channel;
}

export function parseConversationSearch(search: Record<string, unknown>): ConversationSearch {
  const state = oneOf(STATES, search.state);
  const channel = oneOf(CHANNELS, search.channel);
  const q = words(search.q);
  return {
    ...(q && { q }),
    ...(state && { state }),
    ...(search.unread === true && { unread: true }),
    ...(channel && { channel }),
  };
}

export function isFiltered(search: ConversationSearch): boolean {
  return Object.keys(search).length > 0;
}
