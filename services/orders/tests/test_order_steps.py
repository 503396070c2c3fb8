"""Cancelling, confirming and completing over RPC."""

import asyncio
from typing import Any

import pytest
from sales.orders.v1 import orders_pb2

from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    STAFF_ACTOR,
    Caller,
    cancel,
    complete,
    confirm,
    create,
    error_of,
    nothing_changes,
    update,
)


async def test_an_order_is_confirmed_and_completed(agent: Caller, staff: Caller) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))

    confirmed = await staff("ConfirmOrder", confirm(placed.number, etag=placed.etag))
    completed = await staff("CompleteOrder", complete(placed.number, etag=confirmed.etag))

    assert confirmed.status == orders_pb2.ORDER_STATUS_CONFIRMED
    assert completed.status == orders_pb2.ORDER_STATUS_COMPLETED
    assert (completed.version, list(completed.lines)) == (3, list(placed.lines))
    stored = await staff("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert [entry.action for entry in stored.timeline] == ["created", "confirmed", "completed"]
    assert [change.field for change in stored.timeline[2].changes] == ["status"]


async def test_a_customer_cancels_a_pending_order_once(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))

    cancelled = await agent("CancelOrder", cancel(placed.number, reason=" too late "))
    assert (cancelled.status, cancelled.cancel_reason) == (orders_pb2.ORDER_STATUS_CANCELLED, "too late")

    async with nothing_changes(service.database, shop):
        error = await error_of(agent("CancelOrder", cancel(placed.number)))
    assert (error.code.name, error.reason) == ("FAILED_PRECONDITION", "ORDER_ALREADY_CANCELLED")
    assert (error.metadata["status"], error.metadata["number"]) == ("cancelled", "1")


async def test_a_confirmed_order_is_out_of_the_customers_hands(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    await staff("ConfirmOrder", confirm(placed.number))

    attempts: list[tuple[str, Any]] = [
        ("CancelOrder", cancel(placed.number)),
        ("CancelOrder", cancel(placed.number, etag=placed.etag)),
        ("UpdateOrder", update(placed.number, ("croissant", "2"))),
        ("UpdateOrder", update(placed.number, ("croissant", "0.5"))),
    ]
    async with nothing_changes(service.database, shop):
        for method, request in attempts:
            error = await error_of(agent(method, request))
            assert (error.code.name, error.reason) == ("FAILED_PRECONDITION", "ORDER_NOT_PENDING")
            assert error.metadata["status"] == "confirmed"


async def test_staff_cancel_a_confirmed_order_but_not_a_completed_one(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    first = await agent("CreateOrder", create(("croissant", "1")))
    await staff("ConfirmOrder", confirm(first.number))
    by_staff = {"customer_id": "", "actor": STAFF_ACTOR, "reason": "sold out"}
    cancelled = await staff("CancelOrder", cancel(first.number, **by_staff))
    assert cancelled.cancel_reason == "sold out"

    second = await agent("CreateOrder", create(("croissant", "1")))
    await staff("ConfirmOrder", confirm(second.number))
    await staff("CompleteOrder", complete(second.number))
    async with nothing_changes(service.database, shop):
        error = await error_of(staff("CancelOrder", cancel(second.number, **by_staff)))
    assert error.reason == "ORDER_COMPLETED"


async def test_staff_change_and_cancel_without_naming_the_customer(agent: Caller, staff: Caller) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    by_staff = {"customer_id": "", "actor": STAFF_ACTOR}

    changed = await staff("UpdateOrder", update(placed.number, ("croissant", "2"), **by_staff))
    cancelled = await staff("CancelOrder", cancel(placed.number, reason="closed", **by_staff))

    assert (changed.version, cancelled.version) == (2, 3)
    assert cancelled.customer_id == placed.customer_id


@pytest.mark.parametrize(
    ("method", "request_of"), [("ConfirmOrder", confirm), ("CompleteOrder", complete), ("CancelOrder", cancel)]
)
async def test_repeats_of_a_step_take_it_once(
    service: Service, agent: Caller, operator: Caller, shop: str, method: str, request_of: Any
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    if method == "CompleteOrder":
        placed = await operator("ConfirmOrder", confirm(placed.number))
    request = request_of(placed.number, etag=placed.etag)

    answers = await asyncio.gather(*(operator(method, request) for _ in range(10)))

    assert all(answer == answers[0] for answer in answers)
    assert answers[0].version == placed.version + 1
    async with nothing_changes(service.database, shop):
        assert await operator(method, request) == answers[0]


async def test_of_a_confirmation_and_a_cancellation_at_once_the_customer_hears_the_truth(
    agent: Caller, staff: Caller
) -> None:
    for _ in range(5):
        placed = await agent("CreateOrder", create(("croissant", "1")))
        answers = await asyncio.gather(
            agent("CancelOrder", cancel(placed.number)),
            staff("ConfirmOrder", confirm(placed.number)),
            return_exceptions=True,
        )
        (won,) = [answer for answer in answers if isinstance(answer, orders_pb2.Order)]
        stored = await staff("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
        assert (stored.status, stored.version) == (won.status, 2)


@pytest.mark.parametrize(("method", "request_of"), [("ConfirmOrder", confirm), ("CompleteOrder", complete)])
async def test_steps_refuse_stale_etags_wrong_states_and_customers(
    service: Service, agent: Caller, staff: Caller, operator: Caller, shop: str, method: str, request_of: Any
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    if method == "CompleteOrder":
        async with nothing_changes(service.database, shop):
            error = await error_of(staff(method, request_of(placed.number)))
        assert (error.reason, error.metadata["status"]) == ("ORDER_NOT_CONFIRMED", "pending")
        await staff("ConfirmOrder", confirm(placed.number))
    else:
        await agent("UpdateOrder", update(placed.number, notes="ring"))

    async with nothing_changes(service.database, shop):
        error = await error_of(staff(method, request_of(placed.number, etag=placed.etag)))
        assert error.reason == "STALE_ETAG"
        as_customer = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER)
        error = await error_of(operator(method, request_of(placed.number, actor=as_customer)))
        assert (error.reason, error.field) == ("BAD_ACTOR", "actor.kind")
        error = await error_of(staff(method, request_of(placed.number + 1)))
        assert error.code.name == "NOT_FOUND"


async def test_a_step_without_an_actor_id_is_put_down_to_the_caller(agent: Caller, operator: Caller) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))

    await operator("ConfirmOrder", confirm(placed.number, actor=orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF)))

    stored = await operator("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert stored.timeline[1].actor.actor_id == "operator"
