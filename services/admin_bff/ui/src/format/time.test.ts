import { expect, test } from "vitest";
import { calendarDate, clockTime, dayName, daysAgo, listTime, localDate } from "./time";

const ZONE = "Asia/Jerusalem"; // two hours ahead of UTC in winter
const NOW = Date.parse("2026-11-23T12:00:00Z");

test("the day of a moment is the one of the business, not the one of UTC", () => {
  expect(localDate("2026-11-22T22:30:00Z", ZONE)).toBe("2026-11-23");
  expect(daysAgo("2026-11-22T22:30:00Z", NOW, ZONE)).toBe(0);
  expect(daysAgo("2026-11-22T21:30:00Z", NOW, ZONE)).toBe(1);
});

test("dividers say today, yesterday, or the date", () => {
  expect(dayName("2026-11-23T06:00:00Z", NOW, "en", ZONE)).toBe("Today");
  expect(dayName("2026-11-22T06:00:00Z", NOW, "en", ZONE)).toBe("Yesterday");
  expect(dayName("2026-11-20T06:00:00Z", NOW, "en", ZONE)).toBe("Friday 20 November");
  expect(dayName("2025-11-20T06:00:00Z", NOW, "en", ZONE)).toContain("2025");
  expect(dayName("2026-11-23T06:00:00Z", NOW, "he", ZONE)).toBe("היום");
});

test("times in lists get coarser with age", () => {
  const ago = (milliseconds: number) => listTime(new Date(NOW - milliseconds).toISOString(), NOW, "en", ZONE);
  expect(ago(5_000)).toBe("now");
  expect(ago(5 * 60_000)).toBe("5m ago");
  expect(ago(3 * 3_600_000)).toBe("11:00");
  expect(ago(24 * 3_600_000)).toBe("yesterday");
  expect(ago(3 * 24 * 3_600_000)).toBe("Fri");
  expect(ago(20 * 24 * 3_600_000)).toBe("3 Nov");
  expect(ago(400 * 24 * 3_600_000)).toContain("2025");
  expect(listTime(new Date(NOW - 60_000).toISOString(), NOW, "he", ZONE)).toBe("לפני דק׳");
});

test("a clock that is a little ahead of ours does not say that something will happen", () => {
  expect(listTime("2026-11-23T12:00:20Z", NOW, "en", ZONE)).toBe("now");
});

test("a date of the calendar is the same everywhere", () => {
  expect(calendarDate("2026-11-25", "en")).toBe("Wed 25 Nov");
  expect(clockTime("2026-11-23T12:05:00Z", "en", ZONE)).toBe("14:05");
});
