import { expect, test } from "vitest";
import { languageName } from "./text";

test("a language has its name in the language of the page", () => {
  expect(languageName("he", "en")).toBe("Hebrew");
  expect(languageName("he", "he")).toBe("עברית");
});

test("what is no language is shown as it came", () => {
  expect(languageName("the one of Haifa", "en")).toBe("the one of Haifa");
  expect(languageName("qqx", "en")).toBe("qqx");
});
