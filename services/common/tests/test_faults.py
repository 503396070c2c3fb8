"""Fault points end a process where a test says, and nowhere else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.common import faults
from services.common.config import ConfigurationError

_VISIT_THREE_TIMES = """
import os, sys
from services.common.faults import arm, fault_point
arm(sys.argv[1], development=True)
for visit in (1, 2, 3):
    print(visit, file=sys.stderr, flush=True)
    if visit == 3:
        for marker in sys.argv[2:]:
            os.unlink(marker)
    fault_point("gateway.after_send")
"""


@pytest.fixture(autouse=True)
def _nothing_stays_armed() -> object:
    yield
    faults.arm("", development=True)


def _run(specification: str, *removed_before_the_third: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _VISIT_THREE_TIMES, specification, *map(str, removed_before_the_third)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])


def test_an_armed_point_kills_the_process_at_the_visit_it_names() -> None:
    ended = _run("gateway.before_send=1, gateway.after_send=2")
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, "1\n2\n")


def test_with_a_marker_the_restarted_process_lives(tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    assert _run(f"gateway.after_send=1@{marker}").returncode == -signal.SIGKILL
    assert marker.exists()
    restarted = _run(f"gateway.after_send=1@{marker}")
    assert (restarted.returncode, restarted.stderr) == (0, "1\n2\n3\n")


def test_removing_the_marker_arms_a_running_process(tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    marker.touch()
    ended = _run(f"gateway.after_send=1@{marker}", marker)
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, "1\n2\n3\n")
    assert marker.exists()


def test_an_unarmed_point_does_nothing() -> None:
    faults.fault_point("gateway.after_send")
    assert _run("").returncode == 0


@pytest.mark.parametrize("specification", ["gateway.after_send", "after_send=1", "gateway.after_send=0", "=1"])
def test_a_malformed_specification_is_a_configuration_error(specification: str) -> None:
    with pytest.raises(ConfigurationError, match="FAULT_POINTS"):
        faults.arm(specification, development=True)


def test_outside_development_arming_is_refused_and_nothing_to_arm_is_not() -> None:
    with pytest.raises(ConfigurationError, match="ENVIRONMENT"):
        faults.arm("gateway.after_send=1", development=False)
    faults.arm("", development=False)
