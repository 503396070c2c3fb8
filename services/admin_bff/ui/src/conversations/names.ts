/** What a conversation is called. */
import type { Conversation } from "@/api/types";

/** The customer's name, else what the channel shows, else the chat's id. */
export function nameOf(conversation: Pick<Conversation, "customer_name" | "display_name" | "chat_id">): string {
  return conversation.customer_name || conversation.display_name || conversation.chat_id;
}
