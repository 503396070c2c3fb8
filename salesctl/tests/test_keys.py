"""`salesctl key` and `salesctl login-link` let people in, and tell what is secret once."""

import json

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sales.tenants.v1 import staff_pb2 as pb

from salesctl.tests.conftest import Salesctl
from salesctl.tests.fakes import Fakes
from services.common.errors import not_found

SECRET = f"asa_valdman_{'7' * 64}"
CODE = f"asl_valdman_{'7' * 32}"


def key(name: str = "Dana", revoked: int = 0) -> pb.ApiKey:
    made = pb.ApiKey(
        api_key_id=f"key-of-{name}",
        display_name=name,
        role=pb.ROLE_MANAGER,
        create_time=Timestamp(seconds=1_700_000_000),
        last_use_time=Timestamp(seconds=1_700_000_060),
    )
    if revoked:
        made.revoke_time.FromSeconds(revoked)
    return made


def test_a_made_key_is_shown_with_the_way_to_end_it(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["CreateApiKey"] = lambda _: pb.CreateApiKeyResponse(api_key=key(), secret=SECRET)
    ran = salesctl("key", "create", "--name", "Dana", "--role", "manager")
    assert ran.out.splitlines() == [
        "Key of Dana, manager of valdman. It is shown only now:",
        SECRET,
        "`salesctl key revoke key-of-Dana --tenant valdman` ends it.",
    ]
    (request,) = fakes.asked["CreateApiKey"]
    assert (request.display_name, request.role) == ("Dana", pb.ROLE_MANAGER)
    assert fakes.metadata[-1]["x-tenant-id"] == "valdman"


def test_each_key_that_is_asked_for_is_a_new_one(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["CreateApiKey"] = lambda _: pb.CreateApiKeyResponse(api_key=key(), secret=SECRET)
    for _ in range(2):
        ran = salesctl("key", "create", "--name", "Dana", "--role", "owner", "--json")
        assert json.loads(ran.out)["secret"] == SECRET
    assert len({request.request_id for request in fakes.asked["CreateApiKey"]}) == 2


def test_keys_are_a_table(fakes: Fakes, salesctl: Salesctl) -> None:
    keys = [key("Noa"), key("Dana", revoked=1_700_000_120)]
    fakes.answers["ListApiKeys"] = lambda _: pb.ListApiKeysResponse(api_keys=keys)
    out = salesctl("key", "list", "--tenant", "joannas_bakery").out
    (noa,) = [line for line in out.splitlines() if "Noa" in line]
    (dana,) = [line for line in out.splitlines() if "Dana" in line]
    for told in ("key-of-Noa", "manager", "2023-11-14 22:13:20", "2023-11-14 22:14:20", "works"):
        assert told in noa
    assert "revoked 2023-11-14 22:15:20" in dana
    assert [entry["display_name"] for entry in json.loads(salesctl("key", "list", "--json").out)] == ["Noa", "Dana"]


def test_a_tenant_without_keys_is_told_how_to_get_one(fakes: Fakes, salesctl: Salesctl) -> None:
    assert salesctl("key", "list").out == "valdman has no keys. `salesctl key create` makes one.\n"


def test_a_key_is_revoked(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["RevokeApiKey"] = lambda _: key(revoked=1_700_000_120)
    ran = salesctl("key", "revoke", "key-of-Dana", "--tenant", "valdman")
    assert ran.out == "The key of Dana at valdman is revoked since 2023-11-14 22:15:20 UTC.\n"
    assert fakes.asked["RevokeApiKey"][0].api_key_id == "key-of-Dana"


def test_a_key_that_is_not_there_is_told(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.failures["RevokeApiKey"] = not_found("API key", "key-9")
    ran = salesctl("key", "revoke", "key-9")
    assert (ran.status, ran.err) == (1, "API key key-9 was not found (NOT_FOUND)\n")


@pytest.mark.parametrize(
    "command", [("key", "create", "--name", "Dana", "--role", "owner"), ("key", "list"), ("login-link",)]
)
def test_a_mistyped_tenant_is_told_with_those_there_are(
    fakes: Fakes, salesctl: Salesctl, command: tuple[str, ...]
) -> None:
    for method in ("CreateApiKey", "ListApiKeys", "CreateLoginCode"):
        fakes.failures[method] = not_found("tenant", "valdmann")
    ran = salesctl(*command, "--tenant", "valdmann")
    assert (ran.status, ran.err) == (1, "There is no tenant 'valdmann'. There are: joannas_bakery, valdman.\n")


def test_a_link_opens_the_dashboard_with_a_code(
    fakes: Fakes, salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.answers["CreateLoginCode"] = lambda _: pb.LoginCode(code=CODE)
    assert salesctl("login-link").out == f"http://127.0.0.1:8080/login#code={CODE}\n"
    monkeypatch.setenv("ADMIN_PORT", "9090")
    ran = salesctl("login-link", "--tenant", "joannas_bakery", "--role", "viewer", "--name", "Noa")
    assert ran.out == f"http://127.0.0.1:9090/login#code={CODE}\n"
    monkeypatch.setenv("ADMIN_URL", "https://admin.example.com")
    assert salesctl("login-link").out == f"https://admin.example.com/login#code={CODE}\n"
    ran = salesctl("login-link", "--url", "https://shop.example.com/")
    assert ran.out == f"https://shop.example.com/login#code={CODE}\n"
    wanted = [(request.display_name, request.role) for request in fakes.asked["CreateLoginCode"]]
    assert wanted == [("Owner", pb.ROLE_OWNER), ("Noa", pb.ROLE_VIEWER), *2 * [("Owner", pb.ROLE_OWNER)]]
