"""Filling a platform from the data files: creates what is missing; what is there belongs to its owner and stays.

Only when asked to reset, it changes what differs. A request id is made of the request itself, which carries the version
it changes: a repeated call is answered from memory, and a later change back to the same content is a new request.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from sales.orders.v1 import catalog_pb2
from sales.tenants.v1 import tenants_pb2

from salesctl.seed.content import TelegramBot, TenantContent
from salesctl.services import Client, Services
from services.common.errors import DomainError

_TENANT_FIELDS = ("display_name", "description", "persona", "settings")
_PRODUCT_FIELDS = (
    *("display_name", "aliases", "category", "description", "unit", "unit_price"),
    *("fractional", "min_quantity", "quantity_step", "max_quantity", "available"),
)
_CHANNEL = "telegram"


Secret = Callable[..., str]  # (variable, in_development="") -> secret


@dataclass(frozen=True)
class Seeded:
    """What came of it, in words. `done`: what was created or changed. `kept`: what differs from the file and stays."""

    done: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


async def seed_tenant(services: Services, content: TenantContent, *, reset: bool = False) -> Seeded:
    """Seed one tenant; `reset` puts back what was changed since, the bot's secrets too."""
    tenants, catalog = services.tenants(content.tenant_id), services.catalog(content.tenant_id)
    seeded = Seeded()
    await _seed_tenant(tenants, content.tenant(), seeded, reset=reset)
    seed_bot = _reset_bot if reset else _seed_bot
    await seed_bot(tenants, content.telegram, services.settings.secret, seeded)
    await _seed_products(catalog, content.catalog(), seeded, reset=reset)
    return seeded


async def _seed_tenant(tenants: Client, wanted: tenants_pb2.Tenant, seeded: Seeded, *, reset: bool) -> None:
    current = await _found(tenants("GetTenant", tenants_pb2.GetTenantRequest()))
    if current is None:
        request = tenants_pb2.CreateTenantRequest(tenant=wanted)
        if await _created(tenants("CreateTenant", _identified(request))):
            seeded.done.append("tenant created")
            return
        current = await tenants("GetTenant", tenants_pb2.GetTenantRequest())
    if not (paths := _differing(_TENANT_FIELDS, wanted, current)):
        return
    if not reset:
        seeded.kept.append(f"tenant: {', '.join(paths)}")
        return
    update = tenants_pb2.UpdateTenantRequest(tenant=wanted, update_mask=FieldMask(paths=paths), etag=current.etag)
    await tenants("UpdateTenant", _identified(update))
    seeded.done.append(f"tenant changed: {', '.join(paths)}")


async def _seed_bot(tenants: Client, bot: TelegramBot, secret: Secret, seeded: Seeded) -> None:
    """An account that is there gets the secrets that variables give, and keeps the rest."""
    account = await _account(tenants)
    if account is None:
        await _reset_bot(tenants, bot, secret, seeded)
        return
    if (account.display_name, account.enabled) != (bot.display_name, True):
        seeded.kept.append("Telegram account")
    names = (bot.bot_token_variable, bot.webhook_secret_variable)
    given = tuple(map(secret, names))
    if not any(given):
        return
    held = await _secrets(tenants) or ("", "")
    news = [name for name, new, old in zip(names, given, held, strict=True) if new and new != old]
    if news:
        request = _account_request(account.display_name, given, enabled=account.enabled)
        await tenants("SetChannelAccount", _identified(request, after=account.version))
        seeded.done.append(f"Telegram account changed: {', '.join(news)}")


async def _reset_bot(tenants: Client, bot: TelegramBot, secret: Secret, seeded: Seeded) -> None:
    """The account as the file and the variables say, the development values where there is no variable."""
    wanted = (
        secret(bot.bot_token_variable, bot.bot_token_in_development),
        secret(bot.webhook_secret_variable, bot.webhook_secret_in_development),
    )
    request = _account_request(bot.display_name, wanted, enabled=True)
    account = await _account(tenants)
    if account is None:
        await tenants("SetChannelAccount", _identified(request))
        seeded.done.append("Telegram account created")
        return
    shown = (account.display_name, account.enabled) == (bot.display_name, True)
    if not shown or await _secrets(tenants) != wanted:
        await tenants("SetChannelAccount", _identified(request, after=account.version))
        seeded.done.append("Telegram account changed")


def _account_request(
    display_name: str, secrets: tuple[str, ...], *, enabled: bool
) -> tenants_pb2.SetChannelAccountRequest:
    bot_token, webhook_secret = secrets
    return tenants_pb2.SetChannelAccountRequest(
        channel=_CHANNEL,
        display_name=display_name,
        bot_token=bot_token,
        webhook_secret=webhook_secret,
        enabled=enabled,
    )


async def _seed_products(catalog: Client, wanted: list[catalog_pb2.Product], seeded: Seeded, *, reset: bool) -> None:
    current = await _products(catalog)
    for product in wanted:
        if product.sku not in current:
            request = catalog_pb2.CreateProductRequest(product=product)
            if await _created(catalog("CreateProduct", _identified(request))):
                seeded.done.append(f"{product.sku} created")
                continue
            current = await _products(catalog)
        held = current[product.sku]
        if not (paths := _differing(_PRODUCT_FIELDS, product, held)):
            continue
        if not reset:
            seeded.kept.append(f"{product.sku}: {', '.join(paths)}")
            continue
        mask = FieldMask(paths=paths)
        update = catalog_pb2.UpdateProductRequest(product=product, update_mask=mask, etag=held.etag)
        await catalog("UpdateProduct", _identified(update))
        seeded.done.append(f"{product.sku} changed: {', '.join(paths)}")


async def _products(catalog: Client) -> dict[str, catalog_pb2.Product]:
    answer = await catalog("GetCatalog", catalog_pb2.GetCatalogRequest())
    return {product.sku: product for product in answer.products}


async def _account(tenants: Client) -> tenants_pb2.ChannelAccount | None:
    answer = await tenants("ListChannelAccounts", tenants_pb2.ListChannelAccountsRequest())
    return next((account for account in answer.channel_accounts if account.channel == _CHANNEL), None)


async def _secrets(tenants: Client) -> tuple[str, str] | None:
    """Token and webhook secret as stored; None when the key that encrypted them is gone."""
    try:
        held = await tenants("GetChannelCredentials", tenants_pb2.GetChannelCredentialsRequest(channel=_CHANNEL))
    except DomainError as error:
        if error.reason == "SECRETS_UNREADABLE":
            return None
        raise
    return held.bot_token, held.webhook_secret


async def _found(call: Awaitable[Any]) -> Any:
    """The response, None for NOT_FOUND."""
    try:
        return await call
    except DomainError as error:
        if error.code is grpc.StatusCode.NOT_FOUND:
            return None
        raise


async def _created(call: Awaitable[Any]) -> bool:
    """Whether the call created it; False when somebody else was faster."""
    try:
        await call
    except DomainError as error:
        if error.code is grpc.StatusCode.ALREADY_EXISTS:
            return False
        raise
    return True


def _differing(fields: Iterable[str], wanted: Message, current: Message) -> list[str]:
    return [field for field in fields if getattr(wanted, field) != getattr(current, field)]


def _identified(request: Any, after: int = 0) -> Any:
    """The request with an id made of its content and of the version it follows."""
    content = request.SerializeToString(deterministic=True)
    request.request_id = f"seed-{hashlib.sha256(b'%d:' % after + content).hexdigest()[:40]}"
    return request
