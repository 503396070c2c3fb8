/** The customer's orders, the latest first. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Order } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { useItemsText } from "@/orders/items_text";
import { OrderStatusBadge } from "../chips";

const SHOWN = 5;

export function CustomerOrders({ orders, customerId }: { orders: Order[]; customerId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const itemsText = useItemsText();
  if (orders.length === 0) return <p className="text-muted text-sm">{t("conversations.panel.noOrders")}</p>;
  const latest = orders.toSorted((one, other) => other.number - one.number).slice(0, SHOWN);
  return (
    <>
      <ul className="-mx-2 flex flex-col">
        {latest.map((order) => (
          <li key={order.id}>
            <Link
              to="/orders/$orderId"
              params={{ orderId: order.id }}
              search={{}}
              className="flex flex-col gap-0.5 rounded-lg px-2 py-2 hover:bg-hover"
            >
              <span className="flex items-center gap-2 text-sm">
                <span className="font-medium tabular-nums" dir="ltr">
                  #{order.number}
                </span>
                <OrderStatusBadge status={order.status} />
                <span className="ms-auto tabular-nums">{format.money(order.total)}</span>
              </span>
              <span className="truncate text-muted text-xs">{itemsText(order)}</span>
              <time dateTime={order.created_at} className="text-muted text-xs">
                {format.dateAndTime(order.created_at)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
      {orders.length > SHOWN && customerId && (
        <Link
          to="/orders"
          search={{ customer_id: customerId }}
          className="mt-1 inline-block min-h-6 text-accent-ink text-sm underline underline-offset-2"
        >
          {t("conversations.panel.allOrders")}
        </Link>
      )}
    </>
  );
}
