"""The report of a range of days: every figure, by the calendar of the business, where its clocks change too."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sales.agent.v1 import conversations_pb2 as pb

from services.agent.tables import job_usage, turns
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.rows import Rows
from services.common.errors import DomainError

JERUSALEM = ZoneInfo("Asia/Jerusalem")  # what the fixture says of each tenant


def local(day: str, time: str = "12:00", fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=JERUSALEM, fold=fold).astimezone(UTC)


@pytest.fixture
def rows(agent: Agent, tenant_id: str) -> Rows:
    return Rows(agent.database, tenant_id)


async def report(agent: Agent, tenant_id: str, start: str, end: str = "") -> pb.ConversationReport:
    request = pb.GetConversationReportRequest(start_date=start, end_date=end or start)
    answer: pb.ConversationReport = await agent.conversations(tenant_id).GetConversationReport(request)
    return answer


async def conversation(rows: Rows, *times: datetime, begun: datetime | None = None, **values: Any) -> uuid.UUID:
    """A conversation in which the customer wrote at these times."""
    conversation_id = await rows.conversation(create_time=begun or times[0], **values)
    for time in times:
        await rows.message(conversation_id, time=time)
        await rows.message(conversation_id, time=time, role="agent")
    return conversation_id


def counts(named: Any) -> list[tuple[str, int]]:
    return [(entry.name, entry.count) for entry in named]


async def test_conversations_count_when_a_customer_wrote_in_the_range(agent: Agent, tenant_id: str, rows: Rows) -> None:
    await conversation(rows, local("2026-11-10"), local("2026-11-11"))  # new in the range
    await conversation(rows, local("2026-11-11"), begun=local("2026-11-01"))
    await conversation(rows, local("2026-11-13"))  # later
    silent = await rows.conversation(create_time=local("2026-11-11"))
    await rows.message(silent, time=local("2026-11-11"), role="staff", staff_name="Dana")
    answer = await report(agent, tenant_id, "2026-11-10", "2026-11-12")
    assert (answer.conversation_count, answer.new_conversation_count) == (2, 1)
    assert answer.customer_message_count == 3
    assert [(day.date, day.customer_message_count) for day in answer.days] == [
        ("2026-11-10", 1),
        ("2026-11-11", 2),
        ("2026-11-12", 0),
    ]


async def test_channels_and_languages_come_the_most_first(agent: Agent, tenant_id: str, rows: Rows) -> None:
    noon = local("2026-11-10")
    for n, (channel, language) in enumerate(
        (("telegram", "he"), ("telegram", "he"), ("web", "ru"), ("telegram", ""), ("web", "en"))
    ):
        await rows.customer(f"c-{n}", "", language)
        await conversation(rows, noon, channel=channel, customer_id=f"c-{n}")
    await conversation(rows, noon, customer_id="not heard of yet")
    answer = await report(agent, tenant_id, "2026-11-10")
    assert counts(answer.channels) == [("telegram", 4), ("web", 2)]
    assert counts(answer.languages) == [("", 2), ("he", 2), ("en", 1), ("ru", 1)]


async def test_a_conversation_led_to_an_order_when_one_was_placed_in_the_range_and_not_cancelled(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    day = local("2026-11-10")
    twice, before, cancelled, mixed, quiet = [await conversation(rows, day) for _ in range(4)] + [
        await conversation(rows, local("2026-11-09"))
    ]
    for placed in (day, day):
        await rows.order(twice, placed, "confirmed")
    await rows.order(before, local("2026-11-09"))
    await rows.order(cancelled, day, "cancelled")
    await rows.order(mixed, day, "cancelled")
    await rows.order(mixed, day, "completed")
    await rows.order(quiet, day)  # staff entered it; the customer wrote nothing that day
    answer = await report(agent, tenant_id, "2026-11-10")
    assert (answer.conversation_count, answer.ordering_conversation_count) == (4, 2)


async def test_whom_a_person_helped_was_not_handled_without_one(agent: Agent, tenant_id: str, rows: Rows) -> None:
    day, day_before = local("2026-11-10"), local("2026-11-09")
    alone, paused, answered, raised, noted, earlier = [await conversation(rows, day) for _ in range(6)]
    await rows.message(paused, "", day, role="event", event="paused", staff_name="Dana")
    await rows.message(answered, "hi", day, role="staff", staff_name="Dana")
    await rows.attention(raised, day, resolve_time=day)
    await rows.message(noted, "a regular", day, role="note", staff_name="Dana")
    await rows.message(earlier, "", day_before, role="event", event="paused", staff_name="Dana")
    await rows.message(earlier, "", day, role="event", event="resumed_by_time")
    answer = await report(agent, tenant_id, "2026-11-10")
    assert (answer.conversation_count, answer.unassisted_conversation_count) == (6, 3)
    assert (await report(agent, tenant_id, "2026-11-09")).conversation_count == 0
    assert alone != noted


async def test_usage_is_summed_by_the_day_on_which_turns_ended(agent: Agent, tenant_id: str, rows: Rows) -> None:
    conversation_id = await rows.conversation()
    usage = {
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 3_000_000_000,
        "cost_micro_usd": 2_500_000_000,
    }
    for time in (local("2026-11-10", "23:59"), local("2026-11-10", "00:00"), local("2026-11-11", "00:00")):
        await rows.turn(conversation_id, time, **usage)
    running = {"turn_id": uuid.uuid4(), "conversation_id": conversation_id, "state": "running", "input_tokens": 5}
    await rows.add(turns, running)
    days = (await report(agent, tenant_id, "2026-11-10", "2026-11-12")).days
    assert [(day.date, day.turn_count) for day in days] == [("2026-11-10", 2), ("2026-11-11", 1), ("2026-11-12", 0)]
    assert {name: getattr(days[0].usage, name) for name in usage} == {name: 2 * value for name, value in usage.items()}
    assert days[2].usage == pb.Usage()


async def test_what_jobs_used_counts_beside_the_turns(agent: Agent, tenant_id: str, rows: Rows) -> None:
    conversation_id, noon = await rows.conversation(), local("2026-11-10", "12:00")
    tokens = {"input_tokens": 10, "output_tokens": 2, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    await rows.turn(conversation_id, noon, **tokens, cost_micro_usd=70)
    job = {"job_usage_id": uuid.uuid4(), "conversation_id": conversation_id, "kind": "summary", "model": "claude-haiku"}
    await rows.add(job_usage, {**job, **tokens, "cost_micro_usd": 30, "create_time": noon})
    (day,) = (await report(agent, tenant_id, "2026-11-10")).days
    assert (day.turn_count, day.usage.input_tokens, day.usage.cost_micro_usd) == (1, 20, 100)


async def test_a_day_ends_at_midnight_on_the_wall(agent: Agent, tenant_id: str, rows: Rows) -> None:
    await conversation(rows, local("2026-11-10", "23:59:59"))
    await conversation(rows, local("2026-11-11", "00:00:00"))
    for day in ("2026-11-10", "2026-11-11"):
        answer = await report(agent, tenant_id, day)
        assert (answer.conversation_count, answer.new_conversation_count, answer.customer_message_count) == (1, 1, 1)
    both = await report(agent, tenant_id, "2026-11-10", "2026-11-11")
    assert [day.customer_message_count for day in both.days] == [1, 1]


@pytest.mark.parametrize(
    ("day", "hours", "times"),
    [
        # Clocks go forward at 02:00 and back at 02:00: the day has 23 hours, or 25 with one of them twice.
        ("2026-03-27", 23, [("00:00", 0), ("01:59", 0), ("03:00", 0), ("23:59", 0)]),
        ("2026-10-25", 25, [("00:00", 0), ("01:30", 0), ("01:30", 1), ("23:59", 0)]),
    ],
)
async def test_days_on_which_clocks_change_have_all_their_hours(
    agent: Agent, tenant_id: str, rows: Rows, day: str, hours: int, times: list[tuple[str, int]]
) -> None:
    moments = [local(day, time, fold) for time, fold in times]
    assert len(set(moments)) == len(times)
    begin = local(day, "00:00")
    assert (moments[-1] - begin).total_seconds() == hours * 3600 - 60
    conversation_id = await conversation(rows, *moments, begin.replace(microsecond=1))
    for moment in moments:
        await rows.turn(conversation_id, moment, cost_micro_usd=1)
    before = await report(agent, tenant_id, "2026-01-01", _shifted(day, -1))
    after = await report(agent, tenant_id, _shifted(day, 1), "2026-12-31")
    assert before.customer_message_count == after.customer_message_count == 0
    (only,) = (await report(agent, tenant_id, day)).days
    assert (only.customer_message_count, only.turn_count, only.usage.cost_micro_usd) == (5, 4, 4)


def _shifted(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


async def test_another_tenant_counts_nothing_of_it(agent: Agent, tenant_id: str, rows: Rows) -> None:
    day = local("2026-11-10")
    conversation_id = await conversation(rows, day)
    await rows.turn(conversation_id, day, cost_micro_usd=1)
    await rows.order(conversation_id, day)
    answer = await report(agent, f"{tenant_id}x", "2026-11-10")
    assert answer == pb.ConversationReport(days=[pb.DailyUsage(date="2026-11-10", usage=pb.Usage())])


async def test_a_report_costs_as_many_statements_for_a_year_as_for_a_day(agent: Agent, tenant_id: str) -> None:
    costs = []
    for start in ("2026-12-31", "2026-01-01"):
        before = agent.database.round_trips
        await report(agent, tenant_id, start, "2026-12-31")
        costs.append(agent.database.round_trips - before)
    assert costs == [5, 5]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("", "2026-11-10", "start_date"),
        ("2026-11-31", "2026-12-01", "start_date"),
        ("20261110", "2026-11-10", "start_date"),
        ("2026-W46-2", "2026-11-10", "start_date"),
        ("0001-01-01", "0001-01-02", "start_date"),
        ("2026-11-10", "tomorrow", "end_date"),
        ("2026-11-10", "2026-11-09", "end_date"),
        ("2026-01-01", "2027-01-02", "end_date"),
        ("2026-11-10", "٢٠٢٦-١١-١١", "end_date"),
    ],
)
async def test_a_range_that_is_none_is_refused_by_the_name_of_its_field(
    agent: Agent, tenant_id: str, start: str, end: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.conversations(tenant_id).GetConversationReport(
            pb.GetConversationReportRequest(start_date=start, end_date=end)
        )
    assert refused.value.field == field


async def test_a_leap_year_is_one_report(agent: Agent, tenant_id: str) -> None:
    assert len((await report(agent, tenant_id, "2028-01-01", "2028-12-31")).days) == 366
