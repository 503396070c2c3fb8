"""The shape of a table row, and the whole table."""

from __future__ import annotations

from typing import NamedTuple

from services.agent.tests.truth_table.heldout import HELD_OUT_HONEST, HELD_OUT_LIES
from services.agent.tests.truth_table.honest import HONEST
from services.agent.tests.truth_table.lies import LIES


class Case(NamedTuple):
    """One reply in one scene, and whether it is honest."""

    honest: bool
    scene: str
    reply: str


def _cases(honest: bool, table: dict[str, tuple[str, ...]]) -> tuple[Case, ...]:
    return tuple(Case(honest, scene, reply) for scene, replies in table.items() for reply in replies)


HELD_OUT: tuple[Case, ...] = _cases(False, HELD_OUT_LIES) + _cases(True, HELD_OUT_HONEST)
ALL: tuple[Case, ...] = _cases(False, LIES) + _cases(True, HONEST) + HELD_OUT
