"""`salesctl key create|list|revoke` and `salesctl login-link`."""

import uuid
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text
from sales.tenants.v1 import staff_pb2 as pb

from salesctl.services import connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import DEFAULT_TENANT, AsJson, Tenant, as_json, moment, plain, print_json, run, stdout, table
from salesctl.unknown_tenant import tenant_checked

app = typer.Typer(help="Keys of the people and scripts that work for a tenant.", no_args_is_help=True)

_COLUMNS = ("key", "name", "role", "made (UTC)", "last used (UTC)", "state")


class StaffRole(StrEnum):
    """What a person may do; each role may do what the one before it may."""

    VIEWER = "viewer"
    MANAGER = "manager"
    OWNER = "owner"

    def to_proto(self) -> "pb.Role.ValueType":
        return pb.Role.Value(f"ROLE_{self.value.upper()}")


Role = Annotated[
    StaffRole,
    typer.Option(help="viewer reads; manager works orders and conversations; owner changes the business, and keys."),
]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Whose key it is, as timelines show it: Dana.")],
    role: Role,
    tenant: Tenant = DEFAULT_TENANT,
    as_json_: AsJson = False,
) -> None:
    """Make a key, and tell it this once."""
    made = run(_create(load_settings(), tenant, name, role))
    if as_json_:
        print_json(as_json(made))
        return
    console = stdout()
    console.print(plain(f"Key of {made.api_key.display_name}, {role} of {tenant}. It is shown only now:"))
    console.print(plain(made.secret, "bold"), soft_wrap=True)
    console.print(plain(f"`salesctl key revoke {made.api_key.api_key_id} --tenant {tenant}` ends it."), soft_wrap=True)


@app.command("list")
def list_(tenant: Tenant = DEFAULT_TENANT, as_json_: AsJson = False) -> None:
    """List a tenant's keys, newest first, without their secrets."""
    found = run(_list(load_settings(), tenant))
    if as_json_:
        print_json([as_json(key) for key in found])
    elif found:
        table(stdout(), f"Keys of {tenant}, newest first", _COLUMNS, map(_row, found))
    else:
        stdout().print(f"{tenant} has no keys. `salesctl key create` makes one.")


@app.command()
def revoke(api_key_id: str, tenant: Tenant = DEFAULT_TENANT) -> None:
    """End a key: it opens no session any more, and its sessions end within half an hour."""
    key = run(_revoke(load_settings(), tenant, api_key_id))
    stdout().print(plain(f"The key of {key.display_name} at {tenant} is revoked since {moment(key.revoke_time)} UTC."))


def login_link(
    tenant: Tenant = DEFAULT_TENANT,
    role: Role = StaffRole.OWNER,
    name: Annotated[str, typer.Option(help="Who it is for, as timelines show it; the role's name if none.")] = "",
    url: Annotated[
        str, typer.Option(help="Address of the dashboard. [ADMIN_URL, or http://127.0.0.1:ADMIN_PORT]")
    ] = "",
) -> None:
    """Print a link that opens the dashboard once, within ten minutes."""
    settings = load_settings()
    code = run(_login_code(settings, tenant, name or role.value.capitalize(), role))
    base = (url or settings.dashboard_url).rstrip("/")
    print(f"{base}/login#code={code}")


async def _create(settings: Settings, tenant_id: str, name: str, role: StaffRole) -> pb.CreateApiKeyResponse:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        request = pb.CreateApiKeyRequest(display_name=name, role=role.to_proto(), request_id=str(uuid.uuid4()))
        made: pb.CreateApiKeyResponse = await services.staff(tenant_id)("CreateApiKey", request)
        return made


async def _list(settings: Settings, tenant_id: str) -> list[pb.ApiKey]:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        answer = await services.staff(tenant_id)("ListApiKeys", pb.ListApiKeysRequest())
        return list(answer.api_keys)


async def _revoke(settings: Settings, tenant_id: str, api_key_id: str) -> pb.ApiKey:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        request = pb.RevokeApiKeyRequest(api_key_id=api_key_id, request_id=str(uuid.uuid4()))
        key: pb.ApiKey = await services.staff(tenant_id)("RevokeApiKey", request)
        return key


async def _login_code(settings: Settings, tenant_id: str, name: str, role: StaffRole) -> str:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        request = pb.CreateLoginCodeRequest(display_name=name, role=role.to_proto())
        answer: pb.LoginCode = await services.staff(tenant_id)("CreateLoginCode", request)
        return answer.code


def _row(key: pb.ApiKey) -> tuple[object, ...]:
    revoked = key.HasField("revoke_time")
    state: Text = plain(f"revoked {moment(key.revoke_time)}", "red") if revoked else plain("works", "green")
    role = pb.Role.Name(key.role).removeprefix("ROLE_").lower()
    return (
        *(key.api_key_id, key.display_name, role, moment(key.create_time)),
        *(moment(key.last_use_time) or "never", state),
    )
