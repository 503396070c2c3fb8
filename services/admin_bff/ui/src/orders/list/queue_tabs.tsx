/** The queues: what waits, what is in work, and everything. */
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { inQueue, type OrderSearch, QUEUES, type Queue, queueOf } from "../search";

interface QueueTabsProps {
  search: OrderSearch;
  /** Unknown at first. */
  counts: Record<Queue, number> | undefined;
}

export function QueueTabs({ search, counts }: QueueTabsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = queueOf(search);
  return (
    <nav
      aria-label={t("orders.queue.label")}
      className="flex gap-1 rounded-xl bg-sunken p-1 ring-1 ring-line ring-inset"
    >
      {QUEUES.map((queue) => (
        <Link
          key={queue}
          to="."
          search={inQueue(search, queue)}
          activeProps={{}}
          aria-current={shown === queue ? "page" : undefined}
          className={clsx(
            "flex h-8 items-center gap-2 whitespace-nowrap rounded-lg px-3 font-medium text-sm transition-colors max-[22rem]:gap-1 max-[22rem]:px-1.5",
            shown === queue
              ? "bg-surface text-accent-ink shadow-card ring-1 ring-line-strong"
              : "text-muted hover:text-ink",
          )}
        >
          {t(`orders.queue.${queue}`)}
          {counts && (
            <span
              className={clsx(
                "min-w-5 rounded-full px-1.5 text-center text-xs tabular-nums",
                queue === "pending" && counts.pending > 0 ? "bg-warn-soft text-warn-ink" : "bg-hover text-muted",
              )}
            >
              {format.number(counts[queue])}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
