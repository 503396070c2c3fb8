/** The messages of a conversation as a chat shows them. */
import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationDetail } from "@/api/types";
import { useFormat, useNow } from "@/format/use_format";
import { useStore } from "@/live/store";
import { useSession } from "@/session/session";
import { Loading } from "@/ui/states";
import { loadOlder } from "../cache";
import { outbox, stillUnsent } from "../composer/outbox";
import { nameOf } from "../names";
import { Arrivals } from "./arrivals";
import { Bubble } from "./bubble";
import { threadDays } from "./messages";
import { UnsentBubble } from "./unsent_bubble";
import { useReadMark } from "./use_read_mark";
import { useThreadScroll } from "./use_thread_scroll";

function useOlder(id: string, cursor: string | null) {
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const loading = useRef(false);
  const [failed, setFailed] = useState(false);
  const load = () => {
    if (!cursor || loading.current) return;
    loading.current = true;
    setFailed(false);
    loadOlder(queryClient, tenantId, id)
      .catch(() => setFailed(true))
      .finally(() => {
        loading.current = false;
      });
  };
  return { load, failed };
}

function Typing() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="mt-3 flex items-center gap-2 self-end rounded-2xl bg-bubble-agent px-3.5 py-2.5 text-sm"
    >
      <span aria-hidden className="flex gap-1">
        <span className="size-1.5 animate-dot rounded-full bg-accent-ink" />
        <span className="size-1.5 animate-dot rounded-full bg-accent-ink [animation-delay:150ms]" />
        <span className="size-1.5 animate-dot rounded-full bg-accent-ink [animation-delay:300ms]" />
      </span>
      {t("conversations.thread.typing")}
    </div>
  );
}

export function MessageList({ detail }: { detail: ConversationDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const { conversation, messages, orders, older_cursor } = detail;
  const name = nameOf(conversation);
  const older = useOlder(conversation.id, older_cursor);
  const everyUnsent = useStore(outbox);
  const unsent = useMemo(
    () =>
      stillUnsent(
        everyUnsent.filter((entry) => entry.conversationId === conversation.id),
        messages,
      ),
    [everyUnsent, messages, conversation.id],
  );
  const days = useMemo(() => threadDays(messages, format.timeZone), [messages, format.timeZone]);
  const orderByNumber = useMemo(() => new Map((orders ?? []).map((order) => [order.number, order])), [orders]);
  const scroll = useThreadScroll(messages[0]?.id ?? "", unsent.at(-1)?.key ?? messages.at(-1)?.id ?? "", older.load);
  useReadMark(conversation, messages.at(-1)?.id, scroll.atEnd);

  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scroll.box}
        onScroll={scroll.onScroll}
        aria-label={t("conversations.thread.label", { name })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="scroll-thin h-full overflow-y-auto outline-offset-[-2px] [overflow-anchor:none]"
      >
        <div ref={scroll.content} className="mx-auto flex min-h-full max-w-4xl flex-col justify-end px-4 pt-4 pb-5">
          {older_cursor ? (
            <Beginning failed={older.failed} onLoad={older.load} />
          ) : (
            <p className="py-2 text-center text-muted text-xs">
              {t(messages.length ? "conversations.thread.begin" : "conversations.thread.empty")}
            </p>
          )}
          {days.map((day) => (
            <section key={day.date} aria-label={format.day(day.at, now)} className="flex flex-col">
              <p
                aria-hidden
                className="sticky top-2 z-10 my-3 self-center rounded-full border border-line bg-surface px-3 py-0.5 font-medium text-muted text-xs shadow-card"
              >
                {format.day(day.at, now)}
              </p>
              {day.messages.map(({ message, first }) => (
                <Bubble
                  key={message.id}
                  message={message}
                  first={first}
                  customerName={name}
                  orderByNumber={orderByNumber}
                />
              ))}
            </section>
          ))}
          {unsent.map((entry) => (
            <UnsentBubble key={entry.key} unsent={entry} />
          ))}
          {conversation.answering && <Typing />}
        </div>
      </section>
      {!scroll.atEnd && (
        <button
          type="button"
          onClick={scroll.toEnd}
          className="absolute inset-x-0 bottom-3 z-10 mx-auto flex h-9 w-fit animate-appear items-center gap-2 rounded-full border border-line bg-surface px-4 font-medium text-sm shadow-float hover:bg-hover"
        >
          <ArrowDown aria-hidden className="size-4 text-accent" />
          {t(scroll.missed ? "conversations.thread.newMessages" : "conversations.thread.toBottom")}
        </button>
      )}
      <Arrivals messages={messages} name={name} />
    </div>
  );
}

function Beginning({ failed, onLoad }: { failed: boolean; onLoad: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex justify-center py-2 text-muted text-sm">
      {failed ? (
        <p role="alert">
          {t("conversations.thread.olderFailed")}{" "}
          <button type="button" onClick={onLoad} className="min-h-6 font-medium text-accent-ink underline">
            {t("state.retry")}
          </button>
        </p>
      ) : (
        <Loading>
          <span aria-hidden>{t("conversations.thread.older")}</span>
        </Loading>
      )}
    </div>
  );
}
