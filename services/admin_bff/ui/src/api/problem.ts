/** What went wrong with a request, as the pages see it. */

interface ProblemDetails {
  status: number;
  title: string;
  detail?: string | undefined;
  reason?: string | undefined;
  field?: string | null | undefined;
  current?: unknown;
}

/** A request that failed. `status` 0: no answer came. `current`: the fresh record, when ours was stale. */
export class Problem extends Error {
  readonly status: number;
  readonly reason: string;
  readonly field: string;
  readonly current: unknown;
  /** Seconds to wait before the next try, when the server said so. */
  readonly retryAfter: number | null;

  constructor(details: ProblemDetails, retryAfter: number | null = null) {
    super(details.detail || details.title);
    this.name = "Problem";
    this.status = details.status;
    this.reason = details.reason ?? "";
    this.field = details.field ?? "";
    this.current = details.current;
    this.retryAfter = retryAfter;
  }

  get unreachable(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** The problem that an answer describes (RFC 9457), or what can be said of an answer that describes none. */
export function problemOf(status: number, body: unknown, retryAfter: string | null): Problem {
  const details = typeof body === "object" && body !== null ? (body as Partial<ProblemDetails>) : {};
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return new Problem(
    { ...details, status, title: details.title ?? `HTTP ${status}` },
    Number.isFinite(seconds) ? seconds : null,
  );
}

export function isProblem(error: unknown, status?: number): error is Problem {
  return error instanceof Problem && (status === undefined || error.status === status);
}
