"""`salesctl chat`: one message, or a chat until Ctrl+D."""

import asyncio
import contextlib
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from sales.agent.v1 import conversations_pb2 as pb

from salesctl.chat.exchange import Exchange
from salesctl.chat.sections import print_sections
from salesctl.errors import CommandError, describe
from salesctl.services import connect
from salesctl.settings import load_settings
from salesctl.terminal import DEFAULT_TENANT, Tenant, as_json, plain, print_json, stdout
from salesctl.unknown_tenant import check_tenant
from services.common.errors import DomainError


def chat(
    chat_id: Annotated[str, typer.Option("--chat-id", help="Any name for the chat; the same one continues it.")],
    message: Annotated[
        str | None, typer.Option("-m", "--message", help="What to say; none: an interactive chat.")
    ] = None,
    tenant: Tenant = DEFAULT_TENANT,
    timeout: Annotated[float, typer.Option(min=1, max=600, help="Seconds to wait for an answer.")] = 180,
    wait_jobs: Annotated[float, typer.Option(min=0, max=60, help="Seconds to wait for background jobs.")] = 5,
    as_json_: Annotated[bool, typer.Option("--json", help="Print the whole turn as protobuf's JSON.")] = False,
) -> None:
    """Talk to a tenant's agent as a customer, without Telegram."""
    with Chat(tenant, chat_id, Patience(timeout, wait_jobs)) as talk:
        if message is None:
            talk.until_the_end(stdout(), json=as_json_)
        else:
            talk.once(message, stdout(), json=as_json_)


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for an answer, and after it for background jobs."""

    answer: float
    jobs: float


class Chat:
    """A chat over one event loop, which rests while the person types."""

    def __init__(self, tenant_id: str, chat_id: str, patience: Patience) -> None:
        self._tenant_id = tenant_id
        self._chat_id = chat_id
        self._patience = patience
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._exchange: Exchange | None = None

    def __enter__(self) -> "Chat":
        try:
            self._exchange = self._runner.run(self._connect())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def once(self, text: str, console: Console, *, json: bool) -> None:
        """Say one thing and print the answer."""
        if not text.strip():
            raise CommandError("There is nothing to say: the message is empty.")
        with contextlib.nullcontext() if json else console.status("The agent is thinking…"):
            turn = self._runner.run(self._say(text))
        if json:
            print_json(as_json(turn))
        else:
            print_sections(console, self._tenant_id, turn)

    def until_the_end(self, console: Console, *, json: bool) -> None:
        """Read a line, print the answer, and again until Ctrl+D. An answer that fails does not end the chat."""
        interactive = sys.stdin.isatty()
        if interactive:
            import readline  # noqa: F401, PLC0415 - its import gives input() line editing, wanted only here

            console.print(plain(f"Chat {self._chat_id} with {self._tenant_id}. Ctrl+D leaves.", "dim"))
        while (text := _read_line(console, interactive=interactive)) is not None:
            if not text.strip():
                continue
            try:
                self.once(text, console, json=json)
            except (CommandError, DomainError) as error:
                if not interactive:
                    raise
                console.print(plain(describe(error) if isinstance(error, DomainError) else error, "red"))

    async def _connect(self) -> Exchange:
        services = await self._open.enter_async_context(connect(load_settings()))
        # A message to a tenant that does not exist would be stored and wait for ever.
        await check_tenant(services, self._tenant_id)
        return Exchange(services, self._tenant_id, self._chat_id)

    async def _say(self, text: str) -> pb.Turn:
        if self._exchange is None:
            raise RuntimeError("the chat is not open")
        turn = await self._exchange.say(text, self._patience.answer)
        return await self._exchange.after_jobs(turn, self._patience.jobs)

    def _close(self) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()


def _read_line(console: Console, *, interactive: bool) -> str | None:
    """What the person typed; None at the end."""
    if interactive:
        console.print()
        console.print(plain("You:", "bold green"))
    try:
        line = input()
    except (EOFError, KeyboardInterrupt):
        return None
    # Bytes that are no text arrive as lone surrogates, which protobuf refuses.
    return line.encode(errors="replace").decode()
