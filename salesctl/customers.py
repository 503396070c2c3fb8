"""`salesctl customer forget`: erases what makes a customer a person, on request."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import grpc
import typer
from sales.agent.v1 import conversations_pb2
from sales.customers.v1 import customers_pb2 as pb
from sales.orders.v1 import orders_pb2

from salesctl.errors import CommandError
from salesctl.paging import read_pages
from salesctl.services import Services, connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import DEFAULT_TENANT, Tenant, moment, plain, run, stdout
from salesctl.unknown_tenant import check_tenant, tenant_checked
from services.common.errors import DomainError

app = typer.Typer(help="What is known of a customer.", no_args_is_help=True)
_OPEN = (orders_pb2.ORDER_STATUS_PENDING, orders_pb2.ORDER_STATUS_CONFIRMED)
_MOST_ORDERS = 1_000


@app.callback()
def _group() -> None:
    """Make `forget` a command of a group although it is the only one."""


@app.command()
def forget(
    tenant: Tenant = DEFAULT_TENANT,
    customer: Annotated[str, typer.Option(help="The customer's id.")] = "",
    chat_id: Annotated[str, typer.Option(help="Or the id of the chat at the channel.")] = "",
    channel: Annotated[str, typer.Option(help="The channel of the chat.")] = "telegram",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase profile, identities, words of conversations and delivery details of a customer. It cannot be undone.

    Asked again for somebody who was forgotten, it tells the other services again.
    """
    if bool(customer) == bool(chat_id):
        raise CommandError("Name the customer either by --customer or by --chat-id.")
    settings, console = load_settings(), stdout()
    found = run(_look(settings, tenant, customer, channel, chat_id))
    console.print(plain(_what_happens(found, tenant)), soft_wrap=True)
    if not yes:
        typer.confirm("Forget this customer?", abort=True)
    forgotten = run(_forget(settings, tenant, found.customer_id))
    console.print(plain(f"{found.customer_id} of {tenant} is forgotten since {moment(forgotten.forget_time)} UTC."))


@dataclass(frozen=True)
class Found:
    """A customer, and the numbers of the orders that are open. `known`: whether there is anything to erase."""

    customer_id: str
    open_orders: Sequence[int]
    known: bool


def _what_happens(found: Found, tenant: str) -> str:
    if not found.known:
        return (
            f"{tenant} has no customer {found.customer_id}. Of somebody who was forgotten before, "
            "the other services are told again."
        )
    said = f"Customer {found.customer_id} of {tenant}: profile, chats and words of conversations are erased."
    if found.open_orders:
        numbers = ", ".join(f"#{number}" for number in found.open_orders)
        said += f" Open orders ({numbers}) keep name, address and notes until they are completed or cancelled."
    return said


async def _look(settings: Settings, tenant_id: str, customer_id: str, channel: str, chat_id: str) -> Found:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        customer_id = customer_id or await _customer_of(services, tenant_id, channel, chat_id)
        known = await _is_known(services, tenant_id, customer_id)
        request = orders_pb2.ListOrdersRequest(customer_id=customer_id, statuses=_OPEN)
        orders: list[orders_pb2.Order] = await read_pages(
            services.orders(tenant_id), "ListOrders", request, "orders", _MOST_ORDERS
        )
        return Found(customer_id, sorted(order.number for order in orders), known)


async def _is_known(services: Services, tenant_id: str, customer_id: str) -> bool:
    try:
        await services.customers(tenant_id)("GetCustomer", pb.GetCustomerRequest(customer_id=customer_id))
    except DomainError as error:
        if error.code is not grpc.StatusCode.NOT_FOUND:
            raise
        await check_tenant(services, tenant_id)
        return False
    return True


async def _customer_of(services: Services, tenant_id: str, channel: str, chat_id: str) -> str:
    request = conversations_pb2.ListConversationsRequest(external_chat_id=chat_id, channel=channel)
    page = await services.conversations(tenant_id)("ListConversations", request)
    if not page.conversations:
        raise CommandError(f"{tenant_id} has no conversation with chat {chat_id} at {channel}.")
    if customer_id := page.conversations[0].customer_id:
        return str(customer_id)
    # Before the first turn has ended the conversation does not know whose it is; a turn may have asked already.
    resolve = pb.ResolveCustomerRequest(channel=channel, external_id=chat_id)
    return str((await services.customers(tenant_id)("ResolveCustomer", resolve)).customer_id)


async def _forget(settings: Settings, tenant_id: str, customer_id: str) -> pb.ForgetCustomerResponse:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        request = pb.ForgetCustomerRequest(customer_id=customer_id, request_id=str(uuid.uuid4()))
        forgotten: pb.ForgetCustomerResponse = await services.customers(tenant_id)("ForgetCustomer", request)
        return forgotten
