"""A running platform for tests: real processes, a customer at the simulators, and eyes in the services."""

import asyncio
import contextlib
import itertools
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from rich.console import Console
from sales.agent.v1.conversations_pb2 import Turn
from sales.orders.v1.orders_pb2 import Order

from devstack.demo.business import Business, open_business
from devstack.demo.dashboard import Dashboard, log_in
from devstack.settings import StackSettings
from devstack.supervisor import Stack
from devstack.telegram_simulator.client import TelegramCustomer, telegram_customer
from tests.fork_server import start

T = TypeVar("T")
ANSWER_SECONDS = 60.0
_CHATS = itertools.count(1_000_000 + secrets.randbelow(1_000_000) * 1000)


async def until(what: str, look: Callable[[], Awaitable[T | None]], seconds: float = ANSWER_SECONDS) -> T:
    """Look until there is something; AssertionError that says what never came."""
    deadline = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < deadline, f"{what} did not come in {seconds:g} s"
        await asyncio.sleep(0.03)
    return found


@dataclass
class Chat:
    """One customer's chat with one tenant, over the real webhook."""

    customer: TelegramCustomer
    business: Business
    chat_id: int = field(default_factory=lambda: next(_CHATS))

    async def write(self, text: str = "", **fields: Any) -> dict[str, Any]:
        """Say something and do not wait."""
        return await self.customer.write(self.chat_id, text, **fields)

    async def stored(self, written: Mapping[str, Any]) -> None:
        """Return once the webhook has taken what `write` gave."""

        async def taken() -> bool:
            attempts = await self.customer.deliveries(update_id=written["update_id"])
            return any(attempt["status"] == 200 for attempt in attempts["entries"])

        await until("the webhook's 200", taken)

    async def say(self, text: str = "", **fields: Any) -> str:
        """Say something and give the next reply."""
        after = (await self.customer.log())["last_seq"]
        await self.write(text, **fields)
        return await self.reply(after)

    async def reply(self, after: int, seconds: float = ANSWER_SECONDS) -> str:
        """The first reply past a position of the simulator's log."""
        (entry,) = (await self.customer.replies(self.chat_id, after, 1, seconds))[:1]
        return str(entry["text"])

    async def sent(self) -> list[str]:
        """Everything that reached the chat."""
        page = await self.customer.log(chat_id=self.chat_id, method="sendMessage", accepted=True)
        return [entry["text"] for entry in page["entries"]]

    async def orders(self) -> list[Order]:
        found = await self.business.conversation(self.chat_id)
        return await self.business.orders(found.conversation_id) if found else []

    async def last_turn(self) -> Turn:
        """The newest turn once it has ended."""

        async def ended() -> Turn | None:
            found = await self.business.conversation(self.chat_id)
            turn = await self.business.newest_turn(found.conversation_id) if found else None
            return turn if turn and turn.state != "running" else None

        return await until("the end of a turn", ended)


class Claude:
    """Controls of the simulator of Claude."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    async def fault(self, kind: str, **fields: Any) -> None:
        """Make the next matching requests fail or mislead."""
        await self._send("POST", "/simulator/faults", json={"kind": kind, **fields})

    async def mend(self) -> None:
        await self._send("DELETE", "/simulator/faults")

    async def log(self, **query: Any) -> Any:
        return (await self._send("GET", "/simulator/log", params=query)).json()

    async def _send(self, verb: str, path: str, **arguments: Any) -> httpx2.Response:
        async with httpx2.AsyncClient(base_url=self.base_url, timeout=30, trust_env=False) as http:
            response = await http.request(verb, path, **arguments)
        response.raise_for_status()
        return response


class Platform:
    """A started stack and how tests talk to it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.claude = Claude(stack.around.anthropic_base_url)
        self._open = contextlib.AsyncExitStack()
        self._businesses: dict[str, Business] = {}
        self._customers: dict[str, TelegramCustomer] = {}

    async def chat(self, tenant_id: str = "valdman", chat_id: int | None = None) -> Chat:
        """A new chat with a tenant, or a given one."""
        if tenant_id not in self._businesses:
            settings, around = self.stack.settings, self.stack.around
            token = settings.valdman_bot_token if tenant_id == "valdman" else settings.joannas_bot_token
            self._customers[tenant_id] = await self._open.enter_async_context(
                telegram_customer(around.telegram_api_base_url, token.get_secret_value())
            )
            self._businesses[tenant_id] = await self._open.enter_async_context(
                open_business(around.operator_environment(), tenant_id)
            )
        chat = Chat(self._customers[tenant_id], self._businesses[tenant_id])
        if chat_id is not None:
            chat.chat_id = chat_id
        return chat

    @contextlib.asynccontextmanager
    async def dashboard(self, business: Business) -> AsyncIterator[Dashboard]:
        """Dana, a manager, at the dashboard of the valdman tenant."""
        async with log_in(self.stack.ports.url("admin_bff"), "valdman", await business.login_code()) as dashboard:
            yield dashboard

    async def close(self) -> None:
        await self._open.aclose()
        await self.stack.stop()


_OURS = {name.upper() for name in StackSettings.model_fields}
_BOT_SECRETS = ("valdman_bot_token", "joannas_bot_token", "valdman_webhook_secret", "joannas_webhook_secret")


@contextlib.asynccontextmanager
async def platform(
    data_dir: Path, extra: Mapping[str, Mapping[str, str]] | None = None, **overrides: Any
) -> AsyncIterator[Platform]:
    """Bring up a platform with data of its own and free ports; `extra` adds to the environment of single parts."""
    with (data_dir / "stack.log").open("w") as log, undisturbed():
        settings = stack_settings(data_dir, **overrides)
        stack = Stack(settings, Console(file=log), quiet=True, extra=extra, start=start)
        await stack.start()
        running = Platform(stack)
        try:
            yield running
        finally:
            await running.close()


def stack_settings(data_dir: Path, **overrides: Any) -> StackSettings:
    """Free ports, quick silence windows, nothing from an `.env`."""
    ports = dict.fromkeys(
        (
            *("gateway_port", "admin_port"),
            *("tenants_grpc_port", "customers_grpc_port", "orders_grpc_port", "agent_grpc_port"),
        ),
        0,
    )
    # Said, not left to their defaults: for what it is not told, salesctl looks into the `.env` of the folder it is in.
    bots = {name: StackSettings.model_fields[name].default for name in _BOT_SECRETS}
    values: dict[str, Any] = {"data_dir": data_dir, "silence_window_ms": 100, "max_wait_ms": 2000, **ports, **bots}
    return StackSettings(_env_file=None, **(values | overrides))


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """The environment without the stack's own variables: a developer's settings do not reach the tests."""
    kept = {name: os.environ.pop(name) for name in _OURS & os.environ.keys()}
    try:
        yield
    finally:
        os.environ.update(kept)
