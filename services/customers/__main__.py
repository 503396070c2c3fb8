"""The customers service: read settings, wire, serve."""

import structlog
from sales.common.v1 import diagnostics_pb2_grpc
from sales.customers.v1 import customers_pb2_grpc

from services.common import diagnostics, logging, nats_client, process, telemetry
from services.common.auth import TokenVerifier
from services.common.clock import utc_now
from services.common.config import load
from services.common.events import DeadLetters
from services.common.grpc_server import Server
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.pruning import prune_regularly
from services.customers.models import SCHEMA, plumbing
from services.customers.server import ACCESS, STREAM, SUBJECTS, CustomersServicer
from services.customers.settings import Settings

log = structlog.get_logger()
_GRACE_SECONDS = 5.0


async def main() -> None:
    settings = load(Settings)
    logging.configure("customers", settings.log_level, settings.log_format)
    telemetry.start("customers", settings)
    verifier = TokenVerifier(settings.public_keys)
    stop = process.stop_event(settings.shutdown_delay_seconds)

    server = Server(
        verifier,
        ACCESS | diagnostics.ACCESS,
        reflected=settings.reflection,
        address=f"{settings.grpc_bind_host}:{settings.customers_grpc_port}",
        needs=process.NEEDS,
    )
    async with server:
        log.info("listening", port=server.port)

        database, nats = await process.connect(settings, SCHEMA, STREAM, SUBJECTS, server.health)
        outbox = Outbox(database, plumbing, "customers")

        servicer = CustomersServicer(
            database, outbox, IdempotencyKeys(plumbing), settings.default_phone_region, utc_now
        )
        customers_pb2_grpc.add_CustomersServiceServicer_to_server(servicer, server.servicers)
        diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
            diagnostics.DiagnosticsServicer(outbox, DeadLetters(database, plumbing)), server.servicers
        )

        async with process.background(
            outbox.run(nats),
            prune_regularly(database, plumbing.prunables),
            server.health.watch({"postgres": database.check}, {"nats": lambda: nats_client.check(nats)}),
        ):
            await stop.wait()
            log.info("stopping")
            await server.stop(_GRACE_SECONDS, delay_seconds=settings.shutdown_delay_seconds)
            await outbox.drain()
        await nats.close()
        await database.close()


if __name__ == "__main__":
    process.run(main)
