"""`salesctl turn`, `conversations`, `orders`, `attention` and `status` show what the services have."""

import json
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from sales.agent.v1 import conversations_pb2 as pb
from sales.agent.v1 import staffing_pb2
from sales.common.v1 import diagnostics_pb2, money_pb2
from sales.customers.v1 import customers_pb2
from sales.orders.v1 import orders_pb2

from devstack.run_files import RunFiles
from salesctl.tests.conftest import Place, Salesctl
from salesctl.tests.fakes import Fakes
from salesctl.tests.turns import turn
from services.common.errors import invalid, not_found


def ils(minor: int) -> money_pb2.Money:
    return money_pb2.Money(currency_code="ILS", amount_minor=minor)


def order(number: int) -> orders_pb2.Order:
    line = orders_pb2.OrderLine(sku="pastrami", display_name={"en": "Pastrami"}, quantity="0.5", unit="kg")
    return orders_pb2.Order(
        number=number,
        customer_id="customer-1",
        status=orders_pb2.ORDER_STATUS_PENDING,
        lines=[line],
        total=ils(3750),
        fulfillment=orders_pb2.FULFILLMENT_DELIVERY,
        delivery_address="הרצל 15",
    )


def test_a_turn_is_shown_whole(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["GetTurn"] = lambda _: turn()
    out = salesctl("turn", "show", "turn-1").out
    assert fakes.asked["GetTurn"][0].turn_id == "turn-1"
    for told in (
        "You are the sales representative of Valdman.",
        "<customer_message>\nתבטל לי\n</customer_message>",
        'tool_use cancel_order {"order_number": 124}',
        'tool_result {"order":{}}',
        "2. end_turn",
        "retry 1: order #999 does not exist",
        "summary through message 15: done",
        "cost=$0.012345",
    ):
        assert told in out


def test_a_turn_can_be_shown_without_its_prompt(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["GetTurn"] = lambda _: turn()
    assert "You are the sales representative" not in salesctl("turn", "show", "turn-1", "--no-prompt").out


def test_a_turn_that_began_but_did_not_get_far_is_shown(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["GetTurn"] = lambda _: pb.Turn(turn_id="turn-1", state="running")
    ran = salesctl("turn", "show", "turn-1")
    assert ran.status == 0
    assert "Turn turn-1: running" in ran.out


def test_turns_of_a_conversation_are_listed(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["ListTurns"] = lambda _: pb.ListTurnsResponse(turns=[turn()])
    out = salesctl("turn", "list", "--conversation", "conversation-1").out
    assert "turn-1" in out
    assert "summary done" in out


def test_an_unknown_turn_is_told(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.failures["GetTurn"] = not_found("turn", "turn-9")
    ran = salesctl("turn", "show", "turn-9")
    assert (ran.status, ran.err) == (1, "turn turn-9 was not found (NOT_FOUND)\n")


def test_orders_are_a_table_with_the_names_of_customers(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["ListOrders"] = lambda _: orders_pb2.ListOrdersResponse(orders=[order(124)])
    profile = customers_pb2.Profile(name="בר")
    fakes.answers["GetCustomer"] = lambda _: customers_pb2.Customer(profile=profile)
    out = salesctl("orders", "--customer", "customer-1", "--status", "pending", "--status", "confirmed").out
    for told in ("#124", "pending", "בר", "0.5 kg Pastrami", "37.50 ILS", "to הרצל 15"):
        assert told in out
    (request,) = fakes.asked["ListOrders"]
    assert request.customer_id == "customer-1"
    assert list(request.statuses) == [orders_pb2.ORDER_STATUS_PENDING, orders_pb2.ORDER_STATUS_CONFIRMED]


def test_orders_of_a_customer_who_is_gone_are_shown_all_the_same(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["ListOrders"] = lambda _: orders_pb2.ListOrdersResponse(orders=[order(124)])
    fakes.failures["GetCustomer"] = not_found("customer", "customer-1")
    assert "#124" in salesctl("orders").out


def test_all_pages_are_read_up_to_the_limit(fakes: Fakes, salesctl: Salesctl) -> None:
    def page(request: orders_pb2.ListOrdersRequest) -> orders_pb2.ListOrdersResponse:
        start = int(request.page_token or 0)
        numbers = range(start, start + request.page_size)
        return orders_pb2.ListOrdersResponse(orders=map(order, numbers), next_page_token=str(numbers.stop))

    fakes.answers["ListOrders"] = page
    told = json.loads(salesctl("orders", "--limit", "250", "--json").out)
    assert [entry["number"] for entry in told] == [str(number) for number in range(250)]


@pytest.mark.parametrize("command", [("orders",), ("conversations",), ("attention",)])
def test_an_empty_list_and_a_mistyped_tenant_are_told_apart(
    fakes: Fakes, salesctl: Salesctl, command: tuple[str, ...]
) -> None:
    empty, mistyped = salesctl(*command), salesctl(*command, "--tenant", "nobody")
    assert (empty.status, mistyped.status) == (0, 1)
    assert "valdman" in empty.out
    assert "There is no tenant 'nobody'" in mistyped.err


@pytest.mark.parametrize(
    ("command", "method"),
    [
        (("conversations", "show", "conversation-1"), "GetConversation"),
        (("turn", "show", "turn-1"), "GetTurn"),
        (("turn", "list", "--conversation", "conversation-1"), "ListTurns"),
    ],
)
def test_what_is_not_found_and_a_mistyped_tenant_are_told_apart(
    fakes: Fakes, salesctl: Salesctl, command: tuple[str, ...], method: str
) -> None:
    fakes.failures[method] = not_found("thing", "1")
    assert salesctl(*command).err == "thing 1 was not found (NOT_FOUND)\n"
    mistyped = salesctl(*command, "--tenant", "nobody")
    assert (mistyped.status, "There is no tenant 'nobody'" in mistyped.err) == (1, True)


@pytest.mark.parametrize("command", [("orders", "--customer"), ("conversations", "--chat"), ("orders", "--tenant")])
def test_an_argument_that_is_no_text_is_told(fakes: Fakes, salesctl: Salesctl, command: tuple[str, ...]) -> None:
    ran = salesctl(*command, b"\xd9\xff".decode(errors="surrogateescape"))  # as Python gives arguments to programs
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "Arguments must be text in UTF-8, got '\\udcd9\\udcff'.\n"
    assert not fakes.asked


def test_conversations_are_listed_and_shown_with_the_state_of_each_send(fakes: Fakes, salesctl: Salesctl) -> None:
    conversation = pb.Conversation(
        conversation_id="conversation-1",
        channel="telegram",
        external_chat_id="42",
        display_name="Bar",
        summary="likes beef",
    )
    blocked = pb.MessageDelivery(state="undeliverable", attempts=2, error="Forbidden: bot was blocked by the user")
    newest_first = [
        pb.Message(role=pb.MESSAGE_ROLE_AGENT, content="רשמתי", turn_id="turn-1", deliveries=[blocked]),
        pb.Message(role=pb.MESSAGE_ROLE_CUSTOMER, kind=pb.MESSAGE_KIND_VOICE, content="חצי קילו", turn_id="turn-1"),
    ]
    fakes.answers["ListConversations"] = lambda _: pb.ListConversationsResponse(conversations=[conversation])
    fakes.answers["GetConversation"] = lambda _: conversation
    fakes.answers["ListMessages"] = lambda _: pb.ListMessagesResponse(messages=newest_first)
    assert "conversation-1" in salesctl("conversations", "--chat", "42").out
    assert fakes.asked["ListConversations"][0].external_chat_id == "42"
    out = salesctl("conversations", "--tenant", "joannas_bakery", "show", "conversation-1").out
    assert fakes.metadata[-1]["x-tenant-id"] == "joannas_bakery"
    assert out.index("חצי קילו") < out.index("רשמתי")
    assert "voice" in out
    assert "undeliverable, 2 tries: Forbidden: bot was blocked by the user" in out
    assert "likes beef" in out


def test_matters_that_need_a_person_are_listed(fakes: Fakes, salesctl: Salesctl) -> None:
    record = pb.Attention(conversation_id="conversation-1", reason="human_requested", detail="wants the manager")
    fakes.answers["ListAttention"] = lambda _: pb.ListAttentionResponse(attention=[record])
    assert "wants the manager" in salesctl("attention").out


@pytest.mark.parametrize(
    "command",
    [
        ("attention", "--tenant", "joannas_bakery", "resolve", "attention-1"),
        ("attention", "resolve", "attention-1", "--tenant", "joannas_bakery"),
    ],
)
def test_a_matter_is_resolved_in_the_tenant_named(fakes: Fakes, salesctl: Salesctl, command: tuple[str, ...]) -> None:
    asked = []

    def resolve(request: staffing_pb2.ResolveAttentionRequest) -> pb.Attention:
        asked.append(request)
        return pb.Attention(attention_id=request.attention_id, reason="turn_failed", conversation_id="conversation-1")

    fakes.answers["ResolveAttention"] = resolve
    said = salesctl(*command).out
    assert "turn_failed of conversation conversation-1 is taken care of" in said
    assert asked[0].attention_id == "attention-1"
    assert asked[0].request_id
    assert fakes.metadata[-1]["x-tenant-id"] == "joannas_bakery"


def test_status_shows_the_work_that_waits(fakes: Fakes, salesctl: Salesctl) -> None:
    backlog: dict[str, Any] = {
        "outbox_count": 7,
        "outbox_age": Duration(seconds=200),
        "oldest_due_turn_age": Duration(seconds=90),
        "due_turn_count": 31,
        "pending_delivery_count": 41,
        "attention_count": 51,
        "dead_letter_count": 61,
        "stale_secret_count": 71,
    }
    fakes.answers["GetBacklog"] = lambda _: diagnostics_pb2.Backlog(**backlog)
    ran = salesctl("status")
    rows = {line.split("│")[1].strip(): line for line in ran.out.splitlines() if line.startswith("│")}
    assert [cell.strip() for cell in rows["agent"].split("│")[2:-1]] == [
        *("serving", "31", "1 min", "7", "3 min", "41", "51", "61", "–"),
    ]
    assert [cell.strip() for cell in rows["orders"].split("│")[2:-1]] == [
        *("serving", "–", "–", "7", "3 min", "–", "–", "61", "–"),
    ]
    assert rows["tenants"].split("│")[-2].strip() == "71"
    assert ran.status == 0


def test_status_names_services_that_are_down(fakes: Fakes, salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_ADDRESS", "127.0.0.1:1")
    fakes.serving(serving=False)
    ran = salesctl("status")
    assert ran.status == 1
    assert "DOWN" in ran.out
    assert ran.out.count("NOT SERVING") == 3


@pytest.mark.parametrize(
    ("serving", "says"), [(True, "serving, without nats, orders"), (False, "SERVING: nats, orders")]
)
def test_status_names_what_a_service_misses(fakes: Fakes, salesctl: Salesctl, serving: bool, says: str) -> None:
    fakes.serving(serving=serving)
    fakes.missing("orders", "nats")
    assert " ".join(salesctl("status").out.split()).count(says) == 4


def test_status_without_a_stack_says_how_to_start_one(salesctl: Salesctl) -> None:
    ran = salesctl("status")
    assert (ran.status, ran.out) == (3, "No stack is running here. `make up` starts one.\n")


def test_status_of_a_stack_whose_start_has_only_begun_says_no_more_than_that(salesctl: Salesctl, place: Place) -> None:
    starting = RunFiles(place.data_dir)
    starting.take_lock()
    ran = salesctl("status")
    starting.release_lock()
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.endswith("It is still starting.\n")


def test_a_service_that_is_down_is_named_with_how_to_start_it(
    fakes: Fakes, salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_ADDRESS", "127.0.0.1:1")
    ran = salesctl("orders")
    assert ran.status == 1
    assert ran.err.startswith("The orders service does not answer at 127.0.0.1:1. `make up` starts everything")


def test_a_refused_field_is_named(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.failures["ListOrders"] = invalid("customer_id", "BAD_ID", "must be a customer's id")
    assert salesctl("orders", "--customer", "?").err == "customer_id: must be a customer's id (BAD_ID)\n"


def test_the_environment_wins_over_the_stack_and_the_stack_over_dotenv(
    fakes: Fakes, salesctl: Salesctl, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.data_dir.parent / ".env").write_text("ORDERS_ADDRESS=127.0.0.1:2\n")
    assert salesctl("orders").status == 0
    monkeypatch.setenv("ORDERS_ADDRESS", "127.0.0.1:1")
    assert "127.0.0.1:1" in salesctl("orders").err


def test_a_wrong_setting_is_named(salesctl: Salesctl, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write_environment()
    monkeypatch.setenv("ORDERS_GRPC_PORT", "many")
    ran = salesctl("orders")
    assert ran.status == 1
    assert ran.err.startswith("ORDERS_GRPC_PORT: ")
