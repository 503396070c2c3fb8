"""Writes that happen once however often they are asked for (AIP-155)."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message
from sqlalchemy import LargeBinary, bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from services.common.db import Transaction, statement
from services.common.errors import DomainError, already_exists, invalid
from services.common.plumbing import Plumbing

M = TypeVar("M", bound=Message)


class IdempotencyKeys:
    """The keys of one service, kept in its own schema and written in the transaction of the effect."""

    def __init__(self, plumbing: Plumbing) -> None:
        keys = plumbing.idempotency_keys
        own = (
            (keys.c.tenant_id == bindparam("tenant_id"))
            & (keys.c.request_id == bindparam("request_id"))
            & (keys.c.method == bindparam("method"))
        )
        self._insert = statement(
            insert(keys)
            .values(
                tenant_id=bindparam("tenant_id"),
                request_id=bindparam("request_id"),
                method=bindparam("method"),
                payload_hash=bindparam("payload_hash"),
            )
            .on_conflict_do_nothing()
        )
        self._select = statement(select(keys.c.payload_hash, keys.c.response).where(own))
        self._store = statement(
            update(keys)
            .where(keys.c.tenant_id == bindparam("tenant"), keys.c.request_id == bindparam("request"))
            .where(keys.c.method == bindparam("rpc"))
            .values(response=bindparam("response"))
        )
        # An answer holds ids as text, so they stand in its bytes.
        holds = (keys.c.tenant_id == bindparam("tenant_id")) & (
            func.pg_catalog.position(keys.c.response, bindparam("sought", type_=LargeBinary)) > literal_column("0")
        )
        self._forget = statement(delete(keys).where(holds))
        self._holding = statement(select(keys.c.request_id, keys.c.method, keys.c.response).where(holds))

    async def claim(self, tx: Transaction, request_id: str, request: Message, response_type: type[M]) -> M | None:
        """Claim the id for this request: None when it is new, else the response given the first time.

        Waits for a concurrent call with the same id. Raises INVALID_ARGUMENT for a missing or overlong id and
        ALREADY_EXISTS when the id was used with another payload.
        """
        if not 1 <= len(request_id) <= 128 or "\0" in request_id:
            raise invalid("request_id", "BAD_REQUEST_ID", "request_id must have 1 to 128 characters without NUL")
        method = type(request).__name__
        digest = payload_hash(request)
        key = {"tenant_id": tx.tenant_id, "request_id": request_id, "method": method}
        if await tx.execute(self._insert, payload_hash=digest, **key):
            return None
        row = await tx.fetch_one(self._select, **key)
        if row is None or row["response"] is None or row["payload_hash"] != digest:
            raise _reused(request_id)
        return response_type.FromString(row["response"])

    async def store(self, tx: Transaction, request_id: str, request: Message, response: Message) -> None:
        """Keep the response for repeats of the request."""
        await tx.execute(
            self._store,
            tenant=tx.tenant_id,
            request=request_id,
            rpc=type(request).__name__,
            response=response.SerializeToString(),
        )

    async def forget_answers(self, tx: Transaction, sought: str) -> None:
        """Delete the keys whose answer holds this id. Their requests, if they are repeated, are new ones: only for
        requests that then find nothing to do."""
        await tx.execute(self._forget, tenant_id=tx.tenant_id, sought=sought.encode())

    async def rewrite_answers(
        self, tx: Transaction, sought: str, response_type: type[M], change: Callable[[M], bool]
    ) -> None:
        """Change the answers of one type that hold this id; those of which `change` says False stay. Repeats get the
        changed answer."""
        for row in await tx.fetch_all(self._holding, tenant_id=tx.tenant_id, sought=sought.encode()):
            answer = response_type.FromString(row["response"])
            if change(answer):
                await tx.execute(
                    self._store,
                    tenant=tx.tenant_id,
                    request=row["request_id"],
                    rpc=row["method"],
                    response=answer.SerializeToString(),
                )


def payload_hash(request: Message) -> bytes:
    """SHA-256 of the request in protobuf's deterministic form."""
    return hashlib.sha256(request.SerializeToString(deterministic=True)).digest()


def _reused(request_id: str) -> DomainError:
    return already_exists(
        f"request_id {request_id!r} was used before with another request; use a new one",
        request_id=request_id,
    )
