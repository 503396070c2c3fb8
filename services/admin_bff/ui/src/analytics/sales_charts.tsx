/** What was sold: revenue by day, orders by status, products, busy hours. */
import { ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useStatusName } from "@/conversations/chips";
import { useFormat } from "@/format/use_format";
import { useQuantity } from "@/orders/quantity";
import { EmptyState } from "@/ui/states";
import { ChartCard } from "./chart_card";
import { HeatMap } from "./charts/heat_map";
import { RankedBars } from "./charts/ranked_bars";
import { DayChart } from "./lazy_charts";
import type { Range } from "./range";
import { heat, revenueDays, type Sales, weekOf } from "./report";
import { useFigures } from "./use_figures";

const TOP_PRODUCTS = 10;

export function SalesCharts({ sales, range }: { sales: Sales; range: Range }) {
  const { t } = useTranslation();
  const any = sales.statuses.some((each) => each.count > 0);
  if (!any) {
    return (
      <div className="flex rounded-xl border border-line bg-surface">
        <EmptyState icon={ShoppingBag} title={t("analytics.empty.sales")} hint={t("analytics.empty.hint")} />
      </div>
    );
  }
  if (sales.order_count === 0) {
    return (
      <>
        <p role="status" className="rounded-xl border border-line bg-surface p-4">
          {t("analytics.empty.cancelledOnly")}
        </p>
        <Statuses sales={sales} />
      </>
    );
  }
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-3">
        <RevenueByDay sales={sales} range={range} className="lg:col-span-2" />
        <Statuses sales={sales} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Products sales={sales} />
        <BusyHours sales={sales} />
      </div>
    </>
  );
}

function RevenueByDay({ sales, range, className }: { sales: Sales; range: Range; className: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = useFigures();
  const { currency } = sales.revenue;
  const days = revenueDays(sales, range);
  const money = (amount_minor: number) => format.money({ currency, amount_minor });
  const best = days.reduce((most, day) => (day.amountMinor > most.amountMinor ? day : most));
  return (
    <ChartCard
      className={className}
      title={t("analytics.revenueByDay.title")}
      {...(days.length > 1 && {
        summary: t("analytics.revenueByDay.summary", {
          total: money(sales.revenue.amount_minor),
          days: days.length,
          best: figures.dayLong(best.date),
          bestTotal: money(best.amountMinor),
        }),
      })}
      rows={days}
      columns={[
        { name: t("analytics.chart.day"), value: (day) => figures.dayLong(day.date) },
        { name: t("analytics.chart.revenue"), value: (day) => money(day.amountMinor), number: true },
        { name: t("analytics.chart.orders"), value: (day) => format.number(day.orders), number: true },
      ]}
    >
      <DayChart
        dates={days.map((day) => day.date)}
        series={[
          { name: t("analytics.chart.revenue"), color: "var(--series-1)", values: days.map((day) => day.amountMinor) },
        ]}
        axis={(value) => figures.moneyShort(currency, Math.round(value))}
        exact={money}
      />
    </ChartCard>
  );
}

function Statuses({ sales }: { sales: Sales }) {
  const { t } = useTranslation();
  const format = useFormat();
  const statusName = useStatusName();
  const rows = sales.statuses.filter((each) => each.count > 0);
  return (
    <ChartCard
      title={t("analytics.statuses.title")}
      rows={rows}
      columns={[
        { name: t("analytics.chart.status"), value: (each) => statusName(each.status) },
        { name: t("analytics.chart.orders"), value: (each) => format.number(each.count), number: true },
        { name: t("analytics.chart.sum"), value: (each) => format.money(each.total), number: true },
      ]}
    >
      <RankedBars
        bars={rows.map((each) => ({
          key: each.status,
          name: statusName(each.status),
          value: each.count,
          text: format.number(each.count),
        }))}
      />
    </ChartCard>
  );
}

function Products({ sales }: { sales: Sales }) {
  const { t } = useTranslation();
  const format = useFormat();
  const quantity = useQuantity();
  const top = sales.products.slice(0, TOP_PRODUCTS);
  const name = (each: (typeof top)[number]) => format.name(each.name) || each.sku;
  return (
    <ChartCard
      title={t("analytics.products.title")}
      summary={t(sales.products.length > top.length ? "analytics.products.first" : "analytics.products.byRevenue", {
        most: top.length,
      })}
      rows={sales.products}
      columns={[
        { name: t("analytics.chart.product"), value: name },
        { name: t("analytics.chart.revenue"), value: (each) => format.money(each.revenue), number: true },
        { name: t("analytics.chart.quantity"), value: (each) => quantity.text(each), number: true },
        { name: t("analytics.chart.orders"), value: (each) => format.number(each.order_count), number: true },
      ]}
    >
      <RankedBars
        bars={top.map((each) => ({
          key: each.sku,
          name: name(each),
          value: each.revenue.amount_minor,
          text: `${format.money(each.revenue)} · ${quantity.text(each)}`,
        }))}
      />
    </ChartCard>
  );
}

function BusyHours({ sales }: { sales: Sales }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = useFigures();
  const weekdays = weekOf(format.language);
  const counts = heat(sales.hours, weekdays);
  const ranked = sales.hours.toSorted((one, other) => other.count - one.count);
  const [most] = ranked;
  return (
    <ChartCard
      title={t("analytics.hours.title")}
      {...(most && {
        summary: t("analytics.hours.summary", {
          weekday: figures.weekday(most.weekday),
          hour: figures.hour(most.hour),
          count: most.count,
        }),
      })}
      rows={ranked}
      columns={[
        { name: t("analytics.chart.weekday"), value: (each) => figures.weekday(each.weekday) },
        { name: t("analytics.chart.hour"), value: (each) => figures.hour(each.hour), number: true },
        { name: t("analytics.chart.orders"), value: (each) => format.number(each.count), number: true },
      ]}
    >
      <HeatMap weekdays={weekdays} counts={counts} />
    </ChartCard>
  );
}
