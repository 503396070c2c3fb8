/** Matters of a conversation that need a person, and saying that one was taken care of. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import type { Attention } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { useCanWrite, useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { ForeignText } from "@/ui/foreign";
import { notifyFailure } from "@/ui/toast";
import { changeDetail } from "../cache";

export function OpenMatters({ matters, conversationId }: { matters: Attention[]; conversationId: string }) {
  return (
    <ul className="flex flex-col gap-2">
      {matters.map((matter) => (
        <Matter key={matter.id} matter={matter} conversationId={conversationId} />
      ))}
    </ul>
  );
}

function Matter({ matter, conversationId }: { matter: Attention; conversationId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const canWrite = useCanWrite();
  const resolve = useResolve(matter.id, conversationId);
  return (
    <li className="rounded-xl bg-warn-soft p-3 text-warn-ink">
      <p className="flex items-start gap-2 font-medium text-sm">
        <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        {t(`conversations.reasons.${matter.reason}`)}
      </p>
      {matter.detail && <ForeignText text={matter.detail} className="mt-1 text-sm" />}
      <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
        <time dateTime={matter.created_at} className="text-xs">
          {format.dateAndTime(matter.created_at)}
        </time>
        {canWrite && (
          <Button small busy={resolve.isPending} onClick={() => resolve.mutate()}>
            {!resolve.isPending && <Check aria-hidden className="size-4" />}
            {t(resolve.isPending ? "conversations.panel.resolving" : "conversations.panel.resolve")}
          </Button>
        )}
      </div>
    </li>
  );
}

function useResolve(attentionId: string, conversationId: string) {
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST("/admin/{tenant_id}/attention/{attention_id}/resolve", {
          params: { path: { tenant_id: tenantId, attention_id: attentionId } },
        }),
      ),
    onSuccess: () => {
      changeDetail(queryClient, conversationId, (detail) => ({
        ...detail,
        attention: detail.attention?.filter((open) => open.id !== attentionId) ?? null,
      }));
      void queryClient.invalidateQueries({ queryKey: keys.conversation(conversationId) });
      void queryClient.invalidateQueries({ queryKey: keys.conversationLists });
    },
    onError: notifyFailure,
  });
}
