/** Beside a thread: open matters, the customer's profile, orders, notes and the summary. */
import { CloudOff } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationDetail } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { Foreign, ForeignText } from "@/ui/foreign";
import { CustomerOrders } from "./customer_orders";
import { Notes } from "./notes";
import { OpenMatters } from "./open_matters";
import { Profile } from "./profile";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-line border-b px-5 py-4 last:border-b-0">
      <h3 className="mb-2.5 font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

/** A part that could not be had, while the rest is there. */
function Missing({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn-ink">
      <CloudOff aria-hidden className="mt-0.5 size-4 shrink-0" />
      {children}
    </p>
  );
}

export function Panel({ detail }: { detail: ConversationDetail }) {
  const { t } = useTranslation();
  const { attention, customer, missing, orders, summary } = detail;
  const ordersOfCustomer = (
    <Section title={t("conversations.panel.orders")}>
      {missing.includes("orders") ? (
        <Missing>{t("conversations.thread.missing.orders")}</Missing>
      ) : (
        <CustomerOrders orders={orders ?? []} customerId={detail.conversation.customer_id} />
      )}
    </Section>
  );
  if (detail.forgotten) return ordersOfCustomer;
  return (
    <>
      {missing.includes("attention") && (
        <Section title={t("conversations.panel.attention")}>
          <Missing>{t("conversations.thread.missing.attention")}</Missing>
        </Section>
      )}
      {attention && attention.length > 0 && (
        <Section title={t("conversations.panel.attention")}>
          <OpenMatters matters={attention} conversationId={detail.conversation.id} />
        </Section>
      )}
      <Section title={t("conversations.panel.profile")}>
        {missing.includes("customer") ? (
          <Missing>{t("conversations.thread.missing.customer")}</Missing>
        ) : customer ? (
          <Profile customer={customer} conversationId={detail.conversation.id} />
        ) : (
          <p className="text-muted text-sm">{t("conversations.panel.unknownCustomer")}</p>
        )}
        <Origin detail={detail} />
      </Section>
      {ordersOfCustomer}
      <Section title={t("conversations.panel.notes")}>
        <Notes detail={detail} />
      </Section>
      <Section title={t("conversations.panel.summary")}>
        {summary ? (
          <>
            <ForeignText text={summary} className="align-with-page text-sm" />
            <p className="mt-1.5 text-muted text-xs">{t("conversations.panel.summaryHint")}</p>
          </>
        ) : (
          <p className="text-muted text-sm">{t("conversations.panel.noSummary")}</p>
        )}
      </Section>
    </>
  );
}

function Origin({ detail }: { detail: ConversationDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { chat_id, created_at } = detail.conversation;
  return (
    <p className="mt-3 text-muted text-xs [overflow-wrap:anywhere]">
      {t("conversations.panel.since", { date: format.dateAndTime(detail.customer?.created_at ?? created_at) })}
      <br />
      {t("conversations.panel.chatId")}: <Foreign>{chat_id}</Foreign>
    </p>
  );
}
