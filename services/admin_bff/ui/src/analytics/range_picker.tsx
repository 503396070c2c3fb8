/** Chooses the days that are shown: a preset, or two dates. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { PRESETS, presetOf, problemOf, type Range, type RangeSearch } from "./range";
import { useFigures } from "./use_figures";

const NAMES = { 1: "today", 7: "days_7", 30: "days_30", 90: "days_90" } as const;
const chipClass =
  "h-8 shrink-0 rounded-full border border-line bg-surface px-3 font-medium text-muted text-sm transition-colors hover:bg-hover hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink";

interface RangePickerProps {
  search: RangeSearch;
  range: Range;
  today: string;
  onShow: (search: RangeSearch) => void;
}

export function RangePicker({ search, range, today, onShow }: RangePickerProps) {
  const { t } = useTranslation();
  const figures = useFigures();
  const preset = presetOf(search);
  const [choosing, setChoosing] = useState(false);
  const custom = choosing || preset === undefined;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">{t("analytics.range.label")}</legend>
        {PRESETS.map((days) => (
          <button
            key={days}
            type="button"
            aria-pressed={!custom && preset === days}
            onClick={() => {
              setChoosing(false);
              onShow(days === 30 ? {} : { days });
            }}
            className={chipClass}
          >
            {t(`analytics.range.${NAMES[days]}`)}
          </button>
        ))}
        <button type="button" aria-pressed={custom} onClick={() => setChoosing(true)} className={chipClass}>
          {t("analytics.range.custom")}
        </button>
      </fieldset>
      {custom ? (
        <Dates key={`${range.from} ${range.to}`} range={range} today={today} onShow={onShow} />
      ) : (
        <p className="text-muted text-sm tabular-nums">
          {range.from === range.to
            ? figures.dayLong(range.from)
            : t("analytics.range.shown", { from: figures.dayShort(range.from), to: figures.date(range.to) })}
        </p>
      )}
    </div>
  );
}

function Dates({ range, today, onShow }: Omit<RangePickerProps, "search">) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(range);
  const [tried, setTried] = useState(false);
  const problem = problemOf(chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!problem) onShow(chosen);
  };
  const date = (name: "from" | "to", error?: string) => (
    <Field label={t(`analytics.range.${name}`)} error={error}>
      {(control) => (
        <Input
          {...control}
          type="date"
          value={chosen[name]}
          min="2000-01-01"
          max={today}
          onChange={(event) => setChosen({ ...chosen, [name]: event.target.value })}
          className="h-9! w-40!"
        />
      )}
    </Field>
  );
  return (
    <form noValidate onSubmit={submit} className="flex flex-wrap items-end gap-2">
      {date("from", tried && problem ? t(`analytics.range.${problem}`) : undefined)}
      {date("to")}
      <Button type="submit" small className="h-9!">
        {t("analytics.range.apply")}
      </Button>
    </form>
  );
}
