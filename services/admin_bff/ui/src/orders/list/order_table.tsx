/** Orders as a table, for wide screens; it drops columns where an opened order leaves less room. */
import { Link, useParams } from "@tanstack/react-router";
import { createColumnHelper, type Header, rowSortingFeature, tableFeatures, useTable } from "@tanstack/react-table";
import clsx from "clsx";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Order } from "@/api/types";
import { OrderStatusBadge } from "@/conversations/chips";
import { useFormat, useNow } from "@/format/use_format";
import { tableClass } from "@/ui/table";
import { useItemsText } from "../items_text";
import type { OrderSearch } from "../search";
import { CustomerName, Fulfillment, linkId, NewMark, WantedDate } from "./order_parts";
import { nextSort, sortingOf } from "./sorting";

const features = tableFeatures({ rowSortingFeature });
const column = createColumnHelper<typeof features, Order>();

/** In line with what stands above the table. */
const EDGE = "first:ps-4 last:pe-4";
/** Where there is room for a column; the others are always there. */
const ROOM: Record<string, string> = {
  items: "hidden @4xl:table-cell",
  handover: "hidden @3xl:table-cell",
  wanted: "hidden @2xl:table-cell",
};

function ItemsCell({ order }: { order: Order }) {
  const text = useItemsText()(order);
  return (
    <span title={text} className="block max-w-52 truncate @5xl:max-w-80 text-muted">
      {text}
    </span>
  );
}

function PlacedCell({ order }: { order: Order }) {
  const format = useFormat();
  const now = useNow();
  return (
    <time
      dateTime={order.created_at}
      title={format.dateAndTime(order.created_at)}
      className="whitespace-nowrap text-muted"
    >
      {format.listTime(order.created_at, now)}
    </time>
  );
}

function TotalCell({ order }: { order: Order }) {
  return (
    <span className={clsx("tabular-nums", order.status === "cancelled" && "text-muted line-through")}>
      {useFormat().money(order.total)}
    </span>
  );
}

function NumberCell({ order }: { order: Order }) {
  const { t } = useTranslation();
  return (
    <span className="flex items-center gap-2">
      <Link
        id={linkId(order.id)}
        to="/orders/$orderId"
        params={{ orderId: order.id }}
        search={true}
        aria-label={t("orders.list.open", { number: order.number })}
        className="font-semibold tabular-nums after:absolute after:inset-0"
      >
        <bdi dir="ltr">#{order.number}</bdi>
      </Link>
      <NewMark orderId={order.id} />
    </span>
  );
}

function useColumns() {
  const { t } = useTranslation();
  return useMemo(
    () =>
      column.columns([
        column.display({
          id: "number",
          header: t("orders.list.number"),
          cell: ({ row }) => <NumberCell order={row.original} />,
        }),
        column.display({
          id: "status",
          header: t("orders.list.status"),
          cell: ({ row }) => <OrderStatusBadge status={row.original.status} />,
        }),
        column.display({
          id: "customer",
          header: t("orders.list.customer"),
          cell: ({ row }) => <CustomerName order={row.original} className="max-w-48 font-medium" />,
        }),
        column.display({
          id: "items",
          header: t("orders.list.items"),
          cell: ({ row }) => <ItemsCell order={row.original} />,
        }),
        column.display({
          id: "handover",
          header: t("orders.list.handover"),
          cell: ({ row }) => <Fulfillment order={row.original} />,
        }),
        column.accessor("wanted_date", {
          id: "wanted",
          header: t("orders.list.wanted"),
          cell: ({ row }) => <WantedDate short date={row.original.wanted_date} />,
        }),
        column.accessor((order) => order.total.amount_minor, {
          id: "total",
          header: t("orders.list.amount"),
          cell: ({ row }) => <TotalCell order={row.original} />,
        }),
        column.accessor("created_at", {
          id: "placed",
          header: t("orders.list.placed"),
          cell: ({ row }) => <PlacedCell order={row.original} />,
        }),
      ]),
    [t],
  );
}

interface OrderTableProps {
  orders: Order[];
  search: OrderSearch;
  onSearch: (search: OrderSearch) => void;
}

export function OrderTable({ orders, search, onSearch }: OrderTableProps) {
  const { t } = useTranslation();
  const { orderId } = useParams({ strict: false });
  const table = useTable({
    features,
    columns: useColumns(),
    data: orders,
    getRowId: (order) => order.id,
    manualSorting: true,
    state: { sorting: sortingOf(search.sort) },
  });
  const sortBy = (id: string) => {
    const { sort: _, ...rest } = search;
    const sort = nextSort(id, search.sort);
    onSearch(sort === "newest" ? rest : { ...rest, sort });
  };
  return (
    <table aria-label={t("orders.list.label")} className={tableClass.table}>
      <thead className={tableClass.head}>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => (
              <Heading key={header.id} header={header} onSort={sortBy} />
            ))}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr
            key={row.id}
            aria-current={row.id === orderId ? "true" : undefined}
            className={clsx(tableClass.row, "relative", row.id === orderId && "bg-accent-soft/60")}
          >
            {row.getAllCells().map((cell) => (
              <td
                key={cell.id}
                className={clsx(
                  tableClass.cell,
                  EDGE,
                  ROOM[cell.column.id],
                  cell.column.id === "total" && tableClass.number,
                )}
              >
                <table.FlexRender cell={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const DIRECTIONS = { asc: "ascending", desc: "descending" } as const;

function Heading({ header, onSort }: { header: Header<typeof features, Order>; onSort: (id: string) => void }) {
  const { id, columnDef } = header.column;
  const text = String(columnDef.header);
  const className = clsx(tableClass.headCell, EDGE, ROOM[id], id === "total" && "text-end!");
  if (!header.column.getCanSort())
    return (
      <th scope="col" className={className}>
        {text}
      </th>
    );
  const sorted = header.column.getIsSorted();
  const Icon = sorted === "asc" ? ArrowUp : sorted === "desc" ? ArrowDown : ChevronsUpDown;
  return (
    <th scope="col" aria-sort={sorted ? DIRECTIONS[sorted] : "none"} className={className}>
      <button
        type="button"
        onClick={() => onSort(id)}
        className={clsx("inline-flex min-h-6 items-center gap-1 font-medium hover:text-ink", sorted && "text-ink")}
      >
        {text}
        <Icon aria-hidden className="size-3.5" />
      </button>
    </th>
  );
}
