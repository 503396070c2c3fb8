/** The frame around every page behind the login: tabs, connection, language, theme, who is logged in. */
import { Link, Outlet, useParams } from "@tanstack/react-router";
import clsx from "clsx";
import { ChartColumn, MessagesSquare, Search, ShoppingBag } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { useStore } from "@/live/store";
import { useLive } from "@/live/use_live";
import { useOrderAlerts } from "@/orders/alerts";
import { useSession } from "@/session/session";
import { useSessionLife } from "@/session/use_session_life";
import { useShortcut } from "@/ui/use_shortcut";
import { AccountMenu } from "./account_menu";
import { BrandMark } from "./brand";
import { ConnectionNotice, ConnectionState } from "./connection_state";
import { waitingCount } from "./page_title";
import { LanguageButton, ThemeMenu } from "./preferences";

const loadPalette = () => import("./palette");
const Palette = lazy(loadPalette);

const TABS = [
  { to: "/conversations", name: "conversations", icon: MessagesSquare },
  { to: "/orders", name: "orders", icon: ShoppingBag },
  { to: "/analytics", name: "analytics", icon: ChartColumn },
] as const;

function Tabs({ phone = false }: { phone?: boolean }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("tabs.navigation")} className={phone ? "grid grid-cols-3" : "flex items-center gap-1"}>
      {TABS.map(({ to, name, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          search={{}}
          activeOptions={{ includeSearch: false }}
          className={clsx(
            "relative flex items-center font-medium text-muted transition-colors hover:text-ink",
            phone
              ? "flex-col gap-0.5 py-2 text-xs aria-[current=page]:text-accent"
              : "h-9 gap-2 rounded-lg px-3 hover:bg-hover aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-ink",
          )}
        >
          <Icon aria-hidden className={phone ? "size-5" : "size-4.5"} />
          {t(`tabs.${name}`)}
          {name === "orders" && <WaitingOrders phone={phone} />}
        </Link>
      ))}
    </nav>
  );
}

/** Fetches the palette while nothing else is to do, so that what is typed right after Mod+K is not lost. */
function usePreloadedPalette(): void {
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => {}), 1_500);
    return () => clearTimeout(timer);
  }, []);
}

function WaitingOrders({ phone }: { phone: boolean }) {
  const { t } = useTranslation();
  const count = useStore(waitingCount);
  if (count === 0) return null;
  return (
    <span
      className={clsx(
        "flex h-5 min-w-5 items-center justify-center rounded-full bg-warn-soft px-1.5 font-semibold text-warn-ink text-xs",
        phone && "absolute start-1/2 top-1 ms-2",
      )}
    >
      <span aria-hidden>{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("orders.queue.waiting", { count })}</span>
    </span>
  );
}

export function AppFrame() {
  const { t } = useTranslation();
  const session = useSession();
  const format = useFormat();
  const [paletteOpen, setPaletteOpen] = useState(false);
  // On a phone an open conversation has the whole screen.
  const reading = useParams({ strict: false, select: (params) => !!params.conversationId });
  useSessionLife();
  useLive();
  useOrderAlerts();
  usePreloadedPalette();
  useShortcut({ code: "KeyK", mod: true }, (event) => {
    event.preventDefault();
    setPaletteOpen(true);
  });

  return (
    <div className="flex h-dvh flex-col overflow-hidden print:block print:h-auto print:overflow-visible">
      <a
        href="#main"
        className="sr-only z-60 rounded-lg bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:absolute focus:start-3 focus:top-3"
      >
        {t("app.skip")}
      </a>
      <header
        className={clsx(
          "flex h-14 shrink-0 items-center gap-2 border-line border-b bg-surface px-3 md:gap-3 md:px-4 print:hidden",
          reading && "max-md:hidden",
        )}
      >
        <BrandMark className="size-8 shrink-0" />
        <span className="min-w-0 max-w-56 truncate font-semibold">{format.name(session.tenant_name)}</span>
        <div className="ms-3 hidden md:block">
          <Tabs />
        </div>
        <div className="ms-auto flex items-center gap-1">
          <ConnectionState />
          <button
            type="button"
            onClick={() => setPaletteOpen(true)}
            title={t("frame.search")}
            className="flex h-9 items-center gap-2 rounded-lg px-2 text-muted hover:bg-hover hover:text-ink lg:border lg:border-line"
          >
            <Search aria-hidden className="size-4.5" />
            <span className="sr-only">{t("frame.search")}</span>
            <kbd className="hidden font-sans text-xs lg:inline" dir="ltr">
              {/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K"}
            </kbd>
          </button>
          <LanguageButton />
          <ThemeMenu />
          <AccountMenu />
        </div>
      </header>
      {reading && <ConnectionNotice />}
      <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        <Outlet />
      </main>
      <div
        className={clsx(
          "shrink-0 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden print:hidden",
          reading && "hidden",
        )}
      >
        <Tabs phone />
      </div>
      {paletteOpen && (
        <Suspense>
          <Palette onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
