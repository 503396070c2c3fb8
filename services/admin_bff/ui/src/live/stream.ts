/** One stream of server-sent events, read so that its signs of life are seen too; EventSource keeps those to itself. */
import { createParser } from "eventsource-parser";

interface Reader {
  onEvent(name: string, data: string): void;
  /** Something came, be it only "still here". */
  onSign(): void;
}

/** Reads until the stream ends; throws when it breaks, is refused, or `signal` ends it. */
export async function readStream(url: string, signal: AbortSignal, reader: Reader): Promise<void> {
  const response = await fetch(url, { headers: { Accept: "text/event-stream" }, cache: "no-store", signal });
  if (!response.ok || !response.body) throw new Error(`the stream was refused: ${response.status}`);
  const parser = createParser({ onEvent: ({ event = "message", data }) => reader.onEvent(event, data) });
  const chunks = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let chunk = await chunks.read(); !chunk.done; chunk = await chunks.read()) {
    reader.onSign();
    parser.feed(chunk.value);
  }
}
