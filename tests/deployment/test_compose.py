"""docker-compose.yml gives each container what it needs, and nothing of what others need."""

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nats
import nats.errors
import pytest
import yaml
from pydantic_settings import BaseSettings

from devstack.components import Surroundings, components
from devstack.compose_secrets import CALLERS, COMPOSE_SECRETS
from devstack.env_file import compose_environment
from devstack.keys import Keys
from devstack.ports import choose_ports
from devstack.settings import StackSettings
from services.common.config import ConfigurationError, load
from tests.deployment.compose import REPOSITORY, NotSetError, compose, environment
from tests.deployment.compose_nats import compose_nats
from tests.deployment.settings_classes import SERVICES, secrets, settings_of

# What a container is not told: what its image says, and what only a test or a laptop sets.
_OF_THE_IMAGE = {"GRPC_BIND_HOST", "GATEWAY_BIND_HOST", "ADMIN_BIND_HOST", "UI_FOLDER"}
_NOT_IN_CONTAINERS = {
    "NATS_STREAM_REPLICAS",  # there is one server
    "FAULT_POINTS",
    "GATEWAY_PORT",
    "ADMIN_PORT",
    *(f"{name.upper()}_GRPC_PORT" for name in SERVICES),
}
_ONE_SHOTS = {"migrate", "seed"}


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `make env` writes."""
    keys = Keys(tmp_path_factory.mktemp("keys"), CALLERS)
    return compose_environment(keys) | {"ENVIRONMENT": "development"}


@pytest.fixture(scope="module")
def services(variables: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = compose(variables)["services"]
    return found


def _raw() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    return found


def test_it_starts_with_what_make_env_writes_and_refuses_without_any_part_of_it(variables: dict[str, str]) -> None:
    compose(variables)
    for name in variables:
        with pytest.raises(NotSetError, match=rf"^{name}: run `make env`"):
            compose({**variables, name: ""})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_every_variable_that_it_reads_and_no_other(service: str) -> None:
    given = set(_raw()[service]["environment"])
    read = {name.upper() for name in settings_of(service).model_fields}
    assert given == read - _OF_THE_IMAGE - _NOT_IN_CONTAINERS


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_with_what_it_gets(
    service: str, services: dict[str, Any], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(monkeypatch, environment(services[service], variables))
    settings: Any = load(settings_of(service))
    assert len(settings.private_key) == 32
    assert set(settings.public_keys) == set(CALLERS)


def _only(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name in {field.upper() for service in SERVICES for field in settings_of(service).model_fields}:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("service", ["agent", "gateway"])
def test_outside_development_simulators_are_refused_by_name(
    service: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = variables | {"ENVIRONMENT": "production"}
    _only(monkeypatch, environment(compose(variables)["services"][service], variables))
    url = {"agent": "ANTHROPIC_BASE_URL", "gateway": "TELEGRAM_API_BASE_URL"}[service]
    with pytest.raises(ConfigurationError, match=f"{url}: is a simulator's address, and ENVIRONMENT is production"):
        load(settings_of(service))
    real = {
        "ANTHROPIC_API_KEY": "sk-ant-0815",
        "ANTHROPIC_BASE_URL": "https://api.anthropic.com",
        "TELEGRAM_API_BASE_URL": "https://api.telegram.org",
    }
    _only(monkeypatch, environment(compose(variables | real)["services"][service], variables | real))
    load(settings_of(service))


def test_a_secret_is_known_to_those_alone_who_need_it(variables: dict[str, str]) -> None:
    """Looked for in all of a container's part of the file, not in the names of variables."""
    text = {name: yaml.safe_dump(part) for name, part in compose(variables)["services"].items()}
    holders = {
        secret: {name for name, part in text.items() if variables[secret] in part}
        for secret in [*COMPOSE_SECRETS, "ENCRYPTION_KEYS", "SESSION_SECRET"]
    }
    operator = {"seed", "salesctl"}
    for caller in CALLERS:
        assert holders.pop(f"{caller.upper()}_PRIVATE_KEY") == (operator if caller == "operator" else {caller})
        accounts = {"nats-cli"} if caller == "operator" else {caller}
        assert holders.pop(f"{caller.upper()}_NATS_PASSWORD") == accounts | {"nats"}
    for service in ("tenants", "customers", "orders", "agent"):
        assert holders.pop(f"{service.upper()}_DATABASE_PASSWORD") == {service, "migrate"}
    assert holders == {
        "POSTGRES_PASSWORD": {"postgres", "migrate", "psql"},
        "ENCRYPTION_KEYS": {"tenants"},
        "SESSION_SECRET": {"admin_bff"},
    }


def test_it_is_the_twin_of_the_stack_on_one_machine(
    services: dict[str, Any], variables: dict[str, str], tmp_path: Path
) -> None:
    """Who is told what, but for ports: one machine has one address, a network of containers one for each."""
    settings = StackSettings(_env_file=None, data_dir=tmp_path)
    around = Surroundings(
        settings=settings,
        ports=choose_ports(settings, tmp_path / "ports.json"),
        keys=Keys(tmp_path / "keys", CALLERS),
        admin_database_url="postgresql://postgres:x@127.0.0.1:5432/postgres",
        nats_url="nats://127.0.0.1:4222",
    )
    stack = {component.name: component for component in components(around)}
    assert set(stack) < set(services)
    for name in SERVICES:
        own = {field.upper() for field in settings_of(name).model_fields} - _NOT_IN_CONTAINERS
        told = set(environment(services[name], variables))
        windows = {"SILENCE_WINDOW_MS", "MAX_WAIT_MS", "LOG_LEVEL"}  # handed on where they are set
        assert set(stack[name].environment) & own - windows <= told
    for name in ("claude-simulator", "telegram-simulator"):
        assert services[name]["command"][0] == stack[name].module


def test_two_ports_are_published_and_only_to_this_machine(services: dict[str, Any]) -> None:
    published = {name: part["ports"] for name, part in services.items() if "ports" in part}
    assert published == {"gateway": ["127.0.0.1:8000:8000"], "admin_bff": ["127.0.0.1:8080:8080"]}


def test_only_who_talks_to_the_world_has_a_way_out(services: dict[str, Any]) -> None:
    networks = compose_networks(services)
    assert networks == {"agent", "gateway", "admin_bff", "salesctl"}


def compose_networks(services: dict[str, Any]) -> set[str]:
    assert all("network_mode" not in part for part in services.values())
    return {name for name, part in services.items() if set(part["networks"]) != {"inside"}}


def test_containers_may_do_little_and_use_so_much(services: dict[str, Any]) -> None:
    for name, part in services.items():
        assert part["read_only"] is True, name
        assert part["cap_drop"] == ["ALL"], name
        assert "cap_add" not in part, name
        assert "privileged" not in part, name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        limits = part["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= set(limits), name


def test_what_runs_has_a_health_check_and_whoever_needs_it_waits_for_that(services: dict[str, Any]) -> None:
    running = {name for name, part in services.items() if part.get("profiles") != ["tools"]} - _ONE_SHOTS
    for name in running:
        assert services[name]["healthcheck"]["test"][0] == "CMD", name
        assert services[name]["healthcheck"]["start_interval"], name
    for name, part in services.items():
        for other, how in part.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other in _ONE_SHOTS else "service_healthy"
            assert how["condition"] == wanted, (name, other)
            demo_alone = services[other].get("profiles") == ["demo"] and part.get("profiles") != ["demo"]
            assert how.get("required", True) is not demo_alone, (name, other)
    assert all("migrate" in services[name]["depends_on"] for name in ("tenants", "customers", "orders", "agent"))


def test_the_images_are_those_of_the_dockerfile(services: dict[str, Any]) -> None:
    stages = set(re.findall(r" AS (\w+)$", (REPOSITORY / "services/Dockerfile").read_text(), re.MULTILINE))
    for name, part in services.items():
        if build := part.get("build"):
            assert build["target"] in stages
            assert build.get("args", {}).get("SERVICE", "tools") == (name if name in SERVICES else "tools")
            assert part["image"] == f"ai-sales-agents/{build.get('args', {}).get('SERVICE', 'tools')}:0.1.0"


def test_modules_that_it_starts_are_there(services: dict[str, Any]) -> None:
    for name in ("migrate", "claude-simulator", "telegram-simulator", "salesctl"):
        words = [*services[name].get("entrypoint", []), *services[name]["command"]]
        module = next(word for word in words if word not in ("python", "-m"))
        path = REPOSITORY / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


async def test_nats_takes_its_file_and_lets_in_only_who_has_a_password(
    variables: dict[str, str], tmp_path: Path
) -> None:
    assert "sync_interval: always" in (REPOSITORY / "deploy/compose/nats.conf").read_text()
    with compose_nats(variables, tmp_path) as port:
        for caller in CALLERS:
            password = variables[f"{caller.upper()}_NATS_PASSWORD"]
            client = await nats.connect(
                f"nats://{caller}:{password}@127.0.0.1:{port}", allow_reconnect=False, connect_timeout=30
            )
            await client.flush()
            await client.close()
        refusals: list[Exception] = []

        async def refused(error: Exception) -> None:
            refusals.append(error)

        with pytest.raises(nats.errors.NoServersError):
            await nats.connect(f"nats://127.0.0.1:{port}", error_cb=refused, max_reconnect_attempts=1)
        assert "authorization" in str(refusals[0]).lower()


async def test_people_see_all_of_nats(variables: dict[str, str], tmp_path: Path) -> None:
    with compose_nats(variables, tmp_path) as port:
        password = variables["OPERATOR_NATS_PASSWORD"]
        client = await nats.connect(
            f"nats://operator:{password}@127.0.0.1:{port}", allow_reconnect=False, connect_timeout=30
        )
        assert (await client.jetstream().account_info()).streams == 0
        await client.close()


def test_make_env_writes_strong_secrets_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "devstack.env_file"]
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}:{REPOSITORY}/protos/gen")
    first = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    path = tmp_path / ".env"
    assert path.stat().st_mode & 0o777 == 0o600
    written = path.read_text()
    values = dict(re.findall(r"^([A-Z_]+)=(.+)$", written, re.MULTILINE))
    compose(values)
    strong = {name: value for name, value in values.items() if name in COMPOSE_SECRETS}
    assert set(strong) == COMPOSE_SECRETS
    assert len(set(strong.values())) == len(strong)
    assert min(map(len, strong.values())) >= 32
    assert all(value not in first.stdout for value in strong.values())
    again = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert ".env is there already" in again.stderr
    assert path.read_text() == written


def test_what_compose_hands_out_reaches_no_process_of_the_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keys = Keys(tmp_path / "keys", CALLERS)
    lines = [f"{name}={value}" for name, value in compose_environment(keys).items()]
    (tmp_path / ".env").write_text("\n".join([*lines, "LOG_FORMAT=json"]))
    inherited = StackSettings().inherited_environment()
    assert inherited["LOG_FORMAT"] == "json"
    secret = {base64.b64encode(value.encode()) for value in compose_environment(keys).values()}
    assert not secret & {base64.b64encode(value.encode()) for value in inherited.values()}


def test_secrets_of_settings_are_known() -> None:
    """Should a service learn a new secret, the test above has to know who may have it."""
    known = {
        *("DATABASE_URL", "NATS_URL", "SERVICE_PRIVATE_KEY"),
        *("ENCRYPTION_KEYS", "SESSION_SECRET", "ANTHROPIC_API_KEY"),
    }
    classes: list[type[BaseSettings]] = [settings_of(service) for service in SERVICES]
    assert set().union(*map(secrets, classes)) == known
