/** One order: what is in it, whose it is, what happened to it, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, Printer, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "@/api/types";
import { OrderStatusBadge } from "@/conversations/chips";
import { useFormat } from "@/format/use_format";
import { useSession } from "@/session/session";
import { ForeignText } from "@/ui/foreign";
import { ErrorState, Loading, Skeleton, StaleNotice } from "@/ui/states";
import { useShortcut } from "@/ui/use_shortcut";
import { markSeen } from "../alerts";
import { Fulfillment, linkId, WantedDate } from "../list/order_parts";
import { orderQuery } from "../queries";
import { CustomerSection } from "./customer_section";
import { Lines } from "./lines";
import { Fact, Section } from "./section";
import { StaleOrderNotice } from "./stale_order_notice";
import { Timeline } from "./timeline";
import { Verbs } from "./verbs";

const iconLink =
  "inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted transition-colors hover:bg-hover hover:text-ink";

/** Whoever works with the keyboard is led into the opened order, and back to where it was opened. */
function useFocusWhileOpen(id: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    return () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.getElementById(linkId(id))?.focus();
      });
    };
  }, [id]);
  return heading;
}

export function OrderDetailPane({ id }: { id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/inside/orders" });
  const heading = useFocusWhileOpen(id);
  const order = useQuery(orderQuery(useSession().tenant_id, id));
  useEffect(() => markSeen(id), [id]);
  useShortcut({ code: "Escape" }, () => void navigate({ to: "/orders", search }));

  const content = () => {
    if (order.data) return <Content order={order.data} />;
    if (order.isPending) return <LoadingOrder />;
    return <ErrorState error={order.error} onRetry={() => void order.refetch()} />;
  };
  return (
    <section
      aria-label={order.data ? t("orders.detail.label", { number: order.data.number }) : t("orders.list.number")}
      className="flex min-h-0 w-full shrink-0 flex-col border-line bg-surface lg:w-100 lg:border-s xl:w-112"
    >
      <div className="flex items-center gap-2 border-line border-b px-3 py-2">
        <Link to="/orders" search={search} aria-label={t("orders.detail.back")} className={`${iconLink} lg:hidden`}>
          <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
        </Link>
        <h2 ref={heading} tabIndex={-1} className="font-semibold text-lg tabular-nums outline-none lg:ps-1">
          {order.data ? (
            <>
              <span className="sr-only">{t("orders.list.number")} </span>
              <bdi dir="ltr">#{order.data.number}</bdi>
            </>
          ) : (
            t("orders.list.number")
          )}
        </h2>
        {order.data && <OrderStatusBadge status={order.data.status} />}
        <span className="ms-auto flex">
          {order.data && (
            <Link
              to="/orders/print"
              search={{ ...search, order_id: id }}
              aria-label={t("orders.tools.printOne")}
              title={t("orders.tools.printOne")}
              className={iconLink}
            >
              <Printer aria-hidden className="size-4.5" />
            </Link>
          )}
          <Link
            to="/orders"
            search={search}
            aria-label={t("orders.detail.close")}
            title={t("orders.detail.close")}
            className={`${iconLink} max-lg:hidden`}
          >
            <X aria-hidden className="size-4.5" />
          </Link>
        </span>
      </div>
      {order.isRefetchError && order.data && <StaleNotice onRetry={() => void order.refetch()} />}
      {content()}
    </section>
  );
}

function LoadingOrder() {
  return (
    <Loading>
      <div className="flex flex-col gap-4 p-4">
        <Skeleton className="h-4 w-40" />
        <Skeleton className="h-10 w-full" />
        <Skeleton className="h-32 w-full" />
        <Skeleton className="h-24 w-full" />
      </div>
    </Loading>
  );
}

function Content({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-y-auto">
      <StaleOrderNotice order={order} />
      <div className="flex flex-col gap-3 border-line border-b p-4">
        <p className="text-muted text-sm">
          {t("orders.detail.placed", { when: format.dateAndTime(order.created_at) })}
        </p>
        <Verbs order={order} />
        {order.cancel_reason && (
          <Fact name={t("orders.detail.cancelReason")}>
            <ForeignText text={order.cancel_reason} />
          </Fact>
        )}
      </div>
      <Lines order={order} />
      <Handover order={order} />
      <CustomerSection order={order} />
      <Section title={t("orders.detail.timeline")}>
        <Timeline order={order} />
      </Section>
    </div>
  );
}

function Handover({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  return (
    <Section title={t("orders.detail.handover")}>
      <div className="grid grid-cols-2 gap-3">
        <Fact name={t("orders.detail.fulfillment")}>
          <Fulfillment order={order} />
        </Fact>
        <Fact name={t("orders.detail.wanted")}>
          <WantedDate date={order.wanted_date} />
        </Fact>
        {order.fulfillment !== "pickup" && (
          <div className="col-span-2">
            <Fact name={t("orders.detail.address")}>
              {order.delivery_address ? (
                <ForeignText text={order.delivery_address} />
              ) : (
                <span className="text-muted">{t("orders.detail.noAddress")}</span>
              )}
            </Fact>
          </div>
        )}
        <div className="col-span-2">
          <Fact name={t("orders.detail.notes")}>
            {order.notes ? (
              <ForeignText text={order.notes} className="mt-1 rounded-lg bg-note-soft px-3 py-2 text-note-ink" />
            ) : (
              <span className="text-muted">{t("orders.detail.noNotes")}</span>
            )}
          </Fact>
        </div>
      </div>
    </Section>
  );
}
