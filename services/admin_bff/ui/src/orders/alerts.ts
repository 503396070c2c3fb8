/** New orders make themselves known on every page: a sound, a notice, and how many wait in the title. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { waitingCount } from "@/frame/page_title";
import { createStore } from "@/live/store";
import { useLiveEvent } from "@/live/use_live_event";
import { useSession } from "@/session/session";
import { notify } from "@/ui/toast";
import { orderSummaryQuery } from "./queries";
import { allowSoundOnGesture, ring } from "./sound";
import { queueCounts } from "./totals";

const REMEMBERED = 50;

/** Orders that came while the page was open and that nobody has looked at here. */
export const arrivals = createStore<readonly string[]>([]);

export function markSeen(orderId: string): void {
  if (arrivals.get().includes(orderId)) arrivals.set(arrivals.get().filter((id) => id !== orderId));
}

export function useOrderAlerts(): void {
  const { t } = useTranslation();
  const { data } = useQuery(orderSummaryQuery(useSession().tenant_id, {}));
  const waiting = data ? queueCounts(data).pending : 0;
  useEffect(() => {
    waitingCount.set(waiting);
    return () => waitingCount.set(0);
  }, [waiting]);
  useEffect(allowSoundOnGesture, []);
  useLiveEvent("order", ({ action, order_id, number }) => {
    if (action !== "created") return;
    arrivals.set([...arrivals.get().slice(1 - REMEMBERED), order_id]);
    notify(t("orders.tools.arrived", { number }));
    ring();
  });
}
