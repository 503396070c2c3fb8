"""The channel accounts of tenants with their secrets: asked of the tenants service, kept in memory.

Three rules decide what may be served from memory:
- a *yes* (these credentials match) from what is at most TRUSTED_SECONDS old, or of any age while the tenants service
  does not answer, so that its outage stops no conversation;
- a *no* (unknown tenant, no such channel, wrong secret) only from what is at most DENIAL_SECONDS old: a rotated secret
  works at once even if its event was missed, and an unknown tenant looks exactly like a wrong secret;
- events of the tenants service make what they name due to be asked for again.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
import structlog
from sales.tenants.v1 import events_pb2, tenants_pb2, tenants_pb2_grpc

from services.common.auth import TokenSigner
from services.common.tenancy import is_tenant_id

log = structlog.get_logger()

TRUSTED_SECONDS = 60.0
DENIAL_SECONDS = 5.0
_RETRY_SECONDS = 1.0
_DEADLINE_SECONDS = 2.0
_SIMULTANEOUS_QUESTIONS = 32
_REMEMBERED = 10_000

Credentials = tenants_pb2.ChannelCredentials


class AccountsUnavailableError(Exception):
    """The tenants service does not answer, and memory may not."""


@dataclass
class _Entry:
    """What is known of one tenant's channel. `credentials` is None when there are none to use."""

    credentials: Credentials | None = None
    asked_at: float | None = None
    failed_at: float = float("-inf")
    changes: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ChannelAccounts:
    """Answers which credentials a tenant's channel has."""

    def __init__(
        self,
        tenants: "tenants_pb2_grpc.TenantsServiceAsyncStub",
        signer: TokenSigner,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tenants = tenants
        self._signer = signer
        self._now = now
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._questions = asyncio.Semaphore(_SIMULTANEOUS_QUESTIONS)

    async def find(self, channel: str, tenant_id: str) -> Credentials | None:
        """Credentials to use; None when the account is unknown or disabled.

        Raises AccountsUnavailableError when the tenants service does not answer and never did for this account.
        """
        entry = await self._entry(channel, tenant_id, TRUSTED_SECONDS)
        if entry.asked_at is None and entry.credentials is None:
            raise AccountsUnavailableError
        return entry.credentials

    async def confirm(self, channel: str, tenant_id: str) -> Credentials | None:
        """Like `find`, but recent enough to deny by. Raises AccountsUnavailableError when that cannot be had."""
        entry = await self._entry(channel, tenant_id, DENIAL_SECONDS)
        if not self._is_fresh(entry, DENIAL_SECONDS):
            raise AccountsUnavailableError
        return entry.credentials

    async def on_account_changed(self, payload: bytes) -> None:
        """Handle ChannelAccountChanged."""
        event = events_pb2.ChannelAccountChanged.FromString(payload)
        entry = self._entries.get((event.tenant_id, event.channel))
        if entry is not None:
            _make_due(entry)

    async def on_tenant_changed(self, payload: bytes) -> None:
        """Handle TenantChanged, which also tells of new tenants."""
        event = events_pb2.TenantChanged.FromString(payload)
        for (tenant_id, _channel), entry in self._entries.items():
            if tenant_id == event.tenant_id:
                _make_due(entry)

    async def _entry(self, channel: str, tenant_id: str, max_age: float) -> _Entry:
        if not is_tenant_id(tenant_id):
            return _Entry(asked_at=self._now())
        entry = self._entries.get((tenant_id, channel))
        if entry is None:
            self._make_room()
            entry = self._entries[tenant_id, channel] = _Entry()
        if not self._is_fresh(entry, max_age):
            async with entry.lock:
                # Whoever waited here finds the answer of the one before.
                recently_failed = self._now() - entry.failed_at < _RETRY_SECONDS
                if not self._is_fresh(entry, max_age) and not recently_failed:
                    await self._ask(entry, channel, tenant_id)
        return entry

    def _is_fresh(self, entry: _Entry, max_age: float) -> bool:
        return entry.asked_at is not None and self._now() - entry.asked_at <= max_age

    async def _ask(self, entry: _Entry, channel: str, tenant_id: str) -> None:
        changes = entry.changes
        try:
            async with self._questions:
                credentials: Credentials | None = await self._tenants.GetChannelCredentials(
                    tenants_pb2.GetChannelCredentialsRequest(channel=channel),
                    metadata=self._signer.metadata(tenant_id),
                    timeout=_DEADLINE_SECONDS,
                )
        except grpc.aio.AioRpcError as error:
            if error.code() not in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT):
                entry.failed_at = self._now()
                log.warning("tenants_do_not_answer", tenant_id=tenant_id, channel=channel, code=error.code().name)
                return
            credentials = None
        if credentials is not None and not credentials.account.enabled:
            credentials = None
        entry.credentials = credentials
        # An event that came meanwhile may tell of something newer than this answer.
        entry.asked_at = self._now() if changes == entry.changes else None

    def _make_room(self) -> None:
        # Accounts are as many as the platform has; only names that somebody made up can be this many.
        if len(self._entries) >= _REMEMBERED:
            self._entries = {key: entry for key, entry in self._entries.items() if entry.credentials is not None}


def _make_due(entry: _Entry) -> None:
    entry.changes += 1
    entry.asked_at = None
