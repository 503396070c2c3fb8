"""`python -m devstack.demo`: bring up a stack, play the scenario, judge it; exit status 0 only if everything holds."""

import asyncio
import secrets
import signal
import sys
import time

from rich.console import Console

from devstack import processes
from devstack.console import parts_table
from devstack.demo.business import open_business
from devstack.demo.criteria import judge
from devstack.demo.dashboard import log_in
from devstack.demo.play import Evidence, Play
from devstack.demo.scenario import TENANT
from devstack.demo.show import show_handover, show_orders, show_step, show_verdicts
from devstack.embedded import EmbeddedServerError
from devstack.ports import PortsTakenError, variable_of
from devstack.run_files import AlreadyRunningError
from devstack.settings import SettingsError, StackSettings, load_settings
from devstack.supervisor import Stack, StartError
from devstack.telegram_simulator.client import telegram_customer

_SIMULATOR_ANSWER_SECONDS, _CLAUDE_ANSWER_SECONDS = 30.0, 180.0


def main() -> int:
    """Run the demo; its exit status."""
    console = Console()
    try:
        settings = _beside_a_running_stack(load_settings())
    except SettingsError as error:
        console.print(f"Wrong settings: {error}", style="red", markup=False)
        return 2
    if not settings.simulates_telegram:
        console.print("The demo plays a Telegram customer, so it needs the simulator: unset TELEGRAM_API_BASE_URL.")
        return 2
    try:
        return asyncio.run(_demo(settings, console))
    except AlreadyRunningError:
        console.print("A demo is running already.", style="red")
    except (StartError, PortsTakenError, EmbeddedServerError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
    except KeyboardInterrupt:
        console.print("Stopped.")
    return 1


def _beside_a_running_stack(settings: StackSettings) -> StackSettings:
    """Data of its own, and free ports where the usual ones are taken: `make up` may be running."""
    changes: dict[str, object] = {"data_dir": settings.data_dir / "demo"}
    for part in ("gateway", "admin_bff", "tenants", "customers", "orders", "agent"):
        name = variable_of(part).lower()
        if not processes.port_is_free(getattr(settings, name)):
            changes[name] = 0
    return settings.model_copy(update=changes)


async def _demo(settings: StackSettings, console: Console) -> int:
    began = time.monotonic()
    running = asyncio.current_task()
    if running is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    (settings.data_dir / "ports.json").unlink(missing_ok=True)  # choose free ones now
    stack = Stack(settings, console, quiet=True)
    with console.status("Starting PostgreSQL, NATS, the simulators and the services…"):
        await stack.start()
    try:
        console.print(parts_table(stack.parts()))
        console.print(f"Up after {time.monotonic() - began:.1f} s.")
        evidence = await _play(stack, console)
    finally:
        with console.status("Stopping…"):
            await stack.stop()
    verdicts = judge(evidence)
    console.rule(style="dim")
    show_orders(console, evidence.steps[-1].orders if evidence.steps else [])
    show_verdicts(console, verdicts)
    held = sum(verdict.holds for verdict in verdicts)
    passed = held == len(verdicts)
    summary = f"{held} of {len(verdicts)} criteria hold, in {time.monotonic() - began:.0f} s"
    console.print(summary, style="bold green" if passed else "bold red")
    if not passed:
        console.print(f"Logs: {stack.files.logs}", soft_wrap=True)
    console.print(f"The dashboard on this data: DATA_DIR={settings.data_dir} make up", highlight=False, soft_wrap=True)
    return 0 if passed else 1


async def _play(stack: Stack, console: Console) -> Evidence:
    settings = stack.settings
    token = settings.valdman_bot_token.get_secret_value()
    async with (
        telegram_customer(stack.around.telegram_api_base_url, token) as customer,
        open_business(stack.around.operator_environment(), TENANT) as business,
        log_in(stack.ports.url("admin_bff"), TENANT, await business.login_code()) as dashboard,
    ):
        play = Play(
            customer=customer,
            business=business,
            dashboard=dashboard,
            chat_id=1_000_000_000 + secrets.randbelow(9_000_000_000),  # a new customer each time
            answer_seconds=_SIMULATOR_ANSWER_SECONDS if settings.simulates_claude else _CLAUDE_ANSWER_SECONDS,
            on_step=lambda step: show_step(console, step),
            on_handover=lambda handover: show_handover(console, handover),
        )
        return await play.run()


if __name__ == "__main__":
    sys.exit(main())
