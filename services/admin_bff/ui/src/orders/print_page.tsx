/** Orders for the kitchen: large, black on white, one page each; the shown queue or one order. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { ArrowLeft, Printer } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { usePageTitle } from "@/frame/page_title";
import { useSession } from "@/session/session";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState, ErrorState, Loading, Skeleton } from "@/ui/states";
import { Ticket } from "./print/ticket";
import { orderListQuery, orderQuery } from "./queries";
import type { OrderSearch } from "./search";

const PAGE = 100;
/** More would make the printer's queue of it. */
const MOST = 300;

function useQueue(search: OrderSearch, wanted: boolean) {
  const list = useInfiniteQuery({ ...orderListQuery(useSession().tenant_id, search, PAGE), enabled: wanted });
  const orders = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetching, fetchNextPage, isError } = list;
  const more = hasNextPage && orders.length < MOST;
  useEffect(() => {
    if (more && !isFetching && !isError) void fetchNextPage();
  }, [more, isFetching, isError, fetchNextPage]);
  return { ...list, orders, loading: list.isPending || (more && !isError), cut: hasNextPage && !more };
}

function useShown(search: OrderSearch & { order_id?: string }) {
  const { order_id: id = "", ...filters } = search;
  const one = useQuery({ ...orderQuery(useSession().tenant_id, id), enabled: !!id });
  const queue = useQueue(filters, !id);
  if (!id) return queue;
  return { ...one, orders: one.data ? [one.data] : [], loading: one.isPending, cut: false };
}

export function OrdersPrintPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/orders/print" });
  const { orders, loading, cut, error, refetch } = useShown(search);
  usePageTitle(t("orders.print.title"), useFormat().name(useSession().tenant_name));
  const { order_id: id, ...filters } = search;

  const content = () => {
    if (error && orders.length === 0) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (loading) return <LoadingTickets />;
    if (orders.length === 0) return <EmptyState icon={Printer} title={t("orders.print.empty")} />;
    return orders.map((order) => <Ticket key={order.id} order={order} />);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col print:block">
      <div className="flex flex-wrap items-center gap-3 border-line border-b bg-surface px-3 py-2 md:px-4 print:hidden">
        <h1 className="sr-only">{t("orders.print.title")}</h1>
        {id ? (
          <Link to="/orders/$orderId" params={{ orderId: id }} search={filters} className={buttonClass("quiet")}>
            <BackContent />
          </Link>
        ) : (
          <Link to="/orders" search={filters} className={buttonClass("quiet")}>
            <BackContent />
          </Link>
        )}
        <p role="status" className="text-muted text-sm">
          {!loading && orders.length > 0 && t("orders.print.count", { count: orders.length })}
          {cut && ` ${t("orders.print.cut", { count: orders.length })}`}
        </p>
        <Button look="primary" disabled={loading || orders.length === 0} onClick={() => print()} className="ms-auto">
          <Printer aria-hidden className="size-4.5" />
          {t("orders.print.now")}
        </Button>
      </div>
      <section
        aria-label={t("orders.list.label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="scroll-thin flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-3 outline-offset-[-2px] md:p-6 print:block print:overflow-visible print:p-0"
      >
        {content()}
      </section>
    </div>
  );
}

function BackContent() {
  const { t } = useTranslation();
  return (
    <>
      <ArrowLeft aria-hidden className="size-4.5 rtl:-scale-x-100" />
      {t("orders.print.back")}
    </>
  );
}

function LoadingTickets() {
  return (
    <Loading>
      <Skeleton className="mx-auto h-96 w-full max-w-3xl" />
      <Skeleton className="mx-auto h-96 w-full max-w-3xl" />
    </Loading>
  );
}
