/** One order on paper: what the kitchen and the driver need, readable from a step away. */
import { useTranslation } from "react-i18next";
import type { Order, OrderDetail } from "@/api/types";
import { useStatusName } from "@/conversations/chips";
import { useFormat } from "@/format/use_format";
import { Foreign, ForeignText } from "@/ui/foreign";
import { useQuantity } from "../quantity";

/** Paper is white in every theme. */
const paper =
  "mx-auto flex w-full max-w-3xl shrink-0 flex-col gap-5 rounded-lg bg-[#fff] p-6 text-[#000] shadow-card [color-scheme:light] print:max-w-none print:break-after-page print:rounded-none print:p-0 print:shadow-none print:last:break-after-auto";

export function Ticket({ order }: { order: Order | OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const statusName = useStatusName();
  const phone = "customer" in order ? order.customer?.phone : "";
  return (
    <article aria-label={t("orders.detail.label", { number: order.number })} className={paper}>
      <header className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-[#000] border-b-4 pb-3">
        <h2 className="font-bold text-5xl tabular-nums">
          <bdi dir="ltr">#{order.number}</bdi>
        </h2>
        <p className="font-bold text-3xl">
          {order.fulfillment && `${t(`orders.fulfillment.${order.fulfillment}`)} · `}
          {order.wanted_date ? format.date(order.wanted_date) : t("orders.list.soon")}
        </p>
        <p className="w-full text-lg">
          {statusName(order.status)} · {t("orders.detail.placed", { when: format.dateAndTime(order.created_at) })}
        </p>
      </header>
      <Items order={order} />
      {order.notes && (
        <section className="break-inside-avoid border-4 border-[#000] p-3">
          <h3 className="font-bold text-lg">{t("orders.detail.notes")}</h3>
          <ForeignText text={order.notes} className="text-2xl" />
        </section>
      )}
      <section className="flex break-inside-avoid flex-col gap-1 text-xl">
        <p className="font-bold text-2xl">
          <Foreign>{order.customer_name || t("orders.list.unknownCustomer")}</Foreign>
        </p>
        {phone && (
          <p dir="ltr" className="rtl:text-end">
            {phone}
          </p>
        )}
        {order.fulfillment !== "pickup" && order.delivery_address && <ForeignText text={order.delivery_address} />}
      </section>
    </article>
  );
}

function Items({ order }: { order: Order }) {
  const { t } = useTranslation();
  const format = useFormat();
  const quantity = useQuantity();
  return (
    <table className="w-full border-collapse text-2xl">
      <thead className="sr-only">
        <tr>
          <th scope="col">{t("orders.detail.quantity")}</th>
          <th scope="col">{t("orders.detail.product")}</th>
          <th scope="col">{t("orders.detail.lineTotal")}</th>
        </tr>
      </thead>
      <tbody>
        {order.items.map((item) => (
          <tr key={item.sku} className="break-inside-avoid border-[#000] border-b">
            <td className="whitespace-nowrap py-2 pe-6 font-bold tabular-nums">{quantity.text(item)}</td>
            <td className="w-full py-2">
              <Foreign>{format.name(item.name) || item.sku}</Foreign>
            </td>
            <td className="whitespace-nowrap py-2 ps-6 text-end text-lg tabular-nums">
              {format.money(item.line_total)}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={2} className="py-2 font-bold">
            {t("orders.detail.total")}
          </td>
          <td className="whitespace-nowrap py-2 text-end font-bold tabular-nums">{format.money(order.total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
