"""`salesctl seed`."""

from typing import Annotated

import typer
from rich.console import Console

from salesctl.errors import CommandError
from salesctl.seed.apply import seed_tenant
from salesctl.seed.content import TenantContent, launch_tenants
from salesctl.services import connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import run, stdout

_NEEDED = ("tenants", "orders")


def seed(
    wait: Annotated[float, typer.Option(help="Seconds to wait for services that are starting.")] = 20,
    tenant: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Put back what was changed since: prices, settings, the bots' secrets.")
    ] = False,
) -> None:
    """Create what is missing of the launch tenants. What somebody changed stays; the bots' secrets change only to
    those that are set in the environment."""
    run(_seed(load_settings(), stdout(), _chosen(tenant), wait, reset=reset))


def _chosen(tenant_ids: list[str] | None) -> list[TenantContent]:
    """The data files of these tenants, or of all. Raises CommandError for one that has none."""
    files = {content.tenant_id: content for content in launch_tenants()}
    if unknown := set(tenant_ids or ()) - files.keys():
        raise CommandError(f"No data file of {', '.join(sorted(unknown))}; there are: {', '.join(files)}.")
    return [files[tenant_id] for tenant_id in tenant_ids or files]


async def _seed(
    settings: Settings, console: Console, tenants: list[TenantContent], wait: float, *, reset: bool
) -> None:
    async with connect(settings) as services:
        for service in _NEEDED:
            await services.wait_until_serving(service, wait)
        for content in tenants:
            seeded = await seed_tenant(services, content, reset=reset)
            done = "; ".join(seeded.done) or "nothing was missing"
            console.print(f"[bold]{content.tenant_id}[/]: {done}", highlight=False)
            if seeded.kept:
                console.print(f"  differs from its file and stays: {'; '.join(seeded.kept)}", highlight=False)
