/** The list of conversations: the latest first, more as one scrolls. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import clsx from "clsx";
import { MessagesSquare } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "@/api/types";
import { useNow } from "@/format/use_format";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { Sentinel } from "@/ui/sentinel";
import { EmptyState, ErrorState, FilteredEmpty, Loading, Skeleton, StaleNotice } from "@/ui/states";
import { useShortcut } from "@/ui/use_shortcut";
import { conversationListQuery } from "../cache";
import { type ConversationSearch, isFiltered } from "../search";
import { ConversationRow } from "./conversation_row";
import { ListFilters } from "./list_filters";

function LoadingRows() {
  return (
    <Loading>
      {Array.from({ length: 7 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: grey bars have no identity
        <div key={index} className="flex gap-3 border-line border-b px-3.5 py-3">
          <Skeleton className="size-10 rounded-full!" />
          <div className="flex flex-1 flex-col gap-2">
            <Skeleton className="h-4 w-2/5" />
            <Skeleton className="h-3.5 w-4/5" />
            <Skeleton className="h-4 w-1/3 rounded-full!" />
          </div>
        </div>
      ))}
    </Loading>
  );
}

/** Alt+J and Alt+K: the conversation after and before the open one. */
function useStepping(rows: Conversation[]): void {
  const navigate = useNavigate();
  const { conversationId } = useParams({ strict: false });
  const step = (by: 1 | -1) => (event: KeyboardEvent) => {
    event.preventDefault();
    const at = rows.findIndex((row) => row.id === conversationId);
    const target = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!target) return;
    void navigate({
      to: "/conversations/$conversationId",
      params: { conversationId: target.id },
      search: (search) => search,
    });
  };
  useEffect(() => {
    if (conversationId)
      document.querySelector(`[data-row="${CSS.escape(conversationId)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [conversationId]);
  useShortcut({ code: "KeyJ", alt: true }, step(1));
  useShortcut({ code: "KeyK", alt: true }, step(-1));
}

export function ConversationList({ search }: { search: ConversationSearch }) {
  const { t } = useTranslation();
  const now = useNow();
  const navigate = useNavigate();
  const tenantId = useSession().tenant_id;
  const list = useInfiniteQuery({
    ...conversationListQuery(tenantId, search),
    placeholderData: (previous) => previous,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  useStepping(rows);
  const setSearch = (next: ConversationSearch) => void navigate({ to: ".", search: next, replace: true });

  const content = () => {
    if (list.isPending) return <LoadingRows />;
    if (!list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    if (rows.length === 0) {
      return isFiltered(search) ? (
        <FilteredEmpty
          title={t("conversations.list.noneFound")}
          hint={t("conversations.list.noneFoundHint")}
          onClear={() => setSearch({})}
        />
      ) : (
        <EmptyState
          icon={MessagesSquare}
          title={t("conversations.list.empty")}
          hint={t("conversations.list.emptyHint")}
        />
      );
    }
    return (
      <>
        <ul className={clsx("transition-opacity", list.isPlaceholderData && "opacity-55")}>
          {rows.map((row) => (
            <ConversationRow key={row.id} conversation={row} now={now} />
          ))}
        </ul>
        {list.hasNextPage && (
          <div className="flex justify-center p-3">
            <Sentinel key={rows.length} onSeen={() => !list.isFetching && void list.fetchNextPage()} />
            <Button small look="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {list.isFetchingNextPage ? t("conversations.list.loadingMore") : t("action.more")}
            </Button>
          </div>
        )}
      </>
    );
  };

  return (
    <section aria-label={t("conversations.list.title")} className="flex h-full min-h-0 flex-col">
      <ListFilters search={search} onChange={setSearch} />
      {list.isRefetchError && list.data && <StaleNotice onRetry={() => void list.refetch()} />}
      <div className="scroll-thin flex min-h-0 flex-1 flex-col overflow-y-auto">{content()}</div>
    </section>
  );
}
