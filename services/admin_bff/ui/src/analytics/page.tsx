/** The analytics: how the business goes in some days. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import { localDate } from "@/format/time";
import { useFormat, useNow } from "@/format/use_format";
import { usePageTitle } from "@/frame/page_title";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { ErrorState, Loading, Skeleton, StaleNotice } from "@/ui/states";
import { ConversationCharts } from "./conversation_charts";
import { Figures } from "./figures";
import { type Range, type RangeSearch, rangeOf } from "./range";
import { RangePicker } from "./range_picker";
import type { Report } from "./report";
import { SalesCharts } from "./sales_charts";

function useReport(range: Range) {
  const tenant_id = useSession().tenant_id;
  return useQuery({
    queryKey: [...keys.analytics, range],
    queryFn: ({ signal }) =>
      answer(api.GET("/admin/{tenant_id}/analytics", { params: { path: { tenant_id }, query: range }, signal })),
    placeholderData: (previous) => previous,
  });
}

export function AnalyticsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/analytics" });
  const navigate = useNavigate();
  const format = useFormat();
  const today = localDate(useNow(), format.timeZone);
  const range = rangeOf(search, today);
  const report = useReport(range);
  usePageTitle(t("analytics.title"), format.name(useSession().tenant_name));
  const show = (next: RangeSearch) => void navigate({ to: "/analytics", search: next });

  const content = () => {
    if (report.data)
      return <Shown report={report.data} old={report.isPlaceholderData} onRetry={() => void report.refetch()} />;
    if (report.isPending) return <LoadingReport />;
    return (
      <div className="flex min-h-80">
        <ErrorState error={report.error} onRetry={() => void report.refetch()} />
      </div>
    );
  };
  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-y-auto">
      {report.isRefetchError && report.data && <StaleNotice onRetry={() => void report.refetch()} />}
      <div className="mx-auto flex max-w-6xl flex-col gap-4 p-3 md:p-6">
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
          <h1 className="font-semibold text-xl">{t("analytics.title")}</h1>
          <RangePicker search={search} range={range} today={today} onShow={show} />
        </div>
        {content()}
      </div>
    </div>
  );
}

function Shown({ report, old, onRetry }: { report: Report; old: boolean; onRetry: () => void }) {
  const { t } = useTranslation();
  const range = { from: report.from_date, to: report.to_date };
  return (
    <div aria-busy={old} className={clsx("flex flex-col gap-4 transition-opacity", old && "opacity-55")}>
      {report.missing.map((part) => (
        <div
          key={part}
          role="status"
          className="flex flex-wrap items-center gap-2 rounded-xl bg-warn-soft px-4 py-2 text-warn-ink"
        >
          <CircleAlert aria-hidden className="size-4.5 shrink-0" />
          <span className="min-w-0 flex-1">{t(`analytics.missing.${part}`)}</span>
          <Button small onClick={onRetry}>
            {t("state.retry")}
          </Button>
        </div>
      ))}
      <Figures report={report} />
      {report.sales && <SalesCharts sales={report.sales} range={range} />}
      {report.conversations && <ConversationCharts report={report.conversations} range={range} />}
    </div>
  );
}

function LoadingReport() {
  return (
    <Loading>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        {Array.from({ length: 7 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grey bars have no identity
          <Skeleton key={index} className="h-24 rounded-xl!" />
        ))}
      </div>
      <Skeleton className="h-80 rounded-xl!" />
      <div className="grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-64 rounded-xl!" />
        <Skeleton className="h-64 rounded-xl!" />
      </div>
    </Loading>
  );
}
