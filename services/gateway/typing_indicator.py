"""The typing indicator in a customer's chat, from shortly after a message until its answer.

It is decoration: never awaited, lost without harm, and the first thing to be dropped under load.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sales.agent.v1 import events_pb2

from services.gateway.accounts import AccountsUnavailableError, ChannelAccounts
from services.gateway.channels.telegram import TelegramChannel

log = structlog.get_logger()

# Most answers are there by then, and a customer would not see the difference.
DELAY_SECONDS = 0.3
# Telegram shows it for five seconds.
RENEW_SECONDS = 4.0
LONGEST_SECONDS = 180.0
_REMEMBERED_CHATS = 2_000
_SIMULTANEOUS_CALLS = 32
# A call costs as much processor time as sending a reply does: under load the replies have it.
_CALLS_A_SECOND = 40


class Chat(NamedTuple):
    """A chat of a tenant's account at a channel."""

    tenant_id: str
    channel: str
    channel_account_id: str
    external_chat_id: str


@dataclass
class _Wait:
    """Until when an answer may still be awaited, and the timer of the next call; None while typing is stopped."""

    until: float
    timer: asyncio.TimerHandle | None = None


class TypingIndicator:
    """Keeps "typing…" alive in the chats that wait for an answer."""

    def __init__(
        self,
        channels: Mapping[str, TelegramChannel],
        accounts: ChannelAccounts,
        *,
        delay_seconds: float = DELAY_SECONDS,
        renew_seconds: float = RENEW_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channels = channels
        self._accounts = accounts
        self._delay = delay_seconds
        self._renew = renew_seconds
        self._now = now
        self._waits: dict[Chat, _Wait] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._second = 0
        self._calls_this_second = 0

    def expect_answer(self, chat: Chat) -> None:
        """A message was accepted and a turn is due: type after a while, unless the answer comes first."""
        wait = self._waits.pop(chat, None) or _Wait(0)
        wait.until = self._now() + LONGEST_SECONDS
        while len(self._waits) >= _REMEMBERED_CHATS:
            self._forget(next(iter(self._waits)))
        self._waits[chat] = wait  # last in order: the oldest goes first when there are too many
        self._start(chat, wait)

    def answer_comes(self, chat: Chat) -> None:
        """A part of the answer is about to be sent."""
        self._stop(chat)

    async def on_activity(self, payload: bytes) -> None:
        """Handle TurnActivity: a turn that ended stops typing; one that begins, for a message of ours, resumes it."""
        event = events_pb2.TurnActivity.FromString(payload)
        chat = Chat(event.tenant_id, event.channel, event.channel_account_id, event.external_chat_id)
        if event.state == events_pb2.TurnActivity.STATE_FINISHED:
            self._stop(chat)
        elif event.state == events_pb2.TurnActivity.STATE_STARTED and (wait := self._waits.get(chat)):
            self._start(chat, wait)

    async def close(self) -> None:
        """Stop all typing and give up calls under way."""
        for chat in list(self._waits):
            self._forget(chat)
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)

    def _start(self, chat: Chat, wait: _Wait) -> None:
        if wait.timer is None:
            wait.timer = asyncio.get_running_loop().call_later(self._delay, self._type, chat, wait)

    def _stop(self, chat: Chat) -> None:
        wait = self._waits.get(chat)
        if wait is not None and wait.timer is not None:
            wait.timer.cancel()
            wait.timer = None

    def _forget(self, chat: Chat) -> None:
        self._stop(chat)
        del self._waits[chat]

    def _type(self, chat: Chat, wait: _Wait) -> None:
        if self._now() >= wait.until:
            self._forget(chat)
            return
        wait.timer = asyncio.get_running_loop().call_later(self._renew, self._type, chat, wait)
        if self._may_call():
            call = asyncio.create_task(self._call(chat))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    def _may_call(self) -> bool:
        second = int(self._now())
        if second != self._second:
            self._second, self._calls_this_second = second, 0
        self._calls_this_second += 1
        return self._calls_this_second <= _CALLS_A_SECOND and len(self._calls) < _SIMULTANEOUS_CALLS

    async def _call(self, chat: Chat) -> None:
        try:
            credentials = await self._accounts.find(chat.channel, chat.tenant_id)
        except AccountsUnavailableError:
            credentials = None
        if credentials is None or not await self._channels[chat.channel].show_typing(
            credentials, chat.external_chat_id
        ):
            # Blocked, rate limited or down: insisting would only make it worse.
            self._stop(chat)
