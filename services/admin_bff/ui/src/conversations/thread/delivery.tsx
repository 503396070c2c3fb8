/** Whether a reply reached the customer. */
import clsx from "clsx";
import { Check, CircleAlert, CircleHelp, Clock, Hand } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/types";
import { isolated } from "@/format/text";
import { type DeliveryState, deliveryState } from "./messages";

export function DeliveryTick({ message }: { message: Message }) {
  const { t } = useTranslation();
  const state = deliveryState(message)?.state;
  const Icon = state === "sent" ? Check : state === "pending" || state === "sending" ? Clock : null;
  if (!state || !Icon) return null;
  const label = t(`conversations.delivery.states.${state}`);
  return (
    <span title={label} className="inline-flex">
      <Icon aria-hidden className="size-3.5" />
      <span className="sr-only">{label}</span>
    </span>
  );
}

const FAILURES = { failed: CircleAlert, undeliverable: CircleAlert, uncertain: CircleHelp, withdrawn: Hand };
/** Nothing went wrong, but staff should know. */
const MILD = ["uncertain", "withdrawn"];

/** What became of a reply that was not, or perhaps not, delivered: in words, below it. */
export function DeliveryFailure({ message }: { message: Message }) {
  const { t } = useTranslation();
  const delivery = deliveryState(message);
  if (!delivery || !isFailure(delivery.state)) return null;
  const { state, begun, error } = delivery;
  const Icon = FAILURES[state];
  const rest = state === "withdrawn" && begun;
  const words = t(rest ? "conversations.delivery.withdrawnRest" : `conversations.delivery.states.${state}`);
  return (
    <p className={clsx("flex items-start gap-1 text-xs", MILD.includes(state) ? "text-warn-ink" : "text-danger-ink")}>
      <Icon aria-hidden className="mt-px size-3.5 shrink-0" />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {error && state !== "withdrawn"
          ? t("conversations.delivery.withReason", { state: words, reason: isolated(error) })
          : words}
      </span>
    </p>
  );
}

function isFailure(state: DeliveryState): state is keyof typeof FAILURES {
  return Object.hasOwn(FAILURES, state);
}
