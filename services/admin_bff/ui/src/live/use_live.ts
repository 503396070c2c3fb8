/** Keeps what the pages show in step with the server: by events, or by asking while there are none. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "@/api/keys";
import { changeConversation } from "@/conversations/cache";
import { renew, useSession } from "@/session/session";
import { connection, follow } from "./connection";
import { touchedBy } from "./events";
import { useStore } from "./store";

const POLL_MS = 10_000;
// Events come in bursts (a message, its order, its state); one round of requests answers them all.
const GATHER_MS = 200;

export function useLive(): void {
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const state = useStore(connection);

  useEffect(() => {
    const waiting = new Map<string, readonly unknown[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const touched = [...waiting.values()];
      waiting.clear();
      for (const queryKey of touched) void queryClient.invalidateQueries({ queryKey });
    };
    const stop = follow(tenantId, {
      onEvent(name, event) {
        if (name === "turn" && "running" in event) {
          const { conversation_id, running } = event;
          changeConversation(queryClient, conversation_id, (known) => ({ ...known, answering: running }));
          // What is being asked for at this moment may have been read before, and would take that back.
          for (const key of [keys.conversation(conversation_id), keys.conversationLists])
            if (queryClient.isFetching({ queryKey: key })) waiting.set(JSON.stringify(key), key);
        }
        for (const key of touchedBy(name, event)) waiting.set(JSON.stringify(key), key);
        if (waiting.size) timer ??= setTimeout(flush, GATHER_MS);
      },
      onOpen() {
        void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      },
      onClosed() {
        // A session that ended closes the stream too; a server that is away says nothing about the session.
        void renew();
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queryClient, tenantId]);

  useEffect(() => {
    if (state !== "polling") return;
    const timer = setInterval(
      () => void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" }),
      POLL_MS,
    );
    return () => clearInterval(timer);
  }, [queryClient, state]);
}
