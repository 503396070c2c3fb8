/** What was ordered and what it costs. */
import { useTranslation } from "react-i18next";
import type { OrderDetail, OrderItem } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { Foreign } from "@/ui/foreign";
import { useQuantity } from "../quantity";
import { Section } from "./section";

export function Lines({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Section title={t("orders.detail.items")}>
      <table className="w-full border-collapse">
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("orders.detail.product")}</th>
            <th scope="col">{t("orders.detail.quantity")}</th>
            <th scope="col">{t("orders.detail.lineTotal")}</th>
          </tr>
        </thead>
        <tbody>
          {order.items.map((item) => (
            <Line key={item.sku} item={item} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2} className="pt-2.5 text-start font-semibold">
              {t("orders.detail.total")}
            </th>
            <td className="pt-2.5 text-end font-semibold text-lg tabular-nums">{format.money(order.total)}</td>
          </tr>
        </tfoot>
      </table>
    </Section>
  );
}

function Line({ item }: { item: OrderItem }) {
  const { t } = useTranslation();
  const format = useFormat();
  const quantity = useQuantity();
  const price = format.money(item.unit_price);
  return (
    <tr className="border-line border-b">
      <th scope="row" className="py-2 text-start font-normal">
        <span className="block font-medium">
          <Foreign>{format.name(item.name) || item.sku}</Foreign>
        </span>
        <span className="text-muted text-sm">
          {quantity.isPiece(item.unit)
            ? t("orders.detail.each", { price })
            : t("orders.detail.perUnit", { price, unit: quantity.unit(item.unit) })}
        </span>
      </th>
      <td className="whitespace-nowrap px-3 py-2 text-end tabular-nums">{quantity.text(item)}</td>
      <td className="whitespace-nowrap py-2 text-end tabular-nums">{format.money(item.line_total)}</td>
    </tr>
  );
}
