/** One conversation: its head, its messages, and where staff write. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { ArrowLeft, PanelRight } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationDetail } from "@/api/types";
import { useSession } from "@/session/session";
import { IconButton } from "@/ui/button";
import { ForeignLine } from "@/ui/foreign";
import { ErrorState, Loading, Skeleton, StaleNotice } from "@/ui/states";
import { conversationQuery } from "../cache";
import { ChannelIcon, HandlerChip, useChannelName } from "../chips";
import { Composer } from "../composer/composer";
import { titleOf } from "../names";
import { ForgottenThread } from "./forgotten_thread";
import { MessageList } from "./message_list";

export function useConversation(id: string) {
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  return useQuery(conversationQuery(queryClient, tenantId, id));
}

function BackToList() {
  const { t } = useTranslation();
  return (
    <Link
      to="/conversations"
      search={true}
      aria-label={t("conversations.thread.backToList")}
      className="-ms-1 flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-hover hover:text-ink md:hidden"
    >
      <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
    </Link>
  );
}

function Head({ detail, onDetails }: { detail: ConversationDetail; onDetails: () => void }) {
  const { t } = useTranslation();
  const { conversation, forgotten } = detail;
  const heading = useRef<HTMLHeadingElement>(null);
  // On a phone the thread takes the place of the list, and so of whatever had the focus there.
  useEffect(() => {
    if (matchMedia("(width < 48rem)").matches) heading.current?.focus();
  }, []);
  const channelName = useChannelName();
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-line border-b bg-surface px-3 md:px-4">
      <BackToList />
      <div className="min-w-0 flex-1">
        <h2 ref={heading} tabIndex={-1} className="outline-none">
          <ForeignLine text={titleOf(detail, t)} className="font-semibold" />
        </h2>
        <p className="flex items-center gap-1.5 text-muted text-xs">
          <span className="flex shrink-0 items-center gap-1" title={channelName(conversation.channel)}>
            <ChannelIcon channel={conversation.channel} className="size-3.5" />
            <span aria-hidden className={clsx(!forgotten && "max-sm:hidden")}>
              {channelName(conversation.channel)}
            </span>
          </span>
          {!forgotten && <ForeignLine text={conversation.chat_id} />}
        </p>
      </div>
      {!forgotten && <HandlerChip state={conversation.state} />}
      <IconButton label={t("conversations.thread.details")} onClick={onDetails} className="xl:hidden">
        <PanelRight aria-hidden className="size-5 rtl:-scale-x-100" />
      </IconButton>
    </header>
  );
}

function LoadingThread() {
  return (
    <Loading>
      <div className="flex h-14 shrink-0 items-center gap-3 border-line border-b bg-surface px-4">
        <BackToList />
        <Skeleton className="h-5 w-40" />
      </div>
      <div className="mx-auto flex w-full max-w-4xl flex-1 flex-col justify-end gap-3 p-5">
        <Skeleton className="h-12 w-1/2 rounded-2xl!" />
        <Skeleton className="h-20 w-3/5 self-end rounded-2xl!" />
        <Skeleton className="h-12 w-2/5 rounded-2xl!" />
        <Skeleton className="h-14 w-1/2 self-end rounded-2xl!" />
      </div>
    </Loading>
  );
}

export function Thread({ id, onDetails }: { id: string; onDetails: () => void }) {
  const { data, error, isPending, isRefetchError, refetch } = useConversation(id);
  if (isPending) return <LoadingThread />;
  if (!data) {
    return (
      <>
        <div className="flex h-14 items-center px-3 md:hidden">
          <BackToList />
        </div>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return (
    <>
      <Head detail={data} onDetails={onDetails} />
      {isRefetchError && <StaleNotice onRetry={() => void refetch()} />}
      {data.forgotten ? (
        <ForgottenThread />
      ) : (
        <>
          <MessageList detail={data} />
          <Composer detail={data} />
        </>
      )}
    </>
  );
}
