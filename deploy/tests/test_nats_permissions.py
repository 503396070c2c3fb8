"""What each service may do at NATS: all that its code does, and nothing else."""

import ast
import asyncio
import importlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from nats.aio.client import Client
from structlog.testing import capture_logs

from deploy.tests.rendering import ROOT, environment, main_container, one
from deploy.tests.test_nats import connected, servers, stateful_set, url
from services.common import process
from services.common.events import DeadLetters, Handler, Subscription, consume, watch
from services.common.outbox import ensure_stream

OWNERS = ("tenants", "customers", "orders", "agent")
SERVICES = (*OWNERS, "gateway", "admin_bff")
EVENT = re.compile(r"sales\.[a-z]+\.v1\.[a-z_]+")


def sources(service: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax of each module of a service."""
    for path in (ROOT / "services" / service).rglob("*.py"):
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(path.read_text())


def subscriptions(service: str) -> set[tuple[str, str, str]]:
    """Stream, subject and name of each durable consumer that its code makes."""
    return {
        (value(module, call.args[0]), value(module, call.args[1]), value(module, call.args[2]))
        for module, tree in sources(service)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Subscription"
    }


def value(module: str, argument: ast.expr) -> str:
    """A text that stands there, or the constant of that name."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    assert isinstance(argument, ast.Name), f"{module}: neither a text nor a name"
    return str(getattr(importlib.import_module(module), argument.id))


def events_named(service: str) -> set[str]:
    """Every event that its code names: its own, and those of others that it follows."""
    return {
        node.value
        for _, tree in sources(service)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and EVENT.fullmatch(node.value)
    }


def allowed(service: str, what: str) -> set[str]:
    """The subjects that the file allows it to publish or to subscribe to."""
    text = re.sub(r"^ *#.*$", "", one("dev", "ConfigMap", "nats-users")["data"]["permissions.conf"], flags=re.MULTILINE)
    (block,) = re.findall(rf"^{service.upper()}_MAY \{{\n(.*?)^\}}$", text, re.MULTILINE | re.DOTALL)
    found = re.search(rf"{what}: \[(.*?)\]", block, re.DOTALL)
    return set(re.findall(r'"([^"]+)"', found[1])) if found else set()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server of the overlay dev."""
    with servers("dev", tmp_path_factory.mktemp("nats")) as ((found, _),):
        yield found


@pytest.fixture
async def clients(port: int) -> AsyncIterator[dict[str, Client]]:
    """Each service's connection, made as the service makes it; every stream is there."""
    found = {name: await connected(url("dev", name.replace("_", "-"), port)) for name in SERVICES}
    for owner in OWNERS:
        await ensure_stream(found[owner].jetstream(), owner.upper(), [f"sales.{owner}.v1.>"])
    yield found
    for client in found.values():
        await client.close()


class _NoDeadLetters(DeadLetters):
    """Nothing is given up here."""

    def __init__(self) -> None:
        pass


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_do_what_its_code_does(service: str, clients: dict[str, Client]) -> None:
    client = clients[service]
    with capture_logs() as told:
        if service in OWNERS:
            await ensure_stream(client.jetstream(), service.upper(), [f"sales.{service}.v1.>"])
            await client.jetstream().publish(f"sales.{service}.v1.something", b"of its own")
        missed = await missed_by(service, clients)
    assert not missed, told
    assert [line for line in told if line["log_level"] != "info"] == []


async def missed_by(service: str, clients: dict[str, Client]) -> set[str]:
    """What of all that it follows it has not heard in a minute; nothing, once it has acknowledged one of each, too."""
    client, heard, news = clients[service], set[str](), asyncio.Event()
    consumed, watched = subscriptions(service), events_named(service) & allowed(service, "subscribe")

    def hears(how: str) -> Handler:
        async def handle(_payload: bytes) -> None:
            heard.add(how)
            news.set()

        return handle

    for subject in watched:
        await watch(client, subject, hears(subject))
    consumers = [Subscription(stream, subject, name, hears(name)) for stream, subject, name in consumed]
    following = [consume(client, consumer, _NoDeadLetters()) for consumer in consumers]
    everything = {subject: subject for subject in watched} | {each.durable: each.subject for each in consumers}
    with suppress(TimeoutError):
        async with asyncio.timeout(60), process.background(*following):
            while missing := everything.keys() - heard:
                # Once a second what was not heard: a watcher hears nothing of before the server knows of it, and to
                # publish whenever something was heard keeps a slow disk too busy for anything else.
                for subject in {everything[how] for how in missing}:
                    await clients[subject.split(".")[1]].publish(subject, b"")
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        while everything.keys() - heard:
                            await news.wait()
                            news.clear()
            for consumer in consumers:
                while not await has_acknowledged(client, consumer):
                    await client.flush()
            return set()
    return everything.keys() - heard or {"the acknowledgements"}


async def has_acknowledged(client: Client, consumer: Subscription) -> bool:
    """Whether fewer events wait for an acknowledgement than were delivered."""
    found = await client.jetstream().consumer_info(consumer.stream, consumer.durable)
    assert found.delivered is not None
    return bool(found.delivered.consumer_seq > (found.num_ack_pending or 0))


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_names_what_the_code_names(service: str) -> None:
    """A consumer or an event that is added to the code or taken out of it is added there or taken out, too."""
    consumers = subscriptions(service)
    own = f"sales.{service}.v1."
    followed = {subject for subject in events_named(service) if not subject.startswith(own)}
    subscribed = {subject for subject in allowed(service, "subscribe") if not subject.startswith("_INBOX.")}
    assert followed == {*subscribed, *(subject for _, subject, _ in consumers if not subject.startswith(own))}
    expected = {
        text.format(stream=stream, subject=subject, durable=durable)
        for stream, subject, durable in consumers
        for text in (
            "$JS.API.CONSUMER.INFO.{stream}.{durable}",
            "$JS.API.CONSUMER.CREATE.{stream}.{durable}.{subject}",
            "$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
            "$JS.ACK.{stream}.{durable}.>",
        )
    }
    if service in OWNERS:
        expected |= {f"{own}>", *(f"$JS.API.STREAM.{verb}.{service.upper()}" for verb in ("INFO", "CREATE", "UPDATE"))}
    assert allowed(service, "publish") == expected


async def refused(port: int, service: str, line: str) -> bool:
    """Whether NATS refuses a line of its protocol from this service."""
    told = environment("dev", main_container(stateful_set("dev")))
    login = {"user": service, "pass": told[service.upper()].strip('"'), "verbose": False}
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT {json.dumps(login)}\r\n{line}\r\nPING\r\n".encode())
    answers = [await reader.readline()]
    async with asyncio.timeout(60):
        while answers[-1] != b"PONG\r\n":
            assert answers[-1], answers
            answers.append(await reader.readline())
    writer.close()
    return any(b"Permissions Violation" in answer for answer in answers)


async def test_nobody_may_do_more(port: int) -> None:
    for service in SERVICES:
        for other in OWNERS:
            name, stream = f"sales.{other}.v1.something", other.upper()
            assert await refused(port, service, f"PUB {name} 0\r\n") is (service != other)
            assert await refused(port, service, f"SUB {name} 1")
            assert await refused(port, service, f"SUB _INBOX.{other}.x 1") is (service != other)
            for request in ("STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.GET", "CONSUMER.CREATE", "CONSUMER.LIST"):
                assert await refused(port, service, f"PUB $JS.API.{request}.{stream} 0\r\n"), (service, request)
        for anything in (">", "$JS.>", "$SYS.>", "_INBOX.>"):
            assert await refused(port, service, f"SUB {anything} 1"), (service, anything)
