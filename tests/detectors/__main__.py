"""Removes one guard at a time, runs the test that must notice, and prints what it found: `python -m tests.detectors`.

Exits with 0 if every named test passes with its guard and fails without it.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.detectors.removal import GUARD_VARIABLE, NOTE_VARIABLE, REMOVALS

_ROOT = Path(__file__).parents[2]
_LIMIT_SECONDS = 200.0
_SIDE_BY_SIDE = 2
_TESTS_FAILED = 1  # pytest's exit status for it

_COMMIT = "services/agent/tests/test_commit.py"
_LOST = "services/agent/tests/test_lost_leases.py"
_FORGETTING = "services/agent/tests/test_forgetting.py"

# Those that start a whole platform come first, so that the others run beside them.
NAMED_TESTS = {
    "journal before tool": (
        "tests/test_faults.py::test_an_agent_that_dies_leaves_one_order_and_one_answer[agent.after_tool]"
    ),
    "truth check": "tests/test_conversations.py::test_an_invented_fact_never_reaches_the_customer[invent_price]",
    "epoch: claim": f"{_COMMIT}::test_a_worker_that_lost_its_lease_can_neither_journal_nor_commit",
    "epoch: journal": f"{_COMMIT}::test_a_worker_that_lost_its_lease_can_neither_journal_nor_commit",
    "epoch: commit": f"{_COMMIT}::test_a_worker_that_lost_its_lease_can_neither_journal_nor_commit",
    "epoch: holding message": f"{_LOST}::test_no_holding_message_is_sent_for_the_turn_of_another_worker",
    "epoch: renewal": f"{_LOST}::test_a_lost_lease_is_not_renewed",
    "renewal past locked rows": (
        "services/agent/tests/test_arrivals.py::test_leases_are_renewed_past_a_row_on_which_a_message_is_being_stored[0]"
    ),
    "epoch: putting off": f"{_LOST}::test_a_turn_of_another_worker_is_neither_put_off_nor_released",
    "lease of a claim": f"{_COMMIT}::test_a_conversation_is_claimed_by_one_worker_at_a_time",
    "late messages before commit": f"{_COMMIT}::test_a_message_that_comes_before_the_commit_is_taken_along_once",
    "forgetting: due row": f"{_FORGETTING}::test_a_turn_under_way_writes_nothing_back[tools]",
    "forgetting: watermarks": f"{_FORGETTING}::test_a_job_under_way_cannot_write_its_summary",
    "idempotency insert": (
        "services/orders/tests/test_placing_orders.py::test_concurrent_repeats_of_a_request_place_one_order"
    ),
    "unique key of messages": (
        "services/agent/tests/test_accept.py::test_the_same_delivery_posted_twenty_times_at_once_is_stored_once"
    ),
    "head of the chat's queue": "services/agent/tests/test_deliveries.py::test_parts_leave_in_order_and_one_at_a_time",
    "try of a delivery report": (
        "services/agent/tests/test_delivery_reports.py::test_a_late_report_of_an_earlier_try_changes_nothing"
    ),
    "one use of a login code": (
        "services/tenants/tests/test_sessions.py::test_of_twenty_who_use_a_code_at_once_one_gets_in"
    ),
    "role of a person": "services/common/tests/test_edge.py::test_a_role_too_low_is_refused_by_the_service",
    "tenant of a person": "services/common/tests/test_edge.py::test_a_session_of_another_tenant_finds_nothing",
    "CSRF token": "services/admin_bff/tests/test_session.py::test_the_csrf_token_of_another_session_does_not_do",
    "row level security": (
        "services/common/tests/test_database.py"
        "::test_a_query_that_forgot_its_filter_still_sees_and_changes_only_its_tenant"
    ),
}


@dataclass(frozen=True)
class Finding:
    """What became of one run. `ok`: as it should be."""

    ok: bool
    explanation: str
    seconds: float = 0.0


async def main() -> int:
    """Run everything and print the table; gives the exit status."""
    if without := REMOVALS.keys() ^ NAMED_TESTS.keys():
        raise SystemExit(f"a removal and a named test belong to each guard: {', '.join(sorted(without))}")
    console, places = Console(width=160), asyncio.Semaphore(_SIDE_BY_SIDE)
    console.print(f"{len(NAMED_TESTS)} guards, each removed from every process of a test run of its own.")

    async def find(what: str, run: Coroutine[Any, Any, Finding]) -> Finding:
        async with places:
            began = time.monotonic()
            finding = replace(await run, seconds=time.monotonic() - began)
        console.print(f"{_mark(finding)} {what}", highlight=False)
        return finding

    intact, *found = await asyncio.gather(
        find("every guard in place: all named tests pass", _all_pass()),
        *(find(f"without {guard}", _is_noticed(guard)) for guard in NAMED_TESTS),
    )
    findings = dict(zip(NAMED_TESTS, found, strict=True))
    console.print(_table(findings))
    if not intact.ok:
        console.print(
            f"[bold red]A named test fails although every guard is in place:[/]\n{escape(intact.explanation)}"
        )
    unnoticed = [guard for guard, finding in findings.items() if not finding.ok]
    if unnoticed:
        console.print(f"[bold red]Not noticed: {', '.join(unnoticed)}[/]")
    return 0 if intact.ok and not unnoticed else 1


async def _all_pass() -> Finding:
    """With every guard in place the named tests pass: their failures below mean something."""
    status, output = await _pytest(sorted(set(NAMED_TESTS.values())), {})
    return Finding(status == 0, output)


async def _is_noticed(guard: str) -> Finding:
    """The named test, and it alone, fails; nothing counts unless the guard was really taken out."""
    test = NAMED_TESTS[guard]
    with tempfile.NamedTemporaryFile(mode="r", prefix="removed-guard-") as note:
        status, output = await _pytest([test], _environment(guard, note.name))
        kept = REMOVALS[guard].keys() - set(note.read().split())
    if kept:
        return Finding(False, f"the guard could not be removed from {', '.join(sorted(kept))}:\n{output[-2000:]}")
    failed = re.search(rf"^FAILED {re.escape(test)}(?: - (.*))?$", output, re.MULTILINE)
    if status == _TESTS_FAILED and failed:
        return Finding(True, failed[1] or "failed")
    return Finding(False, "the test passes" if status == 0 else output[-2000:])


def _environment(guard: str, note: str) -> dict[str, str]:
    paths = (_ROOT / "tests/detectors/startup", _ROOT, os.environ.get("PYTHONPATH", ""))
    path = os.pathsep.join(str(part) for part in paths if part)
    return {"PYTHONPATH": path, GUARD_VARIABLE: guard, NOTE_VARIABLE: note}


async def _pytest(tests: list[str], environment: dict[str, str]) -> tuple[int | None, str]:
    """Exit status and output of a test run; None when it takes too long."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", *tests),
        cwd=_ROOT,
        env={**os.environ, "COLUMNS": "300", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.terminate()
        output, _ = await process.communicate()
        return None, f"not done after {_LIMIT_SECONDS:g} s:\n{output.decode(errors='replace')}"
    return process.returncode, output.decode(errors="replace")


def _mark(finding: Finding) -> str:
    return "[green]✓[/]" if finding.ok else "[bold red]✗[/]"


def _table(findings: dict[str, Finding]) -> Table:
    table = Table(title="Guards and the tests that miss them", title_justify="left", title_style="bold")
    for heading in ("guard removed", "test", "detected", "seconds", "how"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "seconds" else "left")
    for guard, finding in findings.items():
        test = NAMED_TESTS[guard].rpartition("::")[2]
        table.add_row(guard, escape(test), _mark(finding), f"{finding.seconds:.0f}", escape(finding.explanation))
    return table


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
