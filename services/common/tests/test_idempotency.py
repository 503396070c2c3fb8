"""Writes that happen once however often they are asked for."""

import asyncio

import pytest
from sales.common.v1 import localized_text_pb2, money_pb2
from sqlalchemy import bindparam, insert, select

from services.common.db import Database, statement
from services.common.errors import DomainError
from services.common.idempotency import IdempotencyKeys, payload_hash
from services.common.tests.conftest import notes, plumbing
from services.common.tests.waiting import eventually

_INSERT = statement(insert(notes).values(tenant_id=bindparam("tenant_id"), note=bindparam("note")))
_ALL = statement(select(notes.c.note))
keys = IdempotencyKeys(plumbing)


def request(amount: int = 1) -> money_pb2.Money:
    return money_pb2.Money(amount_minor=amount)


async def write(
    database: Database, tenant_id: str, request_id: str, amount: int, note: str, held: asyncio.Event | None = None
) -> money_pb2.Money:
    """A write as every RPC does it: claim, effect, response; `held` keeps the transaction open."""
    async with database.transaction(tenant_id) as tx:
        known = await keys.claim(tx, request_id, request(amount), money_pb2.Money)
        if known is not None:
            return known
        await tx.execute(_INSERT, tenant_id=tenant_id, note=note)
        if held is not None:
            await held.wait()
        response = money_pb2.Money(amount_minor=amount, currency_code=note)
        await keys.store(tx, request_id, request(amount), response)
    return response


async def sent(database: Database, statements: int) -> None:
    """Return once so many statements were sent."""

    async def counted() -> bool:
        return database.round_trips >= statements

    await eventually(counted, f"{statements} statements")


async def written(database: Database, tenant_id: str) -> list[str]:
    async with database.transaction(tenant_id) as tx:
        return [row["note"] for row in await tx.fetch_all(_ALL)]


async def test_a_repeat_gets_the_first_response_and_has_no_effect(database: Database, tenant_id: str) -> None:
    first = await write(database, tenant_id, "id", 1, "first")
    assert await write(database, tenant_id, "id", 1, "second") == first
    assert await written(database, tenant_id) == ["first"]


async def test_another_payload_under_the_same_id_is_refused(database: Database, tenant_id: str) -> None:
    await write(database, tenant_id, "id", 1, "first")
    with pytest.raises(DomainError) as refused:
        await write(database, tenant_id, "id", 2, "second")
    assert refused.value.reason == "ALREADY_EXISTS"
    assert refused.value.metadata == {"request_id": "id"}
    assert await written(database, tenant_id) == ["first"]


async def test_of_simultaneous_repeats_one_acts_and_the_others_wait_for_its_response(
    database: Database, tenant_id: str
) -> None:
    held = asyncio.Event()
    first = asyncio.create_task(write(database, tenant_id, "id", 1, "first", held))
    await sent(database, 3)  # BEGIN, claim and effect of the first
    others = [asyncio.create_task(write(database, tenant_id, "id", 1, f"other {number}")) for number in range(3)]
    await sent(database, 3 + 2 * 3)  # BEGIN and claim of each of the others
    assert not any(other.done() for other in others)
    held.set()
    responses = await asyncio.gather(first, *others)
    assert [response.currency_code for response in responses] == ["first"] * 4
    assert await written(database, tenant_id) == ["first"]


async def test_a_repeat_acts_when_the_first_was_rolled_back(database: Database, tenant_id: str) -> None:
    first = asyncio.create_task(write(database, tenant_id, "id", 1, "first", asyncio.Event()))
    await sent(database, 3)
    second = asyncio.create_task(write(database, tenant_id, "id", 1, "second"))
    await sent(database, 5)
    first.cancel()
    assert (await second).currency_code == "second"
    assert await written(database, tenant_id) == ["second"]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_the_same_id_means_another_thing_for_another_tenant_or_method(database: Database, tenant_id: str) -> None:
    await write(database, tenant_id, "id", 1, "first")
    other = await write(database, f"{tenant_id}_other", "id", 1, "other")
    assert other.currency_code == "other"
    async with database.transaction(tenant_id) as tx:
        assert await keys.claim(tx, "id", localized_text_pb2.LocalizedText(), money_pb2.Money) is None


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a\0b"])
async def test_an_id_that_cannot_be_kept_is_refused_by_name(
    database: Database, tenant_id: str, request_id: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await write(database, tenant_id, request_id, 1, "never")
    assert refused.value.field == "request_id"


def test_the_hash_does_not_depend_on_the_order_of_a_map() -> None:
    forth = localized_text_pb2.LocalizedText(values={"en": "a", "he": "b", "ru": "c"})
    back = localized_text_pb2.LocalizedText(values={"ru": "c", "he": "b", "en": "a"})
    assert payload_hash(forth) == payload_hash(back)
    assert payload_hash(forth) != payload_hash(localized_text_pb2.LocalizedText())
