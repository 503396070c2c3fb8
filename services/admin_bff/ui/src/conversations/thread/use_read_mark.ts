/** Marks a conversation as read once its end has been on the screen. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answer, api } from "@/api/client";
import type { Conversation } from "@/api/types";
import { useSession } from "@/session/session";
import { changeConversation } from "../cache";

function useVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const onChange = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", onChange);
    return () => document.removeEventListener("visibilitychange", onChange);
  }, []);
  return visible;
}

export function useReadMark(conversation: Conversation, lastMessageId: string | undefined, atEnd: boolean): void {
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const visible = useVisible();
  const { id } = conversation;
  const due = conversation.unread_count > 0 && visible && atEnd;

  useEffect(() => {
    if (!due || !lastMessageId) return;
    answer(
      api.POST("/admin/{tenant_id}/conversations/{conversation_id}/read", {
        params: { path: { tenant_id: tenantId, conversation_id: id } },
        body: { message_id: lastMessageId },
      }),
    ).then(
      (fresh) => changeConversation(queryClient, id, (known) => ({ ...known, unread_count: fresh.unread_count })),
      () => {}, // it stays unread, and is marked the next time
    );
  }, [queryClient, tenantId, id, due, lastMessageId]);
}
