"""The catalog over HTTP."""

from fastapi import APIRouter
from sales.orders.v1 import catalog_pb2 as pb

from services.admin_bff.catalog.schemas import Product, ProductPage
from services.admin_bff.dependencies import TENANT, Services

router = APIRouter(prefix=TENANT, tags=["catalog"])


@router.get("/products")
async def list_products(services: Services) -> ProductPage:
    """The whole catalog, in the order in which the owner lists it."""
    catalog = await services.call(services.catalog.GetCatalog, pb.GetCatalogRequest())
    return ProductPage(items=[Product.of(each) for each in catalog.products], next_cursor=None)
