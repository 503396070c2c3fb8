/** Orders by weekday and hour: the darker, the more. */
import { useTranslation } from "react-i18next";
import { useFigures } from "../use_figures";

/** Steps that the eye can tell apart; none at all has its own. */
const STEPS = [0, 0.22, 0.42, 0.68, 1];

const NAMED_HOURS = [0, 3, 6, 9, 12, 15, 18, 21];

/** How strong the colour of a count is, between 0 and 1. */
function strengthOf(count: number, most: number): number {
  const step = count === 0 ? 0 : Math.max(1, Math.ceil((count / most) * (STEPS.length - 1)));
  return STEPS[step] ?? 1;
}

function shade(strength: number): string {
  return strength === 0 ? "var(--sunken)" : `rgb(var(--heat) / ${strength})`;
}

interface HeatMapProps {
  weekdays: readonly number[];
  /** By weekday and hour. */
  counts: readonly (readonly number[])[];
}

export function HeatMap({ weekdays, counts }: HeatMapProps) {
  const { t } = useTranslation();
  const figures = useFigures();
  const most = Math.max(1, ...counts.flat());
  return (
    <div className="flex flex-col gap-2">
      <div className="grid grid-cols-[auto_repeat(24,minmax(0,1fr))] gap-px text-muted text-xs sm:gap-0.5">
        {weekdays.map((weekday, row) => (
          <div key={weekday} className="contents">
            <span className="self-center pe-2">{figures.weekday(weekday, "short")}</span>
            {counts[row]?.map((count, hour) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: the place is the hour
                key={hour}
                title={t("analytics.hours.cell", {
                  weekday: figures.weekday(weekday),
                  hour: figures.hour(hour),
                  count,
                })}
                className="h-6 rounded-xs ring-1 ring-line/60 ring-inset sm:h-9 sm:rounded-sm"
                style={{ background: shade(strengthOf(count, most)) }}
              />
            ))}
          </div>
        ))}
        <span />
        {NAMED_HOURS.map((hour) => (
          <span key={hour} className="col-span-3 tabular-nums">
            {hour}
          </span>
        ))}
      </div>
      <p className="flex items-center gap-1.5 text-muted text-xs">
        {t("analytics.hours.fewer")}
        {STEPS.map((strength) => (
          <span
            key={strength}
            className="size-4 rounded-sm ring-1 ring-line/60 ring-inset"
            style={{ background: shade(strength) }}
          />
        ))}
        {t("analytics.hours.more")}
      </p>
    </div>
  );
}
