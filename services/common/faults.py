"""Named points at which a fault test ends this process, as SIGKILL would in the worst moment.

Code names its points: `fault_point("gateway.after_send")`. Nothing happens there unless a specification (setting
FAULT_POINTS) armed the point: a comma-separated list of `name=N` or `name=N@/path/marker`. The process dies when it
reaches the point for the Nth time. With a marker it dies at the first visit, from the Nth on, that finds this file
missing, and makes it before it dies: the restarted process, which has the same settings, lives, and a test can tell
that the point was reached. A test arms a running process by removing the file.
"""

import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.common.config import ConfigurationError

log = structlog.get_logger()
_SPECIFICATION = re.compile(r"(?P<name>[a-z_]+\.[a-z_]+)=(?P<nth>[1-9][0-9]*)(?:@(?P<marker>.+))?")


@dataclass
class _Fault:
    name: str
    visits_left: int
    marker: Path | None

    def visit(self) -> None:
        self.visits_left -= 1
        if self.visits_left > 0 or not self._marker_is_missing():
            return
        log.warning("fault_injected", point=self.name)
        os.kill(os.getpid(), signal.SIGKILL)

    def _marker_is_missing(self) -> bool:
        """Whether this visit makes the marker; without one, every visit counts."""
        if self.marker is None:
            return True
        try:
            self.marker.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


_armed: dict[str, _Fault] = {}


def arm(specification: str, *, development: bool) -> None:
    """Arm the points of a specification and disarm all others.

    Raises ConfigurationError for a malformed specification, and for any outside development.
    """
    faults = [_parse(part) for part in filter(None, (part.strip() for part in specification.split(",")))]
    if faults and not development:
        raise ConfigurationError("FAULT_POINTS is for tests: it must be empty unless ENVIRONMENT is development")
    _armed.clear()
    _armed.update({fault.name: fault for fault in faults})


def fault_point(name: str) -> None:
    """A point at which a test may end the process; one dictionary lookup when it is not armed."""
    fault = _armed.get(name)
    if fault is not None:
        fault.visit()


def _parse(part: str) -> _Fault:
    match = _SPECIFICATION.fullmatch(part)
    if match is None:
        raise ConfigurationError(f"FAULT_POINTS must look like name.point=N or name.point=N@/marker; got {part!r}")
    return _Fault(match["name"], int(match["nth"]), Path(match["marker"]) if match["marker"] else None)
