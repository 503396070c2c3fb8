/** Parts of an order that rows and cards share. */
import { Store, Truck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Order } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { useStore } from "@/live/store";
import { Badge } from "@/ui/badge";
import { ForeignLine } from "@/ui/foreign";
import { arrivals } from "../alerts";

/** Of the link that opens an order, so that the focus can return to it. */
export function linkId(orderId: string): string {
  return `order-${orderId}`;
}

export function CustomerName({ order, className }: { order: Order; className?: string }) {
  const { t } = useTranslation();
  if (order.customer_name) return <ForeignLine text={order.customer_name} {...(className && { className })} />;
  return <span className="text-muted">{t("orders.list.unknownCustomer")}</span>;
}

export function WantedDate({ date, short }: { date: string | null; short?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!date) return <span className="text-muted">{t(short ? "orders.list.soonShort" : "orders.list.soon")}</span>;
  return <time dateTime={date}>{format.date(date)}</time>;
}

export function Fulfillment({ order }: { order: Order }) {
  const { t } = useTranslation();
  if (!order.fulfillment) return <span className="text-muted">{t("orders.fulfillment.none")}</span>;
  const Icon = order.fulfillment === "delivery" ? Truck : Store;
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap">
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      {t(`orders.fulfillment.${order.fulfillment}`)}
    </span>
  );
}

/** Came while the page was open, and nobody has opened it here. */
export function NewMark({ orderId }: { orderId: string }) {
  const { t } = useTranslation();
  return useStore(arrivals).includes(orderId) ? <Badge tone="info">{t("orders.list.isNew")}</Badge> : null;
}
