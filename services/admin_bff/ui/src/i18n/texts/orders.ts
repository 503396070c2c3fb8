/** Texts of the orders: queue, detail, print. */
import type { Translation } from "./translation";

export const en = {
  title: "Orders",
};

export const he: Translation<typeof en> = {
  title: "הזמנות",
};
