"""One chat's exchange with the agent: a message in, the turn that answers it out."""

import asyncio
import uuid

from sales.agent.v1 import conversations_pb2, messaging_pb2

from salesctl.errors import CommandError, ServiceSlowError
from salesctl.services import Services

CHANNEL = "cli"
_POLL_SECONDS = 0.1


class Exchange:
    """The chat `chat_id` with one tenant's agent, through the same door as every channel's."""

    def __init__(self, services: Services, tenant_id: str, chat_id: str) -> None:
        self._messaging = services.messaging(tenant_id)
        self._conversations = services.conversations(tenant_id)
        self._tenant_id = tenant_id
        self._chat_id = chat_id

    async def say(self, text: str, patience: float) -> conversations_pb2.Turn:
        """Send a message and wait, at most `patience` seconds, for the whole turn that answers it.

        CommandError when the agent will not answer it now: staff have the conversation, or it takes longer.
        """
        request = messaging_pb2.AcceptMessageRequest(message=self._message(text))
        accepted = await self._messaging("AcceptMessage", request)
        await self._check_agent_has_it(accepted.conversation_id)
        await_turn = conversations_pb2.AwaitTurnRequest(message_id=accepted.message_id)
        try:
            turn: conversations_pb2.Turn = await self._conversations("AwaitTurn", await_turn, timeout=patience)
        except ServiceSlowError:
            look = f"salesctl conversations show {accepted.conversation_id} --tenant {self._tenant_id}"
            raise CommandError(
                f"No answer within {patience:g} s. The message is stored and will be answered; `{look}` shows it then."
            ) from None
        return turn

    async def _check_agent_has_it(self, conversation_id: str) -> None:
        request = conversations_pb2.GetConversationRequest(conversation_id=conversation_id)
        conversation = await self._conversations("GetConversation", request)
        if conversation.handler == conversations_pb2.HANDLER_PERSON:
            until = conversation.resume_time.ToDatetime()
            who = conversation.paused_by or "Staff"
            raise CommandError(
                f"{who} has taken this conversation over: the agent is silent until it is returned, at the latest "
                f"{until:%Y-%m-%d %H:%M} UTC. The message is stored and waits."
            )

    async def after_jobs(self, turn: conversations_pb2.Turn, patience: float) -> conversations_pb2.Turn:
        """The turn once its background jobs are done, or as it is after `patience` seconds."""
        request = conversations_pb2.GetTurnRequest(turn_id=turn.turn_id)
        deadline = asyncio.get_running_loop().time() + patience
        while any(job.state != "done" for job in turn.jobs) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_POLL_SECONDS)
            turn = await self._conversations("GetTurn", request)
        return turn

    def _message(self, text: str) -> messaging_pb2.InboundMessage:
        delivery_id = str(uuid.uuid4())
        message = messaging_pb2.InboundMessage(
            channel=CHANNEL,
            channel_account_id=CHANNEL,
            delivery_id=delivery_id,
            external_chat_id=self._chat_id,
            external_message_id=delivery_id,
            sender_id=self._chat_id,
            kind=conversations_pb2.MESSAGE_KIND_TEXT,
            text=text,
        )
        message.send_time.GetCurrentTime()
        return message
