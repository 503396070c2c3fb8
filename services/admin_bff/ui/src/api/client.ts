/** The one way to the server: typed by its OpenAPI, with the CSRF token, idempotency keys and problems. */
import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemOf } from "./problem";
import type { paths } from "./schema";

let csrfToken = "";
let onUnauthenticated: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** `listener` is called when it turns out, in the middle of work, that there is no session any more. */
export function whenUnauthenticated(listener: () => void): void {
  onUnauthenticated = listener;
}

export function noteUnauthenticated(): void {
  onUnauthenticated();
}

const TIMEOUT_MS = 20_000;

const conventions: Middleware = {
  onRequest({ request }) {
    if (request.method === "GET" || request.method === "HEAD") return;
    if (csrfToken) request.headers.set("X-CSRF-Token", csrfToken);
    if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", crypto.randomUUID());
  },
  onResponse({ request, response }) {
    if (response.status === 401 && new URL(request.url).pathname !== "/admin/session") noteUnauthenticated();
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: (request) => fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) }),
});
api.use(conventions);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The content of an answer; throws a Problem when it is none. */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ status: 0, title: "No answer" });
  }
  const { data, error, response } = result;
  if (!response.ok) throw problemOf(response.status, error, response.headers.get("Retry-After"));
  return data as T;
}
