"""What a finished turn leaves behind, before it is written."""

import uuid
from dataclasses import dataclass
from typing import Any

from services.agent.turns.journal import Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a finished turn leaves behind.

    message_ids: customer messages it answers; replies: the parts to send; last_step: the final response, journalled
    with the commit; arrivals: how many messages had been accepted when the turn last looked; may_extend: whether one
    more may still be taken along, in which case nothing is written.
    """

    state: str  # completed, failed
    model: str
    window_start: int
    has_summary: bool
    system_prompt_hash: str
    transcript: list[dict[str, Any]]
    tool_calls: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    incidents: list[str]
    replies: list[str]
    usage: dict[str, int]
    error: str
    customer_id: str
    message_ids: list[uuid.UUID]
    reply: str
    reply_role: str
    last_step: Step | None
    arrivals: int
    may_extend: bool
