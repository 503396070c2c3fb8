"""Staff, customer, agent and gateway at the same moment in one chat: nothing waits for ever, nothing is said twice."""

import asyncio
import contextlib
import uuid
from datetime import timedelta

from sales.agent.v1 import conversations_pb2, events_pb2
from sales.agent.v1 import messaging_pb2 as deliveries
from sales.agent.v1 import staffing_pb2 as pb

from services.agent.staffing import messages
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.delivery_fixtures import Chat, an_outcome
from services.agent.turns import claims, commit, journal
from services.common.outbox import new_event

ROUNDS = 12


class Crowd(Chat):
    """Everybody who writes into one conversation."""

    conversation_id = ""

    async def customer(self) -> None:
        for number in range(ROUNDS):
            await self.agent.say(self.tenant_id, f"customer {number}", self.chat, channel=self.channel)

    async def agents(self) -> None:
        for number in range(ROUNDS):
            for claim in await claims.claim(self.agent.database, 100, timedelta(seconds=30)):
                if claim.tenant_id == self.tenant_id:
                    with contextlib.suppress(claims.LeaseLostError):
                        await self._answer(claim, f"agent {number}")

    async def _answer(self, claim: claims.Claim, text: str) -> None:
        async with self.agent.database.transaction(self.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
        if not pending:
            await claims.release(self.agent.database, claim, conversation.arrivals)
            return
        async with self.agent.database.transaction(self.tenant_id) as tx:
            event = new_event(self.tenant_id, "test.event", events_pb2.TurnCompleted())
            outcome = an_outcome([text], pending, conversation.arrivals)
            await commit.commit(
                tx, claim, conversation, outcome, [uuid.uuid4()], event, queued=True, silence=timedelta()
            )

    async def gateway(self) -> None:
        for _ in range(ROUNDS):
            for delivery in await self.lease():
                await self.report(delivery, deliveries.DELIVERY_OUTCOME_SENT)

    async def staff(self) -> None:
        dana = self.agent.staffing(self.tenant_id)
        this = {"conversation_id": self.conversation_id}
        for number in range(ROUNDS // 2):
            await dana.SendStaffReply(pb.SendStaffReplyRequest(**this, text=f"staff {number}", request_id=f"s{number}"))
            await dana.ResumeAgent(pb.ResumeAgentRequest(**this, request_id=f"r{number}"))
        await dana.SendStaffReply(pb.SendStaffReplyRequest(**this, text="staff last", request_id="last"))


async def test_a_crowd_in_one_chat_keeps_its_counts_and_the_last_word_of_staff(agent: Agent, tenant_id: str) -> None:
    crowd = Crowd(agent, tenant_id)
    accepted = await agent.say(tenant_id, "hello", crowd.chat, channel=crowd.channel)
    crowd.conversation_id = accepted.conversation_id
    async with asyncio.timeout(60):
        await asyncio.gather(crowd.customer(), crowd.agents(), crowd.gateway(), crowd.staff())
        while sent := await crowd.lease():
            for delivery in sent:
                await crowd.report(delivery, deliveries.DELIVERY_OUTCOME_SENT)
    answer = await agent.conversations(tenant_id).ListMessages(
        conversations_pb2.ListMessagesRequest(conversation_id=crowd.conversation_id, page_size=200)
    )
    role = conversations_pb2.MessageRole
    spoken = [m for m in reversed(answer.messages) if m.role in (role.MESSAGE_ROLE_AGENT, role.MESSAGE_ROLE_STAFF)]
    assert spoken[-1].content == "staff last"
    states = {delivery.state for message in spoken for delivery in message.deliveries}
    assert states <= {"sent", "withdrawn"}
    staff = [m for m in spoken if m.role == role.MESSAGE_ROLE_STAFF]
    assert {d.state for m in staff for d in m.deliveries} == {"sent"}
    async with agent.database.transaction(tenant_id) as tx:
        waiting = await messages.pending(tx, uuid.UUID(crowd.conversation_id))
    conversation = await agent.conversations(tenant_id).GetConversation(
        conversations_pb2.GetConversationRequest(conversation_id=crowd.conversation_id)
    )
    customers = sum(m.role == role.MESSAGE_ROLE_CUSTOMER for m in answer.messages)
    assert customers == ROUNDS + 1
    assert conversation.message_count == customers - len(waiting) + len(spoken)
