/** What staff wrote and the server has not confirmed yet. It survives a change of page, not a reload. */
import type { QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import type { Message } from "@/api/types";
import { createStore } from "@/live/store";
import { putMessage } from "../cache";

export type WritingMode = "reply" | "note";

export interface Unsent {
  /** The Idempotency-Key of every try. */
  key: string;
  tenantId: string;
  conversationId: string;
  mode: WritingMode;
  text: string;
  /** The last message known when it was written. */
  after: string;
  /** Why the last try failed; null while one runs. */
  failure: unknown;
}

export const outbox = createStore<Unsent[]>([]);

function change(key: string, next: Partial<Unsent> | null): void {
  outbox.set(
    outbox.get().flatMap((unsent) => {
      if (unsent.key !== key) return [unsent];
      return next ? [{ ...unsent, ...next }] : [];
    }),
  );
}

export function write(queryClient: QueryClient, unsent: Omit<Unsent, "key" | "failure">): Promise<void> {
  const entry: Unsent = { ...unsent, key: crypto.randomUUID(), failure: null };
  outbox.set([...outbox.get(), entry]);
  return attempt(queryClient, entry);
}

export function tryAgain(queryClient: QueryClient, unsent: Unsent): Promise<void> {
  change(unsent.key, { failure: null });
  return attempt(queryClient, unsent);
}

export function discard(key: string): void {
  change(key, null);
}

async function attempt(queryClient: QueryClient, unsent: Unsent): Promise<void> {
  const { conversationId, tenantId, mode, text, key } = unsent;
  const request = {
    params: { path: { tenant_id: tenantId, conversation_id: conversationId } },
    headers: { "Idempotency-Key": key },
    body: { text },
  };
  try {
    const message = await answer(
      mode === "reply"
        ? api.POST("/admin/{tenant_id}/conversations/{conversation_id}/replies", request)
        : api.POST("/admin/{tenant_id}/conversations/{conversation_id}/notes", request),
    );
    putMessage(queryClient, conversationId, message);
    change(key, null);
    void queryClient.invalidateQueries({ queryKey: keys.conversation(conversationId) });
    void queryClient.invalidateQueries({ queryKey: keys.conversationLists });
  } catch (failure) {
    change(key, { failure });
  }
}

/** What of it is still to be shown: not what has already come back among the messages. */
export function stillUnsent(unsent: Unsent[], messages: Message[]): Unsent[] {
  return unsent.filter((entry) => {
    const since = messages.slice(messages.findIndex((message) => message.id === entry.after) + 1);
    const role = entry.mode === "note" ? "note" : "staff";
    return entry.failure !== null || !since.some((message) => message.role === role && message.content === entry.text);
  });
}
