/** A chart with its title, what it says in words, and the same figures as a table. */
import clsx from "clsx";
import { ChartColumn, Table2 } from "lucide-react";
import { Component, type ReactNode, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Skeleton } from "@/ui/states";
import { tableClass } from "@/ui/table";

export interface Column<Row> {
  name: string;
  value: (row: Row) => ReactNode;
  number?: boolean;
}

interface ChartCardProps<Row> {
  title: string;
  /** What one sees in the chart, for those who do not see it, and below the title for all others. */
  summary?: string;
  /** The first one names the row. */
  columns: Column<Row>[];
  rows: readonly Row[];
  className?: string;
  /** Its picture alone; it is hidden from screen readers, which have the summary and the table. */
  children: ReactNode;
}

export function ChartCard<Row>({ title, summary, columns, rows, className, children }: ChartCardProps<Row>) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const heading = useId();
  const table = <FigureTable name={t("analytics.chart.table", { title })} columns={columns} rows={rows} />;
  return (
    <section
      aria-labelledby={heading}
      className={clsx(
        "flex min-w-0 flex-col gap-3 rounded-xl border border-line bg-surface p-4 shadow-card",
        className,
      )}
    >
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 id={heading} className="font-semibold">
            {title}
          </h2>
          {summary && <p className="text-muted text-sm">{summary}</p>}
        </div>
        <Button small look="quiet" onClick={() => setAsTable(!asTable)} className="-me-1.5 -mt-1 text-muted">
          {asTable ? <ChartColumn aria-hidden className="size-4" /> : <Table2 aria-hidden className="size-4" />}
          <span className="sr-only">
            {t(asTable ? "analytics.chart.showChart" : "analytics.chart.showTable")}: {title}
          </span>
          <span aria-hidden className="max-sm:hidden">
            {t(asTable ? "analytics.chart.showChart" : "analytics.chart.showTable")}
          </span>
        </Button>
      </div>
      {asTable ? (
        table
      ) : (
        <ChartBoundary fallback={<Unloadable>{table}</Unloadable>}>
          <Suspense fallback={<Skeleton className="h-64 w-full" />}>
            <div aria-hidden>{children}</div>
          </Suspense>
        </ChartBoundary>
      )}
    </section>
  );
}

function Unloadable({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <p role="status" className="rounded-lg bg-warn-soft px-3 py-1.5 text-sm text-warn-ink">
        {t("analytics.chart.failed")}
      </p>
      {children}
    </>
  );
}

/** Charts are loaded later than the page; when that fails, the figures are still there. */
class ChartBoundary extends Component<{ fallback: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}

interface FigureTableProps<Row> {
  name: string;
  columns: Column<Row>[];
  rows: readonly Row[];
}

function FigureTable<Row>({ name: tableName, columns, rows }: FigureTableProps<Row>) {
  return (
    <section
      aria-label={tableName}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={clsx(tableClass.frame, "max-h-96 overflow-y-auto")}
    >
      <table aria-label={tableName} className={clsx(tableClass.table, "text-sm")}>
        <thead className={tableClass.head}>
          <tr>
            {columns.map(({ name, number }) => (
              <th key={name} scope="col" className={clsx(tableClass.headCell, number && "text-end!")}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a report have no other identity, and no state
            <tr key={at} className={tableClass.row}>
              {columns.map(({ name, value, number }, index) =>
                index === 0 ? (
                  <th key={name} scope="row" className={clsx(tableClass.cell, "min-w-32 text-start font-normal")}>
                    {value(row)}
                  </th>
                ) : (
                  <td key={name} className={clsx(tableClass.cell, number && tableClass.number)}>
                    {value(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
