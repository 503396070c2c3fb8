/** The formats of the page's language and the tenant's time zone, and a clock that moves them on. */
import { useEffect, useMemo, useState } from "react";
import type { Localized, Money } from "@/api/types";
import { language as languageStore } from "@/i18n/i18n";
import { useStore } from "@/live/store";
import { useSession } from "@/session/session";
import { formatDecimal, formatMoney } from "./money";
import { localized } from "./text";
import { calendarDate, clockTime, dateAndTime, dayName, listTime, timeUntil } from "./time";

/** The time, anew every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function useFormat() {
  const language = useStore(languageStore);
  const timeZone = useSession().time_zone;
  return useMemo(
    () => ({
      language,
      timeZone,
      money: (money: Money) => formatMoney(money, language),
      /** An exact decimal text: "142.00" of ILS. */
      moneyText: (amount: string, currency: string) => formatDecimal(amount, currency, language),
      clock: (at: string) => clockTime(at, language, timeZone),
      dateAndTime: (at: string) => dateAndTime(at, language, timeZone),
      date: (date: string) => calendarDate(date, language),
      day: (at: string, now: number) => dayName(at, now, language, timeZone),
      listTime: (at: string, now: number) => listTime(at, now, language, timeZone),
      until: (at: string, now: number) => timeUntil(at, now, language),
      number: (value: number) => new Intl.NumberFormat(language).format(value),
      name: (texts: Localized | undefined) => localized(texts, language),
    }),
    [language, timeZone],
  );
}
