"""The orders service: read settings, wire, serve."""

import structlog
from sales.common.v1 import diagnostics_pb2_grpc
from sales.orders.v1 import catalog_pb2_grpc, orders_pb2_grpc

from services.common import diagnostics, logging, nats_client, process, telemetry
from services.common.auth import TokenSigner, TokenVerifier
from services.common.clock import utc_now
from services.common.config import load
from services.common.events import DeadLetters, consume
from services.common.grpc_client import channel
from services.common.grpc_server import Server
from services.common.idempotency import IdempotencyKeys
from services.common.nats_client import connect_when_up, watch
from services.common.outbox import Outbox, ensure_stream
from services.common.pruning import prune_regularly
from services.orders.catalog import server as catalog_server
from services.orders.orders import server as orders_server
from services.orders.orders.customer_names import CustomerNames
from services.orders.schema import SCHEMA, STREAM, SUBJECTS, plumbing
from services.orders.settings import Settings
from services.orders.tenant_facts import TENANT_CHANGED, TenantDirectory

log = structlog.get_logger()
_GRACE_SECONDS = 5.0


async def main() -> None:
    settings = load(Settings)
    logging.configure("orders", settings.log_level, settings.log_format)
    telemetry.start("orders", settings)
    verifier = TokenVerifier(settings.public_keys)
    signer = TokenSigner("orders", settings.private_key)
    stop = process.stop_event()

    database = await process.connect_database(
        settings.database_url.get_secret_value(), SCHEMA, settings.database_pool_size
    )
    nats = await connect_when_up(settings.nats_url, "orders")
    await ensure_stream(nats.jetstream(), STREAM, SUBJECTS)
    outbox = Outbox(database, plumbing, "orders")
    keys = IdempotencyKeys(plumbing)
    tenants_channel = channel(settings.tenants_address)
    tenants = TenantDirectory(tenants_channel, signer)
    await watch(nats, TENANT_CHANGED, tenants.on_tenant_changed)

    access = catalog_server.ACCESS | orders_server.ACCESS | diagnostics.ACCESS
    address = f"{settings.grpc_bind_host}:{settings.orders_grpc_port}"
    server = Server(verifier, access, reflected=settings.reflection, address=address)
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(
        catalog_server.CatalogServicer(database, keys, outbox, tenants, utc_now), server.grpc
    )
    orders_pb2_grpc.add_OrdersServiceServicer_to_server(
        orders_server.OrdersServicer(database, keys, outbox, tenants, utc_now), server.grpc
    )
    dead_letters = DeadLetters(database, plumbing)
    diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
        diagnostics.DiagnosticsServicer(outbox, dead_letters), server.grpc
    )

    await server.start()
    log.info("listening", port=server.port)
    checks = {"postgres": database.check, "nats": lambda: nats_client.check(nats)}
    async with process.background(
        outbox.run(nats),
        consume(nats, CustomerNames(database).subscription, dead_letters),
        prune_regularly(database, plumbing.prunables),
        process.watch_readiness(checks, server.ready, server.not_ready),
    ):
        await stop.wait()
        await server.stop(_GRACE_SECONDS)
        await outbox.drain()
    await tenants_channel.close()
    await nats.close()
    await database.close()


if __name__ == "__main__":
    process.run(main)
