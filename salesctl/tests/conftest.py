"""salesctl run in this process, against stand-ins of the services."""

import base64
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from salesctl.__main__ import main
from salesctl.settings import Settings
from salesctl.tests.fakes import Fakes, running
from services.common.auth import TokenVerifier, generate_key_pair, public_key_of

_CLEARED = (
    *(name.upper() for name in Settings.model_fields),
    *("VALDMAN_BOT_TOKEN", "VALDMAN_WEBHOOK_SECRET", "JOANNAS_BOT_TOKEN", "JOANNAS_WEBHOOK_SECRET", "COLUMNS"),
)


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


Salesctl = Callable[..., Ran]


@dataclass(frozen=True)
class Place:
    """A DATA_DIR of its own, with the operator's key of a stack that may run there."""

    data_dir: Path
    operator_seed: bytes

    @property
    def verifier(self) -> TokenVerifier:
        return TokenVerifier({"operator": public_key_of(self.operator_seed)})

    def write_environment(self, **variables: str) -> None:
        """What a running stack leaves for salesctl."""
        folder = self.data_dir / "run"
        folder.mkdir(parents=True, exist_ok=True)
        key = base64.b64encode(self.operator_seed).decode()
        lines = {"SERVICE_PRIVATE_KEY": key, **variables}
        (folder / "environment.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder without `.env`, and an environment without our variables."""
    for name in _CLEARED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return Place(tmp_path / "data", generate_key_pair()[0])


@pytest.fixture
def fakes(place: Place) -> Iterator[Fakes]:
    """Stand-ins of all services, which the environment file of the place points to."""
    fakes = Fakes()
    with running(fakes) as address:
        services = ("TENANTS", "CUSTOMERS", "ORDERS", "AGENT")
        place.write_environment(**{f"{service}_ADDRESS": address for service in services})
        yield fakes


@pytest.fixture
def salesctl(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Salesctl:
    """Run a command line; `stdin` is what is piped into it."""

    def run(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["salesctl", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else int(code is not None), told.out, told.err)

    return run
