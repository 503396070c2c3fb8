/** Bars that lie beside their names, the longest first. */
import { Foreign } from "@/ui/foreign";

export interface RankedBar {
  key: string;
  name: string;
  value: number;
  text: string;
}

export function RankedBars({ bars }: { bars: readonly RankedBar[] }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ul className="flex flex-col gap-2.5">
      {bars.map((bar) => (
        <li key={bar.key}>
          <span className="flex items-baseline justify-between gap-4 text-sm">
            <span className="min-w-0">
              <Foreign>{bar.name}</Foreign>
            </span>
            <span className="shrink-0 text-muted tabular-nums">{bar.text}</span>
          </span>
          <span className="mt-1 block h-2.5 overflow-hidden rounded-full bg-sunken">
            <span
              className="block h-full min-w-1 rounded-full bg-series-1"
              style={{ width: `${(bar.value / most) * 100}%` }}
            />
          </span>
        </li>
      ))}
    </ul>
  );
}
