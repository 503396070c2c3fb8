/** Filters and sort of the orders; the address keeps them. On a phone they unfold. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Search, SlidersHorizontal, X } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStatusName } from "@/conversations/chips";
import { useFormat } from "@/format/use_format";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";
import { useShortcut } from "@/ui/use_shortcut";
import { productsQuery } from "../queries";
import { filterCount, type OrderSearch, parseOrderSearch, queueOf, SORTS, STATUSES, withoutFilters } from "../search";
import { TypedField } from "./typed_field";

interface FiltersProps {
  search: OrderSearch;
  onChange: (search: OrderSearch) => void;
}

const fieldClass = "h-9! text-sm";

/** Fields that stand for something else than what one types: whose orders these are. */
function Scopes({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const { customer_id, conversation_id, ...rest } = search;
  const scope = (name: string, next: OrderSearch) => (
    <button
      key={name}
      type="button"
      onClick={() => onChange(next)}
      aria-label={t("orders.filters.remove", { name })}
      className="flex h-8 items-center gap-1.5 rounded-full bg-accent-soft ps-3 pe-2 font-medium text-accent-ink text-sm"
    >
      {name}
      <X aria-hidden className="size-4" />
    </button>
  );
  if (!customer_id && !conversation_id) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {customer_id &&
        scope(t("orders.filters.oneCustomer"), { ...rest, ...(conversation_id && { conversation_id }), queue: "all" })}
      {conversation_id &&
        scope(t("orders.filters.oneConversation"), { ...rest, ...(customer_id && { customer_id }), queue: "all" })}
    </div>
  );
}

function Dates({ search, onSet }: { search: OrderSearch; onSet: (change: Record<string, unknown>) => void }) {
  const { t } = useTranslation();
  const fields = useId();
  const problem = `${fields}-problem`;
  const swapped = !!search.from && !!search.to && search.from > search.to;
  const date = (name: "from" | "to") => (
    <div className="flex min-w-0 items-center gap-1.5 text-muted text-sm max-md:min-w-36 max-md:flex-1 max-md:flex-col max-md:items-start max-md:gap-0.5">
      <label htmlFor={`${fields}-${name}`} className="whitespace-nowrap">
        {t(`orders.filters.${name}`)}
      </label>
      <Input
        id={`${fields}-${name}`}
        type="date"
        value={search[name] ?? ""}
        min="2000-01-01"
        max="2999-12-31"
        aria-invalid={swapped || undefined}
        aria-describedby={swapped ? problem : undefined}
        onChange={(event) => onSet({ [name]: event.target.value })}
        className={clsx(fieldClass, "md:w-36!")}
      />
    </div>
  );
  return (
    <>
      <div className="flex min-w-0 flex-wrap items-center gap-2 max-md:w-full md:flex-nowrap">
        {date("from")}
        {date("to")}
      </div>
      {swapped && (
        <p id={problem} role="alert" className="w-full text-danger-ink text-sm">
          {t("orders.filters.datesSwapped")}
        </p>
      )}
    </>
  );
}

function Choices({ search, onSet }: { search: OrderSearch; onSet: (change: Record<string, unknown>) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const statusName = useStatusName();
  const products = useQuery(productsQuery(useSession().tenant_id));
  const known = products.data?.items ?? [];
  // A product that is no longer sold may still be in the address, and in old orders.
  const gone = search.product && products.data && !known.some((each) => each.sku === search.product);
  return (
    <>
      <Select
        aria-label={t("orders.filters.product")}
        value={search.product ?? ""}
        onChange={(event) => onSet({ product: event.target.value })}
        className={clsx(fieldClass, "max-md:w-auto! max-md:min-w-36 max-md:flex-1 md:w-44!")}
      >
        <option value="">{t("orders.filters.anyProduct")}</option>
        {gone && <option value={search.product}>{search.product}</option>}
        {known.map((each) => (
          <option key={each.sku} value={each.sku}>
            {format.name(each.name)}
          </option>
        ))}
      </Select>
      {queueOf(search) === "all" && (
        <Select
          aria-label={t("orders.filters.status")}
          value={search.status ?? ""}
          onChange={(event) => onSet({ status: event.target.value, queue: "all" })}
          className={clsx(fieldClass, "max-md:w-auto! max-md:min-w-36 max-md:flex-1 md:w-36!")}
        >
          <option value="">{t("orders.filters.anyStatus")}</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {statusName(status)}
            </option>
          ))}
        </Select>
      )}
    </>
  );
}

export function Filters({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const [unfolded, setUnfolded] = useState(false);
  const customer = useRef<HTMLInputElement>(null);
  const fields = useId();
  const count = filterCount(search);
  const set = (change: Record<string, unknown>) => onChange(parseOrderSearch({ ...search, ...change }));
  useShortcut({ code: "Slash" }, (event) => {
    event.preventDefault();
    customer.current?.focus();
  });

  return (
    <search
      aria-label={t("orders.filters.label")}
      className="flex flex-col gap-2.5 md:flex-row md:flex-wrap md:items-center md:gap-2"
    >
      <div className="flex gap-2 md:contents">
        <div className="relative min-w-0 flex-1 md:w-56 md:flex-none">
          <Search aria-hidden className="pointer-events-none absolute inset-y-0 start-3 my-auto size-4 text-muted" />
          <TypedField
            field={customer}
            type="search"
            dir="auto"
            value={search.customer ?? ""}
            maxLength={200}
            onTyped={(words) => set({ customer: words })}
            placeholder={t("orders.filters.customer")}
            aria-label={t("orders.filters.customer")}
            className={clsx(fieldClass, "ps-9!")}
          />
        </div>
        <TypedField
          inputMode="numeric"
          dir="ltr"
          value={search.number ? String(search.number) : ""}
          maxLength={15}
          onTyped={(words) => set({ number: Number(words.replace(/\D/g, "")) || undefined })}
          placeholder="#"
          aria-label={t("orders.filters.number")}
          title={t("orders.filters.number")}
          className={clsx(fieldClass, "w-20! shrink-0 rtl:text-end")}
        />
        <Button
          small
          aria-expanded={unfolded}
          aria-controls={fields}
          onClick={() => setUnfolded(!unfolded)}
          className="h-9! md:hidden"
        >
          <SlidersHorizontal aria-hidden className="size-4" />
          <span className="max-[24rem]:sr-only">{t("orders.filters.show")}</span>
          {count > 0 && <span className="rounded-full bg-accent px-1.5 text-on-accent text-xs">{count}</span>}
        </Button>
      </div>
      <div id={fields} className={clsx("flex flex-wrap items-center gap-2 md:contents", !unfolded && "max-md:hidden")}>
        <Choices search={search} onSet={set} />
        <Dates search={search} onSet={set} />
        <Select
          aria-label={t("orders.filters.sort")}
          value={search.sort ?? "newest"}
          onChange={(event) => set({ sort: event.target.value === "newest" ? undefined : event.target.value })}
          className={clsx(fieldClass, "md:w-auto!")}
        >
          <SortOptions />
        </Select>
        {count > 0 && (
          <Button small look="quiet" onClick={() => onChange(withoutFilters(search))} className="text-accent-ink">
            {t("orders.filters.clear")}
          </Button>
        )}
      </div>
      <Scopes search={search} onChange={onChange} />
    </search>
  );
}

function SortOptions() {
  const { t } = useTranslation();
  return SORTS.map((sort) => (
    <option key={sort} value={sort}>
      {t(`orders.filters.sorts.${sort}`)}
    </option>
  ));
}
