"""Runs the gateway: `python -m services.gateway`."""

import asyncio

from sales.agent.v1.messaging_pb2_grpc import MessagingServiceStub
from sales.tenants.v1.tenants_pb2_grpc import TenantsServiceStub

from services.common import faults, logging, telemetry
from services.common.auth import TokenSigner
from services.common.checks import connected, serving
from services.common.config import load
from services.common.grpc_client import channel
from services.common.http.readiness import Readiness
from services.common.http.server import http_server, listen
from services.common.process import background, run, stop_event
from services.gateway.accounts import ChannelAccounts
from services.gateway.app import create_app
from services.gateway.broadcasts import Broadcasts
from services.gateway.channels.telegram import TelegramApi, TelegramChannel, http_client
from services.gateway.delivery import DeliveryWorker
from services.gateway.intake import Intake
from services.gateway.reports import DeliveryReports
from services.gateway.settings import Settings
from services.gateway.typing_indicator import TypingIndicator
from services.gateway.webhooks import Webhooks

# Who has shown a secret may hold a body of 1 MiB. Telegram opens 100 at most for a bot, 40 unless told otherwise.
_CONNECTIONS = 2048
_WEBHOOKS_GRACE_SECONDS = 10
_REPORTS_GRACE_SECONDS = 10.0  # what the agent has not heard of, it has sent again


async def main() -> None:
    settings = load(Settings)
    logging.configure("gateway", settings.log_level, settings.log_format)
    telemetry.start("gateway", settings)
    faults.arm(settings.fault_points, development=settings.development)
    log = logging.get_logger()
    stop = stop_event(settings.shutdown_delay_seconds)

    # Before anything is opened that would have to be closed again if the port is taken.
    listener = listen("GATEWAY_PORT", settings.gateway_bind_host, settings.gateway_port)
    signer = TokenSigner("gateway", settings.private_key)
    async with (
        channel(settings.agent_address) as agent_channel,
        channel(settings.tenants_address) as tenants_channel,
        http_client() as http,
    ):
        agent = MessagingServiceStub(agent_channel)
        accounts = ChannelAccounts(TenantsServiceStub(tenants_channel), signer)
        telegram = TelegramChannel(TelegramApi(http, settings.telegram_api_base_url))
        channels = {telegram.name: telegram}

        typing = TypingIndicator(channels, accounts)
        broadcasts = Broadcasts(settings.nats_url.get_secret_value(), accounts, typing)
        reports = DeliveryReports(agent, signer)
        deliveries = DeliveryWorker(agent, signer, channels, accounts, typing, reports)
        webhooks = Webhooks(channels, accounts, Intake(agent, signer), typing)
        readiness = Readiness(
            needed={"agent": serving(agent_channel, "sales.agent.v1.MessagingService")},
            to_begin={"tenants": serving(tenants_channel, "sales.tenants.v1.TenantsService")},
            reported={"nats": connected(lambda: broadcasts.client)},
        )
        app = create_app(webhooks, readiness, documented=settings.development)
        server = http_server(app, connections=_CONNECTIONS, grace_seconds=_WEBHOOKS_GRACE_SECONDS)

        async with background(broadcasts.run(), reports.run()):
            async with asyncio.TaskGroup() as work:
                work.create_task(server.serve(sockets=[listener]))
                work.create_task(deliveries.run())
                log.info("serving", host=settings.gateway_bind_host, port=listener.getsockname()[1])
                await stop.wait()
                log.info("stopping")
                readiness.stop()
                await asyncio.sleep(settings.shutdown_delay_seconds)
                deliveries.stop()
                server.should_exit = True
            await webhooks.finish()
            await typing.close()
            await reports.drain(_REPORTS_GRACE_SECONDS)


if __name__ == "__main__":
    run(main)
