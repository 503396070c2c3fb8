"""Cached reference data of each tenant: profile, catalog and the system prompt made of them.

Refreshed by events of tenants and orders; entries also expire by age, because an event can be missed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import grpc
from nats.aio.client import Client
from sales.orders.v1 import catalog_pb2, catalog_pb2_grpc
from sales.orders.v1 import events_pb2 as order_events_pb2
from sales.tenants.v1 import events_pb2 as tenant_events_pb2
from sales.tenants.v1 import tenants_pb2, tenants_pb2_grpc

from services.agent.facts import amount
from services.agent.prompt import SystemPrompt, system_prompt
from services.agent.truth.catalog import Catalog, ProductFact
from services.common.auth import TokenSigner
from services.common.errors import from_rpc_error, is_transient, unavailable
from services.common.events import watch

MAX_AGE_SECONDS = 60.0
_RETRY_SECONDS = 5.0
_DEADLINE_SECONDS = 5.0


@dataclass(frozen=True)
class TenantView:
    """All that is stable about a tenant between two changes."""

    tenant: tenants_pb2.Tenant
    catalog: catalog_pb2.Catalog
    prompt: SystemPrompt
    truth_catalog: Catalog
    business_text: str
    loaded_at: float


class Reference:
    """Gives a tenant's view, loading each tenant once at a time."""

    def __init__(
        self,
        tenants: tenants_pb2_grpc.TenantsServiceAsyncStub,
        catalogs: catalog_pb2_grpc.CatalogServiceAsyncStub,
        signer: TokenSigner,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tenants = tenants
        self._catalogs = catalogs
        self._signer = signer
        self._now = now
        self._views: dict[str, TenantView] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._generations: dict[str, int] = {}

    async def view(self, tenant_id: str) -> TenantView:
        """The tenant's view; raises grpc.aio.AioRpcError when it is neither known nor to be had."""
        view = self._fresh(tenant_id)
        if view is not None:
            return view
        async with self._locks.setdefault(tenant_id, asyncio.Lock()):
            return self._fresh(tenant_id) or await self._load(tenant_id)

    async def tenant(self, tenant_id: str, patience_seconds: float) -> tenants_pb2.Tenant:
        """The tenant alone, for who cannot wait for a whole view: of the view that is known, else asked for, else of an
        old view. Nothing is kept of it; raises grpc.aio.AioRpcError when there is no answer and no old view."""
        if fresh := self._fresh(tenant_id):
            return fresh.tenant
        try:
            answer: tenants_pb2.Tenant = await self._tenants.GetTenant(
                tenants_pb2.GetTenantRequest(),
                metadata=self._signer.metadata(tenant_id),
                timeout=patience_seconds,
                wait_for_ready=tenant_id not in self._views,
            )
        except grpc.aio.AioRpcError:
            if known := self._views.get(tenant_id):
                return known.tenant
            raise
        return answer

    async def time_zone(self, tenant_id: str) -> ZoneInfo:
        """The clock of the business. NOT_FOUND for an unknown tenant, UNAVAILABLE when nobody can be asked."""
        try:
            view = await self.view(tenant_id)
        except grpc.aio.AioRpcError as error:
            refused = from_rpc_error(error)
            raise (unavailable("the time zone cannot be had") if is_transient(refused) else refused) from error
        return ZoneInfo(view.tenant.settings.time_zone)

    def _fresh(self, tenant_id: str) -> TenantView | None:
        view = self._views.get(tenant_id)
        return view if view is not None and self._now() - view.loaded_at < MAX_AGE_SECONDS else None

    async def _load(self, tenant_id: str) -> TenantView:
        generation = self._generations.get(tenant_id, 0)
        metadata = self._signer.metadata(tenant_id)
        known = self._views.get(tenant_id)
        try:
            tenant, catalog = await asyncio.gather(
                self._tenants.GetTenant(
                    tenants_pb2.GetTenantRequest(),
                    metadata=metadata,
                    timeout=_DEADLINE_SECONDS,
                    wait_for_ready=known is None,
                ),
                self._catalogs.GetCatalog(
                    catalog_pb2.GetCatalogRequest(),
                    metadata=metadata,
                    timeout=_DEADLINE_SECONDS,
                    wait_for_ready=known is None,
                ),
            )
        except grpc.aio.AioRpcError:
            # An old view is better than none: prices are checked again by the orders service when an order is made.
            if known is None:
                raise
            # Not asked again by each turn, or all of them would wait in line for an answer that does not come.
            view = self._views[tenant_id] = replace(known, loaded_at=self._now() - MAX_AGE_SECONDS + _RETRY_SECONDS)
            return view
        view = _view(tenant, catalog, self._now())
        if self._generations.get(tenant_id, 0) == generation:  # else it changed while it was being read
            self._views[tenant_id] = view
        return view

    def forget(self, tenant_id: str) -> None:
        """Load the tenant anew at the next use."""
        self._generations[tenant_id] = self._generations.get(tenant_id, 0) + 1
        view = self._views.get(tenant_id)
        if view is not None:
            self._views[tenant_id] = replace(view, loaded_at=-MAX_AGE_SECONDS)

    async def follow_events(self, nats: Client) -> None:
        """Forget what an event says has changed."""

        async def tenant_changed(data: bytes) -> None:
            self.forget(tenant_events_pb2.TenantChanged.FromString(data).tenant_id)

        async def catalog_changed(data: bytes) -> None:
            self.forget(order_events_pb2.CatalogChanged.FromString(data).tenant_id)

        await watch(nats, "sales.tenants.v1.tenant_changed", tenant_changed)
        await watch(nats, "sales.orders.v1.catalog_changed", catalog_changed)


def _view(tenant: tenants_pb2.Tenant, catalog: catalog_pb2.Catalog, loaded_at: float) -> TenantView:
    return TenantView(
        tenant=tenant,
        catalog=catalog,
        prompt=system_prompt(tenant, catalog),
        truth_catalog=Catalog(tuple(_product_fact(product) for product in catalog.products)),
        business_text=_business_text(tenant),
        loaded_at=loaded_at,
    )


def _product_fact(product: catalog_pb2.Product) -> ProductFact:
    return ProductFact(
        sku=product.sku,
        names=(*product.display_name.values.values(), *product.aliases),
        unit_price=Decimal(amount(product.unit_price)),
        unit=product.unit,
        about=(*product.category.values.values(), *product.description.values.values()),
    )


def _business_text(tenant: tenants_pb2.Tenant) -> str:
    """What the business says of itself, as evidence for a reply."""
    settings = tenant.settings
    hours = [f"{hours.opens} {hours.closes}" for hours in settings.opening_hours]
    return "\n".join(
        [
            *tenant.display_name.values.values(),
            tenant.description,
            tenant.persona.role,
            tenant.persona.instructions,
            *hours,
            settings.contact.phone,
            settings.contact.email,
            settings.contact.website,
            *settings.contact.address.values.values(),
            *settings.delivery_terms.values.values(),
        ]
    )
