/** What a profile says of a customer, in the order in which it is shown. */

export const FACTS = ["name", "phone", "address", "language", "notes"] as const;
export type Fact = (typeof FACTS)[number];
