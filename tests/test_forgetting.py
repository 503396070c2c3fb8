"""A customer is forgotten on request: afterwards no column of any table holds a word that says who it was."""

import base64
import uuid
from collections.abc import Iterable

import asyncpg
from sales.agent.v1 import conversations_pb2, conversations_pb2_grpc, staffing_pb2, staffing_pb2_grpc
from sales.orders.v1 import orders_pb2, orders_pb2_grpc

from services.common.auth import TokenSigner
from services.common.grpc_client import channel
from tests.platform_under_test import Chat, Platform, until

# Written by nobody else in the tests. Of a street only the name: the agent may write the rest otherwise.
NAME, PHONE, STREET, SHOWN, HABIT = "Zebulon", "547719034", "Kestrel", "Quistberg", "macadamia"
CHAT_ID = 9_876_501_234
PERSONAL = (NAME, PHONE, STREET, SHOWN, HABIT, str(CHAT_ID))

_COLUMNS = """
    SELECT table_schema AS schema, table_name AS table, column_name AS name, data_type AS type
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


async def holding(admin_url: str, words: Iterable[str]) -> list[str]:
    """Where any of the words stands, whatever the case, as "schema.table.column: word"; all schemas, all columns."""
    connection = await asyncpg.connect(admin_url)
    found = []
    try:
        columns = await connection.fetch(_COLUMNS)
        assert {column["schema"] for column in columns} >= {"agent", "customers", "orders", "tenants"}
        for column in columns:
            place = '"{schema}"."{table}"'.format_map(column)
            # Bytes are looked at as they are stored; letters beyond ASCII in them would stand in their own escape.
            text = "encode({}, 'escape')" if column["type"] == "bytea" else "CAST({} AS text)"
            text = text.format(f'"{column["name"]}"')
            holds = f"EXISTS (SELECT 1 FROM {place} WHERE strpos(lower({text}), lower(word)) > 0)"
            rows = await connection.fetch(f"SELECT word FROM unnest($1::text[]) word WHERE {holds}", list(words))
            found += [f"{column['schema']}.{column['table']}.{column['name']}: {row['word']}" for row in rows]
    finally:
        await connection.close()
    return found


async def tell_everything(chat: Chat) -> None:
    """Two orders, one of them cancelled, and everything about a person, in as many messages as a summary takes."""
    person = {"from": {"id": CHAT_ID, "first_name": SHOWN, "language_code": "en"}}
    for text in (
        "Hi, what do you sell?",
        f"I want 2 kg of beef sausage, delivery to {STREET} street 44 Haifa, note: ring at {SHOWN}",
        f"My name is {NAME}",
        f"My phone is +972{PHONE}",
        f"I am allergic to {HABIT}",
        "1 kg of pastrami please",
        f"cancel the pastrami order, {STREET} is too far",
        "what are my orders?",
        "thank you",
    ):
        await chat.say(text, **person)


async def of_staff(running: Platform, conversation_id: str) -> None:
    """A reply, a note, and the return to the agent."""
    async with channel(running.stack.around.ports.address("agent")) as to_agent:
        staffing = staffing_pb2_grpc.StaffingServiceStub(to_agent)
        metadata, this = _operator(running), {"conversation_id": conversation_id}
        for method, request in (
            ("SendStaffReply", staffing_pb2.SendStaffReplyRequest(text=f"Dear {NAME}", request_id=_id(), **this)),
            ("CreateNote", staffing_pb2.CreateNoteRequest(text=f"{NAME} of {STREET}", request_id=_id(), **this)),
            ("ResumeAgent", staffing_pb2.ResumeAgentRequest(request_id=_id(), **this)),
        ):
            await getattr(staffing, method)(request, metadata=metadata, timeout=30)


async def test_no_column_of_any_table_says_any_more_who_it_was(running: Platform) -> None:
    admin_url = running.stack.around.admin_database_url
    chat = await running.chat(chat_id=CHAT_ID)
    await tell_everything(chat)
    conversation = await chat.business.conversation(CHAT_ID)
    assert conversation is not None
    await of_staff(running, conversation.conversation_id)

    async def told() -> bool | None:
        found = await chat.business.conversation(CHAT_ID)
        return True if found and min(found.summary_through, found.profile_through) >= 15 else None

    await until("summary and profile", told)
    before = await holding(admin_url, PERSONAL)
    assert {place.partition(".")[0] for place in before} == {"agent", "customers", "orders"}
    assert {place.rpartition(": ")[2] for place in before} == set(PERSONAL)
    orders = await chat.orders()
    assert len(orders) >= 1

    printed = await running.stack.run_salesctl("customer", "forget", "--chat-id", str(CHAT_ID), "--yes")

    open_orders = [order.number for order in orders if order.status == orders_pb2.ORDER_STATUS_PENDING]
    assert [number for number in open_orders if f"#{number}" not in printed] == []
    for number in open_orders:  # until then the business knows where to deliver
        await _complete(running, number)

    async def nothing() -> bool | None:
        return not await holding(admin_url, PERSONAL) or None

    await until("the end of every word", nothing)
    async with channel(running.stack.around.ports.address("orders")) as to_orders:
        request = orders_pb2.ListOrdersRequest(conversation_id=conversation.conversation_id)
        stub = orders_pb2_grpc.OrdersServiceStub(to_orders)
        kept = (await stub.ListOrders(request, metadata=_operator(running), timeout=30)).orders
    assert sorted((order.number, order.total.amount_minor, len(order.lines)) for order in kept) == [
        (order.number, order.total.amount_minor, len(order.lines)) for order in orders
    ]
    counted = await _conversation(running, conversation.conversation_id)
    assert counted.message_count >= conversation.message_count

    await chat.say(
        "Hello, what is my name?", **{"from": {"id": CHAT_ID, "first_name": "Anybody", "language_code": "en"}}
    )
    again = await chat.business.conversation(CHAT_ID)
    assert again is not None
    assert again.conversation_id != conversation.conversation_id
    assert (again.message_count, again.summary) == (2, "")
    assert again.customer_id != conversation.customer_id
    assert await holding(admin_url, PERSONAL[:-1]) == []


async def test_the_search_finds_a_word_in_text_json_bytes_and_arrays(running: Platform) -> None:
    admin_url = running.stack.around.admin_database_url
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("CREATE SCHEMA searched")
        await connection.execute("CREATE TABLE searched.places (a text, b jsonb, c bytea, d text[])")
        row = ("at KESTREL 4", '{"x": ["kestrel"]}', b"\x02\x00kestrel\xff", ["to Kestrel"])
        await connection.execute("INSERT INTO searched.places VALUES ($1, $2, $3, $4)", *row)
        found = await holding(admin_url, ["Kestrel"])
    finally:
        await connection.execute("DROP SCHEMA searched CASCADE")
        await connection.close()
    own = sorted(place for place in found if place.startswith("searched."))
    assert own == [f"searched.places.{name}: Kestrel" for name in "abcd"]


def _operator(running: Platform) -> tuple[tuple[str, str], ...]:
    """Metadata of an operator's call."""
    seed = base64.b64decode(running.stack.around.keys.private_key("operator"))
    return TokenSigner("operator", seed).metadata("valdman")


def _id() -> str:
    return uuid.uuid4().hex


async def _complete(running: Platform, number: int) -> None:
    async with channel(running.stack.around.ports.address("orders")) as to_orders:
        stub, metadata = orders_pb2_grpc.OrdersServiceStub(to_orders), _operator(running)
        actor = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, display_name="Dana")
        confirm = orders_pb2.ConfirmOrderRequest(number=number, actor=actor, request_id=_id())
        await stub.ConfirmOrder(confirm, metadata=metadata, timeout=30)
        complete = orders_pb2.CompleteOrderRequest(number=number, actor=actor, request_id=_id())
        await stub.CompleteOrder(complete, metadata=metadata, timeout=30)


async def _conversation(running: Platform, conversation_id: str) -> conversations_pb2.Conversation:
    async with channel(running.stack.around.ports.address("agent")) as to_agent:
        stub = conversations_pb2_grpc.ConversationsServiceStub(to_agent)
        request = conversations_pb2.GetConversationRequest(conversation_id=conversation_id)
        return await stub.GetConversation(request, metadata=_operator(running), timeout=30)
