"""What the simulator holds while it runs: bots, faults to come, and the record of what was sent and delivered."""

from typing import Any

import httpx2

from devstack.telegram_simulator.bots import Bot, Bots
from devstack.telegram_simulator.faults import Faults
from devstack.telegram_simulator.journal import Journal
from devstack.telegram_simulator.updates import MessageRequest, Update, build_update
from devstack.telegram_simulator.webhooks import RetryPolicy, WebhookDelivery

_WEBHOOK_TIMEOUT_SECONDS = 60.0


class Simulator:
    """All of one simulator. Make it inside a running event loop and close it there."""

    def __init__(self, retry: RetryPolicy) -> None:
        self._client = httpx2.AsyncClient(timeout=_WEBHOOK_TIMEOUT_SECONDS, trust_env=False)
        self.calls = Journal()
        self.deliveries = Journal()
        self.faults = Faults()
        self.bots = Bots(lambda bot_id: WebhookDelivery(bot_id, self._client, self.deliveries, retry))

    def write(self, request: MessageRequest) -> dict[str, Any]:
        """A person does something in a chat: build the update and deliver it."""
        bot = self.bots.get(request.token)
        message_id = request.edit_message_id or bot.next_message_id()
        update = build_update(request, bot.next_update_id(), message_id, bot.user)
        return {"message_id": message_id, **self.deliver(bot, update)}

    def deliver(self, bot: Bot, update: Update) -> dict[str, Any]:
        """Queue an update for the bot's webhook. An update without an id gets the next one."""
        update = {"update_id": bot.next_update_id()} | update
        return {"update_id": update["update_id"], "queued": bot.delivery.enqueue(update), "update": update}

    async def close(self) -> None:
        """Stop deliveries and let go of connections."""
        await self.bots.close()
        await self._client.aclose()
