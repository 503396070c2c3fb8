/** Names of what is cached; the first words of a key name the whole group. */

export const keys = {
  conversationLists: ["conversations"] as const,
  conversationList: (filters: object) => ["conversations", filters] as const,
  /** A few conversations that fit some words; not kept up to date. */
  conversationSearch: (words: string) => ["conversation-search", words] as const,
  conversationDetails: ["conversation"] as const,
  conversation: (id: string) => ["conversation", id] as const,
  /** Everything about orders: lists, summaries and single orders. */
  orders: ["orders"] as const,
  customers: ["customer"] as const,
  products: ["products"] as const,
  analytics: ["analytics"] as const,
};
