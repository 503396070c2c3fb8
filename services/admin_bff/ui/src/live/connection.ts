/** The stream of server-sent events: opened once, opened again when it breaks, and its state for all to see. */
import { LIVE_EVENT_NAMES, type LiveEventName, type LiveEvents } from "./events";
import { createStore } from "./store";
import { readStream } from "./stream";

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
// It gives a sign of life every 15 seconds; where three are missing, the network lost the stream and told nobody.
const SILENCE_MS = 45_000;

/** Follows the events of a tenant until the returned function is called. */
export function follow(tenantId: string, listener: Listener): () => void {
  const url = `/admin/${encodeURIComponent(tenantId)}/events`;
  let stream = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_DELAY_MS;

  /** Calls `what` unless something else is waited for meanwhile. */
  const wait = (what: () => void, milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(what, milliseconds);
  };

  const reopen = () => {
    stream.abort();
    connection.set("polling");
    wait(open, delay * (0.75 + Math.random() / 2));
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
  };

  function open() {
    stream = new AbortController();
    const { signal } = stream;
    wait(reopen, HELLO_WITHIN_MS);
    let greeted = false;
    const ended = () => {
      if (signal.aborted) return;
      listener.onClosed();
      reopen();
    };
    readStream(url, signal, {
      onSign: () => greeted && !signal.aborted && wait(reopen, SILENCE_MS),
      onEvent(name, data) {
        if (signal.aborted) return;
        if (name === "hello") {
          greeted = true;
          wait(reopen, SILENCE_MS);
          delay = FIRST_DELAY_MS;
          connection.set("live");
          listener.onOpen();
        } else if (isKnown(name)) {
          const event = JSON.parse(data);
          listener.onEvent(name, event);
          for (const handler of handlers.get(name) ?? []) handler(event);
        }
      },
    }).then(ended, ended);
  }

  const onOnline = () => {
    if (connection.get() === "live") return;
    delay = FIRST_DELAY_MS;
    reopen();
  };
  addEventListener("online", onOnline);
  open();
  return () => {
    removeEventListener("online", onOnline);
    stream.abort();
    clearTimeout(timer);
    connection.set("connecting");
  };
}

function isKnown(name: string): name is LiveEventName {
  return LIVE_EVENT_NAMES.some((known) => known === name);
}
