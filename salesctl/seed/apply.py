"""Bringing a platform to what the data files say: creates what is missing, changes what differs, leaves the rest.

A request id is made of the request itself, which carries the version it changes: a repeated call is answered from
memory, and a later change back to the same content is a new request.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
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
# Whether something can be ordered today is the shop's to say, not the file's.
_PRODUCT_FIELDS = (
    *("display_name", "aliases", "category", "description", "unit", "unit_price"),
    *("fractional", "min_quantity", "quantity_step", "max_quantity"),
)
_CHANNEL = "telegram"


async def seed_tenant(services: Services, content: TenantContent) -> list[str]:
    """Seed one tenant. What was created or changed, in words; empty when all was as it should be."""
    tenants, catalog = services.tenants(content.tenant_id), services.catalog(content.tenant_id)
    done = await _seed_tenant(tenants, content.tenant())
    done += await _seed_bot(tenants, content.telegram, services.settings.secret)
    return done + await _seed_products(catalog, content.catalog())


async def _seed_tenant(tenants: Client, wanted: tenants_pb2.Tenant) -> list[str]:
    current = await _found(tenants("GetTenant", tenants_pb2.GetTenantRequest()))
    if current is None:
        request = tenants_pb2.CreateTenantRequest(tenant=wanted)
        if await _created(tenants("CreateTenant", _identified(request))):
            return ["tenant created"]
        current = await tenants("GetTenant", tenants_pb2.GetTenantRequest())
    paths = _differing(_TENANT_FIELDS, wanted, current)
    if not paths:
        return []
    update = tenants_pb2.UpdateTenantRequest(tenant=wanted, update_mask=FieldMask(paths=paths), etag=current.etag)
    await tenants("UpdateTenant", _identified(update))
    return [f"tenant changed: {', '.join(paths)}"]


async def _seed_bot(tenants: Client, bot: TelegramBot, secret: Callable[[str], str]) -> list[str]:
    token = secret(bot.bot_token_variable) or bot.bot_token_in_development
    webhook_secret = secret(bot.webhook_secret_variable) or bot.webhook_secret_in_development
    request = tenants_pb2.SetChannelAccountRequest(
        channel=_CHANNEL,
        display_name=bot.display_name,
        bot_token=token,
        webhook_secret=webhook_secret,
        enabled=True,
    )
    account = await _account(tenants)
    if account is None:
        await tenants("SetChannelAccount", _identified(request))
        return ["Telegram account created"]
    shown = (account.display_name, account.enabled) == (bot.display_name, True)
    if shown and await _secrets(tenants) == (token, webhook_secret):
        return []
    await tenants("SetChannelAccount", _identified(request, after=account.version))
    return ["Telegram account changed"]


async def _seed_products(catalog: Client, wanted: list[catalog_pb2.Product]) -> list[str]:
    current = await _products(catalog)
    done = []
    for product in wanted:
        if product.sku not in current:
            request = catalog_pb2.CreateProductRequest(product=product)
            if await _created(catalog("CreateProduct", _identified(request))):
                done.append(f"{product.sku} created")
                continue
            current = await _products(catalog)
        held = current[product.sku]
        if paths := _differing(_PRODUCT_FIELDS, product, held):
            mask = FieldMask(paths=paths)
            update = catalog_pb2.UpdateProductRequest(product=product, update_mask=mask, etag=held.etag)
            await catalog("UpdateProduct", _identified(update))
            done.append(f"{product.sku} changed: {', '.join(paths)}")
    return done


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
