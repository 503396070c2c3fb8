/** Taking a conversation over from the agent, and giving it back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import type { Conversation } from "@/api/types";
import { useSession } from "@/session/session";
import { notifyFailure } from "@/ui/toast";
import { putConversation } from "./cache";

export function useHandover(id: string, onDone: () => void) {
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const params = { path: { tenant_id: tenantId, conversation_id: id } };
  const outcome = {
    onSuccess: (conversation: Conversation) => {
      putConversation(queryClient, conversation);
      void queryClient.invalidateQueries({ queryKey: keys.conversation(id) });
      void queryClient.invalidateQueries({ queryKey: keys.conversationLists });
      onDone();
    },
    onError: notifyFailure,
  };
  const takeOver = useMutation({
    mutationFn: () => answer(api.POST("/admin/{tenant_id}/conversations/{conversation_id}/pause", { params })),
    ...outcome,
  });
  const giveBack = useMutation({
    mutationFn: () => answer(api.POST("/admin/{tenant_id}/conversations/{conversation_id}/resume", { params })),
    ...outcome,
  });
  return { takeOver, giveBack };
}
