/** The cached conversations: asking for them, and putting in what an answer or an event tells. */
import { type InfiniteData, infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import { partsAgainIn } from "@/api/query_client";
import type { Conversation, ConversationDetail, ConversationPage, Message } from "@/api/types";
import type { ConversationSearch } from "./search";
import { isOnItsWay, joined, withMessage } from "./thread/messages";

const SENT_AGAIN_MS = 3_000;
const LATEST = 5;

export function conversationListQuery(tenantId: string, search: ConversationSearch) {
  return infiniteQueryOptions({
    queryKey: keys.conversationList(search),
    queryFn: ({ pageParam, signal }) => {
      const { state, ...others } = search;
      const query = { ...others, ...(state && { state: [state] }), ...(pageParam && { cursor: pageParam }) };
      return answer(
        api.GET("/admin/{tenant_id}/conversations", { params: { path: { tenant_id: tenantId }, query }, signal }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function conversationQuery(queryClient: QueryClient, tenantId: string, id: string) {
  return queryOptions({
    queryKey: keys.conversation(id),
    queryFn: async ({ signal }): Promise<ConversationDetail> => {
      const fresh = await answer(
        api.GET("/admin/{tenant_id}/conversations/{conversation_id}", {
          params: { path: { tenant_id: tenantId, conversation_id: id } },
          signal,
        }),
      );
      // An answer holds the latest messages only; older ones that were loaded before stay.
      const known = queryClient.getQueryData<ConversationDetail>(keys.conversation(id));
      return known ? { ...fresh, ...joined(known, fresh) } : fresh;
    },
    // That a reply was sent is no news of its own.
    refetchInterval: ({ state: { data } }) =>
      data?.messages.slice(-LATEST).some(isOnItsWay) ? SENT_AGAIN_MS : partsAgainIn(data),
  });
}

/** Loads the page of messages before the oldest one that is known. */
export async function loadOlder(queryClient: QueryClient, tenantId: string, id: string): Promise<void> {
  const cursor = queryClient.getQueryData<ConversationDetail>(keys.conversation(id))?.older_cursor;
  if (!cursor) return;
  const page = await answer(
    api.GET("/admin/{tenant_id}/conversations/{conversation_id}/messages", {
      params: { path: { tenant_id: tenantId, conversation_id: id }, query: { cursor } },
    }),
  );
  changeDetail(queryClient, id, (detail) =>
    detail.older_cursor === cursor
      ? { ...detail, messages: [...page.items.toReversed(), ...detail.messages], older_cursor: page.next_cursor }
      : detail,
  );
}

export function putConversation(queryClient: QueryClient, conversation: Conversation): void {
  changeDetail(queryClient, conversation.id, (detail) => ({ ...detail, conversation }));
  changeRows(queryClient, conversation.id, () => conversation);
}

export function putMessage(queryClient: QueryClient, conversationId: string, message: Message): void {
  changeDetail(queryClient, conversationId, (detail) => ({
    ...detail,
    messages: withMessage(detail.messages, message),
  }));
}

export function changeConversation(
  queryClient: QueryClient,
  id: string,
  change: (conversation: Conversation) => Conversation,
): void {
  changeDetail(queryClient, id, (detail) => ({ ...detail, conversation: change(detail.conversation) }));
  changeRows(queryClient, id, change);
}

export function changeDetail(
  queryClient: QueryClient,
  id: string,
  change: (detail: ConversationDetail) => ConversationDetail,
): void {
  queryClient.setQueryData<ConversationDetail>(keys.conversation(id), (detail) => detail && change(detail));
}

function changeRows(queryClient: QueryClient, id: string, change: (conversation: Conversation) => Conversation): void {
  queryClient.setQueriesData<InfiniteData<ConversationPage>>({ queryKey: keys.conversationLists }, (list) => {
    if (!list?.pages.some((page) => page.items.some((row) => row.id === id))) return list;
    const pages = list.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => (row.id === id ? change(row) : row)),
    }));
    return { ...list, pages };
  });
}
