import { expect, test } from "vitest";
import { formatDecimal, formatMoney, formatMoneyShort, majorUnits } from "./money";

test("minor units become major ones without a floating-point number", () => {
  expect(majorUnits(3750, 2)).toBe("37.50");
  expect(majorUnits(5, 2)).toBe("0.05");
  expect(majorUnits(-5, 2)).toBe("-0.05");
  expect(majorUnits(1200, 0)).toBe("1200");
  expect(majorUnits(1, 3)).toBe("0.001");
  expect(majorUnits(900719925474099, 2)).toBe("9007199254740.99");
});

test("money is shown with its currency and the digits that the currency has", () => {
  expect(formatMoney({ currency: "ILS", amount_minor: 14250 }, "en")).toBe("₪142.50");
  expect(formatMoney({ currency: "ILS", amount_minor: 14250 }, "he")).toContain("142.50");
  expect(formatMoney({ currency: "JPY", amount_minor: 1200 }, "en")).toBe("¥1,200");
  expect(formatMoney({ currency: "KWD", amount_minor: 1234 }, "en")).toContain("1.234");
});

test("money of little worth is shown as it is stored, too", () => {
  expect(formatMoney({ currency: "HUF", amount_minor: 125_000 }, "en")).toContain("1,250.00");
  expect(formatMoney({ currency: "IQD", amount_minor: 5_000_000 }, "en")).toContain("5,000.000");
  expect(formatDecimal("1250.00", "HUF", "en")).toBe(formatMoney({ currency: "HUF", amount_minor: 125_000 }, "en"));
  expect(formatMoneyShort({ currency: "HUF", amount_minor: 125_000 }, "en")).toContain("1.3K");
});

test("an exact decimal text keeps its digits, whatever a floating-point number would make of them", () => {
  expect(formatDecimal("90071992547409.93", "ILS", "en")).toBe("₪90,071,992,547,409.93");
});

test("the axis of a chart has rounded amounts", () => {
  expect(formatMoneyShort({ currency: "ILS", amount_minor: 1_234_500 }, "en")).toBe("₪12.3K");
  expect(formatMoneyShort({ currency: "ILS", amount_minor: 0 }, "en")).toBe("₪0");
});
