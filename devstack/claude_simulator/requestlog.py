"""The log of what the simulator received and answered; bounded, and without keys."""

import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SECRET = {"x-api-key", "authorization", "cookie"}


@dataclass
class Entry:
    """One request; `status` is None while it is being answered."""

    number: int
    path: str
    headers: dict[str, str]
    request: str
    purpose: str = ""
    fault: str = ""
    status: int | None = None
    response: str = ""
    request_id: str = ""
    received: float = field(default_factory=time.time)
    duration_ms: float | None = None

    @property
    def size(self) -> int:
        """Characters kept."""
        return len(self.request) + len(self.response)

    def as_json(self) -> dict[str, Any]:
        """The entry with its bodies as JSON where they are JSON."""
        return {
            "number": self.number,
            "received": self.received,
            "path": self.path,
            "headers": self.headers,
            "purpose": self.purpose,
            "fault": self.fault or None,
            "request_id": self.request_id,
            "status": self.status,
            "duration_ms": self.duration_ms,
            "request": _parsed(self.request),
            "response": _parsed(self.response),
        }


class RequestLog:
    """The newest requests, at most so many and so many characters in all."""

    def __init__(self, entries: int = 2000, characters: int = 32_000_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=entries)
        self._limit = characters
        self._count = 0

    def open(self, path: str, headers: Mapping[str, str], body: Any) -> Entry:
        """Log a request as it arrives; the caller fills in the rest and calls `close`."""
        self._count += 1
        kept = {name: value for name, value in headers.items() if name.lower() not in _SECRET}
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        entry = Entry(self._count, path, kept, text)
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry, status: int, response: str) -> None:
        """Log the answer, and forget the oldest requests if there is too much."""
        entry.status, entry.response = status, response
        entry.duration_ms = round((time.time() - entry.received) * 1000, 2)
        total = sum(one.size for one in self._entries)
        while total > self._limit and len(self._entries) > 1:
            total -= self._entries.popleft().size

    def listed(self, contains: str = "", purpose: str = "", limit: int = 500) -> list[dict[str, Any]]:
        """The newest entries, oldest of them first, whose request contains the text."""
        found = [e for e in self._entries if contains in e.request and purpose in ("", e.purpose)]
        return [entry.as_json() for entry in found[-limit:]]

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text or None
