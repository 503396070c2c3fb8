"""The orders service: read settings, wire, serve."""

import structlog
from sales.common.v1 import diagnostics_pb2_grpc
from sales.orders.v1 import catalog_pb2_grpc, orders_pb2_grpc

from services.common import diagnostics, logging, nats_client, process, telemetry
from services.common.auth import TokenSigner, TokenVerifier
from services.common.checks import serving
from services.common.clock import utc_now
from services.common.config import load
from services.common.events import DeadLetters, consume
from services.common.grpc_client import channel
from services.common.grpc_server import Server
from services.common.idempotency import IdempotencyKeys
from services.common.nats_client import watch
from services.common.outbox import Outbox
from services.common.pruning import prune_regularly
from services.orders.catalog import server as catalog_server
from services.orders.orders import server as orders_server
from services.orders.orders.customer_names import CustomerNames
from services.orders.orders.forgetting import ForgettingCustomers
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
    stop = process.stop_event(settings.shutdown_delay_seconds)

    tenants_channel = channel(settings.tenants_address)
    server = Server(
        verifier,
        catalog_server.ACCESS | orders_server.ACCESS | diagnostics.ACCESS,
        reflected=settings.reflection,
        address=f"{settings.grpc_bind_host}:{settings.orders_grpc_port}",
        needs=process.NEEDS,
        peers={"tenants": serving(tenants_channel, "sales.tenants.v1.TenantsService")},
    )
    async with server:
        log.info("listening", port=server.port)

        database, nats = await process.connect(settings, SCHEMA, STREAM, SUBJECTS, server.health)
        outbox = Outbox(database, plumbing, "orders")
        keys = IdempotencyKeys(plumbing)
        tenants = TenantDirectory(tenants_channel, signer)
        await watch(nats, TENANT_CHANGED, tenants.on_tenant_changed)

        catalog = catalog_server.CatalogServicer(database, keys, outbox, tenants, utc_now)
        orders = orders_server.OrdersServicer(database, keys, outbox, tenants, utc_now, catalog.indexes)
        catalog_pb2_grpc.add_CatalogServiceServicer_to_server(catalog, server.servicers)
        orders_pb2_grpc.add_OrdersServiceServicer_to_server(orders, server.servicers)
        dead_letters = DeadLetters(database, plumbing)
        diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
            diagnostics.DiagnosticsServicer(outbox, dead_letters), server.servicers
        )

        async with process.background(
            outbox.run(nats),
            consume(nats, CustomerNames(database).subscription, dead_letters),
            consume(nats, ForgettingCustomers(database).subscription, dead_letters),
            prune_regularly(database, plumbing.prunables),
            server.health.watch({"postgres": database.check}, {"nats": lambda: nats_client.check(nats)}),
        ):
            await stop.wait()
            log.info("stopping")
            await server.stop(_GRACE_SECONDS, delay_seconds=settings.shutdown_delay_seconds)
            await outbox.drain()
        await tenants_channel.close()
        await nats.close()
        await database.close()


if __name__ == "__main__":
    process.run(main)
