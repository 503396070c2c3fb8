"""`make bench`: brings up the services against stand-ins, loads them, prints tables and writes JSON."""

import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bench import lists
from bench.load import Customers, Sample
from bench.standins import Model, Telegram
from devstack.settings import StackSettings
from devstack.supervisor import Stack

app = typer.Typer(add_completion=False)
OUT = Path(__file__).parent / "out"


@dataclass(frozen=True)
class Run:
    """One workload: chats that write again when they are answered, or together at a rate; without `seconds` just their
    first messages. `target` is what the platform is designed for, in words."""

    name: str
    target: str
    chats: int = 200
    rate: float = 0.0
    model_seconds: float = 0.0
    seconds: float = 10.0


RUNS = (
    Run("one-chat", "one chat, p50 25 ms", chats=1, seconds=6),
    Run("open-50", "50/s open load, what two cores carry with ease", rate=50),
    Run("open-100", "100/s open load, p50 40 ms", rate=100),
    Run("open-150", "150/s open load, webhook answered p50 10 ms, p99 50 ms", rate=150),
    Run("50-chats", "50 chats, 120/s (150 the stretch)", chats=50),
    Run("200-chats-1s", "200 chats, 1 s model, 120/s, p50 < 1.7 s", chats=200, model_seconds=1.0, seconds=15),
    Run("1000-chats", "1,000 chats, 100/s, < 1 % 503", chats=1000, seconds=20),
    Run("new-customers", "200 customers' first messages, 50 at once", seconds=0),
)
NAMES = (*(run.name for run in RUNS), lists.NAME)


def percentile(values: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else float("nan")


class Processes:
    """CPU and memory of the stack's processes, by part."""

    def __init__(self, stack: Stack) -> None:
        self._parts = {part.name: part.pid for part in stack.parts() if part.pid}

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far."""
        return {name: sum(_cpu(process) for process in _tree(pid)) for name, pid in self._parts.items()}

    def memory_mb(self) -> dict[str, int]:
        """Resident memory of the Python services."""
        return {
            name: psutil.Process(pid).memory_info().rss // 2**20
            for name, pid in self._parts.items()
            if name not in ("postgres", "nats")
        }


def _tree(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


async def measure(run: Run, customers: Customers, model: Model, processes: Processes) -> dict[str, Any]:
    """Run one workload and tell what came of it."""
    chats = (await customers.introduce(run.chats))[0] if run.seconds else []
    model.latency = run.model_seconds
    before, began = processes.cpu(), time.perf_counter()
    if not run.seconds:
        _, sample = await customers.introduce(run.chats)
    elif run.rate:
        sample = await customers.open_loop(chats, run.rate, run.seconds)
    else:
        sample = await customers.closed_loop(chats, run.seconds)
    after, whole = processes.cpu(), time.perf_counter() - began
    # Of a closed loop the warm-up costs as well, at the same rate.
    messages = max(1, len(sample.answers)) * (whole / sample.seconds if run.seconds and not run.rate else 1.0)
    cpu = {name: round((after[name] - before[name]) / messages * 1000, 2) for name in before}
    return result(run, sample, cpu)


def result(run: Run, sample: Sample, cpu: dict[str, float]) -> dict[str, Any]:
    total = sum(sample.statuses.values())
    return {
        "name": run.name,
        "target": run.target,
        "answered": len(sample.answers),
        "rate": round(sample.rate, 1),
        "answer_p50_ms": percentile(sample.answers, 0.5),
        "answer_p99_ms": percentile(sample.answers, 0.99),
        "ack_p50_ms": percentile(sample.acks, 0.5),
        "ack_p99_ms": percentile(sample.acks, 0.99),
        "refused_percent": round(100 * (total - sample.statuses.get(200, 0)) / max(1, total), 2),
        "unanswered": sample.unanswered,
        "cpu_ms_per_message": cpu | {"all": round(sum(cpu.values()), 2)},
    }


async def bench(names: list[str], scale: float) -> dict[str, Any]:
    """Bring everything up, run the named workloads (all if none), bring it down."""
    model, telegram = Model(), Telegram()
    await model.start()
    await telegram.start()
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="sales-agents-bench-") as folder:
        settings = StackSettings(
            _env_file=None,
            data_dir=Path(folder),
            anthropic_api_key=SecretStr("bench"),
            anthropic_base_url=f"http://127.0.0.1:{model.port}",
            telegram_api_base_url=f"http://127.0.0.1:{telegram.port}",
            silence_window_ms=0,
            max_wait_ms=0,
            log_level="WARNING",
            gateway_port=0,
            admin_port=0,
            tenants_grpc_port=0,
            customers_grpc_port=0,
            orders_grpc_port=0,
            agent_grpc_port=0,
        )
        # No cap on messages may be what is measured.
        extra = {"agent": {"MAX_MESSAGES_PER_TENANT_HOUR": "100000000", "MAX_MESSAGES_PER_CHAT_HOUR": "100000000"}}
        stack = Stack(settings, console, quiet=True, extra=extra)
        await stack.start()
        try:
            customers = Customers(stack.ports["gateway"], settings.valdman_webhook_secret.get_secret_value(), telegram)
            processes = Processes(stack)
            await customers.introduce(200)  # caches, connections, prepared statements
            results = []
            for run in RUNS:
                if names and run.name not in names:
                    continue
                scaled = Run(run.name, run.target, run.chats, run.rate, run.model_seconds, run.seconds * scale)
                results.append(await measure(scaled, customers, model, processes))
                console.print(results[-1], highlight=False)
            read = await lists.measure(stack) if not names or lists.NAME in names else []
            return {
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
                "results": results,
                "lists": read,
                "memory_mb": processes.memory_mb(),
            }
        finally:
            customers.close()
            await stack.stop()


def show(report: dict[str, Any]) -> None:
    console = Console()
    if report["results"]:
        console.print(_message_path(report))
    if report["lists"]:
        console.print(_lists(report))
    console.print("Memory (MB): " + ", ".join(f"{name} {size}" for name, size in report["memory_mb"].items()))


def _message_path(report: dict[str, Any]) -> Table:
    table = Table(title=f"Message path on {report['machine']}")
    for heading in ("run", "target", "answers/s", "answer p50/p99 ms", "ack p50/p99 ms", "refused %", "CPU ms/message"):
        table.add_column(heading)
    for row in report["results"]:
        table.add_row(
            row["name"],
            row["target"],
            str(row["rate"]),
            f"{row['answer_p50_ms']} / {row['answer_p99_ms']}",
            f"{row['ack_p50_ms']} / {row['ack_p99_ms']}",
            str(row["refused_percent"]),
            str(row["cpu_ms_per_message"]["all"]),
        )
    return table


def _lists(report: dict[str, Any]) -> Table:
    title = f"Lists over {lists.MESSAGES:,} messages and {lists.ORDERS:,} orders, p95 below {lists.TARGET_P95_MS:g} ms"
    table = Table(title=title)
    for heading in ("list", "p50 ms", "p95 ms", "kB"):
        table.add_column(heading, justify="left" if heading == "list" else "right")
    for row in report["lists"]:
        late = row["p95_ms"] >= lists.TARGET_P95_MS
        p95 = f"[red]{row['p95_ms']}[/red]" if late else str(row["p95_ms"])
        table.add_row(row["name"], str(row["p50_ms"]), p95, f"{row['bytes'] / 1000:.0f}")
    return table


@app.command()
def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join([*(run.name for run in RUNS), lists.NAME])}.")
    ] = None,
    scale: Annotated[float, typer.Option(help="Factor on the length of each run.")] = 1.0,
) -> None:
    """Measure the message path, and lists of a tenant with a long past."""
    report = uvloop.run(bench(names or [], scale))
    OUT.mkdir(exist_ok=True)
    target = OUT / "message-path.json"
    target.write_text(json.dumps(report, indent=2))
    show(report)
    typer.echo(f"JSON: {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}")


if __name__ == "__main__":
    sys.exit(app())
