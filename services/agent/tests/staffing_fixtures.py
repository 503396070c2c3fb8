"""The agent and somebody at the business, in one chat."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sales.agent.v1 import conversations_pb2
from sales.agent.v1 import staffing_pb2 as pb

from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.worker_fixtures import Shift, StartShift
from services.agent.turns import claims

ROLE = conversations_pb2.MessageRole


class Pair:
    """The agent at work and Dana, in one chat."""

    def __init__(self, shift: Shift, conversation_id: str) -> None:
        self.shift, self.conversation_id = shift, conversation_id
        self.agent, self.tenant_id = shift.agent, shift.tenant_id

    async def pause(self) -> conversations_pb2.Conversation:
        request = pb.PauseAgentRequest(conversation_id=self.conversation_id, request_id=uuid.uuid4().hex)
        return await self.agent.staffing(self.tenant_id).PauseAgent(request)  # type: ignore[no-any-return]

    async def resume(self) -> conversations_pb2.Conversation:
        request = pb.ResumeAgentRequest(conversation_id=self.conversation_id, request_id=uuid.uuid4().hex)
        return await self.agent.staffing(self.tenant_id).ResumeAgent(request)  # type: ignore[no-any-return]

    async def reply(self, text: str) -> conversations_pb2.Message:
        request = pb.SendStaffReplyRequest(conversation_id=self.conversation_id, text=text, request_id=uuid.uuid4().hex)
        return await self.agent.staffing(self.tenant_id).SendStaffReply(request)  # type: ignore[no-any-return]

    async def say(self, text: str) -> None:
        await self.agent.say(self.tenant_id, text, channel=f"telegram-{self.tenant_id}")

    async def thread(self) -> list[tuple[str, str]]:
        """Role and text of each message, oldest first."""
        answer = await self.agent.conversations(self.tenant_id).ListMessages(
            conversations_pb2.ListMessagesRequest(conversation_id=self.conversation_id)
        )
        return [
            (ROLE.Name(message.role).removeprefix("MESSAGE_ROLE_").lower(), message.content)
            for message in reversed(answer.messages)
        ]

    async def due(self) -> bool:
        """Whether a worker would take it."""
        found = await claims.claim(self.agent.database, 10_000, timedelta(seconds=30))
        return any(str(claim.conversation_id) == self.conversation_id for claim in found)


def interrupting(method: Callable[..., Awaitable[Any]], interruption: Callable[[], Awaitable[Any]]) -> Any:
    """The method, during whose first call something else happens."""
    happened = False

    async def interrupted(*args: Any, **kwargs: Any) -> Any:
        nonlocal happened
        result = await method(*args, **kwargs)
        if not happened:
            happened = True
            await interruption()
        return result

    return interrupted


@pytest.fixture
async def pair(agent: Agent, tenant_id: str, shift: StartShift) -> Pair:
    accepted = await agent.say(tenant_id, "half a kilo of pastrami", channel=f"telegram-{tenant_id}")
    return Pair(shift(), accepted.conversation_id)
