/** One conversation in the list. */
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Ban, UserRound } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "@/api/types";
import { withoutMarks } from "@/format/bold";
import { initials } from "@/format/text";
import { useFormat } from "@/format/use_format";
import { ForeignLine } from "@/ui/foreign";
import { ChannelIcon, HandlerChip, OrderChip } from "../chips";
import { nameOf } from "../names";

function Avatar({ conversation }: { conversation: Conversation }) {
  const letters = initials(conversation.customer_name || conversation.display_name);
  return (
    <span className="relative mt-0.5 flex size-10 shrink-0 items-center justify-center rounded-full bg-sunken font-semibold text-muted text-sm ring-1 ring-line ring-inset">
      <span aria-hidden>{letters || <UserRound className="size-5" />}</span>
      <span className="absolute -end-1 -bottom-1 flex size-5 items-center justify-center rounded-full border border-line bg-surface text-muted">
        <ChannelIcon channel={conversation.channel} className="size-3" />
      </span>
    </span>
  );
}

function LastMessage({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const { answering, last_message, last_message_role: role } = conversation;
  if (answering)
    return <span className="min-w-0 flex-1 truncate text-accent-ink">{t("conversations.thread.typing")}</span>;
  const speaker = role === "event" ? "" : t(`conversations.speakers.${role}`);
  return (
    <span className="flex min-w-0 flex-1 gap-1 text-muted">
      {speaker && <span className="shrink-0">{speaker}:</span>}
      <ForeignLine text={(role === "customer" ? last_message : withoutMarks(last_message)) || "…"} />
    </span>
  );
}

interface RowProps {
  conversation: Conversation;
  now: number;
}

export const ConversationRow = memo(function ConversationRow({ conversation, now }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { unread_count: unread, last_message_at: at } = conversation;
  return (
    <li data-row={conversation.id} className="[contain-intrinsic-size:auto_88px] [content-visibility:auto]">
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId: conversation.id }}
        search={true}
        activeOptions={{ includeSearch: false }}
        className={clsx(
          "flex gap-3 border-line border-b px-3.5 py-3 outline-offset-[-2px] transition-colors hover:bg-hover",
          "aria-[current=page]:bg-accent-soft/60 aria-[current=page]:shadow-[inset_3px_0_0_var(--accent)] rtl:aria-[current=page]:shadow-[inset_-3px_0_0_var(--accent)]",
        )}
      >
        <Avatar conversation={conversation} />
        <span className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="flex items-baseline gap-2">
            <ForeignLine text={nameOf(conversation)} className={clsx("flex-1", unread ? "font-bold" : "font-medium")} />
            {at && (
              <time dateTime={at} title={format.dateAndTime(at)} className="shrink-0 text-muted text-xs">
                {format.listTime(at, now)}
              </time>
            )}
          </span>
          <span className="flex items-center gap-2 text-sm">
            <LastMessage conversation={conversation} />
            {unread > 0 && (
              <span className="flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 font-semibold text-on-accent text-xs">
                <span aria-hidden>{unread > 99 ? "99+" : unread}</span>
                <span className="sr-only">{t("conversations.list.unreadCount", { count: unread })}</span>
              </span>
            )}
          </span>
          <span className="mt-1 flex flex-wrap items-center gap-1.5">
            <HandlerChip state={conversation.state} />
            {conversation.last_order && <OrderChip {...conversation.last_order} />}
            {conversation.blocked && (
              <span className="flex items-center gap-1 text-danger-ink text-xs">
                <Ban aria-hidden className="size-3.5" />
                {t("conversations.list.blocked")}
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
});
