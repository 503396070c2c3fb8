/** Private notes of a conversation: those of the messages that are loaded, and a way to the older ones. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ConversationDetail } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { Foreign, ForeignText } from "@/ui/foreign";
import { notifyFailure } from "@/ui/toast";
import { loadOlder } from "../cache";

export function Notes({ detail }: { detail: ConversationDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const notes = detail.messages.filter((message) => message.role === "note").toReversed();
  const more = detail.older_cursor !== null;
  return (
    <>
      {notes.length === 0 && (
        <p className="text-muted text-sm">
          {t(more ? "conversations.panel.noNotesShown" : "conversations.panel.noNotes")}
        </p>
      )}
      <ul className="flex flex-col gap-2">
        {notes.map((note) => (
          <li key={note.id} className="rounded-lg bg-note-soft px-3 py-2 text-note-ink text-sm">
            <ForeignText text={note.content} />
            <p className="mt-1 text-xs">
              <Foreign>{note.staff_name}</Foreign> · {format.dateAndTime(note.created_at)}
            </p>
          </li>
        ))}
      </ul>
      {more && <OlderNotes conversationId={detail.conversation.id} known={notes.length > 0} />}
    </>
  );
}

function OlderNotes({ conversationId, known }: { conversationId: string; known: boolean }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const older = useMutation({
    mutationFn: () => loadOlder(queryClient, tenantId, conversationId),
    onError: notifyFailure,
  });
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-2">
      {known && <p className="text-muted text-xs">{t("conversations.panel.olderNotes")}</p>}
      <Button
        small
        look="quiet"
        busy={older.isPending}
        onClick={() => older.mutate()}
        className="-ms-2 text-accent-ink"
      >
        {t("conversations.panel.loadOlderNotes")}
      </Button>
    </div>
  );
}
