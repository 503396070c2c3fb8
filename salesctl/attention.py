"""`salesctl attention`: what needs a person."""

import uuid
from typing import Annotated

import typer
from sales.agent.v1 import conversations_pb2 as pb
from sales.agent.v1 import staffing_pb2

from salesctl.paging import read_pages
from salesctl.services import connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import DEFAULT_TENANT, AsJson, Limit, Tenant, as_json, moment, print_json, run, stdout, table
from salesctl.unknown_tenant import check_tenant, tenant_checked

app = typer.Typer(help="What needs a person: a list, or `resolve ID`.", invoke_without_command=True)

_COLUMNS = ("since (UTC)", "reason", "detail", "conversation", "attention")


@app.callback()
def list_(context: typer.Context, tenant: Tenant = DEFAULT_TENANT, limit: Limit = 50, as_json_: AsJson = False) -> None:
    """List open matters that need a person, newest first, or close one with `resolve ID`."""
    context.obj = tenant
    if context.invoked_subcommand is not None:
        return
    found = run(_open(load_settings(), tenant, limit))
    if as_json_:
        print_json([as_json(record) for record in found])
    elif found:
        rows = [(moment(it.create_time), it.reason, it.detail, it.conversation_id, it.attention_id) for it in found]
        table(stdout(), f"Needs a person at {tenant}", _COLUMNS, rows)
    else:
        stdout().print(f"Nothing at {tenant} needs a person.")


@app.command()
def resolve(
    context: typer.Context,
    attention_id: str,
    tenant: Annotated[str | None, typer.Option("--tenant", help="The tenant's id.")] = None,
) -> None:
    """Say that a matter was taken care of."""
    resolved = run(_resolve(load_settings(), tenant or context.obj, attention_id))
    stdout().print(f"{resolved.reason} of conversation {resolved.conversation_id} is taken care of.")


async def _open(settings: Settings, tenant_id: str, limit: int) -> list[pb.Attention]:
    async with connect(settings) as services:
        client = services.conversations(tenant_id)
        found = await read_pages(client, "ListAttention", pb.ListAttentionRequest(), "attention", limit)
        if not found:
            await check_tenant(services, tenant_id)
        return found


async def _resolve(settings: Settings, tenant_id: str, attention_id: str) -> pb.Attention:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        request = staffing_pb2.ResolveAttentionRequest(attention_id=attention_id, request_id=str(uuid.uuid4()))
        resolved: pb.Attention = await services.staffing(tenant_id)("ResolveAttention", request)
        return resolved
