/** What staff can do with an order. */
import type { Status } from "../search";

export type Verb = "confirm" | "complete" | "cancel";

/** What can be done with an order of this status. */
export function verbsOf(status: Status): Verb[] {
  if (status === "pending") return ["confirm", "cancel"];
  return status === "confirmed" ? ["complete", "cancel"] : [];
}
