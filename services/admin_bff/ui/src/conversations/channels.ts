/** The channels over which customers may come. */

export const CHANNELS = ["telegram", "whatsapp", "sms", "web", "cli"] as const;
export type Channel = (typeof CHANNELS)[number];
