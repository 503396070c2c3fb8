"""The orders process: reads its settings, connects, serves, stops."""

from sales.common.v1 import diagnostics_pb2_grpc
from sales.orders.v1 import catalog_pb2_grpc, orders_pb2_grpc

from services.common import logging
from services.common.auth import TokenSigner, TokenVerifier
from services.common.clock import utc_now
from services.common.config import load
from services.common.diagnostics import ACCESS as DIAGNOSTICS_ACCESS
from services.common.diagnostics import DiagnosticsServicer
from services.common.events import DeadLetters, watch
from services.common.grpc_client import channel
from services.common.grpc_server import Server
from services.common.idempotency import IdempotencyKeys
from services.common.nats_client import connect_when_up
from services.common.outbox import Outbox, ensure_stream
from services.common.process import background, connect_database, run, stop_event, watch_readiness
from services.orders.catalog.server import ACCESS as CATALOG_ACCESS
from services.orders.catalog.server import CatalogServicer
from services.orders.orders.server import ACCESS as ORDERS_ACCESS
from services.orders.orders.server import OrdersServicer
from services.orders.schema import CATALOG_CHANGED, ORDER_CHANGED, SCHEMA, STREAM, plumbing
from services.orders.settings import Settings
from services.orders.tenant_facts import TENANT_CHANGED, TenantDirectory

_GRACE_SECONDS = 5.0


async def main() -> None:
    """Serve until SIGTERM."""
    settings = load(Settings)
    logging.configure(SCHEMA, settings.log_level, settings.log_format)
    stop = stop_event()

    database = await connect_database(settings.database_url.get_secret_value(), SCHEMA, settings.database_pool_size)
    nats = await connect_when_up(settings.nats_url, SCHEMA)
    await ensure_stream(nats.jetstream(), STREAM, [CATALOG_CHANGED, ORDER_CHANGED])
    outbox = Outbox(database, plumbing, SCHEMA)
    keys = IdempotencyKeys(plumbing)
    tenants_channel = channel(settings.tenants_address)
    tenants = TenantDirectory(tenants_channel, TokenSigner(SCHEMA, settings.private_key))
    await watch(nats, TENANT_CHANGED, tenants.on_tenant_changed)

    server = Server(
        TokenVerifier(settings.public_keys),
        {**CATALOG_ACCESS, **ORDERS_ACCESS, **DIAGNOSTICS_ACCESS},
        reflected=settings.reflection,
        address=f"{settings.grpc_bind_host}:{settings.orders_grpc_port}",
    )
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(
        CatalogServicer(database, keys, outbox, tenants, utc_now), server.grpc
    )
    orders_pb2_grpc.add_OrdersServiceServicer_to_server(
        OrdersServicer(database, keys, outbox, tenants, utc_now), server.grpc
    )
    diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
        DiagnosticsServicer(outbox, DeadLetters(database, plumbing)), server.grpc
    )
    async with background(
        outbox.run(nats), watch_readiness({"postgres": database.check}, server.ready, server.not_ready)
    ):
        await server.start()
        await stop.wait()
        await server.stop(_GRACE_SECONDS)
        await outbox.drain()
    await tenants_channel.close()
    await nats.close()
    await database.close()


if __name__ == "__main__":
    run(main)
