/** What happened to an order: who did it, when, and which fields were what before. */
import { useQuery } from "@tanstack/react-query";
import { Ban, CircleCheck, PackageCheck, PencilLine, ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "@/api/types";
import { useStatusName } from "@/conversations/chips";
import { useFormat } from "@/format/use_format";
import { useSession } from "@/session/session";
import { Foreign, ForeignText } from "@/ui/foreign";
import { useQuantity } from "../quantity";
import { productsQuery } from "../queries";
import { type Change, type Entry, keptItems, knownField, reading, tellingChanges } from "./changes";

const ICONS = {
  created: ShoppingBag,
  updated: PencilLine,
  confirmed: CircleCheck,
  completed: PackageCheck,
  cancelled: Ban,
};

/** The name of who acted, or what they are. */
export function useActorName(): (entry: Entry, order: OrderDetail) => string {
  const { t } = useTranslation();
  return ({ actor }, order) =>
    actor.name ||
    (actor.kind === "customer" && (order.customer?.name || order.customer_name)) ||
    t(`orders.timeline.actors.${actor.kind}`);
}

/** What was done, as a word. */
export function useActionName(): (entry: Entry) => string {
  const { t } = useTranslation();
  return ({ action }) => t(`orders.timeline.${action}`);
}

export function Timeline({ order }: { order: OrderDetail }) {
  return (
    <ol className="flex flex-col">
      {order.timeline.toReversed().map((entry) => (
        <TimelineEntry key={entry.version} entry={entry} order={order} />
      ))}
    </ol>
  );
}

function TimelineEntry({ entry, order }: { entry: Entry; order: OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const actorName = useActorName();
  const actionName = useActionName();
  const Icon = ICONS[entry.action];
  const changes = tellingChanges(entry);
  const list = (
    <dl className="mt-2 flex flex-col gap-2 rounded-lg bg-sunken p-3 text-sm">
      {changes.map((change) => (
        <FieldChange key={change.field} change={change} />
      ))}
    </dl>
  );
  return (
    <li className="group relative flex gap-3 pb-4 last:pb-0">
      <span aria-hidden className="absolute start-4 top-8 bottom-0 w-px bg-line group-last:hidden" />
      <span className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{actionName(entry)}</span>
          <span className="min-w-0 text-muted text-sm">
            <Foreign>{actorName(entry, order)}</Foreign>
          </span>
          <time dateTime={entry.at} className="ms-auto text-muted text-xs">
            {format.dateAndTime(entry.at)}
          </time>
        </p>
        {changes.length > 0 &&
          (entry.action === "created" ? (
            <details className="text-sm">
              <summary className="min-h-6 text-accent-ink">{t("orders.timeline.first")}</summary>
              {list}
            </details>
          ) : (
            list
          ))}
      </div>
    </li>
  );
}

function FieldChange({ change }: { change: Change }) {
  const { t } = useTranslation();
  const field = knownField(change.field);
  return (
    <div>
      <dt className="text-muted text-xs">{field ? t(`orders.timeline.fields.${field}`) : change.field}</dt>
      {change.before && (
        <dd>
          <span className="sr-only">{t("orders.timeline.before")}: </span>
          <del className="text-muted">
            <Value field={change.field} value={change.before} />
          </del>
        </dd>
      )}
      <dd>
        <span className="sr-only">{t("orders.timeline.after")}: </span>
        <ins className="no-underline">
          <Value field={change.field} value={change.after} />
        </ins>
      </dd>
    </div>
  );
}

function Value({ field, value }: { field: string; value: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const statusName = useStatusName();
  const read = reading(field, value);
  switch (read.kind) {
    case "nothing":
      return <span className="text-muted italic">{t("orders.timeline.nothing")}</span>;
    case "money":
      return <span className="tabular-nums">{format.moneyText(read.amount, read.currency)}</span>;
    case "date":
      return <time dateTime={read.date}>{format.date(read.date)}</time>;
    case "status":
      return statusName(read.text);
    case "fulfillment":
      return t(`orders.fulfillment.${read.text as "delivery" | "pickup"}`);
    default:
      return field === "items" ? <Items text={read.text} /> : <ForeignText text={read.text} />;
  }
}

/** The timeline keeps products by their English names; those of the catalog are shown in the page's language. */
function Items({ text }: { text: string }) {
  const format = useFormat();
  const quantity = useQuantity();
  const catalog = useQuery(productsQuery(useSession().tenant_id)).data?.items ?? [];
  const nameOf = (name: string) => {
    const product = catalog.find((each) => each.name.en === name);
    return product ? format.name(product.name) : name;
  };
  return keptItems(text).map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no other identity, and no state
    <span key={at} className="block">
      {typeof item === "string" ? (
        <Foreign>{item}</Foreign>
      ) : (
        <>
          {quantity.text(item)} <Foreign>{nameOf(item.name)}</Foreign>
        </>
      )}
    </span>
  ));
}
