"""A chat with deliveries of its own, and the outcome of a turn that brings them about."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sales.agent.v1 import conversations_pb2, events_pb2
from sales.agent.v1 import messaging_pb2 as pb
from sqlalchemy import Text, bindparam, func, select, update

from services.agent.tables import delivery_dispatch
from services.agent.tests.agent_fixtures import Agent
from services.agent.turns import commit, journal
from services.agent.turns.outcome import Outcome
from services.common.db import statement
from services.common.outbox import new_event

_MAKE_DUE = statement(
    update(delivery_dispatch)
    .where(delivery_dispatch.c.tenant_id == bindparam("t", type_=Text))
    .values(due_time=func.now())
)
_DISPATCH = statement(
    select(delivery_dispatch)
    .where(delivery_dispatch.c.tenant_id == bindparam("t", type_=Text))
    .order_by(delivery_dispatch.c.position)
)


class Chat:
    """A chat of a fresh channel, so that leasing sees only its deliveries."""

    def __init__(self, agent: Agent, tenant_id: str, chat: str = "1") -> None:
        self.agent, self.tenant_id, self.chat = agent, tenant_id, chat
        self.channel = f"telegram-{tenant_id}"

    async def reply(self, *parts: str) -> str:
        """Answer a new message of the chat with these parts; returns the conversation's id."""
        accepted = await self.agent.say(self.tenant_id, "hi", self.chat, channel=self.channel)
        claim = await self.agent.claim_of(accepted.conversation_id)
        async with self.agent.database.transaction(self.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
            outcome = an_outcome(list(parts), pending, conversation.arrivals)
            event = new_event(self.tenant_id, "test.event", events_pb2.TurnCompleted())
            written = await commit.commit(
                tx,
                claim,
                conversation,
                outcome,
                [uuid.uuid4() for _ in parts],
                event,
                queued=True,
                silence=timedelta(),
            )
        assert written
        return str(accepted.conversation_id)

    async def lease(self) -> list[pb.Delivery]:
        answer = await self.agent.messaging(None).LeaseDeliveries(pb.LeaseDeliveriesRequest(channels=[self.channel]))
        return list(answer.deliveries)

    async def report(self, delivery: pb.Delivery, outcome: pb.DeliveryOutcome.ValueType, **fields: Any) -> None:
        report = pb.DeliveryReport(
            delivery_id=delivery.delivery_id,
            tenant_id=delivery.tenant_id,
            attempt=delivery.attempt,
            outcome=outcome,
            **fields,
        )
        await self.agent.messaging(None).ReportDeliveries(pb.ReportDeliveriesRequest(reports=[report]))

    async def make_due(self) -> None:
        """Let every wait of the chat's deliveries be over."""
        await self.agent.database.execute(_MAKE_DUE, t=self.tenant_id)

    async def queued(self) -> list[Any]:
        return await self.agent.database.fetch_all(_DISPATCH, t=self.tenant_id)

    async def matters(self) -> list[tuple[str, str]]:
        """Reason and detail of each open attention record."""
        answer = await self.agent.conversations(self.tenant_id).ListAttention(conversations_pb2.ListAttentionRequest())
        return [(matter.reason, matter.detail) for matter in answer.attention]

    async def states(self, conversation_id: str) -> list[tuple[str, str, bool]]:
        answer = await self.agent.conversations(self.tenant_id).ListMessages(
            conversations_pb2.ListMessagesRequest(conversation_id=conversation_id)
        )
        return [
            (delivery.text, delivery.state, delivery.uncertain)
            for message in reversed(answer.messages)
            for delivery in message.deliveries
        ]


def an_outcome(parts: list[str], pending: list[journal.PendingMessage], arrivals: int) -> Outcome:
    return Outcome(
        state="completed",
        model="m",
        window_start=0,
        has_summary=False,
        system_prompt_hash="",
        transcript=[],
        tool_calls=[],
        verdicts=[],
        incidents=[],
        replies=parts,
        usage=dict.fromkeys(
            (
                "input_tokens",
                "output_tokens",
                "cache_creation_input_tokens",
                "cache_read_input_tokens",
                "cost_micro_usd",
            ),
            0,
        ),
        error="",
        customer_id="c",
        message_ids=[message.message_id for message in pending],
        reply="\n".join(parts),
        reply_role="agent",
        last_step=None,
        arrivals=arrivals,
        may_extend=True,
    )


@pytest.fixture
def chat(agent: Agent, tenant_id: str) -> Chat:
    return Chat(agent, tenant_id)
