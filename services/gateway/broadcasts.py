"""What the other services broadcast over NATS: changes that memory must follow, and turns that end typing."""

import asyncio

from nats.aio.client import Client

from services.common.nats_client import connect_when_up, watch
from services.gateway.accounts import ChannelAccounts
from services.gateway.typing_indicator import TypingIndicator

_ACCOUNT_CHANGED = "sales.tenants.v1.channel_account_changed"
_TENANT_CHANGED = "sales.tenants.v1.tenant_changed"
_TURN_ACTIVITY = "sales.agent.v1.activity"


class Broadcasts:
    """The subscriptions. `client` is None until NATS was there for the first time; nothing waits for it."""

    def __init__(self, url: str, accounts: ChannelAccounts, typing: TypingIndicator) -> None:
        self._url = url
        self._accounts = accounts
        self._typing = typing
        self.client: Client | None = None

    async def run(self) -> None:
        """Follow until cancelled."""
        client = await connect_when_up(self._url, "gateway")
        try:
            await watch(client, _ACCOUNT_CHANGED, self._accounts.on_account_changed)
            await watch(client, _TENANT_CHANGED, self._accounts.on_tenant_changed)
            await watch(client, _TURN_ACTIVITY, self._typing.on_activity)
            self.client = client
            await asyncio.Event().wait()
        finally:
            await client.close()
