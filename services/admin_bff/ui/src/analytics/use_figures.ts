/** How the figures of the analytics read: shares, dates on an axis, tokens, dollars, names of days and languages. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatMoneyShort, majorUnits } from "@/format/money";
import { languageName } from "@/format/text";
import { useFormat } from "@/format/use_format";

const MICRO_DIGITS = 6;
/** A Monday, to name the days of the week after. */
const MONDAY = Date.parse("2024-01-01T00:00:00Z");
const DAY_MS = 86_400_000;

export function useFigures() {
  const { t } = useTranslation();
  const { language } = useFormat();
  return useMemo(() => {
    const tongue = language === "en" ? "en-GB" : language;
    const utc = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(tongue, { timeZone: "UTC", ...options });
    const short = utc({ day: "numeric", month: "short" });
    const withYear = utc({ day: "numeric", month: "short", year: "numeric" });
    const long = utc({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
    const weekdayNames = { long: utc({ weekday: "long" }), short: utc({ weekday: "short" }) };
    const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
    const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
    const dollars = (digits: number) =>
      new Intl.NumberFormat(language, { style: "currency", currency: "USD", maximumFractionDigits: digits });
    const moment = (date: string) => new Date(`${date}T00:00:00Z`);
    return {
      language,
      dayShort: (date: string) => short.format(moment(date)),
      dayLong: (date: string) => long.format(moment(date)),
      date: (date: string) => withYear.format(moment(date)),
      /** 1 is Monday. */
      weekday: (day: number, width: "long" | "short" = "long") =>
        weekdayNames[width].format(new Date(MONDAY + (day - 1) * DAY_MS)),
      hour: (hour: number) => `${String(hour).padStart(2, "0")}:00`,
      percent: (share: number | null) => (share === null ? t("analytics.figures.none") : percent.format(share)),
      compact: (value: number) => compact.format(value),
      moneyShort: (currency: string, amount_minor: number) => formatMoneyShort({ currency, amount_minor }, language),
      /** Millionths of a dollar; amounts under a dollar keep more digits. */
      cost: (microUsd: number) =>
        dollars(microUsd < 1_000_000 ? 4 : 2).format(majorUnits(microUsd, MICRO_DIGITS) as Intl.StringNumericLiteral),
      languageName: (tag: string) => (tag ? languageName(tag, language) : t("analytics.languages.unknown")),
    };
  }, [language, t]);
}
