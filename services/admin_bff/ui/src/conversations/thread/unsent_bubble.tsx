/** What staff wrote that is still on its way to the server, or did not get there. */
import { useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { CircleAlert, Clock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { ForeignText } from "@/ui/foreign";
import { discard, tryAgain, type Unsent } from "../composer/outbox";
import { BUBBLES } from "./bubble";

const linkClass = "min-h-6 font-medium underline underline-offset-2 hover:no-underline";

export function UnsentBubble({ unsent }: { unsent: Unsent }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const failed = unsent.failure !== null;
  const reason =
    isProblem(unsent.failure) && !unsent.failure.unreachable && unsent.failure.status !== 401
      ? unsent.failure.message
      : "";
  const words = t("conversations.delivery.localFailed");
  return (
    <div className="mt-1 flex max-w-[min(85%,38rem)] flex-col items-end gap-1 self-end">
      <div
        className={clsx(
          "max-w-full rounded-2xl border px-3.5 py-2",
          BUBBLES[unsent.mode === "note" ? "note" : "staff"],
          failed && "border-danger!",
        )}
      >
        <ForeignText text={unsent.text} />
        {!failed && (
          <span className="mt-0.5 flex items-center justify-end gap-1 text-muted text-xs">
            <Clock aria-hidden className="size-3.5" />
            {t("conversations.delivery.local")}
          </span>
        )}
      </div>
      {failed && (
        <div role="alert" className="flex flex-wrap items-center justify-end gap-x-3 text-danger-ink text-sm">
          <span className="flex items-center gap-1">
            <CircleAlert aria-hidden className="size-4 shrink-0" />
            {reason ? t("conversations.delivery.withReason", { state: words, reason }) : words}
          </span>
          <button type="button" className={linkClass} onClick={() => void tryAgain(queryClient, unsent)}>
            {t("conversations.delivery.tryAgain")}
          </button>
          <button type="button" className={linkClass} onClick={() => discard(unsent.key)}>
            {t("conversations.delivery.discard")}
          </button>
        </div>
      )}
    </div>
  );
}
