/** The orders: the queue, and the opened order beside it; on a phone one of them at a time. */
import { useParams, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { usePageTitle } from "@/frame/page_title";
import { useSession } from "@/session/session";
import { OrderDetailPane } from "./detail/order_detail";
import { OrderList } from "./list/order_list";

export function OrdersPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/orders" });
  const { orderId } = useParams({ strict: false });
  usePageTitle(t("orders.title"), useFormat().name(useSession().tenant_name));
  return (
    <div className="flex min-h-0 flex-1">
      <h1 className="sr-only">{t("orders.title")}</h1>
      <div className={clsx("@container min-h-0 min-w-0 flex-1", orderId && "max-lg:hidden")}>
        <OrderList search={search} />
      </div>
      {orderId && <OrderDetailPane key={orderId} id={orderId} />}
    </div>
  );
}
