/** An order that was placed, changed or cancelled at this place of the conversation. */
import { Link } from "@tanstack/react-router";
import { ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Order } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { OrderStatusBadge } from "../chips";
import type { OrderEvent } from "./messages";

interface OrderEventProps {
  event: OrderEvent;
  /** How the order is now; undefined while unknown. */
  order: Order | undefined;
}

export function OrderEventLine({ event, order }: OrderEventProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const content = (
    <>
      <ShoppingBag aria-hidden className="size-4 shrink-0 text-accent" />
      <span className="font-medium">{t(`conversations.orderChip.${event.action}`, { number: event.number })}</span>
      {order && <span className="text-muted tabular-nums">{format.money(order.total)}</span>}
      {order && <OrderStatusBadge status={order.status} />}
    </>
  );
  const look =
    "inline-flex min-h-8 max-w-full flex-wrap items-center gap-2 rounded-xl border border-line bg-surface px-3 py-1 text-sm hover:border-accent";
  return order ? (
    <Link to="/orders/$orderId" params={{ orderId: order.id }} search={{}} className={look}>
      {content}
    </Link>
  ) : (
    <Link to="/orders" search={{ number: event.number }} className={look}>
      {content}
    </Link>
  );
}
