/** Who wrote and what the model cost: languages, channels, tokens and cost by day. */
import { MessagesSquare } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useChannelName } from "@/conversations/chips";
import { useFormat } from "@/format/use_format";
import { EmptyState } from "@/ui/states";
import { ChartCard } from "./chart_card";
import { RankedBars } from "./charts/ranked_bars";
import { DayChart } from "./lazy_charts";
import type { Range } from "./range";
import { type ConversationsReport, ranked, ratio, type Share, type UsageDay, usageDays, usageTotal } from "./report";
import { useFigures } from "./use_figures";

export function ConversationCharts({ report, range }: { report: ConversationsReport; range: Range }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const channelName = useChannelName();
  const days = usageDays(report.usage, range);
  const used = days.some((day) => day.turns > 0 || day.messages > 0);
  if (report.conversation_count === 0 && !used) {
    return (
      <div className="flex rounded-xl border border-line bg-surface">
        <EmptyState icon={MessagesSquare} title={t("analytics.empty.conversations")} hint={t("analytics.empty.hint")} />
      </div>
    );
  }
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-2">
        <Shares title={t("analytics.languages.title")} shares={report.languages} nameOf={figures.languageName} />
        <Shares title={t("analytics.channels.title")} shares={report.channels} nameOf={channelName} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Tokens days={days} />
        <Cost days={days} />
      </div>
    </>
  );
}

interface SharesProps {
  title: string;
  shares: readonly Share[];
  nameOf: (name: string) => string;
}

function Shares({ title, shares, nameOf }: SharesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = useFigures();
  const rows = ranked(shares);
  const all = rows.reduce((sum, each) => sum + each.count, 0);
  const share = (each: Share) => figures.percent(ratio(each.count, all));
  return (
    <ChartCard
      title={title}
      rows={rows}
      columns={[
        { name: t("analytics.chart.name"), value: (each) => nameOf(each.name) },
        { name: t("analytics.chart.conversations"), value: (each) => format.number(each.count), number: true },
        { name: t("analytics.chart.share"), value: share, number: true },
      ]}
    >
      <RankedBars
        bars={rows.map((each) => ({
          key: each.name,
          name: nameOf(each.name),
          value: each.count,
          text: `${format.number(each.count)} · ${share(each)}`,
        }))}
      />
    </ChartCard>
  );
}

function Tokens({ days }: { days: UsageDay[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = useFigures();
  const total = usageTotal(days);
  return (
    <ChartCard
      title={t("analytics.tokens.title")}
      summary={t("analytics.tokens.summary", {
        total: figures.compact(total.tokens),
        cached: figures.percent(ratio(total.cached, total.tokens)),
      })}
      rows={days}
      columns={[
        { name: t("analytics.chart.day"), value: (day) => figures.dayLong(day.date) },
        { name: t("analytics.tokens.fresh"), value: (day) => format.number(day.fresh), number: true },
        { name: t("analytics.tokens.written"), value: (day) => format.number(day.written), number: true },
        { name: t("analytics.tokens.cached"), value: (day) => format.number(day.cached), number: true },
        { name: t("analytics.tokens.output"), value: (day) => format.number(day.output), number: true },
        { name: t("analytics.tokens.turns"), value: (day) => format.number(day.turns), number: true },
        { name: t("analytics.tokens.messages"), value: (day) => format.number(day.messages), number: true },
      ]}
    >
      <DayChart
        dates={days.map((day) => day.date)}
        series={[
          { name: t("analytics.tokens.cached"), color: "var(--series-3)", values: days.map((day) => day.cached) },
          { name: t("analytics.tokens.fresh"), color: "var(--series-1)", values: days.map((day) => day.fresh) },
          { name: t("analytics.tokens.output"), color: "var(--series-2)", values: days.map((day) => day.output) },
        ]}
        axis={figures.compact}
        exact={format.number}
      />
    </ChartCard>
  );
}

function Cost({ days }: { days: UsageDay[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = useFigures();
  const total = usageTotal(days);
  const each = total.messages > 0 ? figures.cost(Math.round(total.costMicroUsd / total.messages)) : "–";
  return (
    <ChartCard
      title={t("analytics.cost.title")}
      summary={t("analytics.cost.summary", { total: figures.cost(total.costMicroUsd), each })}
      rows={days}
      columns={[
        { name: t("analytics.chart.day"), value: (day) => figures.dayLong(day.date) },
        { name: t("analytics.cost.cost"), value: (day) => figures.cost(day.costMicroUsd), number: true },
        { name: t("analytics.tokens.messages"), value: (day) => format.number(day.messages), number: true },
      ]}
    >
      <DayChart
        dates={days.map((day) => day.date)}
        series={[
          { name: t("analytics.cost.cost"), color: "var(--series-1)", values: days.map((day) => day.costMicroUsd) },
        ]}
        axis={(value) => figures.cost(Math.round(value))}
        exact={figures.cost}
      />
    </ChartCard>
  );
}
