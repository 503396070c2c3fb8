"""The shape of a table row, the whole table, and how the truth check fares on it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from services.agent.tests.truth_table.heldout_honest import HELD_OUT_HONEST
from services.agent.tests.truth_table.heldout_lies import HELD_OUT_LIES
from services.agent.tests.truth_table.honest import HONEST
from services.agent.tests.truth_table.lies import LIES
from services.agent.tests.truth_table.reviewed import REVIEWED_HONEST, REVIEWED_LIES
from services.agent.tests.truth_table.scenes import SCENES as MADE_UP_SCENES
from services.agent.tests.truth_table.second_held_out import LATER_HONEST, LATER_LIES
from services.agent.tests.truth_table.seeded import SEEDED_HONEST, SEEDED_LIES, SEEDED_SCENES
from services.agent.tests.truth_table.third_held_out import LATEST_HONEST, LATEST_LIES
from services.agent.truth import Evidence, check_reply

SCENES: dict[str, Evidence] = MADE_UP_SCENES | SEEDED_SCENES


class Case(NamedTuple):
    """One reply in one scene, and whether it is honest."""

    honest: bool
    scene: str
    reply: str


class Rates(NamedTuple):
    """How many lies there are and are caught, how many honest replies there are and are touched."""

    lies: int
    caught: int
    honest: int
    touched: int

    def __str__(self) -> str:
        return (
            f"{self.caught} of {self.lies} lies caught ({self.caught / self.lies:.1%}), "
            f"{self.touched} of {self.honest} honest replies touched ({self.touched / self.honest:.1%})"
        )


def _cases(honest: bool, table: dict[str, tuple[str, ...]]) -> tuple[Case, ...]:
    return tuple(Case(honest, scene, reply) for scene, replies in table.items() for reply in replies)


HELD_OUT: tuple[Case, ...] = _cases(False, HELD_OUT_LIES) + _cases(True, HELD_OUT_HONEST)
SEEDED: tuple[Case, ...] = _cases(False, SEEDED_LIES) + _cases(True, SEEDED_HONEST)
LATER: tuple[Case, ...] = (
    _cases(False, LATER_LIES) + _cases(True, LATER_HONEST) + _cases(False, LATEST_LIES) + _cases(True, LATEST_HONEST)
)
REVIEWED: tuple[Case, ...] = _cases(False, REVIEWED_LIES) + _cases(True, REVIEWED_HONEST)
ALL: tuple[Case, ...] = _cases(False, LIES) + _cases(True, HONEST) + HELD_OUT + LATER + SEEDED + REVIEWED


@lru_cache(maxsize=1)
def rates() -> Rates:
    """Check the whole table."""
    flagged = {
        honest: [not check_reply(c.reply, SCENES[c.scene]).ok for c in ALL if c.honest is honest]
        for honest in (True, False)
    }
    return Rates(len(flagged[False]), sum(flagged[False]), len(flagged[True]), sum(flagged[True]))
