"""The customer sees "typing…" while an answer is on its way, and not otherwise."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sales.agent.v1 import events_pb2

from devstack.telegram_simulator.client import TelegramCustomer
from services.gateway.tests.bot_api_double import CannedPeer, canned_peer
from services.gateway.tests.conftest import Gateway, load_update, text_update
from services.gateway.typing_indicator import LONGEST_SECONDS


async def typed(telegram: TelegramCustomer, chat_id: int, after: int = 0, wait_ms: int = 0) -> dict[str, Any]:
    """Typing calls for a chat past an entry of the log, waiting for the first."""
    return await telegram.log(after=after, chat_id=chat_id, method="sendChatAction", accepted="any", wait_ms=wait_ms)


def activity(gateway: Gateway, chat_id: int, *, finished: bool) -> bytes:
    states = events_pb2.TurnActivity
    return events_pb2.TurnActivity(
        tenant_id=gateway.tenant_id,
        channel="telegram",
        channel_account_id=gateway.account_id,
        external_chat_id=str(chat_id),
        state=states.STATE_FINISHED if finished else states.STATE_STARTED,
    ).SerializeToString()


_update_ids = itertools.count(1000)


async def typing_starts(gateway: Gateway, telegram: TelegramCustomer, chat_id: int) -> int:
    """Write from a chat and wait for its first typing call; gives the log's position there."""
    assert (await gateway.post(text_update(next(_update_ids), chat_id))).status_code == 200
    page = await typed(telegram, chat_id, wait_ms=20_000)
    assert page["entries"][0]["parameters"] == {"chat_id": chat_id, "action": "typing"}
    return int(page["last_seq"])


async def a_later_chat_types(gateway: Gateway, telegram: TelegramCustomer, chat_id: int) -> None:
    """Another chat has gone through delay and renewal: time enough for anything that was going to happen before."""
    position = await typing_starts(gateway, telegram, chat_id + 1_000_000)
    assert (await typed(telegram, chat_id + 1_000_000, after=position, wait_ms=20_000))["entries"]


async def typing_has_stopped(gateway: Gateway, telegram: TelegramCustomer, chat_id: int) -> None:
    """Nothing more is typed in a chat once all that was on its way has arrived."""
    await a_later_chat_types(gateway, telegram, chat_id)
    position = (await typed(telegram, chat_id))["last_seq"]
    await a_later_chat_types(gateway, telegram, chat_id + 1)
    assert (await typed(telegram, chat_id, after=position))["entries"] == []


async def test_typing_starts_after_a_message_and_is_renewed(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    position = await typing_starts(gateway, telegram, chat_id)
    for _ in range(2):
        page = await typed(telegram, chat_id, after=position, wait_ms=20_000)
        assert page["entries"]
        position = page["last_seq"]


@pytest.mark.parametrize("what", ["a reply", "the end of the turn"])
async def test_typing_stops_with(gateway: Gateway, telegram: TelegramCustomer, chat_id: int, what: str) -> None:
    await typing_starts(gateway, telegram, chat_id)
    if what == "a reply":
        await gateway.report_of(gateway.delivery(chat_id))
    else:
        await gateway.typing.on_activity(activity(gateway, chat_id, finished=True))
    await typing_has_stopped(gateway, telegram, chat_id)


async def test_a_turn_of_a_chat_that_wrote_elsewhere_is_left_to_the_gateway_it_wrote_to(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    await gateway.typing.on_activity(activity(gateway, chat_id, finished=False))
    await a_later_chat_types(gateway, telegram, chat_id)
    assert (await typed(telegram, chat_id))["entries"] == []


async def test_a_turn_that_never_ends_stops_typing_after_a_while(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    await typing_starts(gateway, telegram, chat_id)
    gateway.time.seconds += LONGEST_SECONDS + 1
    await typing_has_stopped(gateway, telegram, chat_id)


async def test_a_refusal_ends_typing_quietly(gateway: Gateway, telegram: TelegramCustomer, chat_id: int) -> None:
    await telegram.fault("forbidden", method="sendChatAction", chat_id=chat_id)
    await typing_starts(gateway, telegram, chat_id)
    await typing_has_stopped(gateway, telegram, chat_id)


class TestWithTimeToAnswer:
    """An answer has as long until typing starts as it needs on a busy machine."""

    @pytest.fixture
    def typing_delay(self) -> float:
        return 3.0

    async def test_an_answer_that_comes_at_once_is_not_preceded_by_typing(
        self, gateway: Gateway, telegram: TelegramCustomer, chat_id: int
    ) -> None:
        await gateway.post(text_update(1, chat_id))
        await gateway.accounts.find("telegram", gateway.tenant_id)
        await gateway.report_of(gateway.delivery(chat_id))
        await a_later_chat_types(gateway, telegram, chat_id)
        assert (await typed(telegram, chat_id))["entries"] == []

    async def test_the_next_turn_of_the_chat_resumes_it(
        self, gateway: Gateway, telegram: TelegramCustomer, chat_id: int
    ) -> None:
        await gateway.post(text_update(1, chat_id))
        await gateway.typing.on_activity(activity(gateway, chat_id, finished=True))
        await a_later_chat_types(gateway, telegram, chat_id)
        assert (await typed(telegram, chat_id))["entries"] == []
        await gateway.typing.on_activity(activity(gateway, chat_id, finished=False))
        assert (await typed(telegram, chat_id, wait_ms=20_000))["entries"]

    async def test_duplicates_notices_and_what_staff_answer_start_no_typing(
        self, gateway: Gateway, telegram: TelegramCustomer, chat_id: int
    ) -> None:
        await gateway.post(text_update(1, chat_id))
        await gateway.report_of(gateway.delivery(chat_id))
        await gateway.post(text_update(1, chat_id))
        notice = load_update("pinned")
        notice["message"]["chat"]["id"] = chat_id + 1
        await gateway.post(notice)
        gateway.agent.staff_have.add(str(chat_id + 2))
        await gateway.post(text_update(2, chat_id + 2))
        await a_later_chat_types(gateway, telegram, chat_id)
        for chat in (chat_id, chat_id + 1, chat_id + 2):
            assert (await typed(telegram, chat))["entries"] == []


class TestAgainstAPeerThatHangs:
    """Telegram takes calls and answers none."""

    @pytest.fixture
    async def peer(self) -> AsyncIterator[CannedPeer]:
        async with canned_peer() as running:
            running.gate.clear()
            yield running

    @pytest.fixture
    def bot_api_url(self, peer: CannedPeer) -> str:
        return peer.url

    async def test_typing_never_holds_up_a_webhook_and_is_bounded(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.gateway.typing_indicator._SIMULTANEOUS_CALLS", 3)
        monkeypatch.setattr("services.gateway.channels.telegram.api._TRIVIAL_TIMEOUT", aiohttp.ClientTimeout(60))
        for number in range(8):
            assert (await gateway.post(text_update(number + 1, chat_id + number))).status_code == 200
        await peer.until_requests(3)
        assert (await gateway.post(text_update(100, chat_id))).status_code == 200
        assert len(peer.requests) == 3
        peer.gate.set()

    async def test_only_so_many_calls_are_made_in_a_second(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.gateway.typing_indicator._CALLS_A_SECOND", 2)
        peer.respond(200, b'{"ok":true,"result":true}')
        peer.gate.set()
        for number in range(5):
            assert (await gateway.post(text_update(number + 1, chat_id + number))).status_code == 200
        await peer.until_requests(2)
        gateway.time.seconds += 1
        await peer.until_requests(3)
        assert len(peer.requests) <= 4

    @pytest.mark.parametrize("typing_delay", [3.0], ids=["once all have written"])
    async def test_only_so_many_chats_are_remembered(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.gateway.typing_indicator._REMEMBERED_CHATS", 2)
        peer.respond(200, b'{"ok":true,"result":true}')
        for number in range(5):
            assert (await gateway.post(text_update(number + 1, chat_id + number))).status_code == 200
        await peer.until_requests(2)
        typing_in = {int(request.rpartition(b'"chat_id":')[2].partition(b",")[0]) for request in peer.requests}
        assert typing_in == {chat_id + 3, chat_id + 4}
