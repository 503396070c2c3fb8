/** Whether a reply reached the customer. */
import { Check, CircleAlert, CircleHelp, Clock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/types";
import { isolated } from "@/format/text";
import { deliveryState } from "./messages";

const STATES = ["pending", "sending", "sent", "failed", "uncertain", "undeliverable"] as const;

export function DeliveryTick({ message }: { message: Message }) {
  const { t } = useTranslation();
  const delivery = deliveryState(message);
  if (!delivery) return null;
  const state = STATES.find((known) => known === delivery.state) ?? "pending";
  const Icon = state === "sent" ? Check : state === "pending" || state === "sending" ? Clock : null;
  if (!Icon) return null;
  const label = t(`conversations.delivery.${state}`);
  return (
    <span title={label} className="inline-flex">
      <Icon aria-hidden className="size-3.5" />
      <span className="sr-only">{label}</span>
    </span>
  );
}

/** What went wrong with the sending, in words, below the reply. */
export function DeliveryFailure({ message }: { message: Message }) {
  const { t } = useTranslation();
  const delivery = deliveryState(message);
  const state = (["failed", "undeliverable", "uncertain"] as const).find((known) => known === delivery?.state);
  if (!delivery || !state) return null;
  const words = t(`conversations.delivery.${state}`);
  const Icon = state === "uncertain" ? CircleHelp : CircleAlert;
  return (
    <p
      className={
        state === "uncertain"
          ? "flex items-start gap-1 text-warn-ink text-xs"
          : "flex items-start gap-1 text-danger-ink text-xs"
      }
    >
      <Icon aria-hidden className="mt-px size-3.5 shrink-0" />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {delivery.error
          ? t("conversations.delivery.withReason", { state: words, reason: isolated(delivery.error) })
          : words}
      </span>
    </p>
  );
}
