"""The dashboard as its page asks for it: lists and details over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from bench.desk import Ask


class Dashboard:
    """Asks the dashboard's edge with an API key of the tenant."""

    def __init__(self, url: str, tenant_id: str, api_key: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"{url}/admin/{tenant_id}",
            headers={"authorization": f"Bearer {api_key}"},
            timeout=30.0,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def questions(self) -> dict[str, Ask]:
        """What is asked, by name."""
        conversations = (await self._get("/conversations")).json()["items"]
        longest = max(conversations, key=lambda conversation: conversation["message_count"])["id"]
        order = (await self._get("/orders")).json()["items"][0]["id"]
        today = datetime.now(UTC).date()
        year = {"from": (today - timedelta(days=364)).isoformat(), "to": today.isoformat()}
        return {
            "HTTP conversations": self._ask("/conversations"),
            "HTTP conversations, search: found nowhere": self._ask("/conversations", q="xyzzy"),
            "HTTP conversations, needs a person": self._ask("/conversations", state="needs_person"),
            "HTTP conversation, the longest": self._ask(f"/conversations/{longest}"),
            "HTTP messages of the longest": self._ask(f"/conversations/{longest}/messages"),
            "HTTP attention": self._ask("/attention", with_resolved="true"),
            "HTTP orders": self._ask("/orders"),
            "HTTP orders, by total": self._ask("/orders", sort="total_desc"),
            "HTTP orders, summary": self._ask("/orders/summary"),
            "HTTP order": self._ask(f"/orders/{order}"),
            "HTTP products": self._ask("/products"),
            "HTTP analytics, 365 days": self._ask("/analytics", **year),
        }

    def _ask(self, path: str, **query: str) -> Ask:
        async def ask() -> int:
            return len((await self._get(path, **query)).content)

        return ask

    async def _get(self, path: str, **query: str) -> Any:
        answer = await self._http.get(path, params=query)
        answer.raise_for_status()
        return answer
