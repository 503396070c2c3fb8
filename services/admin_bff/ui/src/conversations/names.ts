/** What a conversation is called. */
import type { TFunction } from "i18next";
import type { Conversation, ConversationDetail } from "@/api/types";

/** The customer's name, else what the channel shows, else the chat's id. */
export function nameOf(conversation: Pick<Conversation, "customer_name" | "display_name" | "chat_id">): string {
  return conversation.customer_name || conversation.display_name || conversation.chat_id;
}

/** What an opened conversation is called; of a forgotten customer nothing else is left. */
export function titleOf({ conversation, forgotten }: ConversationDetail, t: TFunction): string {
  return forgotten ? t("conversations.thread.forgottenName") : nameOf(conversation);
}
