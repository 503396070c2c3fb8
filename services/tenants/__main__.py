"""The tenants service: read settings, wire, serve."""

import structlog
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc
from sales.tenants.v1 import staff_pb2_grpc, tenants_pb2_grpc

from services.common import diagnostics, logging, nats_client, process, telemetry
from services.common.auth import TokenSigner, TokenVerifier
from services.common.clock import utc_now
from services.common.config import load
from services.common.events import DeadLetters
from services.common.grpc_server import Server
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.pruning import prune_regularly
from services.tenants.crypto import SecretBox
from services.tenants.models import PRUNABLES, SCHEMA, plumbing
from services.tenants.rotation import count_stale, rotate_regularly
from services.tenants.server import ACCESS, STREAM, SUBJECTS, TenantsServicer
from services.tenants.settings import Settings
from services.tenants.staff.server import ACCESS as STAFF_ACCESS
from services.tenants.staff.server import StaffServicer
from services.tenants.staff.sessions import Sessions

log = structlog.get_logger()
_GRACE_SECONDS = 5.0


async def main() -> None:
    settings = load(Settings)
    logging.configure("tenants", settings.log_level, settings.log_format)
    telemetry.start("tenants", settings)
    secret_box = SecretBox(settings.keys)
    verifier = TokenVerifier(settings.public_keys)
    stop = process.stop_event(settings.shutdown_delay_seconds)

    server = Server(
        verifier,
        ACCESS | STAFF_ACCESS | diagnostics.ACCESS,
        reflected=settings.reflection,
        address=f"{settings.grpc_bind_host}:{settings.tenants_grpc_port}",
        needs=process.NEEDS,
    )
    async with server:
        log.info("listening", port=server.port)

        database, nats = await process.connect(settings, SCHEMA, STREAM, SUBJECTS, server.health)
        outbox = Outbox(database, plumbing, "tenants")
        keys = IdempotencyKeys(plumbing)
        servicer = TenantsServicer(database, outbox, keys, secret_box, utc_now, development=settings.development)
        tenants_pb2_grpc.add_TenantsServiceServicer_to_server(servicer, server.servicers)

        async def backlog(numbers: diagnostics_pb2.Backlog) -> None:
            numbers.stale_secret_count = await count_stale(database, secret_box)

        sessions = Sessions(TokenSigner("tenants", settings.private_key), verifier, utc_now)
        staff_pb2_grpc.add_StaffServiceServicer_to_server(
            StaffServicer(database, outbox, keys, sessions, utc_now), server.servicers
        )
        diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
            diagnostics.DiagnosticsServicer(outbox, DeadLetters(database, plumbing), backlog), server.servicers
        )

        async with process.background(
            outbox.run(nats),
            prune_regularly(database, PRUNABLES),
            server.health.watch({"postgres": database.check}, {"nats": lambda: nats_client.check(nats)}),
            rotate_regularly(database, secret_box),
        ):
            await stop.wait()
            log.info("stopping")
            await server.stop(_GRACE_SECONDS, delay_seconds=settings.shutdown_delay_seconds)
            await outbox.drain()
        await nats.close()
        await database.close()


if __name__ == "__main__":
    process.run(main)
