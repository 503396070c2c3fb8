"""A response of which only some calls went through: what was done is told, and later requests stay whole."""

from datetime import UTC, datetime
from typing import Any, cast

import grpc
import pytest
from sales.common.v1 import money_pb2
from sales.customers.v1 import customers_pb2
from sales.orders.v1 import orders_pb2

from services.agent.facts import order_facts, profile_facts
from services.agent.model import Response
from services.agent.prompt import customer_message
from services.agent.recent_orders import RecentOrders
from services.agent.tools import definitions as tool
from services.agent.tools.calls import Seen, Session, ToolUnavailableError
from services.agent.tools.execution import Tools
from services.agent.turns.progress import Progress
from services.agent.turns.window import history_of
from services.agent.usage import Usage
from services.common.auth import TokenSigner, generate_key_pair


class Orders:
    """The orders service; keeps what it was asked."""

    def __init__(self) -> None:
        self.updates: list[Any] = []

    async def CreateOrder(self, request: Any, **_call: Any) -> orders_pb2.Order:
        return an_order()

    async def UpdateOrder(self, request: Any, **_call: Any) -> orders_pb2.Order:
        self.updates.append(request)
        return an_order()


class AwayCustomers:
    """The customers service while it is down."""

    async def UpdateCustomer(self, request: Any, **_call: Any) -> Any:
        raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "away")


def an_order() -> orders_pb2.Order:
    order = orders_pb2.Order(
        number=7,
        status=orders_pb2.ORDER_STATUS_PENDING,
        total=money_pb2.Money(currency_code="ILS", amount_minor=3750),
    )
    order.create_time.FromDatetime(datetime(2026, 11, 23, 22, 30, tzinfo=UTC))
    return order


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture
def tools(orders: Orders) -> Tools:
    signer = TokenSigner("agent", generate_key_pair()[0])
    away, unused = cast(Any, AwayCustomers()), cast(Any, None)
    recent = RecentOrders(cast(Any, orders), signer)
    return Tools(cast(Any, orders), unused, recent, unused, away, unused, signer, timeout_seconds=1)


SESSION = Session(
    tenant_id="valdman",
    conversation_id=cast(Any, "conversation"),
    turn_id=cast(Any, "turn"),
    customer_id="customer",
    message_id="message",
    said=None,
    time_zone="Asia/Jerusalem",
)
USES = [
    {
        "type": "tool_use",
        "id": "t1",
        "name": tool.CREATE_ORDER,
        "input": {"items": [{"product": "pastrami", "quantity": "0.5"}]},
    },
    {"type": "tool_use", "id": "t2", "name": tool.UPDATE_CUSTOMER_PROFILE, "input": {"name": "Bar"}},
]


def a_turn_that_called(uses: list[dict[str, Any]]) -> Progress:
    """A turn whose response is journalled and whose calls have not ended."""
    said = {"role": "user", "content": [customer_message("text", "half a kilo, I am Bar", edited=False)]}
    progress = Progress(seen=Seen(1, {}), arrivals=1, messages=[said])
    progress.note_step(Response(uses, "tool_use", Usage(1, 1, 0, 0), 5))
    return progress


def unanswered_calls(history: list[dict[str, Any]]) -> set[str]:
    blocks = [block for message in history for block in message["content"]]
    called = {block["id"] for block in blocks if block["type"] == "tool_use"}
    return called - {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}


async def test_an_order_made_before_another_service_failed_has_its_receipt_when_the_turn_is_given_up(
    tools: Tools,
) -> None:
    progress = a_turn_that_called(USES)
    with pytest.raises(ToolUnavailableError) as down:
        await tools.run(SESSION, 1, USES, progress.seen)
    progress.note_unfinished(1, USES, down.value.finished)
    assert [order["number"] for order in progress.receipt_orders()] == [7]
    assert [(call["name"], call["is_error"]) for call in progress.calls] == [
        (tool.CREATE_ORDER, False),
        (tool.UPDATE_CUSTOMER_PROFILE, True),
    ]
    assert unanswered_calls(history_of(progress.messages)) == set()


def test_later_turns_see_no_call_that_never_got_its_result() -> None:
    progress = a_turn_that_called(USES)
    history = history_of(progress.messages)
    assert unanswered_calls(history) == set()
    assert [message["role"] for message in history] == ["user"]


async def test_null_leaves_a_field_of_an_order_as_it_is_and_an_empty_text_clears_it(
    tools: Tools, orders: Orders
) -> None:
    given = {
        "order_number": 7,
        "items": None,
        "fulfillment": None,
        "delivery_address": None,
        "notes": "",
        "wanted_date": None,
    }
    await tools.run(SESSION, 1, [{"id": "t1", "name": tool.UPDATE_ORDER, "input": given}], Seen(1, {}))
    (request,) = orders.updates
    fields = ("fulfillment", "delivery_address", "notes", "wanted_date")
    assert [name for name in fields if request.HasField(name)] == ["notes"]
    assert not request.items


def test_an_order_is_dated_by_the_clock_of_the_business() -> None:
    assert order_facts(an_order(), "Asia/Jerusalem")["created_date"] == "2026-11-24"
    assert order_facts(an_order(), "America/New_York")["created_date"] == "2026-11-23"


def test_the_channels_hint_of_a_language_is_no_known_fact() -> None:
    profile = customers_pb2.Profile(name="Bar", language="en")
    source = customers_pb2.FactSource(kind=customers_pb2.FactSource.KIND_CUSTOMER)
    assert profile_facts(customers_pb2.Customer(profile=profile, sources={"name": source})) == {"name": "Bar"}
    both = {"name": source, "language": source}
    assert profile_facts(customers_pb2.Customer(profile=profile, sources=both))["language"] == "en"
