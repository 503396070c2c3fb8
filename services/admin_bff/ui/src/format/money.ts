/** Amounts of money, from minor units to what people read; never through a floating-point number. */
import type { Money } from "@/api/types";
// Where it is not two. What the browser believes of a currency's digits is what is usual to show, not what is stored.
import currencyDigits from "./currency_digits.json";

const formats = new Map<string, Intl.NumberFormat>();

function digitsOf(currency: string): number {
  return (currencyDigits as Record<string, number>)[currency] ?? 2;
}

function formatOf(language: string, currency: string): Intl.NumberFormat {
  const key = `${language} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    const digits = digitsOf(currency);
    format = new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(key, format);
  }
  return format;
}

/** 14250 of a currency with two digits is "142.50". */
export function majorUnits(amountMinor: number, digits: number): string {
  const sign = amountMinor < 0 ? "-" : "";
  const figures = String(Math.abs(amountMinor)).padStart(digits + 1, "0");
  return digits === 0 ? sign + figures : `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)}`;
}

export function formatMoney(money: Money, language: string): string {
  const amount = majorUnits(money.amount_minor, digitsOf(money.currency));
  return formatDecimal(amount, money.currency, language);
}

/** An amount in major units as exact text: "142.00". */
export function formatDecimal(amount: string, currency: string, language: string): string {
  return formatOf(language, currency).format(amount as Intl.StringNumericLiteral);
}

/** Rounded, for the axis of a chart: "₪12K". */
export function formatMoneyShort(money: Money, language: string): string {
  const format = new Intl.NumberFormat(language, {
    style: "currency",
    currency: money.currency,
    notation: "compact",
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  });
  return format.format(majorUnits(money.amount_minor, digitsOf(money.currency)) as Intl.StringNumericLiteral);
}
