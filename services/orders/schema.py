"""The schema `orders`: its metadata and the plumbing tables; the tables of each noun stand in its models."""

from sqlalchemy import MetaData

from services.common.plumbing import Plumbing

SCHEMA = "orders"
metadata = MetaData(schema=SCHEMA)
plumbing = Plumbing(metadata)

STREAM = "ORDERS"
CATALOG_CHANGED = "sales.orders.v1.catalog_changed"
ORDER_CHANGED = "sales.orders.v1.order_changed"
SUBJECTS = (CATALOG_CHANGED, ORDER_CHANGED)
