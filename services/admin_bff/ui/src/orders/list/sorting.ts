/** Sorts by the heading of a column: which column and direction each of the server's sorts is, and what a click asks. */
import type { SortingState } from "@tanstack/react-table";
import type { Sort } from "../search";

const COLUMNS: Record<Sort, { id: string; desc: boolean }> = {
  newest: { id: "placed", desc: true },
  oldest: { id: "placed", desc: false },
  total_desc: { id: "total", desc: true },
  total_asc: { id: "total", desc: false },
  wanted_date: { id: "wanted", desc: false },
};

export function sortingOf(sort: Sort | undefined): SortingState {
  return [COLUMNS[sort ?? "newest"]];
}

/** The sort after a click on a column's heading: its other direction, where the server has one. */
export function nextSort(column: string, current: Sort | undefined): Sort {
  const ofColumn = (Object.keys(COLUMNS) as Sort[]).filter((sort) => COLUMNS[sort].id === column);
  return ofColumn.find((sort) => sort !== (current ?? "newest")) ?? ofColumn[0] ?? "newest";
}
