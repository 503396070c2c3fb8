"""What becomes of a delivery when its send has ended, well or badly."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

import structlog
from sales.agent.v1 import messaging_pb2 as pb

from services.agent.attention import DELIVERY_FAILED, raise_attention
from services.agent.conversations.accept import set_reachability
from services.agent.deliveries import chats, queue
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.deliveries.queue import UNCERTAIN_LIMIT, Again, Ended, Leased
from services.agent.watchers import DELIVERY_FAILED as NOT_DELIVERED
from services.agent.watchers import Watchers
from services.common.db import Database, Row, Transaction
from services.common.errors import invalid
from services.common.outbox import Outbox
from services.common.tenancy import is_tenant_id

log = structlog.get_logger()

_UNAVAILABLE_DELAYS = (1, 2, 5, 10, 30, 60, 120, 300)
_UNAVAILABLE_TRIES = 40
_UNAVAILABLE_TIME = timedelta(hours=3)
"""A delivery has failed when it is older and had so many tries, of which some may have been of another kind."""

_DEFAULT_RATE_LIMIT = timedelta(seconds=5)
_LONGEST_RATE_LIMIT = timedelta(days=1)
_LONGEST_ID = 128
_OUTCOMES = frozenset(pb.DeliveryOutcome.values()) - {pb.DELIVERY_OUTCOME_UNSPECIFIED}


class Reports:
    """Applies reports of the gateway to the queue."""

    def __init__(self, database: Database, outbox: Outbox, outlet: DeliveryOutlet, watchers: Watchers) -> None:
        self._database = database
        self._outbox = outbox
        self._outlet = outlet
        self._watchers = watchers

    async def note(self, reports: Sequence[pb.DeliveryReport]) -> None:
        """Ends in one transaction a tenant; sends to be repeated in one statement for all.

        Refuses all of them, before anything is written, when one cannot be noted.
        """
        for report in reports:
            _check(report)
        ended: dict[str, list[Ended]] = defaultdict(list)
        again: list[Again] = []
        for report in reports:
            match report.outcome:
                case pb.DELIVERY_OUTCOME_SENT:
                    ended[report.tenant_id].append(_end(report, "sent"))
                case pb.DELIVERY_OUTCOME_REJECTED:
                    ended[report.tenant_id].append(_end(report, "failed"))
                case pb.DELIVERY_OUTCOME_BLOCKED:
                    await self._block(report)
                case pb.DELIVERY_OUTCOME_MIGRATED:
                    await self._migrate(report)
                case pb.DELIVERY_OUTCOME_RATE_LIMITED:
                    again.append(await self._rate_limited(report))
                case pb.DELIVERY_OUTCOME_UNAVAILABLE if await self._is_worn_out(report):
                    ended[report.tenant_id].append(_end(report, "failed"))
                case pb.DELIVERY_OUTCOME_UNAVAILABLE:
                    again.append(_later(report))
                case pb.DELIVERY_OUTCOME_UNCERTAIN:
                    await self._uncertain(report, ended, again)
        for tenant_id, ends in ended.items():
            await self._finish(tenant_id, ends)
        if again:
            await queue.put_off(self._database, again)
        self._outlet.wake_if_more()

    async def end_unsendable(self, leased: Iterable[Leased]) -> list[Leased]:
        """Of deliveries just leased, those that may still be sent. One whose sends twice ended without a clear
        answer is over: it may have arrived twice already. So is one of the agent's when staff have taken over."""
        sendable: list[Leased] = []
        over: dict[str, list[Ended]] = defaultdict(list)
        for item in leased:
            if item.withdrawn:
                over[item.tenant_id].append(Ended(item.delivery_id, item.attempt, "withdrawn"))
            elif item.uncertain_count >= UNCERTAIN_LIMIT:
                over[item.tenant_id].append(Ended(item.delivery_id, item.attempt, "uncertain"))
            else:
                sendable.append(item)
        for tenant_id, ends in over.items():
            await self._finish(tenant_id, ends)
        return sendable

    async def _finish(self, tenant_id: str, ends: list[Ended]) -> None:
        async with self._database.transaction(tenant_id) as tx:
            await self._finish_in(tx, ends)

    async def _finish_in(self, tx: Transaction, ends: list[Ended]) -> None:
        for row in await queue.finish(tx, ends):
            self._outlet.forget(row["delivery_id"])
            if row["state"] != "sent":
                tx.after_commit(partial(self._watchers.touched, tx.tenant_id, row["conversation_id"], NOT_DELIVERED))
            if matter := _matter(row):
                log.error("delivery_failed", delivery=str(row["delivery_id"]), state=row["state"], error=row["error"])
                await raise_attention(tx, self._outbox, row["conversation_id"], DELIVERY_FAILED, *matter)

    async def _uncertain(self, report: pb.DeliveryReport, ended: dict[str, list[Ended]], again: list[Again]) -> None:
        delivery_id = uuid.UUID(report.delivery_id)
        counts = await queue.uncertain_counts(self._database, [delivery_id])
        log.warning("delivery_uncertain", delivery=report.delivery_id, before=counts.get(delivery_id, 0))
        if counts.get(delivery_id, 0) + 1 >= UNCERTAIN_LIMIT:
            ended[report.tenant_id].append(_end(report, "uncertain"))
        else:
            again.append(Again(delivery_id, report.attempt, timedelta(seconds=1), uncertain=True))

    async def _is_worn_out(self, report: pb.DeliveryReport) -> bool:
        if report.attempt < _UNAVAILABLE_TRIES:
            return False
        return await queue.is_older(self._database, uuid.UUID(report.delivery_id), _UNAVAILABLE_TIME)

    async def _rate_limited(self, report: pb.DeliveryReport) -> Again:
        delay = _wait(report)
        delivery_id = uuid.UUID(report.delivery_id)
        if report.whole_account:
            async with self._database.transaction(report.tenant_id) as tx:
                chat = await chats.chat_of(tx, delivery_id)
            if chat is not None:
                await chats.park_account(self._database, report.tenant_id, chat[0], delay)
        return Again(delivery_id, report.attempt, delay)

    async def _block(self, report: pb.DeliveryReport) -> None:
        """The customer blocked the bot: nothing of this chat can be delivered until it writes again."""
        async with self._database.transaction(report.tenant_id) as tx:
            chat = await chats.chat_of(tx, uuid.UUID(report.delivery_id))
            if chat is None:
                return
            await set_reachability(tx, *chat, blocked=True)
            queued = await chats.queue_of_chat(tx, *chat)
            await self._finish_in(
                tx, [Ended(delivery, attempt, "undeliverable", error=report.error) for delivery, attempt in queued]
            )

    async def _migrate(self, report: pb.DeliveryReport) -> None:
        """Send it to the chat's new id; a chat that we have under that id already keeps its conversation."""
        delivery_id, new_chat = uuid.UUID(report.delivery_id), report.new_external_chat_id
        async with self._database.transaction(report.tenant_id) as tx:
            chat = await chats.chat_of(tx, delivery_id)
            if chat is None or chat[1] == new_chat or await chats.move_chat(tx, *chat, new_chat):
                return
            error = f"the chat moved to {new_chat}, which has a conversation of its own"
            await self._finish_in(tx, [Ended(delivery_id, report.attempt, "failed", error=error)])


def _check(report: pb.DeliveryReport) -> None:
    """Raise INVALID_ARGUMENT for what names no delivery or tells nothing of it."""
    try:
        uuid.UUID(report.delivery_id)
    except ValueError:
        raise invalid("reports.delivery_id", "BAD_ID", "reports.delivery_id must be one that was leased") from None
    if not is_tenant_id(report.tenant_id):
        raise invalid("reports.tenant_id", "BAD_TENANT_ID", "reports.tenant_id must be that of the delivery")
    if report.outcome not in _OUTCOMES:
        raise invalid("reports.outcome", "BAD_OUTCOME", "each report needs an outcome")
    new_chat = report.new_external_chat_id
    if report.outcome == pb.DELIVERY_OUTCOME_MIGRATED and not (
        0 < len(new_chat) <= _LONGEST_ID and "\0" not in new_chat
    ):
        raise invalid(
            "reports.new_external_chat_id",
            "BAD_ID",
            f"a migrated chat needs its new id, of {_LONGEST_ID} characters at most",
        )


def _matter(row: Row) -> tuple[str, str] | None:
    """Detail and cause of what people at the business must know about a delivery that has ended; None when all is well.

    Of a customer who blocked the bot it is only what did not come from the agent: somebody counts on its arrival.
    """
    delivery = f"delivery:{row['delivery_id']}"
    match row["state"]:
        case "failed":
            return row["error"] or "not sent", delivery
        case "uncertain":
            return "the channel gave no clear answer: the message may or may not have arrived", delivery
        case "undeliverable" if not row["from_agent"]:
            return "the message was not delivered: the customer blocked the bot", f"blocked:{row['message_id']}"
        case _:
            return None


def _end(report: pb.DeliveryReport, state: str) -> Ended:
    return Ended(uuid.UUID(report.delivery_id), report.attempt, state, report.external_message_id, report.error)


def _wait(report: pb.DeliveryReport) -> timedelta:
    """How long the channel asks to be left alone; it may ask anything."""
    seconds = report.retry_after.seconds + report.retry_after.nanos / 1e9
    if seconds <= 0:
        return _DEFAULT_RATE_LIMIT
    return timedelta(seconds=min(seconds, _LONGEST_RATE_LIMIT.total_seconds()))


def _later(report: pb.DeliveryReport) -> Again:
    seconds = _UNAVAILABLE_DELAYS[min(report.attempt, len(_UNAVAILABLE_DELAYS)) - 1]
    return Again(uuid.UUID(report.delivery_id), report.attempt, timedelta(seconds=seconds))
