/** Names for what the server's OpenAPI describes. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type Money = Schemas["Money"];
export type Conversation = Schemas["Conversation"];
export type ConversationPage = Schemas["ConversationPage"];
export type ConversationDetail = Schemas["ConversationDetail"];
export type Message = Schemas["Message"];
export type MessageDelivery = Schemas["Delivery"];
export type ToolCall = Schemas["ToolCall"];
export type Attention = Schemas["Attention"];
export type Customer = Schemas["Customer"];
export type Order = Schemas["Order"];
export type OrderDetail = Schemas["OrderDetail"];
export type OrderItem = Schemas["OrderItem"];
export type Product = Schemas["Product"];
export type LiveEvent = Schemas["LiveEvent"];
export type Localized = Record<string, string>;
