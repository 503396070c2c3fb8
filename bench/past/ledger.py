"""Rows in the making, and the chance by which they are made."""

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.past.words import Tongue


@dataclass
class Ledger:
    """Rows by table, `rows["agent.messages"]`, all of one tenant; they are of the past as seen from `now`."""

    tenant_id: str
    now: datetime
    chance: random.Random
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, **values: Any) -> None:
        self.rows[table].append({"tenant_id": self.tenant_id, **values})

    def new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)


@dataclass
class Person:
    """A customer and the one conversation with them. order: number and status of the last one; (0, "") for none."""

    customer_id: uuid.UUID
    conversation_id: uuid.UUID
    tongue: Tongue
    name: str
    address: str
    channel: str
    chat: str
    first: datetime
    count: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    order: tuple[int, str] = (0, "")
