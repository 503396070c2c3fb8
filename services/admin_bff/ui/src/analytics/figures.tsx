/** The figures that one wants to see first. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { type Report, ratio, usageDays, usageTotal } from "./report";
import { useFigures } from "./use_figures";

export function Figures({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = useFigures();
  const { sales, conversations } = report;
  const none = t("analytics.figures.none");
  const usage =
    conversations && usageTotal(usageDays(conversations.usage, { from: report.from_date, to: report.to_date }));
  const all = conversations?.conversation_count ?? 0;
  return (
    <dl aria-label={t("analytics.figures.label")} className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-4">
      <Figure
        wide
        name={t("analytics.figures.revenue")}
        value={sales ? format.money(sales.revenue) : none}
        hint={t("analytics.figures.revenueHint")}
      />
      <Figure
        name={t("analytics.figures.orders")}
        value={sales ? format.number(sales.order_count) : none}
        hint={sales ? t("analytics.figures.ordersHint", { count: sales.customer_count }) : ""}
      />
      <Figure
        name={t("analytics.figures.average")}
        value={sales?.order_count ? format.money(sales.average_order) : none}
        hint={t("analytics.figures.averageHint")}
      />
      <Figure
        name={t("analytics.figures.conversations")}
        value={conversations ? format.number(all) : none}
        hint={
          conversations ? t("analytics.figures.conversationsHint", { count: conversations.new_conversation_count }) : ""
        }
      />
      <Figure
        name={t("analytics.figures.conversion")}
        value={figures.percent(ratio(conversations?.ordering_conversation_count ?? 0, all))}
        hint={
          conversations
            ? t("analytics.figures.conversionHint", { count: conversations.ordering_conversation_count })
            : ""
        }
      />
      <Figure
        name={t("analytics.figures.unassisted")}
        value={figures.percent(ratio(conversations?.unassisted_conversation_count ?? 0, all))}
        hint={t("analytics.figures.unassistedHint")}
      />
      <Figure
        name={t("analytics.figures.cost")}
        value={usage ? figures.cost(usage.costMicroUsd) : none}
        hint={usage ? t("analytics.figures.costHint", { tokens: figures.compact(usage.tokens) }) : ""}
      />
    </dl>
  );
}

function Figure({ name, value, hint, wide }: { name: string; value: string; hint: string; wide?: boolean }) {
  return (
    <div
      className={`flex flex-col rounded-xl border border-line bg-surface p-4 shadow-card ${wide ? "col-span-2 sm:col-span-1 lg:col-span-2" : ""}`}
    >
      <dt className="text-muted text-sm">{name}</dt>
      <dd className="font-semibold text-2xl tabular-nums leading-tight">{value}</dd>
      {hint && <dd className="mt-1 text-muted text-xs">{hint}</dd>}
    </div>
  );
}
