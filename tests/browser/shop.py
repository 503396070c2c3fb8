"""A business of the tests' own: a tenant with Valdman's catalog, its bot, its people's keys, its customers."""

import itertools
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
import httpx2
from google.protobuf.field_mask_pb2 import FieldMask
from sales.agent.v1.conversations_pb2 import Conversation, ListMessagesRequest
from sales.customers.v1 import customers_pb2
from sales.orders.v1 import orders_pb2
from sales.tenants.v1 import staff_pb2

from devstack.demo.business import Business, open_business
from devstack.telegram_simulator.client import TelegramCustomer, telegram_customer
from salesctl.seed.apply import seed_tenant
from salesctl.seed.content import launch_tenants
from salesctl.services import Services, connect
from salesctl.settings import Settings
from tests.platform_under_test import Chat, Platform, until

ROLES = {"viewer": staff_pb2.ROLE_VIEWER, "manager": staff_pb2.ROLE_MANAGER, "owner": staff_pb2.ROLE_OWNER}
STAFF = {"viewer": "Vered", "manager": "Dana", "owner": "Ori"}
COOKIE = "sales_session"
_SESSION_SECONDS = 10 * 60  # of its thirty minutes, so that none ends within a test
_BOTS = itertools.count(200_000_001)
_IN_ORDER = "SELECT message_id FROM agent.messages WHERE conversation_id = $1 ORDER BY position"
_AT_ANOTHER_TIME = "UPDATE agent.messages SET create_time = $2 WHERE message_id = $1"


@dataclass(frozen=True)
class Key:
    """An API key, and whose it is."""

    api_key_id: str
    secret: str
    name: str


@dataclass
class Customer(Chat):
    """A customer with a name of their own in the messenger."""

    name: str = ""
    language: str = "en"

    async def write(self, text: str = "", **fields: Any) -> dict[str, Any]:
        sender = {"id": self.chat_id, "first_name": self.name, "language_code": self.language}
        return await self.customer.write(self.chat_id, text, **{"from": sender, **fields})

    async def conversation(self) -> Conversation:
        """The conversation, once the first message has arrived."""
        return await until("a conversation", lambda: self.business.conversation(self.chat_id))

    async def ordered(self, text: str) -> orders_pb2.Order:
        """Order something; the order that came of it."""
        known = {order.number for order in await self.orders()}
        await self.say(text)
        (order,) = [order for order in await self.orders() if order.number not in known]
        return order

    async def receives(self, words: str) -> str:
        """The first text with these words that reaches the chat."""

        async def sent() -> str | None:
            return next((text for text in await self.sent() if words in text), None)

        return await until(f"a text with {words!r}", sent)


@dataclass
class Shop:
    """One tenant of the running platform."""

    running: Platform
    tenant_id: str
    services: Services
    business: Business
    telegram: TelegramCustomer
    api: httpx2.AsyncClient
    keys: dict[str, Key] = field(default_factory=dict)
    _sessions: dict[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where its people open the dashboard."""
        return self.running.stack.ports.url("admin_bff")

    def customer(self, first_name: str) -> Customer:
        """Somebody new, whose name no other test sees."""
        return Customer(self.telegram, self.business, name=f"{first_name} {secrets.token_hex(3)}")

    async def new_key(self, name: str, role: str) -> Key:
        request = staff_pb2.CreateApiKeyRequest(display_name=name, role=ROLES[role], request_id=uuid.uuid4().hex)
        made = await self.services.staff(self.tenant_id)("CreateApiKey", request)
        return Key(made.api_key.api_key_id, made.secret, name)

    async def revoke(self, key: Key) -> None:
        request = staff_pb2.RevokeApiKeyRequest(api_key_id=key.api_key_id, request_id=uuid.uuid4().hex)
        await self.services.staff(self.tenant_id)("RevokeApiKey", request)

    async def session(self, role: str) -> str:
        """The cookie's value of somebody at work; one session a role serves all tests of the next ten minutes."""
        ends, session = self._sessions.get(role, (0.0, ""))
        if not session or time.monotonic() > ends:
            ends, session = time.monotonic() + _SESSION_SECONDS, await log_in(self.url, self.keys[role])
            self._sessions[role] = ends, session
        return session

    async def post(self, path: str, **body: str) -> None:
        """Do something over the dashboard's API, as a script of Dana's does."""
        headers = {"Authorization": f"Bearer {self.keys['manager'].secret}"}
        (await self.api.post(f"/admin/{self.tenant_id}{path}", json=body, headers=headers)).raise_for_status()

    async def learn_name(self, customer: Customer) -> None:
        """Have the profile say the customer's name, and the orders too."""
        request = customers_pb2.UpdateCustomerRequest(
            customer_id=(await customer.conversation()).customer_id,
            profile=customers_pb2.Profile(name=customer.name),
            update_mask=FieldMask(paths=["name"]),
            source=customers_pb2.FactSource(kind=customers_pb2.FactSource.KIND_CUSTOMER, reference="a test"),
            request_id=uuid.uuid4().hex,
        )
        await self.services.customers(self.tenant_id)("UpdateCustomer", request)

        async def known() -> bool:
            return all(order.customer_name == customer.name for order in await customer.orders())

        await until("the name on the orders", known)

    async def tried(self, customer: Customer, state: str) -> None:
        """Return once the newest message was tried to be sent for the first time, which left it in this state."""
        conversation_id = (await customer.conversation()).conversation_id
        request = ListMessagesRequest(conversation_id=conversation_id, page_size=1)

        async def ended() -> bool:
            (newest,) = (await self.services.conversations(self.tenant_id)("ListMessages", request)).messages
            return [(part.state, part.attempts) for part in newest.deliveries] == [(state, 1)]

        await until(f"a try to send that leaves the message {state}", ended)

    async def forget(self, customer: Customer) -> None:
        """Forget who the customer is, as on their request."""
        customer_id = (await customer.conversation()).customer_id
        request = customers_pb2.ForgetCustomerRequest(customer_id=customer_id, request_id=uuid.uuid4().hex)
        await self.services.customers(self.tenant_id)("ForgetCustomer", request)

    async def said_at(self, customer: Customer, *moments: datetime) -> None:
        """Have the messages of a conversation, oldest first, come at these moments, as only time itself could."""
        conversation = uuid.UUID((await customer.conversation()).conversation_id)
        database = await asyncpg.connect(self.running.stack.around.admin_database_url)
        try:
            messages = await database.fetch(_IN_ORDER, conversation)
            moved = [(row["message_id"], at) for row, at in zip(messages, moments, strict=True)]
            await database.executemany(_AT_ANOTHER_TIME, moved)
        finally:
            await database.close()

    async def work(self, verb: str, order: orders_pb2.Order, **fields: Any) -> orders_pb2.Order:
        """Confirm, complete or cancel an order past the dashboard, as a colleague called Omri."""
        request = getattr(orders_pb2, f"{verb}OrderRequest")(
            number=order.number, etag=order.etag, request_id=uuid.uuid4().hex, **fields
        )
        request.actor.kind = orders_pb2.Actor.KIND_STAFF
        request.actor.actor_id, request.actor.display_name = "omri", "Omri"
        changed: orders_pb2.Order = await self.services.orders(self.tenant_id)(f"{verb}Order", request)
        return changed


async def log_in(url: str, key: Key) -> str:
    """Open a session with a key; the value of its cookie."""
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        answer = await http.post("/admin/session", json={"api_key": key.secret})
        answer.raise_for_status()
        return str(answer.cookies[COOKIE])


@asynccontextmanager
async def open_shop(running: Platform, tenant_id: str) -> AsyncIterator[Shop]:
    """Make the tenant, connect its bot, give its people their keys."""
    around = running.stack.around
    environment = around.operator_environment()
    token, secret = f"{next(_BOTS)}:browser-tests-{secrets.token_hex(8)}", secrets.token_hex(16)
    names = {"bot_token_variable": "SHOP_BOT_TOKEN", "webhook_secret_variable": "SHOP_WEBHOOK_SECRET"}
    values = {name.lower(): value for name, value in environment.items()}
    settings = Settings.model_validate({**values, "shop_bot_token": token, "shop_webhook_secret": secret})
    valdman = next(content for content in launch_tenants() if content.tenant_id == "valdman")
    content = valdman.model_copy(update={"tenant_id": tenant_id, "telegram": valdman.telegram.model_copy(update=names)})
    async with (
        connect(settings) as services,
        open_business(environment, tenant_id) as business,
        telegram_customer(around.telegram_api_base_url, token) as telegram,
        httpx2.AsyncClient(base_url=around.ports.url("admin_bff"), trust_env=False, timeout=30) as api,
    ):
        await seed_tenant(services, content)
        gateway = around.ports.url("gateway")
        await running.stack.run_salesctl("webhook", "set", "--tenant", tenant_id, "--url", gateway)
        shop = Shop(running, tenant_id, services, business, telegram, api)
        shop.keys |= {role: await shop.new_key(STAFF[role], role) for role in ROLES}
        yield shop
