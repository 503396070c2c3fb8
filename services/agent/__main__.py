"""The agent service: wiring, top to bottom."""

import asyncio
from datetime import timedelta

from sales.agent.v1 import conversations_pb2_grpc, messaging_pb2_grpc, staffing_pb2_grpc
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc
from sales.customers.v1 import customers_pb2_grpc
from sales.orders.v1 import catalog_pb2_grpc, orders_pb2_grpc
from sales.tenants.v1 import tenants_pb2_grpc

from services.agent import attention, messaging
from services.agent.conversations import server as conversations_server
from services.agent.customer_profiles import CustomerProfiles
from services.agent.deliveries import queue
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.deliveries.reports import Reports
from services.agent.following.customers import CustomerNames
from services.agent.following.forgetting import ForgettingCustomers
from services.agent.following.orders import ConversationOrders
from services.agent.jobs.runner import JobRunner
from services.agent.model import Model
from services.agent.recent_orders import RecentOrders
from services.agent.reference import Reference
from services.agent.settings import Settings
from services.agent.staffing import server as staffing_server
from services.agent.staffing.auto_resume import AutoResume
from services.agent.staffing.pause_time import PauseTime
from services.agent.tables import plumbing, turn_steps
from services.agent.tools.execution import Tools
from services.agent.turns import claims
from services.agent.turns.activity import Activity
from services.agent.turns.context import ContextReader
from services.agent.turns.due import DueSignal
from services.agent.turns.ending import TURN_COMPLETED, Ending
from services.agent.turns.lag import DueLag
from services.agent.turns.worker import TurnWorker
from services.agent.watchers import Watchers
from services.common import diagnostics, faults, logging, nats_client, telemetry
from services.common.auth import TokenSigner, TokenVerifier
from services.common.checks import serving
from services.common.clock import utc_now
from services.common.config import load
from services.common.events import DeadLetters, Subscription, consume
from services.common.grpc_client import channel
from services.common.grpc_server import Server
from services.common.outbox import Outbox
from services.common.process import NEEDS, background, connect, run, stop_event
from services.common.pruning import Prunable, prune_regularly

SCHEMA = "agent"
STREAM = "AGENT"
SUBJECTS = (TURN_COMPLETED, "sales.agent.v1.attention_raised")
GRACE_SECONDS = 5.0


async def main() -> None:
    settings = load(Settings)
    logging.configure(SCHEMA, settings.log_level, settings.log_format)
    telemetry.start(SCHEMA, settings)
    log = logging.get_logger()
    faults.arm(settings.fault_points, development=settings.development)
    stop = stop_event(settings.shutdown_delay_seconds)

    tenants_channel = channel(settings.tenants_address)
    customers_channel = channel(settings.customers_address)
    orders_channel = channel(settings.orders_address)
    server = Server(
        TokenVerifier(settings.public_keys),
        {**messaging.ACCESS, **conversations_server.ACCESS, **staffing_server.ACCESS, **diagnostics.ACCESS},
        reflected=settings.reflection,
        address=f"{settings.grpc_bind_host}:{settings.agent_grpc_port}",
        needs=NEEDS,
        peers={
            "tenants": serving(tenants_channel, "sales.tenants.v1.TenantsService"),
            "customers": serving(customers_channel, "sales.customers.v1.CustomersService"),
            "orders": serving(orders_channel, "sales.orders.v1.OrdersService"),
        },
    )
    async with server:
        log.info("listening", port=server.port)

        database, nats = await connect(settings, SCHEMA, STREAM, SUBJECTS, server.health)
        signer = TokenSigner(SCHEMA, settings.private_key)
        tenants = tenants_pb2_grpc.TenantsServiceStub(tenants_channel)
        customers = customers_pb2_grpc.CustomersServiceStub(customers_channel)
        orders = orders_pb2_grpc.OrdersServiceStub(orders_channel)
        catalogs = catalog_pb2_grpc.CatalogServiceStub(orders_channel)

        reference = Reference(tenants, catalogs, signer)
        await reference.follow_events(nats)
        profiles = CustomerProfiles(customers, signer)
        await profiles.follow_events(nats)
        recent_orders = RecentOrders(orders, signer)
        await recent_orders.follow_events(nats)
        model = Model(
            api_key=settings.anthropic_api_key.get_secret_value(),
            base_url=settings.anthropic_base_url,
            timeout_seconds=settings.model_timeout_seconds,
            budget_seconds=settings.model_budget_seconds,
        )

        outbox = Outbox(database, plumbing, SCHEMA)
        dead_letters = DeadLetters(database, plumbing)
        outlet = DeliveryOutlet()
        due = DueSignal()
        reader = ContextReader(database, reference, profiles, customers, recent_orders, signer, utc_now)
        tools = Tools(
            orders, catalogs, recent_orders, profiles, customers, tenants, signer, settings.tool_timeout_seconds
        )
        watchers = Watchers()
        ending = Ending(database, outbox, outlet, watchers, due, timedelta(milliseconds=settings.silence_window_ms))

        worker = TurnWorker(settings, database, reader, model, tools, ending, Activity(nats), due, utc_now)
        jobs = JobRunner(settings, database, model, reference, customers, signer)
        auto_resume = AutoResume(database, watchers, due.after, settings.resume_poll_seconds)
        forgetting = ForgettingCustomers(database, outlet, watchers, worker.stop_turn, due.after)
        followed_orders = ConversationOrders(database, outbox, reference, outlet, watchers, utc_now)

        async def backlog(numbers: diagnostics_pb2.Backlog) -> None:
            numbers.due_turn_count, age = await claims.backlog(database)
            numbers.oldest_due_turn_age.FromTimedelta(age)
            numbers.pending_delivery_count = await queue.count(database)
            numbers.attention_count = await attention.count_open(database)

        reports = Reports(database, outbox, outlet, watchers)
        messaging_pb2_grpc.add_MessagingServiceServicer_to_server(
            messaging.MessagingServicer(database, settings, outlet, reports, watchers, due.after), server.servicers
        )
        staffing_pb2_grpc.add_StaffingServiceServicer_to_server(
            staffing_server.StaffingServicer(
                database, outbox, outlet, watchers, PauseTime(reference), worker.stop_turn, due.after
            ),
            server.servicers,
        )
        conversations_pb2_grpc.add_ConversationsServiceServicer_to_server(
            conversations_server.ConversationsServicer(database, reference.time_zone), server.servicers
        )
        diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
            diagnostics.DiagnosticsServicer(outbox, dead_letters, backlog), server.servicers
        )

        async with background(
            outbox.run(nats),
            worker.run(),
            prune_regularly(database, [*plumbing.prunables, Prunable(turn_steps, timedelta(days=30))]),
            consume(nats, Subscription(STREAM, TURN_COMPLETED, "agent_jobs", jobs.run), dead_letters),
            consume(nats, CustomerNames(database).subscription, dead_letters),
            consume(nats, forgetting.subscription, dead_letters),
            consume(nats, followed_orders.subscription, dead_letters),
            auto_resume.run(),
            watchers.run(nats),
            *([DueLag(database).run()] if settings.metrics_port else []),
            server.health.watch({"postgres": database.check}, {"nats": lambda: nats_client.check(nats)}),
        ):
            await stop.wait()
            log.info("stopping")
            await server.health.stop()
            await asyncio.gather(
                worker.stop(settings.turn_grace_seconds), asyncio.sleep(settings.shutdown_delay_seconds)
            )
            outlet.close()  # gateways that wait for deliveries would be waited for
            await server.stop(GRACE_SECONDS)
            await outbox.drain()
        await nats.close()
        await model.close()
        await database.close()


if __name__ == "__main__":
    run(main)
