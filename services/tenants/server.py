"""TenantsService: one method is one use case in one transaction."""

import uuid

import structlog
from sales.tenants.v1 import events_pb2, tenants_pb2_grpc
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.clock import Clock
from services.common.db import Database, Transaction
from services.common.errors import DomainError, already_exists, not_found, stale, wrong_state
from services.common.grpc_server import Access, current_call
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.pagination import bad_page_token, decode_page_token, encode_page_token, page_size
from services.common.staff import Role
from services.common.tenancy import is_tenant_id
from services.tenants import store
from services.tenants.business_hours import business_info
from services.tenants.changes import apply_mask
from services.tenants.channels import (
    SealedSecrets,
    Secrets,
    checked_channel,
    checked_secrets,
    refuse_development_secrets,
)
from services.tenants.crypto import SecretBox, UndecryptableError
from services.tenants.staff.server import SESSIONS_ENDED
from services.tenants.store import StoredAccount
from services.tenants.validation import MAX_NAME, checked_tenant, checked_text

log = structlog.get_logger()

STREAM = "TENANTS"
TENANT_CHANGED = "sales.tenants.v1.tenant_changed"
CHANNEL_ACCOUNT_CHANGED = "sales.tenants.v1.channel_account_changed"
SUBJECTS = (TENANT_CHANGED, CHANNEL_ACCOUNT_CHANGED, SESSIONS_ENDED)

ACCESS = {
    "sales.tenants.v1.TenantsService": Access(
        callers={
            "CreateTenant": ("operator",),
            "GetTenant": ("agent", "gateway", "orders", "admin_bff", "operator"),
            "ListTenants": ("operator",),
            "UpdateTenant": ("operator", "admin_bff"),
            "SetChannelAccount": ("operator", "admin_bff"),
            "ListChannelAccounts": ("agent", "gateway", "admin_bff", "operator"),
            "GetChannelCredentials": ("gateway", "operator"),
            "GetBusinessInfo": ("agent", "operator"),
        },
        tenantless=("ListTenants",),
        roles={
            "GetTenant": Role.VIEWER,
            "UpdateTenant": Role.OWNER,
            "SetChannelAccount": Role.OWNER,
            "ListChannelAccounts": Role.VIEWER,
        },
    )
}


class TenantsServicer(tenants_pb2_grpc.TenantsServiceServicer):
    """Profile, persona, settings and channel accounts of a business.

    development: whether a bot may have a secret that is only for development.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        keys: IdempotencyKeys,
        secret_box: SecretBox,
        clock: Clock,
        *,
        development: bool,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._keys = keys
        self._secret_box = secret_box
        self._clock = clock
        self._development = development

    async def CreateTenant(self, request: pb.CreateTenantRequest, context: object) -> pb.Tenant:
        tenant_id = current_call().tenant_id
        async with self._database.transaction(tenant_id) as tx:
            if (known := await self._keys.claim(tx, request.request_id, request, pb.Tenant)) is not None:
                return known
            tenant = await store.insert_tenant(tx, checked_tenant(request.tenant))
            if tenant is None:
                raise already_exists(f"tenant {tenant_id} exists already; change it with UpdateTenant")
            await self._tell_tenant_changed(tx, tenant)
            await self._keys.store(tx, request.request_id, request, tenant)
        return tenant

    async def GetTenant(self, request: pb.GetTenantRequest, context: object) -> pb.Tenant:
        return await self._tenant()

    async def ListTenants(self, request: pb.ListTenantsRequest, context: object) -> pb.ListTenantsResponse:
        size = page_size(request.page_size, default=100, largest=1000)
        tenant_ids = await store.list_tenant_ids(self._database, _position(request.page_token), size + 1)
        more = len(tenant_ids) > size
        return pb.ListTenantsResponse(
            tenant_ids=tenant_ids[:size], next_page_token=encode_page_token(tenant_ids[size - 1]) if more else ""
        )

    async def UpdateTenant(self, request: pb.UpdateTenantRequest, context: object) -> pb.Tenant:
        async with self._database.transaction(current_call().tenant_id) as tx:
            if (known := await self._keys.claim(tx, request.request_id, request, pb.Tenant)) is not None:
                return known
            tenant = await self._changed_tenant(tx, request)
            await self._keys.store(tx, request.request_id, request, tenant)
        return tenant

    async def SetChannelAccount(self, request: pb.SetChannelAccountRequest, context: object) -> pb.ChannelAccount:
        checked_channel(request.channel)
        if not self._development:
            refuse_development_secrets(request.bot_token, request.webhook_secret)
        async with self._database.transaction(current_call().tenant_id) as tx:
            if (known := await self._keys.claim(tx, request.request_id, request, pb.ChannelAccount)) is not None:
                return known
            account = (await self._changed_account(tx, request)).to_proto()
            await self._keys.store(tx, request.request_id, request, account)
        return account

    async def ListChannelAccounts(
        self, request: pb.ListChannelAccountsRequest, context: object
    ) -> pb.ListChannelAccountsResponse:
        async with self._database.transaction(current_call().tenant_id) as tx:
            accounts = await store.list_accounts(tx)
            if not accounts and await store.get_tenant(tx) is None:
                raise _no_tenant(tx.tenant_id)
        return pb.ListChannelAccountsResponse(channel_accounts=[account.to_proto() for account in accounts])

    async def GetChannelCredentials(
        self, request: pb.GetChannelCredentialsRequest, context: object
    ) -> pb.ChannelCredentials:
        tenant_id = current_call().tenant_id
        async with self._database.transaction(tenant_id) as tx:
            account = await store.get_account(tx, checked_channel(request.channel))
        if account is None:
            raise not_found("channel account", request.channel)
        held = self._readable_secrets(tenant_id, account)
        if held is None:
            raise wrong_state("SECRETS_UNREADABLE", "the key that encrypts these secrets is missing; set them again")
        return pb.ChannelCredentials(
            account=account.to_proto(), bot_token=held.bot_token, webhook_secret=held.webhook_secret
        )

    async def GetBusinessInfo(self, request: pb.GetBusinessInfoRequest, context: object) -> pb.BusinessInfo:
        return business_info(await self._tenant(), self._clock())

    async def _tenant(self) -> pb.Tenant:
        tenant_id = current_call().tenant_id
        async with self._database.transaction(tenant_id) as tx:
            tenant = await store.get_tenant(tx)
        if tenant is None:
            raise _no_tenant(tenant_id)
        return tenant

    async def _changed_tenant(self, tx: Transaction, request: pb.UpdateTenantRequest) -> pb.Tenant:
        """The tenant after the update; one that changes nothing leaves version and event out."""
        current = await store.lock_tenant(tx)
        if current is None:
            raise _no_tenant(tx.tenant_id)
        if request.etag and request.etag != current.etag:
            raise stale("the tenant changed since it was read; read it again", etag=current.etag)
        new = checked_tenant(apply_mask(request.update_mask.paths, request.tenant, current))
        if new == checked_tenant(current):
            return current
        tenant = await store.update_tenant(tx, new)
        await self._tell_tenant_changed(tx, tenant)
        return tenant

    async def _changed_account(self, tx: Transaction, request: pb.SetChannelAccountRequest) -> StoredAccount:
        """The account after the request; one that changes nothing leaves version and event out."""
        if await store.lock_tenant(tx) is None:
            raise _no_tenant(tx.tenant_id)
        current = await store.get_account(tx, request.channel)
        held = self._readable_secrets(tx.tenant_id, current) if current else None
        name = checked_text("display_name", request.display_name, MAX_NAME)
        wanted = checked_secrets(request.channel, request.bot_token, request.webhook_secret, held)
        if current and (current.display_name, current.enabled, held) == (name, request.enabled, wanted):
            return current
        account_id = current.channel_account_id if current else uuid.uuid4()
        account = await store.put_account(
            tx,
            StoredAccount(
                channel=request.channel,
                channel_account_id=account_id,
                display_name=name,
                enabled=request.enabled,
                sealed=SealedSecrets.seal(self._secret_box, tx.tenant_id, account_id, wanted),
                version=current.version + 1 if current else 1,
            ),
        )
        await self._tell_account_changed(tx, account)
        return account

    def _readable_secrets(self, tenant_id: str, account: StoredAccount) -> Secrets | None:
        """The secrets held, None when their key is gone: then the owner must be able to set new ones."""
        try:
            return account.sealed.open(self._secret_box, tenant_id, account.channel_account_id)
        except UndecryptableError as error:
            log.warning("secrets_unreadable", tenant_id=tenant_id, channel=account.channel, error=str(error))
            return None

    async def _tell_tenant_changed(self, tx: Transaction, tenant: pb.Tenant) -> None:
        event = events_pb2.TenantChanged(version=tenant.version, event_time=tenant.update_time)
        await self._outbox.add(tx, TENANT_CHANGED, event)
        tx.after_commit(lambda: log.info("tenant_changed", tenant_id=tx.tenant_id, version=tenant.version))

    async def _tell_account_changed(self, tx: Transaction, account: StoredAccount) -> None:
        event = events_pb2.ChannelAccountChanged(
            channel=account.channel,
            channel_account_id=str(account.channel_account_id),
            version=account.version,
            event_time=account.update_time,
        )
        await self._outbox.add(tx, CHANNEL_ACCOUNT_CHANGED, event)
        told = {"channel": account.channel, "enabled": account.enabled, "version": account.version}
        tx.after_commit(lambda: log.info("channel_account_changed", tenant_id=tx.tenant_id, **told))


def _position(page_token: str) -> str:
    """The last tenant id of the page before, "" for the first page."""
    match decode_page_token(page_token, parts=1):
        case None:
            return ""
        case [str(tenant_id)] if is_tenant_id(tenant_id):
            return tenant_id
    raise bad_page_token()


def _no_tenant(tenant_id: str) -> DomainError:
    return not_found("tenant", tenant_id)
