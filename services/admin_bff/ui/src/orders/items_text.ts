/** The products of an order in one line. */
import type { Order } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { useQuantity } from "./quantity";

/** "2 kg Pastrami, 1 kg Lamb Chops" in the page's language; each name keeps to its own direction. */
export function useItemsText(): (order: Order) => string {
  const format = useFormat();
  const quantity = useQuantity();
  return (order) =>
    order.items.map((item) => `${quantity.text(item)} \u2068${format.name(item.name)}\u2069`).join(", ");
}
