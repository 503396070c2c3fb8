/** Orders as cards, for phones. */
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useTranslation } from "react-i18next";
import type { Order } from "@/api/types";
import { OrderStatusBadge } from "@/conversations/chips";
import { useFormat, useNow } from "@/format/use_format";
import { useItemsText } from "../items_text";
import { CustomerName, Fulfillment, linkId, NewMark, WantedDate } from "./order_parts";

export function OrderCards({ orders }: { orders: Order[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const itemsText = useItemsText();
  return (
    <ul>
      {orders.map((order) => (
        <li key={order.id} className="[contain-intrinsic-size:auto_112px] [content-visibility:auto]">
          <Link
            id={linkId(order.id)}
            to="/orders/$orderId"
            params={{ orderId: order.id }}
            search={true}
            className="flex flex-col gap-1 border-line border-b px-4 py-3 outline-offset-[-2px] hover:bg-hover"
          >
            <span className="flex items-center gap-2">
              <span className="font-semibold tabular-nums">
                <span className="sr-only">{t("orders.list.number")} </span>
                <bdi dir="ltr">#{order.number}</bdi>
              </span>
              <OrderStatusBadge status={order.status} />
              <NewMark orderId={order.id} />
              <span
                className={clsx(
                  "ms-auto font-semibold tabular-nums",
                  order.status === "cancelled" && "text-muted line-through",
                )}
              >
                {format.money(order.total)}
              </span>
            </span>
            <span className="flex items-baseline gap-2">
              <CustomerName order={order} className="flex-1 font-medium" />
              <time dateTime={order.created_at} className="ms-auto shrink-0 text-muted text-xs">
                {format.listTime(order.created_at, now)}
              </time>
            </span>
            <span className="truncate text-muted text-sm">{itemsText(order)}</span>
            <span className="flex flex-wrap items-center gap-x-3 text-sm">
              <Fulfillment order={order} />
              <WantedDate date={order.wanted_date} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
