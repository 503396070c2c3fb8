"""`salesctl seed`."""

from typing import Annotated

import typer
from rich.console import Console

from salesctl.seed.apply import seed_tenant
from salesctl.seed.content import launch_tenants
from salesctl.services import connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import run, stdout

_NEEDED = ("tenants", "orders")


def seed(
    wait: Annotated[float, typer.Option(help="Seconds to wait for services that are starting.")] = 20,
) -> None:
    """Fill the platform with the launch tenants. Repeating it changes nothing that is as it should be."""
    run(_seed(load_settings(), stdout(), wait))


async def _seed(settings: Settings, console: Console, wait: float) -> None:
    async with connect(settings) as services:
        for service in _NEEDED:
            await services.wait_until_serving(service, wait)
        for content in launch_tenants():
            done = await seed_tenant(services, content)
            console.print(f"[bold]{content.tenant_id}[/]: {'; '.join(done) or 'as it should be'}", highlight=False)
