"""How conversations went in a range of days of the tenant's calendar."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sales.agent.v1 import conversations_pb2 as pb
from sqlalchemy import (
    BigInteger,
    DateTime,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.agent.tables import (
    attention,
    conversation_orders,
    conversations,
    customer_names,
    job_usage,
    messages,
    turns,
)
from services.agent.usage import USAGE_COLUMNS
from services.common.db import Row, Transaction, statement

_TIME = DateTime(timezone=True)
_tenant = bindparam("tenant_id", type_=Text)
_row = conversations.c


@dataclass(frozen=True, slots=True)
class Days:
    """Local dates from the first to the last, both included."""

    first: date
    last: date
    zone: ZoneInfo

    def starts(self) -> list[datetime]:
        """The first instant of each day, and the first that is no longer in the range."""
        # Right also where clocks skip midnight or show it twice.
        days = (*self, self.last + timedelta(days=1))
        return [datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC) for day in days]

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def _in_range(time: Any) -> Any:
    return and_(time >= bindparam("begin", type_=_TIME), time < bindparam("end", type_=_TIME))


def _day_of(time: Any) -> Any:
    """Which day of the range, from 1; asking PostgreSQL for the local date of each row takes ten times as long."""
    return func.width_bucket(time, bindparam("starts", type_=ARRAY(_TIME)))


# Conditions of indexes stand in the statement as they stand in the index: a plan for any parameters must fit it.
_BY_CUSTOMER: Any = literal_column("role = 'customer'")
_BY_STAFF: Any = literal_column("(role = 'staff' OR event = 'paused')")


def _conversations() -> Any:
    """Conversations in which a customer wrote, counted by channel and language."""
    active = (
        select(messages.c.conversation_id)
        .where(messages.c.tenant_id == _tenant, _BY_CUSTOMER, _in_range(messages.c.create_time))
        .distinct()
        .cte("active")
    )
    ordering = select(conversation_orders.c.conversation_id).where(
        conversation_orders.c.tenant_id == _tenant,
        conversation_orders.c.status != literal("cancelled", Text),
        _in_range(conversation_orders.c.create_time),
    )
    assisted = union(
        select(messages.c.conversation_id).where(
            messages.c.tenant_id == _tenant, _BY_STAFF, _in_range(messages.c.create_time)
        ),
        select(attention.c.conversation_id).where(attention.c.tenant_id == _tenant, _in_range(attention.c.create_time)),
    )
    language = func.coalesce(customer_names.c.language, literal_column("''"))
    return (
        select(
            _row.channel,
            language.label("language"),
            func.count().label("all"),
            func.count().filter(_in_range(_row.create_time)).label("new"),
            func.count().filter(_row.conversation_id.in_(ordering)).label("ordering"),
            func.count().filter(_row.conversation_id.not_in(assisted)).label("unassisted"),
        )
        .select_from(
            active.join(conversations, _row.conversation_id == active.c.conversation_id).outerjoin(
                customer_names,
                and_(customer_names.c.tenant_id == _tenant, customer_names.c.customer_id == _row.customer_id),
            )
        )
        .where(_row.tenant_id == _tenant)
        .group_by(_row.channel, language)
    )


_CONVERSATIONS = statement(_conversations())
_day_written = _day_of(messages.c.create_time).label("day")
_MESSAGES = statement(
    select(_day_written, func.count().label("messages"))
    .where(messages.c.tenant_id == _tenant, _BY_CUSTOMER, _in_range(messages.c.create_time))
    .group_by(_day_written)
)


def _used(table: Any, time: Any, turn_count: Any) -> Any:
    """Tokens and their price by day."""
    day = _day_of(time).label("day")
    sums = (cast(func.sum(table.c[name]), BigInteger).label(name) for name in USAGE_COLUMNS)
    return (
        select(day, turn_count.label("turns"), *sums).where(table.c.tenant_id == _tenant, _in_range(time)).group_by(day)
    )


_MODEL_USE = statement(
    union_all(
        _used(turns, turns.c.end_time, func.count()),
        _used(job_usage, job_usage.c.create_time, literal(0, BigInteger)),
    )
)


async def conversation_report(tx: Transaction, days: Days) -> pb.ConversationReport:
    """The report, whatever the range: three statements."""
    starts = days.starts()
    within = {"tenant_id": tx.tenant_id, "begin": starts[0], "end": starts[-1]}
    groups = await tx.fetch_all(_CONVERSATIONS, **within)
    by_day = within | {"starts": starts}
    written = {row["day"]: row["messages"] for row in await tx.fetch_all(_MESSAGES, **by_day)}
    used: dict[int, list[Row]] = defaultdict(list)
    for row in await tx.fetch_all(_MODEL_USE, **by_day):
        used[row["day"]].append(row)
    return pb.ConversationReport(
        conversation_count=sum(group["all"] for group in groups),
        new_conversation_count=sum(group["new"] for group in groups),
        ordering_conversation_count=sum(group["ordering"] for group in groups),
        unassisted_conversation_count=sum(group["unassisted"] for group in groups),
        customer_message_count=sum(written.values()),
        channels=_counts((group["channel"], group["all"]) for group in groups),
        languages=_counts((group["language"], group["all"]) for group in groups),
        days=[_day(day, written.get(n, 0), used[n]) for n, day in enumerate(days, 1)],
    )


def _counts(pairs: Iterable[tuple[str, int]]) -> list[pb.NamedCount]:
    counts: Counter[str] = Counter()
    for name, count in pairs:
        counts[name] += count
    return [
        pb.NamedCount(name=name, count=count)
        for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _day(day: date, written: int, used: list[Row]) -> pb.DailyUsage:
    """`used`: what turns used on that day, and what background jobs did."""
    return pb.DailyUsage(
        date=day.isoformat(),
        customer_message_count=written,
        turn_count=sum(row["turns"] for row in used),
        usage=pb.Usage(**{name: sum(row[name] for row in used) for name in USAGE_COLUMNS}),
    )
