"""Playing the scenario: write as the customer, wait for the answer, note what happened."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sales.agent.v1.conversations_pb2 import Conversation, Handler, Turn
from sales.customers.v1.customers_pb2 import Customer
from sales.orders.v1.catalog_pb2 import Product
from sales.orders.v1.orders_pb2 import Order

from devstack.demo.business import Business
from devstack.demo.dashboard import Dashboard
from devstack.demo.scenario import CUSTOMER_ASKS_MEANWHILE, JOBS_AFTER, JOBS_THROUGH, MESSAGES, STAFF_SAYS
from devstack.telegram_simulator.client import NoAnswerError, TelegramCustomer

_POLL_SECONDS = 0.1
T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One message of the customer and what came of it."""

    number: int
    text: str
    replies: list[str]  # what the customer was sent, in order, as Telegram shows it
    turn: Turn
    orders: list[Order]  # all of the conversation, after this step
    seconds: float


@dataclass(frozen=True)
class Handover:
    """What happened while a person had the conversation, and after it was returned."""

    asked_for_person: bool  # a matter stood open for staff before they came
    staff_message: str  # as it reached the chat
    handler: Handler.ValueType  # who had the conversation when the customer wrote meanwhile
    sent_meanwhile: list[str]  # what else was sent before it was returned
    answer: Step  # to what the customer asked meanwhile


@dataclass
class Evidence:
    """All that was observed, for the judgement."""

    products: list[Product] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    handover: Handover | None = None
    conversation: Conversation = field(default_factory=Conversation)  # after the last step
    customer: Customer = field(default_factory=Customer)  # after the last step
    webhook_statuses: list[int | None] = field(default_factory=list)  # of every attempt to deliver a message
    sent: int = 0  # messages that reached the chat
    failure: str = ""  # why the play ended early


@dataclass(frozen=True)
class Play:
    """The cast: the customer, the business and its dashboard; the chat, and how long an answer may take."""

    customer: TelegramCustomer
    business: Business
    dashboard: Dashboard
    chat_id: int
    answer_seconds: float
    on_step: Callable[[Step], None]
    on_handover: Callable[[Handover], None]

    async def run(self) -> Evidence:
        """Play all messages, or until one is not answered."""
        evidence = Evidence(products=await self.business.products())
        try:
            for number, text in enumerate(MESSAGES, start=1):
                step = await self._step(number, text, evidence.steps[-1].turn.turn_id if evidence.steps else "")
                evidence.steps.append(step)
                self.on_step(step)
                if number == JOBS_AFTER:
                    await self._jobs_done()
            evidence.handover = await self._handover(evidence.steps[-1])
            self.on_handover(evidence.handover)
            await self._gather(evidence)
        except NoAnswerError as error:
            evidence.failure = f"message {len(evidence.steps) + 1}: {error}"
        return evidence

    async def _step(self, number: int, text: str, previous_turn: str) -> Step:
        began = time.monotonic()
        after = (await self.customer.log())["last_seq"]
        await self._write(text)
        return await self._answer(number, text, previous_turn, after, began)

    async def _write(self, text: str) -> None:
        sender = {"id": self.chat_id, "first_name": "Demo", "language_code": "he"}
        await self.customer.write(self.chat_id, text, **{"from": sender})

    async def _answer(self, number: int, text: str, previous_turn: str, after: int, began: float) -> Step:
        """The answer that comes after a place in the simulator's log, and the turn behind it."""
        await self.customer.replies(self.chat_id, after, 1, self.answer_seconds)

        async def ended() -> Turn | None:
            conversation = await self.business.conversation(self.chat_id)
            turn = await self.business.newest_turn(conversation.conversation_id) if conversation else None
            return turn if turn and turn.turn_id != previous_turn and turn.state != "running" else None

        turn = await self._until("the end of the turn", ended)
        sent = await self.customer.replies(self.chat_id, after, len(turn.replies), self.answer_seconds)
        return Step(
            number=number,
            text=text,
            replies=[entry["text"] for entry in sent],
            turn=turn,
            orders=await self.business.orders(turn.conversation_id),
            seconds=time.monotonic() - began,
        )

    async def _handover(self, last: Step) -> Handover:
        """A person answers from the dashboard, the customer writes meanwhile, the agent gets it back."""
        conversation_id = last.turn.conversation_id
        before = await self._conversation()
        came = (await self.customer.log())["last_seq"]
        await self.dashboard.reply(conversation_id, STAFF_SAYS)
        (staff_message, *_) = await self.customer.replies(self.chat_id, came, 1, self.answer_seconds)
        await self._write(CUSTOMER_ASKS_MEANWHILE)

        async def stored() -> Conversation | None:
            found = await self._conversation()
            return found if found.last_message == CUSTOMER_ASKS_MEANWHILE else None

        meanwhile = await self._until("the message that came meanwhile", stored)
        began, after = time.monotonic(), (await self.customer.log())["last_seq"]
        await self.dashboard.return_to_agent(conversation_id)
        answer = await self._answer(last.number + 1, CUSTOMER_ASKS_MEANWHILE, last.turn.turn_id, after, began)
        sent = (await self.customer.log(chat_id=self.chat_id, method="sendMessage"))["entries"]
        return Handover(
            asked_for_person=before.open_attention_count > 0,
            staff_message=staff_message["text"],
            handler=meanwhile.handler,
            sent_meanwhile=[entry["text"] for entry in sent if staff_message["seq"] < entry["seq"] <= after],
            answer=answer,
        )

    async def _conversation(self) -> Conversation:
        return await self.business.conversation(self.chat_id) or Conversation()

    async def _jobs_done(self) -> None:
        async def done() -> Conversation | None:
            found = await self.business.conversation(self.chat_id)
            if found and min(found.summary_through, found.profile_through) >= JOBS_THROUGH:
                return found
            return None

        await self._until(f"summary and profile of the first {JOBS_THROUGH} messages", done)

    async def _gather(self, evidence: Evidence) -> None:
        found = await self.business.conversation(self.chat_id)
        if found is not None:
            evidence.conversation = found
            evidence.customer = await self.business.customer(found.customer_id)
        deliveries = (await self.customer.deliveries(chat_id=self.chat_id))["entries"]
        evidence.webhook_statuses = [entry["status"] for entry in deliveries]
        evidence.sent = len((await self.customer.log(chat_id=self.chat_id, method="sendMessage"))["entries"])

    async def _until(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        deadline = time.monotonic() + self.answer_seconds
        while (found := await look()) is None:
            if time.monotonic() > deadline:
                raise NoAnswerError(f"{what} did not come in {self.answer_seconds:g} s")
            await asyncio.sleep(_POLL_SECONDS)
        return found
