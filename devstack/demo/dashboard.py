"""A member of staff at the dashboard: the HTTP API that the pages use, with a session of one's own."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2


class Dashboard:
    """A logged-in person of one tenant."""

    def __init__(self, http: httpx2.AsyncClient, tenant_id: str, csrf_token: str) -> None:
        self._http = http
        self._tenant_id = tenant_id
        self._csrf_token = csrf_token

    async def reply(self, conversation_id: str, text: str) -> None:
        """Write to the customer, which takes the conversation over."""
        await self._post(f"conversations/{conversation_id}/replies", text=text)

    async def return_to_agent(self, conversation_id: str) -> None:
        """Give the conversation back."""
        await self._post(f"conversations/{conversation_id}/resume")

    async def _post(self, path: str, **body: str) -> None:
        headers = {"X-CSRF-Token": self._csrf_token, "Idempotency-Key": uuid.uuid4().hex}
        answer = await self._http.post(f"/admin/{self._tenant_id}/{path}", json=body or None, headers=headers)
        answer.raise_for_status()


@asynccontextmanager
async def log_in(base_url: str, tenant_id: str, login_code: str) -> AsyncIterator[Dashboard]:
    """Open the dashboard with a one-time code, as the link that `make up` prints does."""
    # The address as Origin: a write by cookie must come from the dashboard's own pages.
    async with httpx2.AsyncClient(base_url=base_url, headers={"Origin": base_url}, trust_env=False) as http:
        session = await http.post("/admin/session", json={"login_code": login_code})
        session.raise_for_status()
        yield Dashboard(http, tenant_id, session.json()["csrf_token"])
