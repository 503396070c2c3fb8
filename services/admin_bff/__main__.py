"""Runs the dashboard's edge: `python -m services.admin_bff`."""

import asyncio

from services.admin_bff.app import create_app
from services.admin_bff.live.broadcasts import Broadcasts
from services.admin_bff.live.hub import Hub
from services.admin_bff.parts import Parts
from services.admin_bff.peers import Peers
from services.admin_bff.session.api_keys import ApiKeySessions
from services.admin_bff.session.login_limits import LoginLimits
from services.admin_bff.session.sessions import Sessions
from services.admin_bff.session.standing import Standing
from services.admin_bff.settings import Settings
from services.admin_bff.tenant_facts import TenantFacts
from services.common import logging, telemetry
from services.common.auth import TokenSigner, TokenVerifier
from services.common.checks import connected, serving
from services.common.config import load
from services.common.grpc_client import channel
from services.common.http.readiness import Readiness
from services.common.http.server import http_server, listen
from services.common.process import background, run, stop_event

_CONNECTIONS = 2048
_GRACE_SECONDS = 15  # a report may take ten


async def main() -> None:
    settings = load(Settings)
    logging.configure("admin_bff", settings.log_level, settings.log_format)
    telemetry.start("admin_bff", settings)
    log = logging.get_logger()
    stop = stop_event(settings.shutdown_delay_seconds)

    async with (
        channel(settings.tenants_address) as tenants,
        channel(settings.customers_address) as customers,
        channel(settings.orders_address) as orders,
        channel(settings.agent_address) as agent,
    ):
        signer = TokenSigner("admin_bff", settings.private_key)
        peers = Peers(signer, tenants=tenants, customers=customers, orders=orders, agent=agent)
        sessions = Sessions(peers, TokenVerifier(settings.public_keys), settings.csrf_secret, LoginLimits())
        hub = Hub()
        standing = Standing(sessions)
        broadcasts = Broadcasts(settings.nats_url.get_secret_value(), hub, standing)
        readiness = Readiness(
            needed={},
            to_begin={"tenants": serving(tenants, "sales.tenants.v1.StaffService")},
            reported={  # pages say themselves what they cannot show
                "agent": serving(agent, "sales.agent.v1.ConversationsService"),
                "orders": serving(orders, "sales.orders.v1.OrdersService"),
                "customers": serving(customers, "sales.customers.v1.CustomersService"),
                "nats": connected(lambda: broadcasts.client),
            },
        )
        parts = Parts(
            peers=peers,
            sessions=sessions,
            standing=standing,
            api_keys=ApiKeySessions(sessions),
            facts=TenantFacts(),
            hub=hub,
            readiness=readiness,
            ui=settings.ui_folder,
            development=settings.development,
        )
        proxies = {"proxy_headers": True, "forwarded_allow_ips": settings.trusted_proxies}
        server = http_server(
            create_app(parts),
            connections=_CONNECTIONS,
            grace_seconds=_GRACE_SECONDS,
            **(proxies if settings.trusted_proxies else {}),
        )
        listener = listen("ADMIN_PORT", settings.admin_bind_host, settings.admin_port)

        async with background(broadcasts.run()), asyncio.TaskGroup() as work:
            work.create_task(server.serve(sockets=[listener]))
            log.info("serving", host=settings.admin_bind_host, port=listener.getsockname()[1])
            await stop.wait()
            log.info("stopping")
            readiness.stop()
            await asyncio.sleep(settings.shutdown_delay_seconds)
            hub.close()  # streams have no end of their own
            server.should_exit = True


if __name__ == "__main__":
    run(main)
