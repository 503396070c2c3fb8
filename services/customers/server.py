"""CustomersService: one method is one use case in one transaction."""

import structlog
from sales.customers.v1 import customers_pb2 as pb
from sales.customers.v1 import customers_pb2_grpc, events_pb2

from services.common.clock import Clock, timestamp
from services.common.db import Database, Transaction
from services.common.errors import not_found, stale
from services.common.grpc_server import Access, current_call
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.pagination import decode_moment, encode_page_token, page_size
from services.common.staff import Role
from services.customers import forgetting, store
from services.customers.models import apply_facts
from services.customers.store import StoredCustomer
from services.customers.validation import (
    checked_customer_id,
    checked_facts,
    checked_identity,
    checked_source,
    language_tag,
)

log = structlog.get_logger()

STREAM = "CUSTOMERS"
CUSTOMER_CHANGED = "sales.customers.v1.customer_changed"
CUSTOMER_FORGOTTEN = "sales.customers.v1.customer_forgotten"
SUBJECTS = (CUSTOMER_CHANGED, CUSTOMER_FORGOTTEN)

_CALLERS = ("agent", "admin_bff", "operator")
ACCESS = {
    "sales.customers.v1.CustomersService": Access(
        callers={
            "ResolveCustomer": ("agent", "operator"),
            "GetCustomer": _CALLERS,
            "ListCustomers": _CALLERS,
            "UpdateCustomer": _CALLERS,
            "ForgetCustomer": ("operator",),
        },
        roles={"GetCustomer": Role.VIEWER, "ListCustomers": Role.VIEWER, "UpdateCustomer": Role.MANAGER},
    )
}


class CustomersServicer(customers_pb2_grpc.CustomersServiceServicer):
    """Identities and profiles of a business's customers."""

    def __init__(
        self, database: Database, outbox: Outbox, keys: IdempotencyKeys, phone_region: str, clock: Clock
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._keys = keys
        self._phone_region = phone_region
        self._clock = clock

    async def ResolveCustomer(self, request: pb.ResolveCustomerRequest, context: object) -> pb.Customer:
        identity, hint = checked_identity(request), language_tag(request.language_hint)
        async with self._database.transaction(current_call().tenant_id) as tx:
            customer = await store.get_by_identity(tx, identity.channel, identity.external_id)
            if customer is None:
                customer = await self._first_sight(tx, identity, hint)
            else:
                customer = await self._seen_again(tx, customer, identity, hint)
        return customer.to_proto()

    async def GetCustomer(self, request: pb.GetCustomerRequest, context: object) -> pb.Customer:
        customer_id = checked_customer_id(request.customer_id)
        async with self._database.transaction(current_call().tenant_id) as tx:
            customer = await store.get(tx, customer_id)
        if customer is None:
            raise not_found("customer", customer_id)
        return customer.to_proto()

    async def ListCustomers(self, request: pb.ListCustomersRequest, context: object) -> pb.ListCustomersResponse:
        size = page_size(request.page_size, default=50, largest=200)
        before = decode_moment(request.page_token)
        async with self._database.transaction(current_call().tenant_id) as tx:
            customers = await store.list_page(tx, before, size + 1)
        page, more = customers[:size], len(customers) > size
        return pb.ListCustomersResponse(
            customers=[customer.to_proto() for customer in page],
            next_page_token=encode_page_token(page[-1].create_time.isoformat(), str(page[-1].customer_id))
            if more
            else "",
        )

    async def UpdateCustomer(self, request: pb.UpdateCustomerRequest, context: object) -> pb.UpdateCustomerResponse:
        call = current_call()
        customer_id = checked_customer_id(request.customer_id)
        facts = checked_facts(request.profile, request.update_mask.paths, self._phone_region)
        source = checked_source(request.source, call, self._clock())
        async with self._database.transaction(call.tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, pb.UpdateCustomerResponse)
            if known is not None:
                return known
            customer = await store.lock(tx, customer_id)
            if customer is None:
                raise not_found("customer", customer_id)
            if request.etag and request.etag != customer.etag:
                raise stale("the customer changed since it was read; read it again", etag=customer.etag)
            outcome = apply_facts(customer.profile, facts, source)
            if outcome.touched:
                await store.update_profile(tx, customer)
                await self._tell_changed(tx, customer, source=source.kind.name.lower(), facts=outcome.changed)
            response = pb.UpdateCustomerResponse(
                customer=customer.to_proto(), changed_fields=outcome.changed, kept_fields=outcome.kept
            )
            await self._keys.store(tx, request.request_id, request, response)
        return response

    async def ForgetCustomer(self, request: pb.ForgetCustomerRequest, context: object) -> pb.ForgetCustomerResponse:
        customer_id = checked_customer_id(request.customer_id)
        async with self._database.transaction(current_call().tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, pb.ForgetCustomerResponse)
            if known is not None:
                return known
            customer = await store.lock(tx, customer_id)
            if customer is not None:
                forgotten = await forgetting.forget(tx, customer)
                # The profile also stands in the answers kept for repeats; a repeat finds nobody now.
                await self._keys.forget_answers(tx, str(customer_id))
            elif (again := await forgetting.find(tx, customer_id)) is not None:
                forgotten = again
            else:
                raise not_found("customer", customer_id)
            await self._outbox.add(tx, CUSTOMER_FORGOTTEN, forgotten.event())
            response = pb.ForgetCustomerResponse(
                customer_id=str(customer_id), forget_time=timestamp(forgotten.forget_time)
            )
            await self._keys.store(tx, request.request_id, request, response)
            tx.after_commit(
                lambda: log.info("customer_forgotten", tenant_id=tx.tenant_id, customer_id=str(customer_id))
            )
        return response

    async def _first_sight(self, tx: Transaction, identity: pb.Identity, hint: str) -> StoredCustomer:
        customer = await store.create(tx, identity, hint)
        if customer is not None:
            await self._tell_changed(tx, customer, first_sight=True)
            return customer
        customer = await store.get_by_identity(tx, identity.channel, identity.external_id)
        if customer is None:
            raise RuntimeError("the identity was taken but is not there")
        return customer

    async def _seen_again(
        self, tx: Transaction, customer: StoredCustomer, identity: pb.Identity, hint: str
    ) -> StoredCustomer:
        """Keep what the channel shows by now; what it no longer tells stays."""
        known = customer.identity(identity.channel, identity.external_id)
        identity.display_name = identity.display_name or known["display_name"]
        hint = hint or known["language_hint"]
        if (known["display_name"], known["language_hint"]) == (identity.display_name, hint):
            return customer
        # The customer before its identities, in the order in which forgetting locks them.
        if await store.lock(tx, customer.customer_id) is None:  # forgotten since it was read
            return await self._first_sight(tx, identity, hint)
        renamed = await store.rename_identity(tx, identity, hint)
        current = await store.get(tx, customer.customer_id)
        assert current is not None, "it is locked"  # noqa: S101
        if renamed:
            await self._tell_changed(tx, current)
        return current

    async def _tell_changed(self, tx: Transaction, customer: StoredCustomer, **how: object) -> None:
        """Write the event, and log `how` once it is durable; names of facts may be logged, facts not."""
        seen = customer.to_proto()
        event = events_pb2.CustomerChanged(
            customer_id=seen.customer_id,
            version=seen.version,
            name=seen.profile.name,
            language=seen.profile.language,
            event_time=seen.update_time,
        )
        await self._outbox.add(tx, CUSTOMER_CHANGED, event)
        told = {"customer_id": seen.customer_id, "version": seen.version} | how
        tx.after_commit(lambda: log.info("customer_changed", tenant_id=tx.tenant_id, **told))
