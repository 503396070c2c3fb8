"""Staff step in over the whole platform: what they write and do reaches the customer, and the agent keeps quiet."""

from __future__ import annotations

import base64
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sales.agent.v1 import staffing_pb2, staffing_pb2_grpc
from sales.orders.v1 import orders_pb2, orders_pb2_grpc

from services.common.auth import TokenSigner
from services.common.grpc_client import channel
from tests.platform_under_test import Chat, Platform, until


@dataclass
class Staff:
    """The people of the valdman tenant, by the services' own verbs."""

    staffing: staffing_pb2_grpc.StaffingServiceAsyncStub
    orders: orders_pb2_grpc.OrdersServiceAsyncStub
    signer: TokenSigner

    async def reply(self, conversation_id: str, text: str) -> None:
        request = staffing_pb2.SendStaffReplyRequest(
            conversation_id=conversation_id, text=text, request_id=uuid.uuid4().hex
        )
        await self.staffing.SendStaffReply(request, **self._call())

    async def resume(self, conversation_id: str) -> None:
        request = staffing_pb2.ResumeAgentRequest(conversation_id=conversation_id, request_id=uuid.uuid4().hex)
        await self.staffing.ResumeAgent(request, **self._call())

    async def confirm(self, order: orders_pb2.Order) -> None:
        request = orders_pb2.ConfirmOrderRequest(number=order.number, etag=order.etag, request_id=uuid.uuid4().hex)
        request.actor.kind = orders_pb2.Actor.KIND_STAFF
        request.actor.actor_id = request.actor.display_name = "dana"
        await self.orders.ConfirmOrder(request, **self._call())

    def _call(self) -> dict[str, Any]:
        return {"metadata": self.signer.metadata("valdman"), "timeout": 30}


@asynccontextmanager
async def staff_of(running: Platform) -> AsyncIterator[Staff]:
    environment = running.stack.around.operator_environment()
    signer = TokenSigner("operator", base64.b64decode(environment["SERVICE_PRIVATE_KEY"]))
    agent, orders = (channel(environment[f"{name}_ADDRESS"]) for name in ("AGENT", "ORDERS"))
    async with agent, orders:
        yield Staff(staffing_pb2_grpc.StaffingServiceStub(agent), orders_pb2_grpc.OrdersServiceStub(orders), signer)


async def a_text_with(chat: Chat, words: str) -> str:
    """The first text with these words that reached the chat."""

    async def sent() -> str | None:
        return next((text for text in await chat.sent() if words in text), None)

    return await until(f"a text with {words!r}", sent)


async def test_staff_answer_confirm_and_give_back_and_the_agent_knows_what_was_said(running: Platform) -> None:
    chat = await running.chat()
    await chat.say("I want to order 2 kilo pastrami, pickup please")
    (order,) = await chat.orders()
    conversation = await chat.business.conversation(chat.chat_id)
    assert conversation is not None
    async with staff_of(running) as staff:
        await staff.reply(conversation.conversation_id, "We slice it thinly for you.")
        await a_text_with(chat, "We slice it thinly")
        await chat.write("wonderful, how much is the salami?")
        await staff.confirm(order)
        await a_text_with(chat, f"#{order.number} has been confirmed")
        assert len(await chat.sent()) == 3  # the agent has said nothing since

        async def kept() -> Any:
            found = await chat.business.conversation(chat.chat_id)
            return found if found and found.last_order_status == "confirmed" else None

        assert (await until("the order's state", kept)).unread_count == 1
        after = (await chat.customer.log())["last_seq"]
        await staff.resume(conversation.conversation_id)
        assert "82" in await chat.reply(after)
    log = await running.claude.log()
    assert "We slice it thinly for you." in str(log)
