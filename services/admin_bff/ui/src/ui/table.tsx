/** The looks of tables: use them on plain table elements. */
export const tableClass = {
  frame: "scroll-thin overflow-x-auto",
  table: "w-full border-collapse text-start",
  head: "sticky top-0 z-10 bg-surface text-muted text-sm",
  headCell: "whitespace-nowrap border-line border-b px-3 py-2.5 text-start font-medium",
  row: "border-line border-b last:border-b-0 hover:bg-hover",
  cell: "px-3 py-2.5 align-middle",
  number: "text-end tabular-nums",
} as const;
