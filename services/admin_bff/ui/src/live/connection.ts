/** The stream of server-sent events: opened once, opened again when it breaks, and its state for all to see. */
import { LIVE_EVENT_NAMES, type LiveEventName, type LiveEvents } from "./events";
import { createStore } from "./store";

/** `polling`: no stream at the moment, so the pages ask from time to time. */
export type ConnectionState = "connecting" | "live" | "polling";
export const connection = createStore<ConnectionState>("connecting");

type Handler<N extends LiveEventName> = (event: LiveEvents[N]) => void;
const handlers = new Map<LiveEventName, Set<Handler<LiveEventName>>>();

/** Calls `handler` with each event of that name until the returned function is called. */
export function onLive<N extends LiveEventName>(name: N, handler: Handler<N>): () => void {
  const set = handlers.get(name) ?? new Set();
  handlers.set(name, set);
  set.add(handler as Handler<LiveEventName>);
  return () => set.delete(handler as Handler<LiveEventName>);
}

interface Listener {
  onEvent<N extends LiveEventName>(name: N, event: LiveEvents[N]): void;
  /** The stream is there. What was asked for before may be old: nobody told of what happened until now. */
  onOpen(): void;
  /** The server refused or ended the stream. */
  onClosed(): void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 15_000;
// The server says hello at once; a stream on which it does not is none.
const HELLO_WITHIN_MS = 10_000;

/** Follows the events of a tenant until the returned function is called. */
export function follow(tenantId: string, listener: Listener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_DELAY_MS;
  let stopped = false;

  const reopen = () => {
    source?.close();
    source = null;
    clearTimeout(timer);
    if (stopped) return;
    connection.set("polling");
    timer = setTimeout(open, delay * (0.75 + Math.random() / 2));
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
  };

  function open() {
    const stream = new EventSource(`/admin/${encodeURIComponent(tenantId)}/events`);
    source = stream;
    timer = setTimeout(reopen, HELLO_WITHIN_MS);
    stream.addEventListener("hello", () => {
      clearTimeout(timer);
      delay = FIRST_DELAY_MS;
      connection.set("live");
      listener.onOpen();
    });
    for (const name of LIVE_EVENT_NAMES) {
      stream.addEventListener(name, (message) => {
        const event = JSON.parse((message as MessageEvent<string>).data);
        listener.onEvent(name, event);
        for (const handler of handlers.get(name) ?? []) handler(event);
      });
    }
    stream.onerror = () => {
      listener.onClosed();
      reopen();
    };
  }

  const onOnline = () => {
    if (connection.get() === "live") return;
    delay = FIRST_DELAY_MS;
    reopen();
  };
  addEventListener("online", onOnline);
  open();
  return () => {
    stopped = true;
    removeEventListener("online", onOnline);
    clearTimeout(timer);
    source?.close();
    connection.set("connecting");
  };
}
