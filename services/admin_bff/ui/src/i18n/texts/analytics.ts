/** Texts of the analytics. */
import type { Translation } from "./translation";

export const en = {
  title: "Analytics",
};

export const he: Translation<typeof en> = {
  title: "נתונים",
};
