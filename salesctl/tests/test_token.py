"""`salesctl token` signs for people who call the services by hand."""

import base64
import time

import pytest

from devstack.secret_files import write_secret
from salesctl.tests.conftest import Place, Salesctl
from services.common.auth import InvalidTokenError, TokenVerifier, generate_key_pair, public_key_of


def test_the_operators_token_is_valid_for_as_long_as_asked(place: Place, salesctl: Salesctl) -> None:
    place.write_environment()
    token = salesctl("token", "--minutes", "2").out.strip()
    assert place.verifier.caller(token) == "operator"
    later = TokenVerifier({"operator": public_key_of(place.operator_seed)}, lambda: time.time() + 121)
    with pytest.raises(InvalidTokenError):
        later.caller(token)


def test_a_key_in_the_environment_signs_where_no_stack_runs(
    place: Place, salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_PRIVATE_KEY", base64.b64encode(place.operator_seed).decode())
    assert place.verifier.caller(salesctl("token").out.strip()) == "operator"


def test_a_service_of_the_stack_here_can_be_spoken_for(place: Place, salesctl: Salesctl) -> None:
    seed, public = generate_key_pair()
    (place.data_dir / "secrets").mkdir(parents=True)
    (place.data_dir / "secrets" / "agent.key").write_text(base64.b64encode(seed).decode())
    assert TokenVerifier({"agent": public}).caller(salesctl("token", "--caller", "agent").out.strip()) == "agent"


def test_the_stack_may_be_in_the_home_of_its_user(
    place: Place, salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secret(place.data_dir / "secrets" / "agent.key", base64.b64encode(place.operator_seed).decode())
    (place.data_dir.parent / ".env").write_text(f"DATA_DIR=~/{place.data_dir.name}\n")
    monkeypatch.delenv("DATA_DIR")
    monkeypatch.setenv("HOME", str(place.data_dir.parent))
    assert salesctl("token", "--caller", "agent").status == 0


@pytest.mark.parametrize("caller", ["gateway", "../secrets/agent", "", "encryption"])
def test_nobody_else_can_be_spoken_for(place: Place, salesctl: Salesctl, caller: str) -> None:
    write_secret(place.data_dir / "secrets" / "agent.key", "?")
    encryption = base64.b64encode(place.operator_seed).decode()  # as long as a seed
    write_secret(place.data_dir / "secrets" / "encryption.key", encryption)
    ran = salesctl("token", "--caller", caller)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("there are: agent.\n")


def test_without_a_key_it_says_how_to_get_one(salesctl: Salesctl) -> None:
    ran = salesctl("token")
    assert (ran.status, ran.out) == (1, "")
    assert "`make up` starts everything" in ran.err


def test_a_key_that_is_no_key_is_named(salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_PRIVATE_KEY", "short")
    assert salesctl("token").err.startswith("SERVICE_PRIVATE_KEY ")
