"""A call of a tool: for whom it is made, what the model knew when it asked for it, and what it brought."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.agent.facts import Facts

Input = Mapping[str, Any]


class ToolUnavailableError(Exception):
    """A service that a tool needs is down: the turn is tried again later, with the same keys.

    finished: results of the calls of the same response that went through before it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.finished: list[ToolResult] = []


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model knew when it asked for the tools: it makes stale writes fail. Journalled with the step, so
    that a repeated call is the same call."""

    catalog_version: int
    etags: dict[int, str]

    def to_json(self) -> dict[str, Any]:
        return {"catalog_version": self.catalog_version, "etags": {str(key): tag for key, tag in self.etags.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Seen:
        return cls(value["catalog_version"], {int(key): tag for key, tag in value["etags"].items()})


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call brought. etags: versions of the orders it showed, which calls of the next step build on."""

    tool_use_id: str
    name: str
    input: Input
    facts: Facts
    is_error: bool = False
    etags: dict[int, str] = field(default_factory=dict)

    def block(self) -> dict[str, Any]:
        """As the Messages API takes it."""
        block: dict[str, Any] = {
            "type": "tool_result",
            "tool_use_id": self.tool_use_id,
            "content": json.dumps(self.facts, ensure_ascii=False),
        }
        return {**block, "is_error": True} if self.is_error else block

    def kept(self) -> dict[str, Any]:
        """As the journal keeps it: the block, and the versions that it does not show to the model."""
        return self.block() | {"etags": {str(number): etag for number, etag in self.etags.items()}}

    @classmethod
    def from_block(cls, use: Mapping[str, Any], block: Mapping[str, Any]) -> ToolResult:
        """What a call brought, from its block in the journal: kept, or as it was sent to the model."""
        return cls(
            use["id"],
            use["name"],
            use["input"],
            json.loads(block["content"]),
            is_error=bool(block.get("is_error")),
            etags={int(number): etag for number, etag in block.get("etags", {}).items()},
        )


@dataclass(frozen=True)
class Session:
    """For whom tools act, and by whose clock; nothing of it can come from the model.

    message_id: of the customer's newest message that the model knows; said: when that was.
    """

    tenant_id: str
    conversation_id: uuid.UUID
    turn_id: uuid.UUID
    customer_id: str
    message_id: str
    said: datetime | None
    time_zone: str
