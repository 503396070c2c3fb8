"""The agent service: wiring, top to bottom."""

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
from services.agent.turns.worker import TurnWorker
from services.agent.watchers import Watchers
from services.common import diagnostics, faults, logging, telemetry
from services.common.auth import TokenSigner, TokenVerifier
from services.common.clock import utc_now
from services.common.config import load
from services.common.events import DeadLetters, Subscription, consume
from services.common.grpc_client import channel
from services.common.grpc_server import Server
from services.common.nats_client import connect_when_up
from services.common.outbox import Outbox, ensure_stream
from services.common.process import background, connect_database, run, stop_event, watch_readiness
from services.common.pruning import Prunable, prune_regularly

SCHEMA = "agent"
STREAM = "AGENT"
CUSTOMER_CHANGED = "sales.customers.v1.customer_changed"
ORDER_CHANGED = "sales.orders.v1.order_changed"
GRACE_SECONDS = 20.0


async def main() -> None:
    settings = load(Settings)
    logging.configure(SCHEMA, settings.log_level, settings.log_format)
    telemetry.start(SCHEMA, settings)
    faults.arm(settings.fault_points, development=settings.development)
    stop = stop_event()

    database = await connect_database(settings.database_url.get_secret_value(), SCHEMA, settings.database_pool_size)
    nats = await connect_when_up(settings.nats_url, SCHEMA)
    await ensure_stream(nats.jetstream(), STREAM, [TURN_COMPLETED, "sales.agent.v1.attention_raised"])

    signer = TokenSigner(SCHEMA, settings.private_key)
    tenants = tenants_pb2_grpc.TenantsServiceStub(channel(settings.tenants_address))
    customers = customers_pb2_grpc.CustomersServiceStub(channel(settings.customers_address))
    orders_channel = channel(settings.orders_address)
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
    tools = Tools(orders, catalogs, recent_orders, profiles, customers, tenants, signer, settings.tool_timeout_seconds)
    watchers = Watchers()
    ending = Ending(database, outbox, outlet, watchers, due, timedelta(milliseconds=settings.silence_window_ms))

    worker = TurnWorker(settings, database, reader, model, tools, ending, Activity(nats), due, utc_now)
    jobs = JobRunner(settings, database, model, reference, customers, signer)
    auto_resume = AutoResume(database, watchers, due.after, settings.resume_poll_seconds)
    names = CustomerNames(database)
    followed_orders = ConversationOrders(database, outbox, reference, outlet, watchers, utc_now)

    async def backlog(numbers: diagnostics_pb2.Backlog) -> None:
        numbers.due_turn_count, age = await claims.backlog(database)
        numbers.oldest_due_turn_age.FromTimedelta(age)
        numbers.pending_delivery_count = await queue.count(database)
        numbers.attention_count = await attention.count_open(database)

    server = Server(
        TokenVerifier(settings.public_keys),
        {**messaging.ACCESS, **conversations_server.ACCESS, **staffing_server.ACCESS, **diagnostics.ACCESS},
        reflected=settings.reflection,
        address=f"{settings.grpc_bind_host}:{settings.agent_grpc_port}",
    )
    reports = Reports(database, outbox, outlet, watchers)
    messaging_pb2_grpc.add_MessagingServiceServicer_to_server(
        messaging.MessagingServicer(database, settings, outlet, reports, watchers, due.after), server.grpc
    )
    staffing_pb2_grpc.add_StaffingServiceServicer_to_server(
        staffing_server.StaffingServicer(
            database, outbox, outlet, watchers, PauseTime(reference), worker.stop_turn, due.after
        ),
        server.grpc,
    )
    conversations_pb2_grpc.add_ConversationsServiceServicer_to_server(
        conversations_server.ConversationsServicer(database, reference.time_zone), server.grpc
    )
    diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server(
        diagnostics.DiagnosticsServicer(outbox, dead_letters, backlog), server.grpc
    )

    async def nats_connected() -> None:
        if not nats.is_connected:
            raise ConnectionError("not connected")

    async with background(
        outbox.run(nats),
        worker.run(),
        prune_regularly(database, [*plumbing.prunables, Prunable(turn_steps, timedelta(days=30))]),
        consume(nats, Subscription(STREAM, TURN_COMPLETED, "agent_jobs", jobs.run), dead_letters),
        consume(nats, Subscription("CUSTOMERS", CUSTOMER_CHANGED, "agent_customer_names", names.changed), dead_letters),
        consume(nats, Subscription("ORDERS", ORDER_CHANGED, "agent_orders", followed_orders.changed), dead_letters),
        auto_resume.run(),
        watchers.run(nats),
        watch_readiness({"postgres": database.check, "nats": nats_connected}, server.ready, server.not_ready),
    ):
        await server.start()
        await stop.wait()
        await server.not_ready()
        await worker.stop(GRACE_SECONDS)
        outlet.close()  # gateways that wait for deliveries would be waited for
        await server.stop(GRACE_SECONDS)
        await outbox.drain()
    await nats.close()
    await model.close()
    await database.close()


if __name__ == "__main__":
    run(main)
