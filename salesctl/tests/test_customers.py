"""`salesctl customer forget` says what happens, asks, and forgets."""

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sales.agent.v1 import conversations_pb2
from sales.customers.v1 import customers_pb2 as pb
from sales.orders.v1 import orders_pb2

from salesctl.tests.conftest import Salesctl
from salesctl.tests.fakes import Fakes
from services.common.errors import not_found


@pytest.fixture
def forgetting(fakes: Fakes) -> Fakes:
    """Services that forget whomever they are asked to."""
    fakes.answers["ForgetCustomer"] = lambda request: pb.ForgetCustomerResponse(
        customer_id=request.customer_id, forget_time=Timestamp(seconds=1_700_000_000)
    )
    return fakes


def one_conversation(**fields: Any) -> conversations_pb2.ListConversationsResponse:
    return conversations_pb2.ListConversationsResponse(conversations=[conversations_pb2.Conversation(**fields)])


def test_a_customer_is_forgotten_by_id(forgetting: Fakes, salesctl: Salesctl) -> None:
    ran = salesctl("customer", "forget", "--customer", "c-1", "--tenant", "joannas_bakery", "--yes")
    assert ran.out.splitlines()[-1] == "c-1 of joannas_bakery is forgotten since 2023-11-14 22:13:20 UTC."
    (request,) = forgetting.asked["ForgetCustomer"]
    assert request.customer_id == "c-1"
    assert request.request_id
    assert forgetting.metadata[-1]["x-tenant-id"] == "joannas_bakery"


def test_a_customer_is_found_by_the_chat(forgetting: Fakes, salesctl: Salesctl) -> None:
    forgetting.answers["ListConversations"] = lambda _: one_conversation(customer_id="c-2")
    salesctl("customer", "forget", "--chat-id", "77", "--yes")
    (asked,) = forgetting.asked["ListConversations"]
    assert (asked.external_chat_id, asked.channel) == ("77", "telegram")
    assert forgetting.asked["ForgetCustomer"][0].customer_id == "c-2"


def test_a_chat_without_an_answer_yet_has_a_customer_too(forgetting: Fakes, salesctl: Salesctl) -> None:
    forgetting.answers["ListConversations"] = lambda _: one_conversation()
    forgetting.answers["ResolveCustomer"] = lambda _: pb.Customer(customer_id="c-3")
    salesctl("customer", "forget", "--chat-id", "77", "--yes")
    assert forgetting.asked["ResolveCustomer"][0].external_id == "77"
    assert forgetting.asked["ForgetCustomer"][0].customer_id == "c-3"


def test_open_orders_are_named_and_nothing_happens_without_a_yes(forgetting: Fakes, salesctl: Salesctl) -> None:
    orders = [orders_pb2.Order(number=number) for number in (15, 12)]
    forgetting.answers["ListOrders"] = lambda _: orders_pb2.ListOrdersResponse(orders=orders)
    refused = salesctl("customer", "forget", "--customer", "c-1", stdin="n\n")
    assert (refused.status, forgetting.asked["ForgetCustomer"]) == (1, [])
    assert "Open orders (#12, #15) keep name, address and notes" in refused.out
    asked = forgetting.asked["ListOrders"][0]
    assert list(asked.statuses) == [orders_pb2.ORDER_STATUS_PENDING, orders_pb2.ORDER_STATUS_CONFIRMED]
    assert salesctl("customer", "forget", "--customer", "c-1", stdin="y\n").status == 0
    assert len(forgetting.asked["ForgetCustomer"]) == 1


@pytest.mark.parametrize("which", [(), ("--customer", "c-1", "--chat-id", "77")])
def test_one_way_to_name_the_customer_is_needed(forgetting: Fakes, salesctl: Salesctl, which: tuple[str, ...]) -> None:
    ran = salesctl("customer", "forget", *which, "--yes")
    assert (ran.status, ran.err) == (1, "Name the customer either by --customer or by --chat-id.\n")
    assert not forgetting.asked


def test_a_chat_that_nobody_knows_is_told(forgetting: Fakes, salesctl: Salesctl) -> None:
    ran = salesctl("customer", "forget", "--chat-id", "77", "--yes")
    assert (ran.status, ran.err) == (1, "valdman has no conversation with chat 77 at telegram.\n")


def test_a_customer_that_nobody_knows_is_told_and_nothing_else(forgetting: Fakes, salesctl: Salesctl) -> None:
    forgetting.failures |= dict.fromkeys(("GetCustomer", "ForgetCustomer"), not_found("customer", "c-9"))
    ran = salesctl("customer", "forget", "--customer", "c-9", "--yes")
    assert (ran.status, ran.err) == (1, "customer c-9 was not found (NOT_FOUND)\n")
    assert ran.out.startswith("valdman has no customer c-9.")
    assert "erased" not in ran.out


def test_somebody_who_was_forgotten_before_is_forgotten_again(forgetting: Fakes, salesctl: Salesctl) -> None:
    forgetting.failures["GetCustomer"] = not_found("customer", "c-1")
    ran = salesctl("customer", "forget", "--customer", "c-1", "--yes")
    assert ran.status == 0
    assert "Of somebody who was forgotten before, the other services are told again." in ran.out
    assert len(forgetting.asked["ForgetCustomer"]) == 1


def test_a_mistyped_tenant_is_told_before_anything_is_asked(forgetting: Fakes, salesctl: Salesctl) -> None:
    forgetting.failures["GetCustomer"] = not_found("customer", "c-1")
    ran = salesctl("customer", "forget", "--customer", "c-1", "--tenant", "nobody", "--yes")
    assert (ran.status, ran.out) == (1, "")
    assert "There is no tenant 'nobody'" in ran.err
