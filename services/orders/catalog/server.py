"""CatalogService: one method is one use case is one transaction."""

from dataclasses import replace

import structlog
from google.protobuf.field_mask_pb2 import FieldMask
from sales.orders.v1 import catalog_pb2, catalog_pb2_grpc, events_pb2

from services.common.clock import Clock
from services.common.db import Database, Transaction
from services.common.errors import already_exists, not_found
from services.common.grpc_server import Access, current_call
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.pagination import page_size
from services.common.staff import Role
from services.orders.catalog import store
from services.orders.catalog.checks import check_mask, check_product, check_search_text, check_sku
from services.orders.catalog.messages import catalog_message, product_message
from services.orders.catalog.models import Product
from services.orders.catalog.search import SearchIndexes
from services.orders.etags import check_etag
from services.orders.schema import CATALOG_CHANGED
from services.orders.tenant_facts import TenantDirectory

log = structlog.get_logger()
_READERS = ("agent", "admin_bff", "operator")
_WRITERS = ("operator", "admin_bff")
ACCESS = {
    "sales.orders.v1.CatalogService": Access(
        callers={
            "GetCatalog": _READERS,
            "SearchProducts": _READERS,
            "CreateProduct": _WRITERS,
            "UpdateProduct": _WRITERS,
        },
        roles={
            "GetCatalog": Role.VIEWER,
            "SearchProducts": Role.VIEWER,
            "CreateProduct": Role.OWNER,
            "UpdateProduct": Role.OWNER,
        },
    )
}


class CatalogServicer(catalog_pb2_grpc.CatalogServiceServicer):
    """The catalog of the calling tenant."""

    def __init__(
        self, database: Database, keys: IdempotencyKeys, outbox: Outbox, tenants: TenantDirectory, clock: Clock
    ) -> None:
        self._database = database
        self._keys = keys
        self._outbox = outbox
        self._tenants = tenants
        self._clock = clock
        self.indexes = SearchIndexes()

    async def GetCatalog(self, request: catalog_pb2.GetCatalogRequest, context: object) -> catalog_pb2.Catalog:
        tenant_id = current_call().tenant_id
        facts = await self._tenants.facts(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            version, products = await store.read_catalog(tx)
        return catalog_message(version, facts.currency_code, products)

    async def SearchProducts(
        self, request: catalog_pb2.SearchProductsRequest, context: object
    ) -> catalog_pb2.SearchProductsResponse:
        query = check_search_text(request.query)
        size = page_size(request.page_size, 5, 20)
        tenant_id = current_call().tenant_id
        async with self._database.transaction(tenant_id) as tx:
            index = await store.search_index(tx, self.indexes)
        found = index.search(query, size)
        return catalog_pb2.SearchProductsResponse(products=[product_message(product) for product in found])

    async def CreateProduct(self, request: catalog_pb2.CreateProductRequest, context: object) -> catalog_pb2.Product:
        tenant_id = current_call().tenant_id
        facts = await self._tenants.facts(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, catalog_pb2.Product)
            if known is not None:
                return known
            checked = check_product(request.product, facts.currency_code)
            version = await store.raise_version(tx)
            product = replace(checked, version=version, price_version=version, update_time=self._clock())
            if not await store.insert_product(tx, product):
                raise already_exists(
                    f"the sku {product.sku!r} is taken; use UpdateProduct to change the product",
                    sku=product.sku,
                    valid="a sku that no product has",
                )
            return await self._finish(tx, request, product)

    async def UpdateProduct(self, request: catalog_pb2.UpdateProductRequest, context: object) -> catalog_pb2.Product:
        tenant_id = current_call().tenant_id
        facts = await self._tenants.facts(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, catalog_pb2.Product)
            if known is not None:
                return known
            paths = check_mask(request.update_mask.paths)
            sku = check_sku(request.product.sku)
            await store.lock_catalog(tx)
            current = await store.read_product(tx, sku)
            if current is None:
                raise not_found("product", sku)
            check_etag(request.etag, current.etag, f"product {current.sku}")
            changed = _merge(current, request.product, paths, facts.currency_code)
            if changed == current:
                response = product_message(current)
                await self._keys.store(tx, request.request_id, request, response)
                return response
            product = changed.at_version(await store.raise_version(tx), current, self._clock())
            await store.update_product(tx, product)
            return await self._finish(tx, request, product)

    async def _finish(
        self,
        tx: Transaction,
        request: catalog_pb2.CreateProductRequest | catalog_pb2.UpdateProductRequest,
        product: Product,
    ) -> catalog_pb2.Product:
        tx.after_commit(
            lambda: log.info("catalog_changed", tenant_id=tx.tenant_id, sku=product.sku, version=product.version)
        )
        event = events_pb2.CatalogChanged(version=product.version)
        event.event_time.FromDatetime(product.update_time)
        await self._outbox.add(tx, CATALOG_CHANGED, event)
        response = product_message(product)
        await self._keys.store(tx, request.request_id, request, response)
        return response


def _merge(current: Product, wanted: catalog_pb2.Product, paths: list[str], currency_code: str) -> Product:
    """The current product with the wanted values of `paths`, checked as a whole."""
    merged = product_message(current)
    FieldMask(paths=paths).MergeMessage(wanted, merged, True, True)
    # A price that is not being changed may still be in the currency that the tenant had before.
    checked = check_product(merged, currency_code if "unit_price" in paths else None)
    return replace(
        checked, version=current.version, price_version=current.price_version, update_time=current.update_time
    )
