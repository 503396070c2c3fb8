/** Keeps the session alive while the dashboard is open, and notices its end. */
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { whenUnauthenticated } from "@/api/client";
import { renew, renewalDelay, useSession } from "./session";

export function useSessionLife(): void {
  const session = useSession();
  const router = useRouter();
  const navigate = useNavigate();

  useEffect(() => {
    const end = () => {
      const { href, pathname } = router.state.location;
      if (pathname === "/login") return;
      void navigate({ to: "/login", search: { next: href, ended: true } });
    };
    whenUnauthenticated(end);

    const timer = setInterval(() => void renew(), renewalDelay(session.expires_at, Date.now()));
    const onVisible = () => {
      if (document.visibilityState === "visible") void renew();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      whenUnauthenticated(() => {});
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [session.expires_at, router, navigate]);
}
