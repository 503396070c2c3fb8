/** Where staff write: a reply to the customer, or a private note. */
import { useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { Send } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationDetail } from "@/api/types";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { TextArea } from "@/ui/field";
import { nameOf } from "../names";
import { keepDraft, readDraft } from "./drafts";
import { type WritingMode, write } from "./outbox";

const LIMITS: Record<WritingMode, number> = { reply: 10_000, note: 4_000 };

interface WritingFieldProps {
  mode: WritingMode;
  detail: ConversationDetail;
  /** Whether the field takes the focus when it appears. */
  goesOn: RefObject<boolean>;
  disabled: boolean;
}

export function WritingField({ mode, detail, goesOn, disabled }: WritingFieldProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const { conversation, messages } = detail;
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => readDraft(tenantId, conversation.id, mode));
  const name = nameOf(conversation);
  // The server counts code points.
  const tooLong = [...text].length - LIMITS[mode];

  useEffect(() => {
    if (goesOn.current) input.current?.focus();
    goesOn.current = false;
  }, [goesOn]);

  const change = (next: string) => {
    setText(next);
    keepDraft(tenantId, conversation.id, mode, next);
  };
  const send = () => {
    const written = text.trim();
    if (!written || tooLong > 0 || disabled) return;
    change("");
    void write(queryClient, {
      tenantId,
      conversationId: conversation.id,
      mode,
      text: written,
      after: messages.at(-1)?.id ?? "",
    });
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      input.current?.blur();
    }
    // On a touch screen Enter begins a new line; there is a button to send.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    send();
  };

  return (
    <>
      <div className="flex items-end gap-2">
        <TextArea
          ref={input}
          rows={1}
          dir={text ? "auto" : undefined}
          value={text}
          disabled={disabled}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          aria-label={t(`conversations.composer.${mode}Label`, { name })}
          placeholder={t(`conversations.composer.${mode}Placeholder`)}
          className={clsx(
            "scroll-thin field-sizing-content max-h-44 min-h-10 flex-1",
            mode === "note" && "border-dashed bg-note-soft text-note-ink placeholder:text-note-ink",
          )}
        />
        <Button look="primary" disabled={disabled || !text.trim() || tooLong > 0} onClick={send}>
          {mode === "reply" && <Send aria-hidden className="size-4 rtl:-scale-x-100" />}
          {t(mode === "reply" ? "conversations.composer.send" : "conversations.composer.saveNote")}
        </Button>
      </div>
      {tooLong > 0 ? (
        <p role="alert" className="mt-1 text-danger-ink text-xs">
          {t("conversations.composer.tooLong", { count: tooLong })}
        </p>
      ) : (
        <p className="mt-1 text-muted text-xs pointer-coarse:hidden">{t("conversations.composer.hint")}</p>
      )}
    </>
  );
}
