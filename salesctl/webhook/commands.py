"""`salesctl webhook set|check|delete`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import grpc
import typer
from sales.tenants.v1 import tenants_pb2

from salesctl.errors import CommandError
from salesctl.services import connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import Tenant, run, stdout
from salesctl.unknown_tenant import check_tenant
from salesctl.webhook.addresses import parse_address, webhook_url
from salesctl.webhook.bot_api import BotApi
from salesctl.webhook.verdict import Verdict, judge
from services.common.errors import DomainError

app = typer.Typer(help="Where Telegram delivers a tenant's messages.", no_args_is_help=True)


@app.command("set")
def set_(
    tenant: Tenant,
    url: Annotated[str, typer.Option(help="Public https address of the gateway, or of a tunnel to it.")],
    max_connections: Annotated[int, typer.Option(min=1, max=100, help="Calls that Telegram makes at once.")] = 40,
) -> None:
    """Have Telegram deliver the tenant's messages to the gateway at this address."""
    settings = load_settings()
    full = webhook_url(url, tenant, _api_base_url(settings))
    name = run(_set(settings, tenant, full, max_connections))
    stdout().print(f"{name} delivers to {full}", highlight=False, soft_wrap=True)


@app.command()
def check(
    tenant: Tenant,
    url: Annotated[str, typer.Option(help="Where it should point; any address with the tenant's path if none.")] = "",
) -> None:
    """Say in words how the tenant's webhook stands. Status 1 when messages do not come through."""
    settings = load_settings()
    wanted = webhook_url(url, tenant, _api_base_url(settings)) if url else ""
    name, verdict = run(_check(settings, tenant, wanted))
    console = stdout()
    console.print(f"{'✓' if verdict.well else '✗'} {name}", style="green" if verdict.well else "red", highlight=False)
    for sentence in verdict.sentences:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if verdict.well else 1)


@app.command()
def delete(tenant: Tenant) -> None:
    """Have Telegram deliver nothing; it keeps messages for 24 hours."""
    name = run(_delete(load_settings(), tenant))
    stdout().print(f"{name} delivers nowhere now.", highlight=False)


async def _set(settings: Settings, tenant_id: str, url: str, max_connections: int) -> str:
    async with _bot(settings, tenant_id) as (bot, secret):
        name = await bot.bot_name()
        await bot.set_webhook(url, secret, max_connections)
        return name


async def _check(settings: Settings, tenant_id: str, wanted_url: str) -> tuple[str, Verdict]:
    async with _bot(settings, tenant_id) as (bot, _):
        name = await bot.bot_name()
        return name, judge(await bot.webhook_info(), tenant_id, wanted_url, datetime.now(UTC))


async def _delete(settings: Settings, tenant_id: str) -> str:
    async with _bot(settings, tenant_id) as (bot, _):
        name = await bot.bot_name()
        await bot.delete_webhook()
        return name


@asynccontextmanager
async def _bot(settings: Settings, tenant_id: str) -> AsyncIterator[tuple[BotApi, str]]:
    """The tenant's bot and its webhook secret, as the tenants service has them."""
    async with connect(settings) as services:
        request = tenants_pb2.GetChannelCredentialsRequest(channel="telegram")
        try:
            credentials = await services.tenants(tenant_id)("GetChannelCredentials", request)
        except DomainError as error:
            if error.code is not grpc.StatusCode.NOT_FOUND:
                raise
            await check_tenant(services, tenant_id)
            raise CommandError(
                f"{tenant_id} has no Telegram account; `salesctl seed` sets those of the launch tenants."
            ) from None
    async with BotApi(_api_base_url(settings), credentials.bot_token) as bot:
        yield bot, credentials.webhook_secret


def _api_base_url(settings: Settings) -> str:
    if not settings.telegram_api_base_url:
        raise CommandError(
            "TELEGRAM_API_BASE_URL is not set: https://api.telegram.org is the real Telegram; "
            "`make up` starts a simulator when it is unset."
        )
    parse_address("TELEGRAM_API_BASE_URL", settings.telegram_api_base_url, "https://api.telegram.org")
    return settings.telegram_api_base_url.strip()
