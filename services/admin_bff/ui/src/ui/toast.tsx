/** Short notices at the edge of the page, and the one way in which failed actions are told. */
import clsx from "clsx";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { i18next } from "@/i18n/i18n";
import { createStore, useStore } from "@/live/store";
import { IconButton } from "./button";

interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
}

const notices = createStore<Notice[]>([]);
let lastId = 0;

export function notify(text: string, tone: Notice["tone"] = "good"): void {
  lastId += 1;
  notices.set([...notices.get().slice(-2), { id: lastId, tone, text }]);
}

/** Tells that an action failed, in words that say whether anything was done. */
export function notifyFailure(error: unknown): void {
  if (isProblem(error, 401)) return; // the login page says it
  const away = isProblem(error) && error.unreachable;
  const reason = error instanceof Error ? error.message : String(error);
  notify(away ? i18next.t("toast.unreachable") : i18next.t("toast.failed", { reason }), "bad");
}

export function Toasts() {
  const { t } = useTranslation();
  const shown = useStore(notices);
  const remove = (id: number) => notices.set(notices.get().filter((notice) => notice.id !== id));
  return (
    <Radix.Provider duration={6_000} label={t("toast.region")}>
      {shown.map((notice) => (
        <Radix.Root
          key={notice.id}
          onOpenChange={(open) => open || remove(notice.id)}
          className={clsx(
            "flex animate-appear items-center gap-2.5 rounded-xl border border-line bg-surface py-1.5 ps-3.5 pe-1.5 shadow-float",
          )}
        >
          {notice.tone === "good" ? (
            <CircleCheck aria-hidden className="size-5 shrink-0 text-accent" />
          ) : (
            <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />
          )}
          <Radix.Title dir="auto" className="min-w-0 flex-1 break-words text-sm">
            {notice.text}
          </Radix.Title>
          <Radix.Close asChild>
            <IconButton label={t("action.close")}>
              <X aria-hidden className="size-4" />
            </IconButton>
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport
        label={t("toast.region")}
        className="fixed end-4 top-16 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 outline-none"
      />
    </Radix.Provider>
  );
}
