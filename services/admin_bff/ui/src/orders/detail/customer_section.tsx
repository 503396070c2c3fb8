/** Whose order it is, how to reach them, and the conversation it came from. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, MessageSquare, Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "@/api/types";
import { buttonClass } from "@/ui/button";
import { Foreign } from "@/ui/foreign";
import { CustomerName } from "../list/order_parts";
import { dialable } from "./phone";
import { Section } from "./section";

const linkClass = "inline-flex min-h-6 items-center gap-1.5 text-accent-ink underline underline-offset-2";

function PhoneNumber({ phone }: { phone: string }) {
  const number = dialable(phone);
  const text = (
    <>
      <Phone aria-hidden className="size-4 shrink-0" />
      <span dir="ltr" className="[overflow-wrap:anywhere]">
        {phone}
      </span>
    </>
  );
  // What the customer said may be anything; only what can be dialled becomes a link.
  if (!number) return <span className="inline-flex items-center gap-1.5">{text}</span>;
  return (
    <a href={`tel:${number}`} className={linkClass}>
      {text}
    </a>
  );
}

export function CustomerSection({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const { customer } = order;
  return (
    <Section title={t("orders.detail.customer")}>
      <div className="flex flex-col items-start gap-2">
        <div className="max-w-full font-medium">
          {customer?.name ? <Foreign>{customer.name}</Foreign> : <CustomerName order={order} />}
        </div>
        {customer &&
          (customer.phone ? (
            <PhoneNumber phone={customer.phone} />
          ) : (
            <span className="text-muted text-sm">{t("orders.detail.noPhone")}</span>
          ))}
        {order.missing.includes("customer") && (
          <p
            role="status"
            className="flex items-center gap-2 rounded-lg bg-warn-soft px-3 py-1.5 text-sm text-warn-ink"
          >
            <CircleAlert aria-hidden className="size-4 shrink-0" />
            {t("orders.detail.customerMissing")}
          </p>
        )}
        <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
          {order.conversation_id ? (
            <Link
              to="/conversations/$conversationId"
              params={{ conversationId: order.conversation_id }}
              search={{}}
              className={buttonClass("plain", true)}
            >
              <MessageSquare aria-hidden className="size-4" />
              {t("orders.detail.conversation")}
            </Link>
          ) : (
            <span className="text-muted text-sm">{t("orders.detail.noConversation")}</span>
          )}
          {order.customer_id && (
            <Link to="/orders" search={{ customer_id: order.customer_id }} className={`${linkClass} text-sm`}>
              {t("orders.detail.otherOrders")}
            </Link>
          )}
        </div>
      </div>
    </Section>
  );
}
