"""Misbehaviour that the simulator is told to show, and how long."""

import asyncio
from collections.abc import Callable
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Purpose = Literal["reply", "summary", "profile"]
RefusalKind = Literal["rate_limit", "overloaded", "server_error", "bad_request", "unauthorized", "forbidden"]
DelayKind = Literal["hang", "slow"]
AnswerKind = Literal[
    "claim_without_tool",
    "invent_price",
    "invent_order",
    "two_tools",
    "unknown_tool",
    "cut",
    "refusal",
    "pause_turn",
    "empty",
]
REFUSALS = get_args(RefusalKind)
DELAYS = get_args(DelayKind)
ANSWERS = get_args(AnswerKind)


class Fault(BaseModel):
    """One kind of misbehaviour.

    times: how many matching requests it hits; null until it is deleted (the default of `slow`).
    match: text that must stand in the newest user message or in the customer's messages of the turn.
    purpose: only requests of that kind; faults of the answer hit replies unless it says otherwise.
    The rest belongs to single kinds: retry_after (rate_limit, seconds), seconds (hang), latency_ms (slow),
    share (cut: how much is kept), amount and number (invent_price, invent_order), action (claim_without_tool),
    duplicate (two_tools: the same call twice instead of a second, harmless one).
    """

    model_config = ConfigDict(extra="forbid")

    kind: RefusalKind | DelayKind | AnswerKind
    times: int | None = Field(default=1, ge=1)
    match: str = ""
    purpose: Purpose | None = None
    retry_after: int = Field(default=1, ge=0)
    seconds: float = Field(default=600.0, ge=0)
    latency_ms: int = Field(default=500, ge=0)
    share: float = Field(default=0.5, gt=0, lt=1)
    amount: str = "7.77"
    number: int = 98765
    action: Literal["placed", "updated", "cancelled"] | None = None
    duplicate: bool = False

    def model_post_init(self, context: object, /) -> None:
        """`slow` lasts until it is deleted unless a number was given."""
        if self.kind == "slow" and "times" not in self.model_fields_set:
            self.times = None

    def hits(self, purpose: Purpose, texts: tuple[str, ...]) -> bool:
        """Whether a request of that purpose with those texts is meant."""
        wanted = self.purpose or ("reply" if self.kind in ANSWERS else None)
        return wanted in (None, purpose) and (not self.match or any(self.match in text for text in texts))


class FaultBook:
    """The faults in force, in the order in which they were told."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        # Set when the faults in force now are ended; those told later have another.
        self.ended = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._faults.append(fault)

    def clear(self) -> None:
        """End all faults, and with them what they delay."""
        self._faults.clear()
        self.ended.set()
        self.ended = asyncio.Event()

    def listed(self) -> list[Fault]:
        """The faults still in force, with the times that are left."""
        return list(self._faults)

    def take(
        self,
        kinds: tuple[str, ...],
        purpose: Purpose,
        texts: tuple[str, ...],
        applies: Callable[[Fault], bool] = lambda _: True,
    ) -> Fault | None:
        """The first fault of these kinds that hits the request, counted down."""
        for fault in self._faults:
            if fault.kind in kinds and fault.hits(purpose, texts) and applies(fault):
                self._count_down(fault)
                return fault
        return None

    def _count_down(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times == 0:
            self._faults.remove(fault)
