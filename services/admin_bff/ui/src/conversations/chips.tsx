/** Small marks that lists, threads and panels share: channel, who answers, orders. */
import {
  Bot,
  Globe,
  Hand,
  type LucideIcon,
  MessageSquareMore,
  Send,
  ShoppingBag,
  Smartphone,
  SquareTerminal,
  UserRound,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Conversation, Order } from "@/api/types";
import { Badge, type Tone } from "@/ui/badge";
import type { Channel } from "./channels";

const ICONS: Record<Channel, LucideIcon> = {
  telegram: Send,
  whatsapp: MessageSquareMore,
  sms: Smartphone,
  web: Globe,
  cli: SquareTerminal,
};

function isKnown(channel: string): channel is Channel {
  return Object.hasOwn(ICONS, channel);
}

/** The channel's name, for people. */
export function useChannelName(): (channel: string) => string {
  const { t } = useTranslation();
  return (channel) => t(`conversations.channels.${isKnown(channel) ? channel : "other"}`);
}

export function ChannelIcon({ channel, className }: { channel: string; className?: string }) {
  const Icon = isKnown(channel) ? ICONS[channel] : MessageSquareMore;
  const name = useChannelName()(channel);
  return (
    <>
      <Icon aria-hidden className={className} />
      <span className="sr-only">{name}</span>
    </>
  );
}

const HANDLERS = {
  agent: { icon: Bot, tone: "neutral" },
  needs_person: { icon: Hand, tone: "warn" },
  person: { icon: UserRound, tone: "info" },
} as const;

/** Who answers the conversation. */
export function HandlerChip({ state }: { state: Conversation["state"] }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = HANDLERS[state];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3.5" />
      {t(`conversations.list.states.${state}`)}
    </Badge>
  );
}

export type OrderStatus = Order["status"];

const STATUS_TONES: Record<OrderStatus, Tone> = {
  pending: "warn",
  confirmed: "accent",
  completed: "ok",
  cancelled: "neutral",
};

function isStatus(status: string): status is OrderStatus {
  return Object.hasOwn(STATUS_TONES, status);
}

export function useStatusName(): (status: string) => string {
  const { t } = useTranslation();
  return (status) => (isStatus(status) ? t(`conversations.orderStatus.${status}`) : status);
}

export function OrderStatusBadge({ status }: { status: string }) {
  const name = useStatusName()(status);
  return <Badge tone={isStatus(status) ? STATUS_TONES[status] : "neutral"}>{name}</Badge>;
}

/** An order's number and how it stands. */
export function OrderChip({ number, status }: { number: number; status: string }) {
  const { t } = useTranslation();
  const name = useStatusName()(status);
  return (
    <Badge tone={isStatus(status) ? STATUS_TONES[status] : "neutral"}>
      <ShoppingBag aria-hidden className="size-3.5" />
      <span className="sr-only">{t("conversations.orderChip.label", { number, status: name })}</span>
      <span aria-hidden dir="ltr">
        #{number}
      </span>
    </Badge>
  );
}
