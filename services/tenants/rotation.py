"""Re-encrypts stored secrets with the key that encrypts now, and tells how many are left, so that an old key can be
taken away."""

import asyncio

import structlog

from services.common.db import Database, Transaction, one_pass
from services.tenants import store
from services.tenants.channels import SealedSecrets
from services.tenants.crypto import SecretBox, UndecryptableError

log = structlog.get_logger()
_PAGE = 100
_EVERY_SECONDS = 60.0


async def rotate_regularly(database: Database, box: SecretBox, every_seconds: float = _EVERY_SECONDS) -> None:
    """Rotate at the start and now and then, until cancelled: a replica that still encrypts with the old key may write
    after the first time. While replicas disagree they undo each other's work, which all of them can read."""
    while True:
        with one_pass("reencryption_failed"):
            if count := await rotate(database, box):
                log.info("secrets_reencrypted", accounts=count)
        await asyncio.sleep(every_seconds)


async def rotate(database: Database, box: SecretBox) -> int:
    """Re-encrypt the secrets of every tenant that are not encrypted with the current key; tells how many accounts.

    Versions and events stay: to everybody else nothing changed. Safe to run from several replicas at once.
    """
    count, after = 0, ""
    while tenant_ids := await store.list_tenant_ids(database, after, _PAGE):
        for tenant_id in tenant_ids:
            async with database.transaction(tenant_id) as tx:
                count += await _rotate_tenant(tx, box)
        after = tenant_ids[-1]
    return count


async def count_stale(database: Database, box: SecretBox) -> int:
    """How many accounts have secrets that the current key did not encrypt, unreadable ones included."""
    count, after = 0, ""
    while tenant_ids := await store.list_tenant_ids(database, after, _PAGE):
        for tenant_id in tenant_ids:
            async with database.transaction(tenant_id) as tx:
                accounts = await store.list_accounts(tx)
            count += sum(not account.sealed.is_current(box) for account in accounts)
        after = tenant_ids[-1]
    return count


async def _rotate_tenant(tx: Transaction, box: SecretBox) -> int:
    if all(account.sealed.is_current(box) for account in await store.list_accounts(tx)):
        return 0
    await store.lock_tenant(tx)
    stale = [account for account in await store.list_accounts(tx) if not account.sealed.is_current(box)]
    count = 0
    for account in stale:
        try:
            clear = account.sealed.open(box, tx.tenant_id, account.channel_account_id)
        except UndecryptableError as error:
            log.warning("secrets_unreadable", tenant_id=tx.tenant_id, channel=account.channel, error=str(error))
            continue
        sealed = SealedSecrets.seal(box, tx.tenant_id, account.channel_account_id, clear)
        await store.reseal_account(tx, account.channel, sealed)
        count += 1
    return count
