/** Who is logged in: opening, renewing and ending the session. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api, noteUnauthenticated, setCsrfToken } from "@/api/client";
import { isProblem } from "@/api/problem";
import { queryClient } from "@/api/query_client";
import type { Session } from "@/api/types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session> => entered(await answer(api.GET("/admin/session"))),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

function entered(session: Session): Session {
  setCsrfToken(session.csrf_token);
  return session;
}

/** The session of the pages behind the login; they are not shown without one. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the person may do more than read. */
export function useCanWrite(): boolean {
  return useSession().role !== "viewer";
}

export interface Credentials {
  api_key?: string;
  login_code?: string;
}

export async function logIn(credentials: Credentials): Promise<Session> {
  const session = entered(await answer(api.POST("/admin/session", { body: credentials })));
  // Nothing of what another tenant or person saw may be left.
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, session);
  return session;
}

export async function logOut(): Promise<void> {
  await answer(api.DELETE("/admin/session"));
  queryClient.clear();
}

/** Asks for the session anew, which prolongs it, and notices when there is none any more. */
export async function renew(): Promise<void> {
  try {
    queryClient.setQueryData(sessionQuery.queryKey, entered(await answer(api.GET("/admin/session"))));
  } catch (error) {
    // When nobody answers, the connection state says so, and the next try comes by itself.
    if (isProblem(error, 401)) noteUnauthenticated();
  }
}

/** How long to wait, in milliseconds, before a session that ends at `expiresAt` is renewed. */
export function renewalDelay(expiresAt: string, now: number): number {
  const left = Date.parse(expiresAt) - now;
  return Math.max(1_000, Math.min(left / 3, 5 * 60_000));
}
