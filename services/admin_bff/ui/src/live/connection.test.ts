import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connection, follow } from "./connection";

const HELLO = 'event: hello\ndata: {"event":"hello"}\n\n';
const STILL_HERE = ": still here\n\n";

/** Streams that were asked for, oldest first; `tell` sends on one. */
const streams: { tell: (text: string) => void; end: () => void; signal: AbortSignal }[] = [];
const heard: string[] = [];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  vi.stubGlobal("fetch", (_url: string, { signal }: { signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const tell = (text: string) => controller.enqueue(new TextEncoder().encode(text));
        streams.push({ tell, end: () => controller.close(), signal });
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return Promise.resolve(new Response(body));
  });
  stop = follow("valdman", {
    onEvent: (name) => heard.push(name),
    onOpen: () => heard.push("open"),
    onClosed: () => heard.push("closed"),
  });
});

afterEach(() => {
  stop();
  streams.length = 0;
  heard.length = 0;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function told(text: string): Promise<void> {
  streams.at(-1)?.tell(text);
  await vi.advanceTimersByTimeAsync(1);
}

test("a stream that greets is live, and its events are told, however they are cut into pieces", async () => {
  await told(HELLO);
  expect(connection.get()).toBe("live");
  await told('event: message\ndata: {"conversation');
  expect(heard).toEqual(["open"]);
  await told('_id":"c1"}\n\nevent: of tomorrow\ndata: {}\n\n');
  expect(heard).toEqual(["open", "message"]);
});

test("signs of life keep a stream on which nothing happens", async () => {
  await told(HELLO);
  for (let quarter = 0; quarter < 40; quarter++) {
    await vi.advanceTimersByTimeAsync(15_000);
    await told(STILL_HERE);
  }
  expect(connection.get()).toBe("live");
  expect(streams).toHaveLength(1);
});

test("a stream that died without a word is noticed and opened again", async () => {
  await told(HELLO);
  await vi.advanceTimersByTimeAsync(44_000);
  expect(connection.get()).toBe("live");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(connection.get()).toBe("polling");
  expect(streams[0]?.signal.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(1_500);
  await told(HELLO);
  expect(connection.get()).toBe("live");
  expect(heard).toEqual(["open", "open"]);
});

test("a stream without a greeting is none, even one that gives signs of life", async () => {
  await told(STILL_HERE);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(connection.get()).toBe("polling");
});

test("a stream that the server ends is opened again, and the session is asked for", async () => {
  await told(HELLO);
  streams[0]?.end();
  await vi.advanceTimersByTimeAsync(1);
  expect(connection.get()).toBe("polling");
  expect(heard).toEqual(["open", "closed"]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(streams).toHaveLength(2);
});
