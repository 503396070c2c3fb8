"""What arrived at about the same time in one tenant, new messages and edits, stored in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services.agent.conversations.accept import Accepted, NewMessage, accept
from services.agent.conversations.edits import settle
from services.common.db import Transaction


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came. Of an edit: when it was written, as far as the channel told."""

    message: NewMessage
    edit_time: datetime | None = None

    @property
    def is_edit(self) -> bool:
        """Whether it may replace the text of a message that waits."""
        return bool(self.message.values["edited"]) and self.message.pending

    @property
    def chat(self) -> tuple[str, str]:
        return self.message.values["channel_account_id"], self.message.values["external_chat_id"]


async def accept_all(tx: Transaction, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """Store everything; gives what became of each, in the same order. Each chat's are stored in the order given."""
    # Every transaction locks chats in the same order, so that none waits for one that waits for it.
    order = sorted(range(len(arrivals)), key=lambda place: arrivals[place].chat)
    accepted: dict[int, Accepted] = {}
    for are_edits, run in groupby(order, key=lambda place: arrivals[place].is_edit):
        places = list(run)
        some = [arrivals[place] for place in places]
        if are_edits:
            outcomes = [await _edit(tx, arrival) for arrival in some]
        else:
            outcomes = await accept(tx, [arrival.message for arrival in some])
        accepted.update(zip(places, outcomes, strict=True))
    return [accepted[place] for place in range(len(arrivals))]


async def _edit(tx: Transaction, arrival: Arrival) -> Accepted:
    """An edit replaces a text that no turn has taken yet, or changes nothing; else it is a message of its own."""
    settled = await settle(tx, arrival.message.values, arrival.edit_time)
    return settled or (await accept(tx, [arrival.message]))[0]
