/** Bars by day, one or several on top of each other; they run with the language's direction. */
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { drawn } from "@/format/text";
import { directionOf } from "@/i18n/i18n";
import { useFigures } from "../use_figures";

export interface Series {
  name: string;
  color: string;
  /** Of each date, in the order of `dates`. */
  values: readonly number[];
}

interface DayChartProps {
  dates: readonly string[];
  series: readonly Series[];
  axis: (value: number) => string;
  exact: (value: number) => string;
}

/** A day of the chart: its date, and the value of each series by its place. */
type Datum = { date: string } & Record<`v${number}`, number>;

const TICK = { fill: "var(--muted)", fontSize: 12 };

export default function DayChart({ dates, series, axis, exact }: DayChartProps) {
  const figures = useFigures();
  const rtl = directionOf(figures.language as "en" | "he") === "rtl";
  const data: Datum[] = dates.map((date, at) => ({
    date,
    ...Object.fromEntries(series.map(({ values }, index) => [`v${index}`, values[at] ?? 0])),
  }));
  return (
    <div className="flex flex-col gap-2">
      {series.length > 1 && <Legend series={series} />}
      {/* Recharts places its texts from left to right; the axes are turned around by its own means. */}
      <div dir="ltr" className="h-64">
        <ResponsiveContainer width="100%" height="100%">
          <BarChart
            data={data}
            accessibilityLayer={false}
            margin={{ top: 8, right: 4, bottom: 0, left: 4 }}
            barCategoryGap="18%"
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="date"
              reversed={rtl}
              tickFormatter={(date: string) => drawn(figures.dayShort(date), figures.language)}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: "var(--line-strong)" }}
              minTickGap={28}
            />
            <YAxis
              orientation={rtl ? "right" : "left"}
              tickFormatter={(value: number) => drawn(axis(value), figures.language)}
              tick={TICK}
              tickLine={false}
              axisLine={false}
              width="auto"
              allowDecimals={false}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: "var(--hover)" }}
              content={({ active, payload }) => {
                const day = payload?.[0]?.payload as Datum | undefined;
                return active && day ? <DayTooltip day={day} series={series} exact={exact} rtl={rtl} /> : null;
              }}
            />
            {series.map(({ name, color }, index) => (
              <Bar
                key={name}
                dataKey={`v${index}`}
                name={name}
                stackId="day"
                fill={color}
                stroke={series.length > 1 ? "var(--surface)" : "none"}
                maxBarSize={56}
                radius={index === series.length - 1 ? [3, 3, 0, 0] : 0}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-muted text-sm">
      {series.map(({ name, color }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span className="size-3 rounded-sm" style={{ background: color }} />
          {name}
        </li>
      ))}
    </ul>
  );
}

interface DayTooltipProps {
  day: Datum;
  series: readonly Series[];
  exact: (value: number) => string;
  rtl: boolean;
}

function DayTooltip({ day, series, exact, rtl }: DayTooltipProps) {
  const figures = useFigures();
  return (
    <div dir={rtl ? "rtl" : "ltr"} className="rounded-lg border border-line bg-surface px-3 py-2 text-sm shadow-float">
      <p className="font-medium">{figures.dayLong(day.date)}</p>
      {series.map(({ name, color }, index) => (
        <p key={name} className="flex items-center gap-2">
          <span className="size-2.5 rounded-sm" style={{ background: color }} />
          <span className="text-muted">{name}</span>
          <span className="ms-auto ps-3 tabular-nums">{exact(day[`v${index}`] ?? 0)}</span>
        </p>
      ))}
    </div>
  );
}
