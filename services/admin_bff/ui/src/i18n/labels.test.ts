/** Whatever the API may send has words in every language: derived from its OpenAPI and, for open sets, its protos. */
import { expect, test } from "vitest";
import { CHANNELS } from "@/conversations/channels";
import { LIVE_EVENT_NAMES } from "@/live/events";
import { FIELDS } from "@/orders/detail/changes";
import agentProto from "../../../../../protos/sales/agent/v1/conversations.proto?raw";
import ordersProto from "../../../../../protos/sales/orders/v1/orders.proto?raw";
import openapi from "../../openapi.json";
import { en } from "./en";
import { he } from "./he";

/** Where the words for the values of each enumeration are; null: its values are never shown. */
const LABELS: Record<string, string | null> = {
  "Actor.kind": "orders.timeline.actors",
  "Analytics.missing": "analytics.missing",
  "Attention.reason": "conversations.reasons",
  "AttentionEvent.reason": null,
  "Conversation.last_message_role": "conversations.speakers",
  "Conversation.state": "conversations.list.states",
  "ConversationDetail.missing": "conversations.thread.missing",
  "Delivery.state": "conversations.delivery.states",
  "LastOrder.status": "conversations.orderStatus",
  "Message.event": "conversations.events",
  "Message.kind": "conversations.kinds",
  "Message.role": "conversations.speakers",
  "Order.fulfillment": "orders.fulfillment",
  "Order.status": "conversations.orderStatus",
  "OrderDetail.fulfillment": "orders.fulfillment",
  "OrderDetail.missing": null, // only the customer's profile: orders.detail.customerMissing
  "OrderDetail.status": "conversations.orderStatus",
  "OrderEvent.action": null,
  "OrderEvent.status": null,
  "Session.role": "frame.roles",
  "Source.kind": "conversations.profile.source",
  "StatusTotal.status": "conversations.orderStatus",
  "TimelineEntry.action": "orders.timeline",
  "?lang": null,
  "?sort": "orders.filters.sorts",
  "?state": "conversations.list.states",
  "?status": "conversations.orderStatus",
};
/** Values that are shown by what they are about, without words of their own. */
const WORDLESS: Record<string, string[]> = {
  "Conversation.last_message_role": ["event"],
  "Message.kind": ["text"],
  "Message.role": ["event"],
};

/** What the API passes on as text from a set that may grow: values as the contract names them. */
const OPEN: [string, string, string[]][] = [
  ["Conversation.channel", "conversations.channels", quoted(agentProto, "Conversation", "channel")],
];
/** What is text in the contract and an enumeration of the API: the contract's values, which are all that may come. */
const NAMED: Record<string, string[]> = {
  "Attention.reason": [...quoted(agentProto, "Attention", "reason"), "other"],
  "Delivery.state": quoted(agentProto, "MessageDelivery", "state"),
  "LastOrder.status": quoted(agentProto, "Conversation", "last_order_status"),
  "TimelineEntry.action": quoted(ordersProto, "TimelineEntry", "action"),
};

/** The "quoted" values in the comment above a field. */
function quoted(proto: string, message: string, field: string): string[] {
  const body = new RegExp(`^message ${message} \\{\\n([^}]*)`, "m").exec(proto)?.[1] ?? "";
  const comment = new RegExp(`((?: *//[^\\n]*\\n)+) *string ${field} =`).exec(body)?.[1] ?? "";
  return [...comment.matchAll(/"([a-z_]+)"/g)].map((match) => match[1] ?? "");
}

interface Enumeration {
  name: string;
  values: unknown[];
}

/** Every enumeration that is anywhere in a schema. */
function enumerations(name: string, schema: unknown): Enumeration[] {
  if (Array.isArray(schema)) return schema.flatMap((each) => enumerations(name, each));
  if (typeof schema !== "object" || schema === null) return [];
  const { enum: values, const: value, ...rest } = schema as Record<string, unknown>;
  const own = Array.isArray(values) ? values : value === undefined ? [] : [value];
  const inner = Object.values(rest).flatMap((each) => enumerations(name, each));
  return own.length ? [{ name, values: own }, ...inner] : inner;
}

function ofSchemas(): Enumeration[] {
  return Object.entries(openapi.components.schemas).flatMap(
    ([schema, { properties = {} }]: [string, object & { properties?: object }]) =>
      Object.entries(properties).flatMap(([property, content]) => enumerations(`${schema}.${property}`, content)),
  );
}

interface Operation {
  parameters?: { name: string; schema: unknown }[];
}

function ofParameters(): Enumeration[] {
  const operations = Object.values(openapi.paths as Record<string, Record<string, Operation>>).flatMap(Object.values);
  return operations.flatMap(({ parameters = [] }: Operation) =>
    parameters.flatMap(({ name, schema }) => enumerations(`?${name}`, schema)),
  );
}

function words(texts: object, path: string, value: unknown): unknown {
  const group = path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], texts);
  return (group as Record<string, unknown> | undefined)?.[String(value)];
}

const isEvent = ({ name }: Enumeration) => name.endsWith("Event.event");
const closed = [...ofSchemas(), ...ofParameters()].filter((each) => !isEvent(each) && each.name !== "Alive.alive");

test("every enumeration of the API is known here", () => {
  expect(closed.length).toBeGreaterThan(15);
  expect([...new Set(closed.map(({ name }) => name))].toSorted()).toEqual(Object.keys(LABELS).toSorted());
});

test.each([
  ["English", en],
  ["Hebrew", he],
])("every value that the API may send has its words in %s", (_, texts) => {
  const expected = [
    ...closed.flatMap(({ name, values }) =>
      values
        .filter((value) => !WORDLESS[name]?.includes(String(value)))
        .map((value) => [name, LABELS[name], value] as const),
    ),
    ...OPEN.flatMap(([name, path, values]) => values.map((value) => [name, path, value] as const)),
  ];
  const missing = expected.filter(([, path, value]) => {
    const text = path && words(texts, path, value);
    return path && (typeof text !== "string" || !text);
  });
  expect(missing).toEqual([]);
});

test("what the contract says of open sets is found", () => {
  const found = Object.fromEntries(OPEN.map(([name, , values]) => [name, values]));
  expect(CHANNELS).toEqual(expect.arrayContaining(found["Conversation.channel"] ?? ["none"]));
});

test.each(Object.entries(NAMED))("%s has the values that the contract names", (name, named) => {
  expect(named.length).toBeGreaterThan(1);
  const [told] = closed.filter((each) => each.name === name);
  expect(told?.values.toSorted()).toEqual(named.toSorted());
});

test("every field that a timeline tells of has its name", () => {
  for (const texts of [en, he]) {
    expect(Object.keys(texts.orders.timeline.fields).toSorted()).toEqual(FIELDS.toSorted());
  }
});

test("every live event is listened to", () => {
  const names = ofSchemas()
    .filter(isEvent)
    .flatMap(({ values }) => values);
  expect(names.toSorted()).toEqual(["hello", ...LIVE_EVENT_NAMES].toSorted());
});
