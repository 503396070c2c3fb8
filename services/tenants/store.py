"""Every query of the tenants service."""

import uuid
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from sales.common.v1 import localized_text_pb2
from sales.tenants.v1 import tenants_pb2 as pb
from sqlalchemy import Integer, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.common.clock import timestamp
from services.common.db import Database, Row, Transaction, statement
from services.tenants.channels import SealedSecrets
from services.tenants.models import channel_accounts, directory, etag, tenants

_tenant = bindparam("tenant_id", type_=Text)
_own_tenant = tenants.c.tenant_id == _tenant
_own_account = (channel_accounts.c.tenant_id == _tenant) & (channel_accounts.c.channel == bindparam("of_channel"))

_INSERT_TENANT = statement(
    insert(tenants)
    .values({name: bindparam(name) for name in ("tenant_id", "display_name", "description", "persona", "settings")})
    .values(version=1)
    .on_conflict_do_nothing()
    .returning(tenants)
)
_INSERT_DIRECTORY = statement(insert(directory).values(tenant_id=_tenant))
_SELECT_TENANT = statement(select(tenants).where(_own_tenant))
_LOCK_TENANT = statement(select(tenants).where(_own_tenant).with_for_update())
_UPDATE_TENANT = statement(
    update(tenants)
    .where(_own_tenant)
    .values({name: bindparam(f"new_{name}") for name in ("display_name", "description", "persona", "settings")})
    .values(version=tenants.c.version + 1, update_time=func.now())
    .returning(tenants)
)
_LIST_IDS = statement(
    select(directory.c.tenant_id)
    .where(directory.c.tenant_id > bindparam("after", type_=Text))
    .order_by(directory.c.tenant_id)
    .limit(bindparam("limit", type_=Integer))
)
_SELECT_ACCOUNT = statement(select(channel_accounts).where(_own_account))
_LIST_ACCOUNTS = statement(
    select(channel_accounts).where(channel_accounts.c.tenant_id == _tenant).order_by(channel_accounts.c.channel)
)
_ACCOUNT_FIELDS = ("channel_account_id", "display_name", "enabled", "bot_token", "webhook_secret", "version")
_account_upsert = insert(channel_accounts).values(
    {name: bindparam(name) for name in ("tenant_id", "channel", *_ACCOUNT_FIELDS)}
)
_PUT_ACCOUNT = statement(
    _account_upsert.on_conflict_do_update(
        index_elements=["tenant_id", "channel"],
        set_={name: _account_upsert.excluded[name] for name in _ACCOUNT_FIELDS} | {"update_time": func.now()},
    ).returning(channel_accounts)
)
_RESEAL_ACCOUNT = statement(
    update(channel_accounts)
    .where(_own_account)
    .values(bot_token=bindparam("new_bot_token"), webhook_secret=bindparam("new_webhook_secret"))
)


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """A channel account as stored, its secrets still encrypted."""

    channel: str
    channel_account_id: uuid.UUID
    display_name: str
    enabled: bool
    sealed: SealedSecrets
    version: int
    update_time: Timestamp | None = None

    def to_proto(self) -> pb.ChannelAccount:
        return pb.ChannelAccount(
            channel_account_id=str(self.channel_account_id),
            channel=self.channel,
            display_name=self.display_name,
            enabled=self.enabled,
            version=self.version,
            update_time=self.update_time,
        )


async def insert_tenant(tx: Transaction, tenant: pb.Tenant) -> pb.Tenant | None:
    """Write a new tenant and list it in the directory; None when it is already there."""
    row = await tx.fetch_one(_INSERT_TENANT, tenant_id=tx.tenant_id, **_columns(tenant))
    if row is None:
        return None
    await tx.execute(_INSERT_DIRECTORY, tenant_id=tx.tenant_id)
    return _to_tenant(row)


async def get_tenant(tx: Transaction) -> pb.Tenant | None:
    row = await tx.fetch_one(_SELECT_TENANT, tenant_id=tx.tenant_id)
    return _to_tenant(row) if row else None


async def lock_tenant(tx: Transaction) -> pb.Tenant | None:
    """Read the tenant and hold off every other change of it or its accounts until the transaction ends."""
    row = await tx.fetch_one(_LOCK_TENANT, tenant_id=tx.tenant_id)
    return _to_tenant(row) if row else None


async def update_tenant(tx: Transaction, tenant: pb.Tenant) -> pb.Tenant:
    """Write a locked tenant; its version rises by one."""
    values = {f"new_{name}": value for name, value in _columns(tenant).items()}
    row = await tx.fetch_one(_UPDATE_TENANT, tenant_id=tx.tenant_id, **values)
    assert row is not None, "the caller holds the tenant's lock"  # noqa: S101
    return _to_tenant(row)


async def list_tenant_ids(database: Database, after: str, limit: int) -> list[str]:
    """Ids after `after` in alphabetical order, of all tenants."""
    return [row["tenant_id"] for row in await database.fetch_all(_LIST_IDS, after=after, limit=limit)]


async def get_account(tx: Transaction, channel: str) -> StoredAccount | None:
    row = await tx.fetch_one(_SELECT_ACCOUNT, tenant_id=tx.tenant_id, of_channel=channel)
    return _to_account(row) if row else None


async def list_accounts(tx: Transaction) -> list[StoredAccount]:
    return [_to_account(row) for row in await tx.fetch_all(_LIST_ACCOUNTS, tenant_id=tx.tenant_id)]


async def put_account(tx: Transaction, account: StoredAccount) -> StoredAccount:
    """Write an account, new or changed; the tenant must be locked."""
    row = await tx.fetch_one(
        _PUT_ACCOUNT,
        tenant_id=tx.tenant_id,
        channel=account.channel,
        channel_account_id=account.channel_account_id,
        display_name=account.display_name,
        enabled=account.enabled,
        bot_token=account.sealed.bot_token,
        webhook_secret=account.sealed.webhook_secret,
        version=account.version,
    )
    assert row is not None, "an upsert returns its row"  # noqa: S101
    return _to_account(row)


async def reseal_account(tx: Transaction, channel: str, sealed: SealedSecrets) -> None:
    """Replace the stored form of unchanged secrets; the tenant must be locked."""
    await tx.execute(
        _RESEAL_ACCOUNT,
        tenant_id=tx.tenant_id,
        of_channel=channel,
        new_bot_token=sealed.bot_token,
        new_webhook_secret=sealed.webhook_secret,
    )


def _columns(tenant: pb.Tenant) -> dict[str, Any]:
    return {
        "display_name": _to_json(tenant.display_name),
        "description": tenant.description,
        "persona": _to_json(tenant.persona),
        "settings": _to_json(tenant.settings),
    }


def _to_json(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def _to_tenant(row: Row) -> pb.Tenant:
    # A newer replica may have written fields that this one does not know yet.
    return pb.Tenant(
        tenant_id=row["tenant_id"],
        display_name=ParseDict(row["display_name"], localized_text_pb2.LocalizedText(), ignore_unknown_fields=True),
        description=row["description"],
        persona=ParseDict(row["persona"], pb.Persona(), ignore_unknown_fields=True),
        settings=ParseDict(row["settings"], pb.Settings(), ignore_unknown_fields=True),
        version=row["version"],
        etag=etag(row["version"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _to_account(row: Row) -> StoredAccount:
    return StoredAccount(
        channel=row["channel"],
        channel_account_id=uuid.UUID(str(row["channel_account_id"])),  # asyncpg's UUID is a subclass of its own
        display_name=row["display_name"],
        enabled=row["enabled"],
        sealed=SealedSecrets(row["bot_token"], row["webhook_secret"]),
        version=row["version"],
        update_time=timestamp(row["update_time"]),
    )
