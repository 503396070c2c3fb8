"""Turns that go on after a long time: what they wrote is not written again, also when nobody knows its key any more."""

from datetime import timedelta

from sqlalchemy import Interval, Text, bindparam, delete, func, update

from services.agent.model import ModelUnavailableError, Response
from services.agent.tables import turn_steps, turns
from services.agent.tests.staffing_fixtures import Pair, interrupting
from services.agent.tests.test_stale_orders import results, updates
from services.agent.tests.worker_fixtures import DiedError, calls, says
from services.agent.texts import APOLOGY
from services.common.db import statement

_BEGAN = statement(
    update(turns)
    .where(turns.c.tenant_id == bindparam("t", type_=Text))
    .values(start_time=func.now() - bindparam("ago", type_=Interval))
)
_PRUNE_JOURNAL = statement(delete(turn_steps).where(turn_steps.c.tenant_id == bindparam("t", type_=Text)))


async def stopped_after(pair: Pair, response: Response) -> None:
    """The turn ran the calls of this response; then its worker died, staff took over, and every key was forgotten."""
    pair.shift.model.script = [response, DiedError()]
    await pair.shift.attempt(pair.conversation_id)
    await pair.pause()
    forget_keys(pair)


def forget_keys(pair: Pair) -> None:
    services = pair.shift.services
    services.orders = {f"forgotten {key}": order for key, order in services.orders.items()}


async def began(pair: Pair, ago: timedelta) -> None:
    async with pair.agent.database.transaction(pair.tenant_id) as tx:
        await tx.execute(_BEGAN, t=pair.tenant_id, ago=ago)


async def test_an_order_whose_result_is_kept_is_not_placed_again(pair: Pair) -> None:
    await stopped_after(pair, calls("create_order"))
    await pair.resume()
    pair.shift.model.script = [says("Ordered!")]
    await pair.shift.attempt(pair.conversation_id)
    assert len(pair.shift.services.orders) == 1
    assert [bool(result.get("is_error")) for result in results(pair.shift)] == [False]
    assert "#7" in (await pair.shift.said(pair.conversation_id))[-1]


async def test_of_a_response_that_went_through_in_part_only_the_rest_is_run_again(pair: Pair) -> None:
    both = calls("create_order", "update_customer_profile")
    both.content[1]["input"] = {"name": "Bar"}
    pair.shift.services.down = {"UpdateCustomer"}
    pair.shift.model.script = [both]
    await pair.shift.attempt(pair.conversation_id)
    forget_keys(pair)
    pair.shift.services.down = set()
    pair.shift.model.script = [says("Ordered!")]
    await pair.shift.attempt(pair.conversation_id)
    assert len(pair.shift.services.orders) == 1
    assert [bool(result.get("is_error")) for result in results(pair.shift)] == [False, False]


async def test_an_order_that_staff_changed_after_the_turn_was_stopped_is_not_overwritten(pair: Pair) -> None:
    await stopped_after(pair, calls("create_order"))
    (order,) = pair.shift.services.orders.values()
    pair.shift.services.change(order, "by staff")
    await pair.resume()
    pair.shift.model.script = [updates("ring"), says("Shall I add the note?")]
    await pair.shift.attempt(pair.conversation_id)
    assert order.notes == "by staff"


async def test_a_turn_goes_on_while_its_keys_are_known(pair: Pair) -> None:
    pair.shift.model.script = [calls("create_order"), DiedError()]
    await pair.shift.attempt(pair.conversation_id)
    await began(pair, timedelta(days=6))
    pair.shift.model.script = [says("Ordered!")]
    await pair.shift.attempt(pair.conversation_id)
    assert (await pair.shift.turn(pair.conversation_id)).state == "completed"


async def test_a_turn_that_is_older_than_its_keys_ends_and_a_person_is_told_what_is_in_doubt(pair: Pair) -> None:
    services = pair.shift.services
    services.CreateOrder = interrupting(services.CreateOrder, pair.pause)  # type: ignore[method-assign]
    pair.shift.model.script = [calls("create_order")]
    await pair.shift.attempt(pair.conversation_id)
    forget_keys(pair)
    await began(pair, timedelta(days=7))
    await pair.resume()
    await pair.shift.attempt(pair.conversation_id)
    assert len(services.orders) == 1
    assert await pair.shift.said(pair.conversation_id) == ["", "", APOLOGY["en"]]  # after the marks of the pause
    assert (await pair.shift.turn(pair.conversation_id)).state == "failed"
    (detail,) = await pair.shift.attention()
    assert detail.endswith("nobody knows whether this was done: create_order")


async def test_a_turn_whose_journal_is_gone_does_not_begin_anew(pair: Pair) -> None:
    await stopped_after(pair, calls("create_order"))
    await began(pair, timedelta(days=31))
    async with pair.agent.database.transaction(pair.tenant_id) as tx:
        await tx.execute(_PRUNE_JOURNAL, t=pair.tenant_id)
    await pair.resume()
    pair.shift.model.script = [calls("create_order"), says("Ordered!")]
    await pair.shift.attempt(pair.conversation_id)
    assert len(pair.shift.services.orders) == 1
    assert (await pair.shift.turn(pair.conversation_id)).state == "failed"
    assert len(await pair.shift.attention()) == 1


async def test_a_turn_that_was_stopped_before_it_journalled_anything_goes_on_however_old_it_is(pair: Pair) -> None:
    pair.shift.model.script = [ModelUnavailableError("529")]
    await pair.shift.attempt(pair.conversation_id)
    await pair.pause()
    await pair.resume()
    pair.shift.model.script = [says("Which one?")]
    await pair.shift.attempt(pair.conversation_id)
    assert (await pair.shift.said(pair.conversation_id))[-1] == "Which one?"
