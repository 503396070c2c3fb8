/** Quantities as people read them: "0.5 kg", "2 ×". */
import { useTranslation } from "react-i18next";
import type { OrderItem } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { en } from "@/i18n/texts/orders";

type KnownUnit = keyof typeof en.units;
/** Things counted by the piece need no unit beside their number. */
const PIECES = ["each", "piece"];

function isKnown(unit: string): unit is KnownUnit {
  return Object.hasOwn(en.units, unit);
}

export function useQuantity() {
  const { t } = useTranslation();
  const { language } = useFormat();
  const unitName = (unit: string) => (isKnown(unit) ? t(`orders.units.${unit}`) : unit);
  return {
    unit: unitName,
    isPiece: (unit: string) => PIECES.includes(unit),
    /** The decimal text stays exact: it never becomes a floating-point number. */
    text: ({ quantity, unit }: Pick<OrderItem, "quantity" | "unit">) => {
      const number = new Intl.NumberFormat(language, { maximumFractionDigits: 6 }).format(
        quantity as Intl.StringNumericLiteral,
      );
      return `${number} ${unitName(unit)}`;
    },
  };
}
