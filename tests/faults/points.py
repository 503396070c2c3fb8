"""Named fault points of running processes, armed one at a time by removing their marker files."""

from pathlib import Path

AGENT_POINTS = (
    "agent.before_model",
    "agent.after_model",
    "agent.before_journal",
    "agent.after_journal",
    "agent.before_tool",
    "agent.after_tool",
    "agent.before_commit",
    "agent.after_commit",
)
GATEWAY_POINTS = ("gateway.before_send", "gateway.after_send")


class FaultPoints:
    """All points as FAULT_POINTS of the processes; none is armed at first.

    A process dies at a point only while the point's marker is missing, and makes the marker before it dies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        for point in (*AGENT_POINTS, *GATEWAY_POINTS):
            self.disarm(point)

    def environment(self, part: str) -> dict[str, str]:
        """What the processes of a part are started with."""
        points = (point for point in (*AGENT_POINTS, *GATEWAY_POINTS) if point.startswith(f"{part}."))
        return {"FAULT_POINTS": ",".join(f"{point}=1@{self._marker(point)}" for point in points)}

    def arm(self, point: str) -> None:
        """The process dies when it next comes to the point, once."""
        self._marker(point).unlink()

    def disarm(self, point: str) -> None:
        self._marker(point).touch()

    async def reached(self, point: str) -> bool:
        """Whether a process has died at the point since it was armed."""
        return self._marker(point).exists()

    def _marker(self, point: str) -> Path:
        return self._folder / point
