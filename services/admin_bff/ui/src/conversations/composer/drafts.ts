/** What is being written, per conversation; a reload or a new login does not lose it. */

const name = (tenantId: string, conversationId: string, mode: string) => `draft ${tenantId} ${conversationId} ${mode}`;

export function readDraft(tenantId: string, conversationId: string, mode: string): string {
  return sessionStorage.getItem(name(tenantId, conversationId, mode)) ?? "";
}

export function keepDraft(tenantId: string, conversationId: string, mode: string, text: string): void {
  if (text) sessionStorage.setItem(name(tenantId, conversationId, mode), text);
  else sessionStorage.removeItem(name(tenantId, conversationId, mode));
}
