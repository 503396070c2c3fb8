"""The terminal: its consoles, what commands have in common, and how values are said."""

import asyncio
import json
import re
from collections.abc import Coroutine, Iterable
from datetime import UTC
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sales.common.v1 import money_pb2

from services.common.money import Money, exponent

T = TypeVar("T")

DEFAULT_TENANT = "valdman"
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print protobuf's JSON instead of a table.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most this many.")]

_PIPED_WIDTH = 200
# What customers write must not steer the terminal: control characters but line feed and tab.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def stdout() -> Console:
    """Where answers go. Lines that go to a file or a pipe are not broken."""
    console = Console()
    return console if console.is_terminal else Console(width=_PIPED_WIDTH, soft_wrap=True)


def stderr() -> Console:
    """Where errors go."""
    return Console(stderr=True)


def run(command: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end."""
    return asyncio.run(command)


def plain(text: object, style: str = "") -> Text:
    """Text that is shown as it is: no markup, no control characters."""
    return Text(_CONTROL.sub("�", str(text).replace("\r\n", "\n")), style=style)


def table(console: Console, title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table of texts."""
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    console.print(drawn, soft_wrap=False)


def as_json(message: Message) -> Any:
    """A message in protobuf's JSON, with the names of its contract and with its empty fields."""
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def print_json(value: object) -> None:
    """JSON for programs: nothing is coloured or wrapped."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def money(amount: money_pb2.Money) -> str:
    """An amount with its currency: "37.50 ILS"."""
    decimals = exponent(amount.currency_code)
    return f"{Money.from_proto(amount).to_decimal():.{decimals}f} {amount.currency_code}"


def cost(micro_usd: int) -> str:
    """A price in millionths of a US dollar as dollars."""
    return f"${Decimal(micro_usd).scaleb(-6):.6f}"


def moment(time: Timestamp) -> str:
    """A time in UTC; empty for none."""
    return f"{time.ToDatetime(UTC):%Y-%m-%d %H:%M:%S}" if time.ByteSize() else ""


def ago(seconds: float) -> str:
    """A span of time in its largest unit: "3 min"."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{max(0, int(seconds))} s"


def shortened(text: str, longest: int) -> str:
    """The text in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
