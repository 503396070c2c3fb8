/** Says that nothing was done because the order was changed meanwhile, and by whom. */
import { CircleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { useStore } from "@/live/store";
import { Button } from "@/ui/button";
import { forgetStale, staleOrders } from "./stale_orders";
import { useActionName, useActorName } from "./timeline";

export function StaleOrderNotice({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const actorName = useActorName();
  const actionName = useActionName();
  const stale = useStore(staleOrders).includes(order.id);
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (stale) notice.current?.scrollIntoView({ block: "nearest" });
  }, [stale]);
  if (!stale) return null;
  const last = order.timeline.at(-1);
  return (
    <div
      ref={notice}
      role="alert"
      className="flex flex-col items-start gap-2 border-line border-b bg-warn-soft p-4 text-warn-ink"
    >
      <p className="flex gap-2 font-medium">
        <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0" />
        {t("orders.stale.title")}
      </p>
      <p className="text-sm">
        {last
          ? t("orders.stale.who", {
              action: actionName(last),
              // The name keeps its own direction within the sentence.
              name: `\u2068${actorName(last, order)}\u2069`,
              when: format.dateAndTime(last.at),
            })
          : t("orders.stale.unknown")}
      </p>
      <Button small onClick={() => forgetStale(order.id)}>
        {t("orders.stale.dismiss")}
      </Button>
    </div>
  );
}
