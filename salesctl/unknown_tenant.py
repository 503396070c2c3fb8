"""Telling a mistyped tenant from one that has nothing to show."""

import grpc
from sales.tenants.v1 import tenants_pb2

from salesctl.errors import CommandError
from salesctl.services import Services
from services.common.errors import DomainError


async def check_tenant(services: Services, tenant_id: str) -> None:
    """Raise CommandError with the tenants there are when there is no such tenant."""
    try:
        await services.tenants(tenant_id)("GetTenant", tenants_pb2.GetTenantRequest())
    except DomainError as error:
        if error.code is not grpc.StatusCode.NOT_FOUND:
            raise
        answer = await services.tenants(None)("ListTenants", tenants_pb2.ListTenantsRequest(page_size=20))
        known = f"There are: {', '.join(answer.tenant_ids)}." if answer.tenant_ids else "Run `salesctl seed` first."
        raise CommandError(f"There is no tenant {tenant_id!r}. {known}") from None
