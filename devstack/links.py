"""Links that open the dashboard, one for each tenant, with codes that work once and for ten minutes."""

from collections.abc import Mapping, Sequence

import grpc
from rich.console import Console
from sales.tenants.v1 import staff_pb2 as pb
from sales.tenants.v1.staff_pb2_grpc import StaffServiceStub

from services.common.auth import TokenSigner
from services.common.config import decode_key
from services.common.grpc_client import channel

_SECONDS = 10.0


async def show_links(console: Console, environment: Mapping[str, str], tenant_ids: Sequence[str]) -> None:
    """Print a link for each tenant's owner. `environment`: the operator's."""
    try:
        links = await _links(environment, tenant_ids)
    except grpc.aio.AioRpcError as error:
        console.print(f"No links to the dashboard: {error.details()}", style="red", markup=False, highlight=False)
        return
    console.print(
        "The dashboard. Each link opens it once, within ten minutes; `salesctl login-link` prints others.",
        soft_wrap=True,
    )
    for tenant_id, link in links.items():
        # In one piece even where the terminal is narrow: it is there to be clicked.
        console.print(f"  {tenant_id}: {link}", markup=False, highlight=False, soft_wrap=True)


async def _links(environment: Mapping[str, str], tenant_ids: Sequence[str]) -> dict[str, str]:
    signer = TokenSigner("operator", decode_key("SERVICE_PRIVATE_KEY", environment["SERVICE_PRIVATE_KEY"]))
    wanted = pb.CreateLoginCodeRequest(display_name="Owner", role=pb.ROLE_OWNER)
    links = {}
    async with channel(environment["TENANTS_ADDRESS"]) as tenants:
        create = StaffServiceStub(tenants).CreateLoginCode
        for tenant_id in tenant_ids:
            code = await create(wanted, metadata=signer.metadata(tenant_id), timeout=_SECONDS)
            links[tenant_id] = f"{environment['ADMIN_URL'].rstrip('/')}/login#code={code.code}"
    return links
