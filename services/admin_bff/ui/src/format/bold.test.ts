import { expect, test } from "vitest";
import { boldParts, withoutMarks } from "./bold";

test("what stands between two pairs of asterisks is bold", () => {
  expect(boldParts("Your **Order #3** is **here**")).toEqual([
    { at: 0, text: "Your ", bold: false },
    { at: 5, text: "Order #3", bold: true },
    { at: 17, text: " is ", bold: false },
    { at: 21, text: "here", bold: true },
  ]);
  expect(withoutMarks("Your **Order #3** is **here**")).toBe("Your Order #3 is here");
});

test("asterisks that mark nothing stay", () => {
  for (const text of ["2 ** 3 ** 4", "a lone **", "**two\nlines**", ""]) {
    expect(withoutMarks(text)).toBe(text);
    expect(boldParts(text).some((part) => part.bold)).toBe(false);
  }
});
