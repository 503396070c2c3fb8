"""Whether an edge should be given work: what it needs, what it needed once, and what it only tells of."""

import pytest

from services.common.http.readiness import Readiness, State


class Neighbours:
    """Those that are away, and a clock."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.asked = 0
        self.now = 0.0

    def readiness(self) -> Readiness:
        return Readiness(
            {"agent": lambda: self._check("agent")},
            lambda: self.now,
            to_begin={"tenants": lambda: self._check("tenants")},
            reported={"nats": lambda: self._check("nats")},
        )

    async def _check(self, name: str) -> None:
        self.asked += 1
        if name in self.away:
            raise ConnectionError


@pytest.fixture
def neighbours() -> Neighbours:
    return Neighbours()


@pytest.mark.parametrize(("away", "ready"), [("agent", False), ("tenants", False), ("nats", True)])
async def test_at_first_it_needs_all_but_what_is_only_told_of(neighbours: Neighbours, away: str, ready: bool) -> None:
    neighbours.away = {away}
    assert await neighbours.readiness().state() == State(ready=ready, missing=[away])


@pytest.mark.parametrize(("away", "ready"), [("agent", False), ("tenants", True), ("nats", True)])
async def test_later_it_goes_on_without_those_that_others_make_up_for(
    neighbours: Neighbours, away: str, ready: bool
) -> None:
    readiness = neighbours.readiness()
    assert await readiness.state() == State(ready=True, missing=[])
    neighbours.away, neighbours.now = {away}, 2.0
    assert await readiness.state() == State(ready=ready, missing=[away])


async def test_neighbours_are_asked_once_a_second_however_often_it_is_asked(neighbours: Neighbours) -> None:
    readiness = neighbours.readiness()
    for _ in range(10):
        await readiness.state()
    assert neighbours.asked == 3


async def test_when_it_stops_it_is_never_ready(neighbours: Neighbours) -> None:
    readiness = neighbours.readiness()
    readiness.stop()
    assert await readiness.state() == State(ready=False, missing=["stopping"])
