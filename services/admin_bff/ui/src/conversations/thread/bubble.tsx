/** One message of a thread, in the look of whoever wrote it. */
import clsx from "clsx";
import {
  Bot,
  CirclePlay,
  Contact,
  File,
  Image,
  type LucideIcon,
  MapPin,
  MessageCircleQuestion,
  Mic,
  SquareMousePointer,
  Sticker,
  StickyNote,
  UserRound,
  Zap,
} from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Message, Order } from "@/api/types";
import { isolated } from "@/format/text";
import { useFormat } from "@/format/use_format";
import { Foreign, ForeignText } from "@/ui/foreign";
import { DeliveryFailure, DeliveryTick } from "./delivery";
import { orderEvents } from "./messages";
import { OrderEventLine } from "./order_event";
import { ToolCalls } from "./tool_calls";

const KIND_ICONS: Record<Exclude<Message["kind"], "text">, LucideIcon> = {
  voice: Mic,
  photo: Image,
  sticker: Sticker,
  location: MapPin,
  contact: Contact,
  video: CirclePlay,
  document: File,
  button: SquareMousePointer,
  other: MessageCircleQuestion,
};

function Kind({ kind }: { kind: Message["kind"] }) {
  const { t } = useTranslation();
  if (kind === "text") return null;
  const Icon = KIND_ICONS[kind];
  return (
    <span className="flex items-center gap-1.5 font-medium text-muted text-sm">
      <Icon aria-hidden className="size-4" />
      {t(`conversations.kinds.${kind}`)}
    </span>
  );
}

/** Who speaks, above the first message of a run. */
export function Speaker({
  message,
  customerName,
}: {
  message: Pick<Message, "role" | "staff_name">;
  customerName: string;
}) {
  const { t } = useTranslation();
  switch (message.role) {
    case "customer":
      return <Foreign>{customerName}</Foreign>;
    case "agent":
      return (
        <>
          <Bot aria-hidden className="size-3.5" />
          {t("conversations.speakers.agent")}
        </>
      );
    case "system":
      return (
        <>
          <Zap aria-hidden className="size-3.5" />
          {t("conversations.thread.notice")}
        </>
      );
    case "note":
      return (
        <>
          <StickyNote aria-hidden className="size-3.5" />
          <span>
            {t("conversations.thread.privateNote")} · <Foreign>{message.staff_name}</Foreign>
          </span>
        </>
      );
    default:
      return (
        <>
          <UserRound aria-hidden className="size-3.5" />
          <Foreign>{message.staff_name || t("conversations.speakers.staff")}</Foreign>
        </>
      );
  }
}

export const BUBBLES: Record<Exclude<Message["role"], "event">, string> = {
  customer: "bg-bubble-customer border-line",
  agent: "bg-bubble-agent border-transparent",
  staff: "bg-bubble-staff border-transparent",
  system: "bg-sunken border-line",
  note: "bg-note-soft text-note-ink border-note-ink/40 border-dashed",
};

interface BubbleProps {
  message: Message;
  first: boolean;
  customerName: string;
  orderByNumber: ReadonlyMap<number, Order>;
}

export const Bubble = memo(function Bubble({ message, first, customerName, orderByNumber }: BubbleProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (message.role === "event") return <EventLine message={message} />;
  const theirs = message.role === "customer";
  return (
    <div
      data-message
      className={clsx(
        "flex max-w-[min(85%,38rem)] flex-col gap-1",
        theirs ? "items-start self-start" : "items-end self-end",
        first ? "mt-3" : "mt-1",
      )}
    >
      {first && (
        <p className="flex max-w-full items-center gap-1 px-1 text-muted text-xs [overflow-wrap:anywhere]">
          <Speaker message={message} customerName={customerName} />
        </p>
      )}
      <div
        className={clsx(
          "max-w-full rounded-2xl border px-3.5 py-2 shadow-card",
          BUBBLES[message.role],
          first && (theirs ? "rounded-ss-md" : "rounded-se-md"),
        )}
      >
        <Kind kind={message.kind} />
        {message.content && <ForeignText text={message.content} marked={!theirs && message.role !== "note"} />}
        <span
          className={clsx(
            "mt-0.5 flex items-center justify-end gap-1 text-xs",
            message.role === "note" ? "text-note-ink" : "text-muted",
          )}
        >
          {message.edited && <span>{t("conversations.thread.edited")} ·</span>}
          <time dateTime={message.created_at} title={format.dateAndTime(message.created_at)}>
            {format.clock(message.created_at)}
          </time>
          <DeliveryTick message={message} />
        </span>
      </div>
      <DeliveryFailure message={message} />
      {orderEvents(message).map((event) => (
        <OrderEventLine key={`${event.action} ${event.number}`} event={event} order={orderByNumber.get(event.number)} />
      ))}
      {message.tool_calls.length > 0 && <ToolCalls calls={message.tool_calls} />}
    </div>
  );
});

function EventLine({ message }: { message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = message.staff_name && isolated(message.staff_name);
  const words = () => {
    if (message.event === "paused") {
      return name ? t("conversations.events.paused", { name }) : t("conversations.events.pausedUnknown");
    }
    if (message.event === "resumed") {
      return name ? t("conversations.events.resumed", { name }) : t("conversations.events.resumedUnknown");
    }
    return message.event ? t("conversations.events.resumed_by_time") : message.content;
  };
  return (
    <p
      data-message
      className="my-2 max-w-[90%] self-center rounded-full bg-sunken px-3 py-1 text-center text-muted text-xs ring-1 ring-line ring-inset [overflow-wrap:anywhere]"
    >
      {words()} · {format.clock(message.created_at)}
    </p>
  );
}
