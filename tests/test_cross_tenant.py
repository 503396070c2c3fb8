"""Nobody sees another tenant: asked of every RPC in the contracts and of every route, and of the check itself."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import grpc
import httpx2
import pytest

from devstack.demo.business import open_business
from services.admin_bff.app import create_api
from services.admin_bff.session.sessions import COOKIE
from services.admin_bff.tests.conftest import Browser
from services.admin_bff.tests.cross_tenant import entered, reached
from services.agent import messaging
from services.agent.conversations import server as conversations
from services.agent.staffing import server as staffing
from services.common import diagnostics
from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.grpc_client import channel
from services.common.grpc_server import FOR_STAFF, Access, Server
from services.customers import server as customers
from services.orders.catalog import server as catalog
from services.orders.orders import server as orders
from services.tenants import server as tenants
from services.tenants.staff import server as staff
from tests.platform_under_test import Platform, until
from tests.rpc_table import AnswersEverything, People, Rpc, all_rpcs, open_to_foreigners, reached_by_foreigners

_SERVERS = (tenants, staff, customers, orders, catalog, conversations, staffing, messaging, diagnostics)
ACCESS: Mapping[str, Access] = {name: access for server in _SERVERS for name, access in server.ACCESS.items()}


def for_people() -> list[Rpc]:
    """What the dashboard may call for a person, or nobody may call at all; not what opens sessions."""
    return [rpc for rpc in all_rpcs() if not _opens_sessions(rpc)]


def _opens_sessions(rpc: Rpc) -> bool:
    access = ACCESS[rpc.service]
    return rpc.method in access.tenantless and FOR_STAFF in access.callers.get(rpc.method, ())


@asynccontextmanager
async def edge_before_everything(access: Mapping[str, Access]) -> AsyncIterator[tuple[grpc.aio.Channel, People]]:
    """The real edge before servicers that would answer anybody."""
    (bff_seed, bff_key), (tenants_seed, tenants_key) = generate_key_pair(), generate_key_pair()
    verifier = TokenVerifier({FOR_STAFF: bff_key, "tenants": tenants_key})
    server = Server(verifier, access, reflected=False, address="127.0.0.1:0")
    server.grpc.add_generic_rpc_handlers((AnswersEverything(all_rpcs()),))
    await server.start()
    async with channel(f"127.0.0.1:{server.port}") as opened:
        yield opened, People(TokenSigner(FOR_STAFF, bff_seed), TokenSigner("tenants", tenants_seed))
    await server.stop(0)


async def test_every_rpc_of_the_contracts_is_behind_the_edge() -> None:
    assert {rpc.service for rpc in all_rpcs()} == set(ACCESS)
    assert [rpc.path for rpc in all_rpcs() if rpc.method not in ACCESS[rpc.service].callers] == []
    assert {rpc.method for rpc in all_rpcs() if _opens_sessions(rpc)} == {"CreateSession", "RenewSession", "EndSession"}
    async with edge_before_everything(ACCESS) as (opened, people):
        assert await open_to_foreigners(for_people(), lambda _: opened, people, "valdman", "joannas_bakery") == []
        for rpc in for_people():
            own = await rpc.call(opened, rpc.request(), people.metadata("valdman", "valdman"))
            nobody = await rpc.call(opened, rpc.request(), people.metadata("valdman", None))
            callable_by_staff = FOR_STAFF in ACCESS[rpc.service].callers[rpc.method]
            assert (own == rpc.response()) is callable_by_staff, rpc.path
            refusal = grpc.StatusCode.UNAUTHENTICATED if callable_by_staff else grpc.StatusCode.PERMISSION_DENIED
            assert nobody == refusal, rpc.path


@pytest.mark.parametrize(
    ("leaky", "why"),
    [
        ("GetOrder", "its service is not known to the edge"),
        ("GetCustomer", "it was declared to need no tenant"),
    ],
)
async def test_an_rpc_that_leaks_is_found(leaky: str, why: str) -> None:
    (rpc,) = [rpc for rpc in all_rpcs() if rpc.method == leaky]
    open_access = Access(callers={leaky: (FOR_STAFF,)}, tenantless=(leaky,))
    others = {name: access for name, access in ACCESS.items() if name != rpc.service}
    access = others if "not known" in why else others | {rpc.service: open_access}
    async with edge_before_everything(access) as (opened, people):
        found = await open_to_foreigners(for_people(), lambda _: opened, people, "valdman", "joannas_bakery")
    assert rpc.path in found
    assert {path.split("/")[1] for path in found} == {rpc.service}


async def test_the_running_services_and_the_dashboard_show_another_tenant_nothing(running: Platform) -> None:
    ids = await _something_of_everything(running)
    around = running.stack.around
    people = People(
        *(TokenSigner(name, base64.b64decode(around.keys.private_key(name))) for name in (FOR_STAFF, "tenants"))
    )
    addresses = {name: around.ports.address(name) for name in ("tenants", "customers", "orders", "agent")}
    opened = {name: channel(address) for name, address in addresses.items()}

    def channel_of(rpc: Rpc) -> grpc.aio.Channel:
        return opened.get(rpc.service.split(".")[1], opened["agent"])  # of what all serve, one serves as well

    assert await open_to_foreigners(for_people(), channel_of, people, "valdman", "joannas_bakery") == []
    callable_by_staff = [rpc for rpc in for_people() if FOR_STAFF in ACCESS[rpc.service].callers[rpc.method]]
    assert await reached_by_foreigners(callable_by_staff, channel_of, people, "joannas_bakery", ids) == []
    # What nobody else sees is there for its own people: the check would see it.
    assert len(await reached_by_foreigners(callable_by_staff, channel_of, people, "valdman", ids)) >= 8
    for each in opened.values():
        await each.close()

    api = create_api()
    async with _at_work(running, "joannas_bakery") as baker:
        assert await entered(api, baker, "valdman", ids) == []
        assert await reached(api, baker, ids, list(ids.values())) == []


async def _something_of_everything(running: Platform) -> dict[str, str]:
    """Ids of one conversation of Valdman's, its order, customer, turn, message and open matter."""
    chat = await running.chat("valdman")
    await chat.say("2 kg of pastrami please")
    await chat.say("I want to talk to a human")
    (order,) = await until("an order", chat.orders)
    turn = await chat.last_turn()
    async with _at_work(running, "valdman") as person:
        page = (await person.get(f"conversations/{order.conversation_id}")).json()
    return {
        "conversation_id": order.conversation_id,
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "turn_id": turn.turn_id,
        "message_id": page["messages"][0]["id"],
        "attention_id": page["attention"][0]["id"],
    }


@asynccontextmanager
async def _at_work(running: Platform, tenant_id: str) -> AsyncIterator[Browser]:
    """A manager of the tenant at the real dashboard."""
    url = running.stack.ports.url("admin_bff")
    async with (
        open_business(running.stack.around.operator_environment(), tenant_id) as business,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as http,
    ):
        session = await http.post("/admin/session", json={"login_code": await business.login_code()})
        session.raise_for_status()
        cookie = http.cookies[COOKIE]
        http.cookies.clear()
        yield Browser(http, cookie, session.json(), origin=url)
