"""Telling a mistyped tenant from one that has nothing to show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


@asynccontextmanager
async def tenant_checked(services: Services, tenant_id: str) -> AsyncIterator[None]:
    """When something is not found in the block, say so if it is the tenant."""
    try:
        yield
    except DomainError as error:
        if error.code is grpc.StatusCode.NOT_FOUND:
            await check_tenant(services, tenant_id)
        raise
