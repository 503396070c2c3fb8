"""Stand-ins for the services: a gRPC server that answers what it was given and remembers what it was asked."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from sales.agent.v1 import (
    conversations_pb2,
    conversations_pb2_grpc,
    messaging_pb2,
    messaging_pb2_grpc,
    staffing_pb2_grpc,
)
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc
from sales.customers.v1 import customers_pb2, customers_pb2_grpc
from sales.orders.v1 import orders_pb2, orders_pb2_grpc
from sales.tenants.v1 import staff_pb2, staff_pb2_grpc, tenants_pb2, tenants_pb2_grpc

from services.common.errors import DomainError, not_found, to_status

TENANTS = ("joannas_bakery", "valdman")
BOT_TOKEN, WEBHOOK_SECRET = "777:token-of-the-tests", "secret-of-the-tests"


class _Health(health.HealthServicer):  # type: ignore[misc]
    """Names what is missing as services do, beside one of their own names."""

    missing: tuple[str, ...] = ()

    def List(self, request: health_pb2.HealthListRequest, context: object) -> health_pb2.HealthListResponse:
        state = health_pb2.HealthCheckResponse
        absent = {name: state(status=state.NOT_SERVING) for name in (*self.missing, "sales.x.v1.XService", "")}
        return health_pb2.HealthListResponse(statuses={"live": state(status=state.SERVING), **absent})


class Fakes:
    """What the services answer. `asked`: the requests by method; `failures`: how a method fails instead."""

    def __init__(self) -> None:
        self.asked: dict[str, list[Any]] = defaultdict(list)
        self.metadata: list[dict[str, str | bytes]] = []
        self.failures: dict[str, DomainError] = {}
        self.answers: dict[str, Callable[[Any], Any]] = {
            "ListTenants": lambda _: tenants_pb2.ListTenantsResponse(tenant_ids=TENANTS),
            "AcceptMessage": lambda _: messaging_pb2.AcceptMessageResponse(
                conversation_id="conversation-1", message_id=str(uuid.uuid4())
            ),
            "ListApiKeys": lambda _: staff_pb2.ListApiKeysResponse(),
            "GetBacklog": lambda _: diagnostics_pb2.Backlog(),
            "ListOrders": lambda _: orders_pb2.ListOrdersResponse(),
            "ListConversations": lambda _: conversations_pb2.ListConversationsResponse(),
            "ListAttention": lambda _: conversations_pb2.ListAttentionResponse(),
            "GetChannelCredentials": lambda _: tenants_pb2.ChannelCredentials(
                bot_token=BOT_TOKEN, webhook_secret=WEBHOOK_SECRET
            ),
            "GetCustomer": lambda request: customers_pb2.Customer(customer_id=request.customer_id),
        }
        self.health = _Health()
        self.serving(serving=True)

    def serving(self, *, serving: bool) -> None:
        """What the health service says."""
        state = health_pb2.HealthCheckResponse
        self.health.set("", state.SERVING if serving else state.NOT_SERVING)

    def missing(self, *names: str) -> None:
        """Dependencies that health says are not there."""
        self.health.missing = names

    def answer(self, method: str, request: Any, context: Any) -> Any:
        """The answer to a call, which is remembered."""
        metadata = dict(context.invocation_metadata())
        self.metadata.append(metadata)
        self.asked[method].append(request)
        if failure := self.failures.get(method):
            _abort(context, failure)
        tenant_id = metadata.get("x-tenant-id")
        if method == "GetTenant":
            if tenant_id not in TENANTS:
                _abort(context, not_found("tenant", tenant_id))
            return tenants_pb2.Tenant(tenant_id=str(tenant_id))
        if method == "GetChannelCredentials" and tenant_id not in TENANTS:
            _abort(context, not_found("channel account", "telegram"))
        return self.answers[method](request)


def _abort(context: Any, error: DomainError) -> NoReturn:
    context.abort_with_status(rpc_status.to_status(to_status(error)))
    raise AssertionError("abort always raises")


@contextmanager
def running(fakes: Fakes) -> Iterator[str]:
    """All services on one free port of loopback while the block runs; gives host:port."""
    server = grpc.server(ThreadPoolExecutor(8))
    health_pb2_grpc.add_HealthServicer_to_server(fakes.health, server)
    for servicer, add in (
        (tenants_pb2_grpc.TenantsServiceServicer, tenants_pb2_grpc.add_TenantsServiceServicer_to_server),
        (staff_pb2_grpc.StaffServiceServicer, staff_pb2_grpc.add_StaffServiceServicer_to_server),
        (customers_pb2_grpc.CustomersServiceServicer, customers_pb2_grpc.add_CustomersServiceServicer_to_server),
        (orders_pb2_grpc.OrdersServiceServicer, orders_pb2_grpc.add_OrdersServiceServicer_to_server),
        (messaging_pb2_grpc.MessagingServiceServicer, messaging_pb2_grpc.add_MessagingServiceServicer_to_server),
        (
            conversations_pb2_grpc.ConversationsServiceServicer,
            conversations_pb2_grpc.add_ConversationsServiceServicer_to_server,
        ),
        (staffing_pb2_grpc.StaffingServiceServicer, staffing_pb2_grpc.add_StaffingServiceServicer_to_server),
        (
            diagnostics_pb2_grpc.DiagnosticsServiceServicer,
            diagnostics_pb2_grpc.add_DiagnosticsServiceServicer_to_server,
        ),
    ):
        _add(server, servicer, add, fakes)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def _add(server: grpc.Server, servicer: type[Any], add: Callable[[Any, grpc.Server], None], fakes: Fakes) -> None:
    """Serve every method of a contract with the fakes' answers."""
    methods = [name for name in vars(servicer) if not name.startswith("_")]
    instance = servicer()
    for method in methods:
        setattr(instance, method, _method(fakes, method))
    add(instance, server)


def _method(fakes: Fakes, name: str) -> Callable[[Any, Any], Any]:
    return lambda request, context: fakes.answer(name, request, context)
