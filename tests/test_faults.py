"""Processes die, pause and lose what they depend on in the middle of an order: one order, one answer, nothing lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import pytest

from devstack import checks, processes
from devstack.child import Child
from devstack.components import components
from services.agent.texts import APOLOGY, HOLDING
from tests.faults.points import AGENT_POINTS, GATEWAY_POINTS, FaultPoints
from tests.faults.stored import Records, Stored
from tests.fork_server import start
from tests.platform_under_test import Chat, Platform, platform, until

_QUICK = {
    # No lease runs out by itself, however slow the machine: tests end those of the dead, and the living need none to.
    "TURN_LEASE_SECONDS": "600",
    "DELIVERY_LEASE_SECONDS": "600",
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

    async def back(self, part: str, dead: int) -> None:
        """Return once the part runs as another process than the one that died."""

        async def runs() -> bool:
            return all(found.pid not in (None, dead) for found in self.platform.stack.parts() if found.name == part)

        await until(f"{part} after its death", runs)

    async def settled(self, chat: Chat) -> Stored:
        """What is stored once everything that the customer wrote is answered and sent."""
        return await until("the end of all work for the chat", lambda: self.records.settled(chat.chat_id))

    async def write_and_have_the_model_think(self, chat: Chat, text: str) -> None:
        """Write something, and return while the model thinks about it, which it does until the simulator is mended."""
        await self.platform.claude.fault("hang", purpose="reply", times=1)
        await self.asked_after(partial(chat.write, text))

    async def asked_after(self, act: Callable[[], Awaitable[object]]) -> None:
        """Act, and return once the model is asked for a reply that it was not asked for before."""
        before = await self._last_request()
        await act()

        async def asked() -> bool:
            return await self._last_request() > before

        await until("a request to the model", asked)

    async def _last_request(self) -> int:
        """The number of the newest request for a reply; 0 before the first."""
        newest = (await self.platform.claude.log(purpose="reply", limit=1))["requests"]
        return newest[0]["number"] if newest else 0


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
    """The order was made once, and what the customer wrote was consumed by one turn that has ended."""
    assert stored.orders == [(_TOTAL, "pending")]
    assert_one_turn(stored)


def assert_one_turn(stored: Stored) -> None:
    ((turn_id, state, _attempts),) = stored.turns
    assert state == "completed"
    assert [(role, turn) for role, _text, turn, ordinal in stored.messages if ordinal is not None] == [
        ("customer", turn_id),
        ("agent", turn_id),
    ]
    assert stored.attention == []


def assert_one_answer(stored: Stored, sent: list[str], says: str = "150") -> None:
    assert len(sent) == 1
    assert says in sent[0]
    assert [state for _text, state, _uncertain in stored.deliveries] == ["sent"]


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """The closing lines of a run list every fault by its name."""
    record_property("faults", request.node.name)


@pytest.mark.parametrize("point", AGENT_POINTS)
async def test_an_agent_that_dies_leaves_one_order_and_one_answer(faulty: Faulty, armed: str) -> None:
    chat, dead = await faulty.platform.chat(), faulty.pid("agent")
    await chat.write(_ORDER)
    await until(f"the death {armed}", lambda: faulty.points.reached(armed))
    await faulty.back("agent", dead)
    await faulty.records.end_leases(chat.chat_id, "agent")
    stored = await faulty.settled(chat)
    assert_one_order_and_one_turn(stored)
    assert_one_answer(stored, await chat.sent())


@pytest.mark.parametrize("point", GATEWAY_POINTS)
async def test_a_gateway_that_dies_leaves_one_answer_or_one_counted_repeat(faulty: Faulty, armed: str) -> None:
    chat, dead = await faulty.platform.chat(), faulty.pid("gateway")
    await chat.write(_ORDER)
    await until(f"the death {armed}", lambda: faulty.points.reached(armed))
    await faulty.back("gateway", dead)
    await faulty.records.end_leases(chat.chat_id, "gateway")
    stored = await faulty.settled(chat)
    assert_one_order_and_one_turn(stored)
    sent = await chat.sent()
    if armed == "gateway.before_send":
        assert_one_answer(stored, sent)
    assert len(sent) <= 2
    assert len(set(sent)) == 1, "a repeat must be the same text"
    # Nobody can tell whether the first send arrived: it is counted.
    assert [(state, uncertain) for _text, state, uncertain in stored.deliveries] == [("sent", True)]


@pytest.mark.parametrize(
    ("part", "ends_by"),
    [
        pytest.param("postgres", signal.SIGKILL, id="postgresql-killed"),
        pytest.param("postgres", signal.SIGINT, id="postgresql-shut-down"),
        pytest.param("nats", signal.SIGKILL, id="nats-killed"),
    ],
)
async def test_nothing_is_lost_when_a_server_restarts_during_a_turn(
    faulty: Faulty, part: str, ends_by: signal.Signals
) -> None:
    """Neither the turn under way, nor what another customer writes meanwhile, nor an event."""
    running, meanwhile, dead = await faulty.platform.chat(), await faulty.platform.chat(), faulty.pid(part)
    await faulty.write_and_have_the_model_think(running, _ORDER)
    os.kill(dead, ends_by)
    await meanwhile.write(_ORDER)
    await faulty.platform.claude.mend()
    for chat in (running, meanwhile):
        stored = await faulty.settled(chat)
        assert_one_order_and_one_turn(stored)
        assert_one_answer(stored, await chat.sent())
    await faulty.back(part, dead)
    await until("the publication of all events", faulty.records.everything_is_published)


@asynccontextmanager
async def _second_agent(faulty: Faulty) -> AsyncIterator[None]:
    """Another agent process over the same database; nobody posts to it, so it works only on what it claims."""
    stack, address = faulty.platform.stack, f"127.0.0.1:{processes.free_port()}"
    (agent,) = (part for part in components(stack.around) if part.name == "agent")
    environment = {**agent.environment, **_QUICK, "AGENT_GRPC_PORT": address.rpartition(":")[2]}
    twin = replace(agent, name="agent-2", environment=environment, where=address, check=f"grpc://{address}")
    child = Child(twin, stack.settings.inherited_environment(), stack.voices, stack.files, start)
    child.start()
    try:
        await until("the second agent", lambda: checks.is_up(twin.check))
        yield
    finally:
        await child.stop()


async def test_a_worker_paused_past_its_lease_changes_nothing_when_it_wakes(faulty: Faulty) -> None:
    """It wakes with two responses of the model in its hands: one that it would journal, one that it would commit."""
    ordering, asking = await faulty.platform.chat(), await faulty.platform.chat()
    paused = faulty.pid("agent")
    await faulty.write_and_have_the_model_think(ordering, _ORDER)
    await faulty.write_and_have_the_model_think(asking, "How much is the pastrami?")
    os.kill(paused, signal.SIGSTOP)
    try:
        async with _second_agent(faulty):
            for chat in (ordering, asking):
                await faulty.records.end_leases(chat.chat_id, "agent")
                await until("the second agent's answer", partial(faulty.records.answered, chat.chat_id))
        await faulty.platform.claude.mend()
    finally:
        os.kill(paused, signal.SIGCONT)
    # A whole turn of the first agent proves that it has gone on.
    later = await faulty.platform.chat()
    await later.say(_ORDER)
    assert faulty.pid("agent") == paused
    for chat, orders, says in ((ordering, [(_TOTAL, "pending")], "150"), (asking, [], "75")):
        stored = await faulty.settled(chat)
        assert [tries for _turn, _state, tries in stored.turns] == [2]
        assert stored.orders == orders
        assert_one_turn(stored)
        assert_one_answer(stored, await chat.sent(), says)


async def test_a_turn_whose_worker_dies_each_time_is_given_up(faulty: Faulty) -> None:
    chat, stack, deadly = await faulty.platform.chat(), faulty.platform.stack, "agent.before_model"
    await stack.restart("agent", {"RETRY_SECONDS": "[0.1]"})
    try:
        for tried in range(2):
            dead = faulty.pid("agent")
            faulty.points.arm(deadly)
            await (faulty.records.end_leases(chat.chat_id, "agent") if tried else chat.write(_ORDER))
            await until("the death of the worker", lambda: faulty.points.reached(deadly))
            await faulty.back("agent", dead)
        await faulty.records.end_leases(chat.chat_id, "agent")
        stored = await faulty.settled(chat)
    finally:
        faulty.points.disarm(deadly)
        await stack.restart("agent", {})
    assert await chat.sent() == [APOLOGY["en"]]
    assert [(state, tries) for _turn, state, tries in stored.turns] == [("failed", 3)]
    assert stored.attention == ["turn_failed"]
    assert stored.orders == []


@pytest.fixture(scope="module")
async def impatient(faulty: Faulty) -> Faulty:
    """From here on the agent gives each model call little time, soon asks for patience, and tries 11 times."""
    settings = {
        "MODEL_BUDGET_SECONDS": "0.3",
        "HOLDING_AFTER_SECONDS": "0.5",
        "RETRY_SECONDS": "[0.2, 0.2, 0.2, 0.2, 0.2, 1, 1, 1, 1, 1]",
    }
    await faulty.platform.stack.restart("agent", settings)
    return faulty


async def test_while_the_model_is_down_the_customer_is_told_once_and_then_answered(impatient: Faulty) -> None:
    chat, claude = await impatient.platform.chat(), impatient.platform.claude
    await claude.fault("overloaded", purpose="reply", times=1000)
    after = (await chat.customer.log())["last_seq"]
    await chat.write(_ORDER)
    assert await chat.reply(after) == HOLDING["en"]
    for _ in range(2):
        await impatient.asked_after(partial(asyncio.sleep, 0))
    await claude.mend()
    stored = await impatient.settled(chat)
    assert_one_order_and_one_turn(stored)
    holding, answer = await chat.sent()
    assert holding == HOLDING["en"]
    assert "150" in answer


async def test_after_the_last_try_the_customer_gets_an_apology_and_a_person_is_called(impatient: Faulty) -> None:
    chat, claude = await impatient.platform.chat(), impatient.platform.claude
    await claude.fault("overloaded", purpose="reply", times=1000)
    await chat.write(_ORDER)
    stored = await impatient.settled(chat)
    await claude.mend()
    assert await chat.sent() == [HOLDING["en"], APOLOGY["en"]]
    assert [(state, tries) for _turn, state, tries in stored.turns] == [("failed", 11)]
    assert stored.attention == ["turn_failed"]
    assert stored.orders == []
