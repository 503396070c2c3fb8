"""`salesctl up|down|status|logs`: the stack on this machine, and how far each service's work lags."""

import asyncio
from typing import Annotated

import typer
from google.protobuf.duration_pb2 import Duration
from rich.text import Text
from sales.common.v1 import diagnostics_pb2

from devstack import control
from devstack.settings import SettingsError, StackSettings
from devstack.settings import load_settings as load_stack_settings
from salesctl.errors import CommandError, ServiceDownError
from salesctl.services import SERVICES, Services, connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import ago, plain, run, stdout, table
from services.common.errors import DomainError

_NOT_RUNNING = 3
_COLUMNS = (
    *("service", "health", "due turns", "oldest due", "outbox", "oldest event", "pending deliveries"),
    *("attention", "dead letters", "secrets under old key"),
)


def up(
    detach: Annotated[bool, typer.Option(help="Return once everything is up, and leave it running.")] = False,
) -> None:
    """Start everything on this machine and say what is where."""
    start = control.up_detached if detach else control.up
    raise typer.Exit(start(_stack_settings(), stdout()))


def down() -> None:
    """Stop what `up` started."""
    raise typer.Exit(control.down(_stack_settings(), stdout()))


def status() -> None:
    """Say what runs, whether it answers, and how far each service's work lags."""
    console = stdout()
    code = control.status(_stack_settings(), console)
    settings = load_settings()
    if code and not settings.service_private_key.get_secret_value():
        raise typer.Exit(code)
    healthy, rows = run(_backlogs(settings))
    table(console, "Work that waits", _COLUMNS, rows)
    raise typer.Exit(code if code not in (0, _NOT_RUNNING) else int(not healthy))


def logs(
    names: Annotated[list[str] | None, typer.Argument(help="Parts, such as agent or gateway; all if none.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 50,
) -> None:
    """Show the last lines that parts of the stack wrote."""
    raise typer.Exit(control.logs(_stack_settings(), stdout(), names or [], lines))


def _stack_settings() -> StackSettings:
    try:
        return load_stack_settings()
    except SettingsError as error:
        raise CommandError(f"Wrong settings: {error}") from None


async def _backlogs(settings: Settings) -> tuple[bool, list[tuple[object, ...]]]:
    """Whether all services are healthy, and a row for each."""
    async with connect(settings) as services:
        answers = await asyncio.gather(*(_backlog(services, service) for service in SERVICES))
    return all(healthy for healthy, _ in answers), [row for _, row in answers]


async def _backlog(services: Services, service: str) -> tuple[bool, tuple[object, ...]]:
    serving, missing = await asyncio.gather(services.is_serving(service), services.missing(service))
    health = _health(missing, serving=serving)
    try:
        backlog = await services.diagnostics(service)("GetBacklog", diagnostics_pb2.GetBacklogRequest(), timeout=5)
    except ServiceDownError:
        return False, (service, plain("DOWN", "bold red"), *("" for _ in _COLUMNS[2:]))
    except DomainError as error:
        told = health.plain if missing else f"{health.plain}: {error.message}"
        return False, (service, plain(told, "red"), *("" for _ in _COLUMNS[2:]))
    return serving, (service, health, *_numbers(service, backlog))


def _health(missing: list[str], *, serving: bool) -> Text:
    """Whether it serves, and without whom: what a service can do without is missing from one that serves, too."""
    names = ", ".join(missing)
    if serving:
        return plain(f"serving, without {names}", "yellow") if missing else plain("serving", "green")
    return plain(f"NOT SERVING: {names}" if missing else "NOT SERVING", "red")


def _numbers(service: str, backlog: diagnostics_pb2.Backlog) -> list[Text]:
    """The numbers of the table; only the agent has turns, deliveries and attention, only tenants have secrets."""
    turns = service == "agent"
    return [
        _waiting(backlog.due_turn_count, known=turns),
        _age(backlog.oldest_due_turn_age, known=turns),
        _waiting(backlog.outbox_count),
        _age(backlog.outbox_age),
        _waiting(backlog.pending_delivery_count, known=turns),
        _waiting(backlog.attention_count, known=turns, style="yellow"),
        _waiting(backlog.dead_letter_count, style="bold red"),
        _waiting(backlog.stale_secret_count, known=service == "tenants", style="yellow"),
    ]


def _waiting(count: int, *, known: bool = True, style: str = "") -> Text:
    return plain(count, style if count else "") if known else plain("–", "dim")


def _age(age: Duration, *, known: bool = True) -> Text:
    seconds = age.ToTimedelta().total_seconds()
    return plain(ago(seconds) if seconds else "", "yellow" if seconds > 60 else "") if known else plain("–", "dim")
