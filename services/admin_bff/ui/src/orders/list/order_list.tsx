/** The queue of orders: tabs, filters, what it comes to, the rows. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import clsx from "clsx";
import { ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { Sentinel } from "@/ui/sentinel";
import { EmptyState, ErrorState, FilteredEmpty, Loading, Skeleton, StaleNotice } from "@/ui/states";
import { useMedia } from "@/ui/use_media";
import { orderListQuery, orderSummaryQuery } from "../queries";
import { filterCount, type OrderSearch, queueOf, withoutFilters } from "../search";
import { queueCounts, totalsOf } from "../totals";
import { Filters } from "./filters";
import { OrderCards } from "./order_cards";
import { OrderTable } from "./order_table";
import { QueueTabs } from "./queue_tabs";
import { Tools } from "./tools";

function LoadingRows() {
  return (
    <Loading>
      {Array.from({ length: 8 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: grey bars have no identity
        <div key={index} className="flex items-center gap-4 border-line border-b px-4 py-4">
          <Skeleton className="h-4 w-12" />
          <Skeleton className="h-5 w-20 rounded-full!" />
          <Skeleton className="h-4 w-1/4" />
          <Skeleton className="h-4 flex-1 max-sm:hidden" />
          <Skeleton className="ms-auto h-4 w-16" />
        </div>
      ))}
    </Loading>
  );
}

function TotalsLine({ search }: { search: OrderSearch }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, isPending } = useQuery(useSummaryOptions(search));
  if (isPending) return <Skeleton className="my-0.5 h-4 w-40" />;
  if (!data) return null; // the list below says what is wrong
  const { count, sum, withoutCancelled } = totalsOf(data, search);
  return (
    <p role="status" className="flex flex-wrap gap-x-3 text-sm">
      <span className="font-medium">{t("orders.list.total", { count })}</span>
      <span className="text-muted tabular-nums">
        {t(withoutCancelled ? "orders.list.sumWithoutCancelled" : "orders.list.sum", { amount: format.money(sum) })}
      </span>
    </p>
  );
}

function useSummaryOptions(search: OrderSearch) {
  return {
    ...orderSummaryQuery(useSession().tenant_id, search),
    placeholderData: <T,>(previous: T | undefined) => previous,
  };
}

export function OrderList({ search }: { search: OrderSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const wide = useMedia("(min-width: 48rem)");
  const summary = useQuery(useSummaryOptions(search));
  const list = useInfiniteQuery({
    ...orderListQuery(useSession().tenant_id, search),
    placeholderData: (previous) => previous,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const setSearch = (next: OrderSearch) => void navigate({ to: ".", search: next, replace: true });
  const queue = queueOf(search);
  const retry = () => void Promise.all([list.refetch(), summary.refetch()]);

  const content = () => {
    if (list.isPending) return <LoadingRows />;
    if (!list.data) return <ErrorState error={list.error} onRetry={retry} />;
    if (rows.length === 0) {
      return filterCount(search) > 0 ? (
        <FilteredEmpty
          title={t("orders.list.noneFound")}
          hint={t("orders.list.noneFoundHint")}
          onClear={() => setSearch(withoutFilters(search))}
        />
      ) : (
        <EmptyState
          icon={ShoppingBag}
          title={t(`orders.list.empty.${queue}`)}
          hint={t(`orders.list.empty.${queue}Hint`)}
        />
      );
    }
    const Rows = wide ? OrderTable : OrderCards;
    return (
      <>
        <div className={clsx("transition-opacity", list.isPlaceholderData && "opacity-55")}>
          <Rows orders={rows} search={search} onSearch={setSearch} />
        </div>
        {list.hasNextPage && (
          <div className="flex justify-center p-3">
            <Sentinel key={rows.length} onSeen={() => !list.isFetching && void list.fetchNextPage()} />
            <Button small look="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("orders.list.more")}
            </Button>
          </div>
        )}
      </>
    );
  };

  const failed = (list.isRefetchError && list.data) || (summary.isRefetchError && summary.data);
  return (
    <section aria-label={t("orders.list.label")} className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex flex-col gap-3 border-line border-b px-3 pt-3 pb-2.5 md:px-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <p aria-hidden className="hidden font-semibold text-xl @3xl:block">
            {t("orders.title")}
          </p>
          <QueueTabs search={search} counts={summary.data && queueCounts(summary.data)} />
          {wide && <Tools search={search} />}
        </div>
        <Filters search={search} onChange={setSearch} />
        <div className="flex items-center gap-2">
          <TotalsLine search={search} />
          {!wide && <Tools search={search} />}
        </div>
      </div>
      {failed && <StaleNotice onRetry={retry} />}
      <div className="scroll-thin flex min-h-0 flex-1 flex-col overflow-auto">{content()}</div>
    </section>
  );
}
