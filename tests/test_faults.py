"""Processes die, pause and lose what they depend on in the middle of an order: one order, one answer, nothing lost."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from tests.faults.points import AGENT_POINTS, GATEWAY_POINTS, FaultPoints
from tests.faults.stored import Records, Stored
from tests.platform_under_test import Chat, Platform, platform, until

pytestmark = pytest.mark.xdist_group("faults")

# A dead worker's turn and a dead gateway's reply are free again soon.
_QUICK = {
    "TURN_LEASE_SECONDS": "3",
    "DELIVERY_LEASE_SECONDS": "3",
    "TURN_POLL_SECONDS": "0.2",
    "RETRY_SECONDS": "[0.3, 0.3, 0.5, 0.5, 1, 1, 2, 2]",
}
_ORDER = "I want to order 2 kilo pastrami, pickup please"
_TOTAL = 15000


@dataclass
class Faulty:
    """A platform that may be broken, and what is needed to break it and to look at what it left."""

    platform: Platform
    points: FaultPoints
    records: Records

    def pid(self, part: str) -> int:
        (pid,) = (found.pid for found in self.platform.stack.parts() if found.name == part)
        assert pid is not None, f"{part} does not run"
        return pid

    async def settled(self, chat: Chat) -> Stored:
        """What is stored once everything that the customer wrote is answered and sent."""
        return await until("the end of all work for the chat", lambda: self.records.settled(chat.chat_id))

    async def ask_the_model_of(self, chat: Chat, latency_ms: int) -> None:
        """Order something, and return while the model thinks about it."""
        ref = f"ref{secrets.token_hex(5)}"
        await self.platform.claude.fault("slow", match=ref, latency_ms=latency_ms, times=1)
        await chat.write(f"{_ORDER} ({ref})")

        async def asked() -> bool:
            return bool((await self.platform.claude.log(contains=ref))["requests"])

        await until("the request to the model", asked)


@pytest.fixture(scope="module")
async def faulty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Faulty]:
    folder = tmp_path_factory.mktemp("faults")
    points = FaultPoints(folder / "points")
    extra = {"agent": _QUICK | points.environment("agent"), "gateway": points.environment("gateway")}
    with pytest.MonkeyPatch.context() as patch:
        # Processes that die at our word come back at once, however often.
        patch.setattr("devstack.child._SETTLED_SECONDS", 0.0)
        async with platform(folder, extra=extra) as started:
            records = Records(started.stack.around.admin_database_url)
            yield Faulty(started, points, records)
            await records.close()


@pytest.fixture
def armed(faulty: Faulty, point: str) -> Iterator[str]:
    faulty.points.arm(point)
    yield point
    faulty.points.disarm(point)


def assert_one_order_and_one_turn(stored: Stored) -> None:
    """The order was made once, and everything that the customer wrote was consumed by one turn that has ended."""
    assert stored.orders == [(_TOTAL, "pending")]
    ((turn_id, state, _attempts),) = stored.turns
    assert state == "completed"
    assert [(role, turn) for role, _text, turn, ordinal in stored.messages if ordinal is not None] == [
        ("customer", turn_id),
        ("agent", turn_id),
    ]
    assert stored.attention == []


def assert_one_answer(stored: Stored, sent: list[str]) -> None:
    assert len(sent) == 1
    assert "150" in sent[0]
    assert [state for _text, state, _uncertain in stored.deliveries] == ["sent"]


@pytest.mark.parametrize("point", AGENT_POINTS)
async def test_an_agent_killed_at(faulty: Faulty, armed: str) -> None:
    chat, before = await faulty.platform.chat(), faulty.pid("agent")
    await chat.write(_ORDER)
    await until(f"the death {armed}", lambda: faulty.points.reached(armed))
    stored = await faulty.settled(chat)
    assert faulty.pid("agent") != before
    assert_one_order_and_one_turn(stored)
    assert_one_answer(stored, await chat.sent())


@pytest.mark.parametrize("point", GATEWAY_POINTS)
async def test_a_gateway_killed_at(faulty: Faulty, armed: str) -> None:
    chat, before = await faulty.platform.chat(), faulty.pid("gateway")
    await chat.write(_ORDER)
    await until(f"the death {armed}", lambda: faulty.points.reached(armed))
    stored = await faulty.settled(chat)
    assert faulty.pid("gateway") != before
    assert_one_order_and_one_turn(stored)
    sent = await chat.sent()
    if armed == "gateway.before_send":
        assert_one_answer(stored, sent)
    assert len(sent) <= 2
    assert len(set(sent)) == 1, "a repeat must be the same text"
    # Nobody can tell whether the first send arrived: it is counted.
    assert [(state, uncertain) for _text, state, uncertain in stored.deliveries] == [("sent", True)]
