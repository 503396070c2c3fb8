"""Keys over gRPC: told once, stored hashed, listed and revoked by owners of their own tenant only."""

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Any

import asyncpg
import grpc
import pytest
import structlog
from sales.tenants.v1 import staff_pb2 as pb
from sales.tenants.v1 import tenants_pb2
from sqlalchemy import bindparam, select

from services.common.db import statement
from services.common.errors import DomainError
from services.common.tests.waiting import eventually
from services.tenants.models import api_keys
from services.tenants.staff.rules import MAX_WORKING_KEYS
from services.tenants.tests.conftest import Service, bakery
from services.tenants.tests.staff import People, revocation, wanted_key

pytestmark = pytest.mark.usefixtures("tenant")
LIST = pb.ListApiKeysRequest()
_HOLD_KEYS = statement(select(api_keys).where(api_keys.c.tenant_id == bindparam("tenant_id")).with_for_update())


@pytest.fixture
def people(service: Service, tenant_id: str) -> People:
    return People(service, tenant_id)


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await call
    return refused.value


async def rows_of(admin_url: str, tenant_id: str) -> str:
    """Every row of the tenant in the service's schema as text; bytes are in hexadecimal."""
    connection = await asyncpg.connect(admin_url)
    try:
        tables = await connection.fetch(
            "SELECT DISTINCT table_name FROM information_schema.columns "
            "WHERE table_schema = 'tenants' AND column_name = 'tenant_id'"
        )
        found = []
        for table in tables:
            query = f'SELECT t::text AS line FROM tenants."{table["table_name"]}" t WHERE tenant_id = $1'
            found += [f"{table['table_name']}: {row['line']}" for row in await connection.fetch(query, tenant_id)]
        return "\n".join(found)
    finally:
        await connection.close()


async def both_wait(admin_url: str) -> bool:
    """Whether two transactions of the service wait for locks of others."""
    connection = await asyncpg.connect(admin_url)
    try:
        count = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = 'tenants_service' AND wait_event_type = 'Lock'"
        )
    finally:
        await connection.close()
    return bool(count == 2)


async def test_a_key_is_told_with_its_tenant_in_front_and_listed_without_its_secret(
    people: People, tenant_id: str
) -> None:
    made = await people.key(" Dana\n Levi ", pb.ROLE_MANAGER)
    assert re.fullmatch(f"asa_{tenant_id}_[0-9a-f]{{64}}", made.secret)
    assert (made.api_key.display_name, made.api_key.role) == ("Dana Levi", pb.ROLE_MANAGER)
    assert not made.api_key.HasField("last_use_time")
    assert not made.api_key.HasField("revoke_time")
    assert list((await people.operator.ListApiKeys(LIST)).api_keys) == [made.api_key]


async def test_keys_are_listed_newest_first_and_revoked_ones_too(people: People) -> None:
    first, second = (await people.key("first")).api_key, (await people.key("second")).api_key
    revoked = await people.operator.RevokeApiKey(revocation(first))
    assert revoked.HasField("revoke_time")
    assert list((await people.operator.ListApiKeys(LIST)).api_keys) == [second, revoked]


async def test_a_repeated_request_makes_one_key_and_tells_its_secret_once(people: People) -> None:
    request = wanted_key(request_id="make")
    first, again = await people.operator.CreateApiKey(request), await people.operator.CreateApiKey(request)
    assert first.secret
    assert again.secret == ""
    assert again.api_key == first.api_key
    assert len((await people.operator.ListApiKeys(LIST)).api_keys) == 1
    reused = await refusal(people.operator.CreateApiKey(wanted_key("Noa", request_id="make")))
    assert reused.code is grpc.StatusCode.ALREADY_EXISTS


async def test_the_same_request_ten_times_at_once_makes_one_key(people: People) -> None:
    request = wanted_key(request_id="make")
    answers = await asyncio.gather(*(people.operator.CreateApiKey(request) for _ in range(10)))
    assert len({answer.api_key.api_key_id for answer in answers}) == 1
    assert sum(bool(answer.secret) for answer in answers) == 1


async def test_no_secret_is_in_the_database_or_in_the_logs(
    people: People, postgres_admin_url: str, tenant_id: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        made = await people.key()
        await people.operator.CreateApiKey(wanted_key(request_id="again"))
        code = await people.code()
        sessions = [await people.open(api_key=made.secret), await people.open(login_code=code)]
        await refusal(people.open(login_code=code))
        await people.operator.RevokeApiKey(revocation(made.api_key))
        await refusal(people.open(api_key=made.secret))
    stored = await rows_of(postgres_admin_url, tenant_id)
    assert {line["event"] for line in lines} == {
        *("api_key_created", "login_code_created", "session_opened", "api_key_revoked"),
    }
    assert {"api_keys", "login_codes", "idempotency_keys"} <= set(re.findall("^[a-z_]+", stored, re.MULTILINE))
    for secret in (made.secret, code, *(session.token for session in sessions)):
        random = secret.rpartition("_")[2]
        for told in (stored, str(lines)):
            for form in (random, random.encode().hex()):
                assert form not in told


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("display_name", wanted_key("")),
        ("display_name", wanted_key(" \n ")),
        ("display_name", wanted_key("x" * 101)),
        ("display_name", wanted_key("a\0b")),
        ("role", wanted_key(role=pb.ROLE_UNSPECIFIED)),
        ("role", wanted_key(role=7)),
        ("request_id", wanted_key(request_id="x" * 129)),
        ("request_id", pb.CreateApiKeyRequest(display_name="Dana", role=pb.ROLE_OWNER)),
    ],
)
async def test_a_bad_field_is_named_and_no_key_is_made(
    people: People, field: str, request_: pb.CreateApiKeyRequest
) -> None:
    refused = await refusal(people.operator.CreateApiKey(request_))
    assert (refused.code, refused.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert not (await people.operator.ListApiKeys(LIST)).api_keys


async def test_revoking_is_safe_to_repeat_and_keeps_the_first_time(people: People) -> None:
    key = (await people.key()).api_key
    first = await people.operator.RevokeApiKey(revocation(key, "revoke"))
    assert await people.operator.RevokeApiKey(revocation(key, "revoke")) == first
    assert await people.operator.RevokeApiKey(revocation(key, "once more")) == first


@pytest.mark.parametrize("key_id", ["", "no-uuid", str(uuid.UUID(int=1))])
async def test_a_key_that_is_not_there_is_not_found(people: People, key_id: str) -> None:
    refused = await refusal(people.operator.RevokeApiKey(revocation(pb.ApiKey(api_key_id=key_id))))
    assert refused.code is grpc.StatusCode.NOT_FOUND


async def test_nobody_reaches_the_keys_of_another_tenant(service: Service, people: People, tenant_id: str) -> None:
    made = await people.key()
    session = await people.open(api_key=made.secret)
    other_id = f"{tenant_id}_b"
    await service.as_("operator", other_id).CreateTenant(
        tenants_pb2.CreateTenantRequest(tenant=bakery(), request_id="create")
    )
    other = People(service, other_id)
    for client in (other.operator, people.as_person(session, other_id)):
        assert (await refusal(client.RevokeApiKey(revocation(made.api_key)))).code is grpc.StatusCode.NOT_FOUND
    for call in ("ListApiKeys", "CreateApiKey"):
        request = LIST if call == "ListApiKeys" else wanted_key()
        refused = await refusal(getattr(people.as_person(session, other_id), call)(request))
        assert refused.code is grpc.StatusCode.NOT_FOUND
    assert not (await other.operator.ListApiKeys(LIST)).api_keys
    (key,) = (await people.operator.ListApiKeys(LIST)).api_keys
    assert not key.HasField("revoke_time")


async def test_a_tenant_that_is_not_there_has_no_keys(service: Service, tenant_id: str) -> None:
    nobody = service.staff_as("operator", f"{tenant_id}_nobody")
    calls: list[tuple[Callable[[Any], Any], Any]] = [
        (nobody.CreateApiKey, wanted_key()),
        (nobody.ListApiKeys, LIST),
        (nobody.RevokeApiKey, revocation(pb.ApiKey(api_key_id=str(uuid.uuid4())))),
        (nobody.CreateLoginCode, pb.CreateLoginCodeRequest(display_name="Dana", role=pb.ROLE_OWNER)),
    ]
    for call, request in calls:
        assert (await refusal(call(request))).code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("role", [pb.ROLE_VIEWER, pb.ROLE_MANAGER])
async def test_only_an_owner_makes_lists_and_revokes_keys(people: People, role: int) -> None:
    made = await people.key(role=role)
    person = people.as_person(await people.open(api_key=made.secret))
    calls: list[tuple[Callable[[Any], Any], Any]] = [
        (person.CreateApiKey, wanted_key(role=pb.ROLE_VIEWER)),
        (person.ListApiKeys, LIST),
        (person.RevokeApiKey, revocation(made.api_key)),
    ]
    for call, request in calls:
        refused = await refusal(call(request))
        assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")


async def test_an_owner_makes_and_revokes_keys_of_others(people: People) -> None:
    owner = people.as_person(await people.open(api_key=(await people.key()).secret))
    viewer = (await owner.CreateApiKey(wanted_key("Noa", pb.ROLE_VIEWER))).api_key
    assert (await owner.RevokeApiKey(revocation(viewer))).HasField("revoke_time")


async def test_an_owner_cannot_lock_everybody_out_but_the_operator_can(people: People) -> None:
    last, manager = await people.key(), (await people.key("Noa", pb.ROLE_MANAGER)).api_key
    owner = people.as_person(await people.open(login_code=await people.code()))
    refused = await refusal(owner.RevokeApiKey(revocation(last.api_key)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "LAST_OWNER_KEY")
    assert "make another one first" in refused.message
    assert (await owner.RevokeApiKey(revocation(manager))).HasField("revoke_time")
    assert await people.open(api_key=last.secret)
    assert (await people.operator.RevokeApiKey(revocation(last.api_key))).HasField("revoke_time")


async def test_two_owners_cannot_revoke_each_other_at_once(
    service: Service, people: People, postgres_admin_url: str, tenant_id: str
) -> None:
    keys = [await people.key(name) for name in ("Dana", "Noa")]
    dana, noa = [people.as_person(await people.open(api_key=key.secret)) for key in keys]
    async with service.database.transaction(tenant_id) as tx:
        await tx.fetch_all(_HOLD_KEYS, tenant_id=tenant_id)
        revocations = [
            asyncio.ensure_future(dana.RevokeApiKey(revocation(keys[1].api_key))),
            asyncio.ensure_future(noa.RevokeApiKey(revocation(keys[0].api_key))),
        ]
        await eventually(lambda: both_wait(postgres_admin_url), "both revocations waiting")
    outcomes = await asyncio.gather(*revocations, return_exceptions=True)
    listed = (await people.operator.ListApiKeys(LIST)).api_keys
    assert [key.HasField("revoke_time") for key in listed].count(False) == 1
    assert [it.reason for it in outcomes if isinstance(it, DomainError)] == ["LAST_OWNER_KEY"]


async def test_who_was_revoked_changes_no_keys_while_the_token_is_still_valid(people: People) -> None:
    made = await people.key()
    await people.key("Noa")
    person = people.as_person(await people.open(api_key=made.secret))
    await people.operator.RevokeApiKey(revocation(made.api_key))
    for call, request in (
        (person.CreateApiKey, wanted_key()),
        (person.ListApiKeys, LIST),
        (person.RevokeApiKey, revocation(made.api_key)),
    ):
        refused = await refusal(call(request))
        assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID")


async def test_a_tenant_has_so_many_keys_that_work_and_no_more(people: People) -> None:
    for _ in range(MAX_WORKING_KEYS):
        made = await people.key()
    refused = await refusal(people.operator.CreateApiKey(wanted_key()))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_KEYS")
    await people.operator.RevokeApiKey(revocation(made.api_key))
    assert (await people.key()).secret


@pytest.mark.parametrize("caller", ["agent", "gateway", "orders"])
async def test_services_have_no_business_with_keys(service: Service, tenant_id: str, caller: str) -> None:
    client = service.staff_as(caller, tenant_id)
    for call, request in (
        (client.CreateApiKey, wanted_key()),
        (client.ListApiKeys, LIST),
        (client.RevokeApiKey, revocation(pb.ApiKey())),
        (client.CreateLoginCode, pb.CreateLoginCodeRequest()),
        (client.CreateSession, pb.CreateSessionRequest()),
        (client.RenewSession, pb.RenewSessionRequest()),
    ):
        assert (await refusal(call(request))).code is grpc.StatusCode.PERMISSION_DENIED
