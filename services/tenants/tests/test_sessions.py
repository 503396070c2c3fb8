"""Sessions over gRPC: opened by a key or once by a code, renewed while it works, refused in one way."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sales.tenants.v1 import staff_pb2 as pb
from sales.tenants.v1.events_pb2 import SessionsEnded
from sales.tenants.v1.tenants_pb2 import CreateTenantRequest
from sqlalchemy import func, select

from services.common.auth import TokenSigner, generate_key_pair
from services.common.db import statement
from services.common.errors import DomainError
from services.common.pruning import prune
from services.common.staff import Role, Staff, sign_staff
from services.common.tests.outbox_rows import written_events
from services.tenants.models import PRUNABLES, login_codes
from services.tenants.staff.server import SESSIONS_ENDED
from services.tenants.tests.conftest import Service, bakery
from services.tenants.tests.staff import People, revocation

pytestmark = pytest.mark.usefixtures("tenant")
_COUNT_CODES = statement(select(func.count()).select_from(login_codes))


@pytest.fixture
def people(service: Service, tenant_id: str) -> Iterator[People]:
    yield People(service, tenant_id)
    service.ahead = timedelta()


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await call
    return refused.value


def seconds(later: Timestamp, earlier: Timestamp) -> float:
    return (later.ToDatetime(UTC) - earlier.ToDatetime(UTC)).total_seconds()


async def test_a_key_opens_a_session_of_its_person(service: Service, people: People, tenant_id: str) -> None:
    made = await people.key("דנה", pb.ROLE_MANAGER)
    before = service.staff_clock()
    session = await people.open(api_key=made.secret)
    after = service.staff_clock()
    assert (session.tenant_id, session.staff_id, session.display_name, session.role) == (
        *(tenant_id, made.api_key.api_key_id, "דנה", pb.ROLE_MANAGER),
    )
    assert before.replace(microsecond=0) <= session.auth_time.ToDatetime(UTC) <= after
    assert seconds(session.expire_time, session.auth_time) == 1800
    (key,) = (await people.operator.ListApiKeys(pb.ListApiKeysRequest())).api_keys
    assert before <= key.last_use_time.ToDatetime(UTC) <= after


async def test_every_service_lets_in_who_has_the_session(people: People) -> None:
    session = await people.open(api_key=(await people.key()).secret)
    assert (await people.as_person(session).ListApiKeys(pb.ListApiKeysRequest())).api_keys


async def test_a_code_opens_one_session(people: People) -> None:
    code = await people.code("Noa", pb.ROLE_VIEWER)
    session = await people.open(login_code=code)
    assert (session.display_name, session.role) == ("Noa", pb.ROLE_VIEWER)
    assert (await refusal(people.open(login_code=code))).code is grpc.StatusCode.UNAUTHENTICATED


async def test_of_twenty_who_use_a_code_at_once_one_gets_in(people: People) -> None:
    code = await people.code()
    outcomes = await asyncio.gather(*(people.open(login_code=code) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, pb.Session) for outcome in outcomes) == 1
    refused = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
    assert {outcome.code for outcome in refused} == {grpc.StatusCode.UNAUTHENTICATED}
    assert len(refused) == 19


async def test_whatever_is_wrong_is_refused_in_the_same_words_with_the_same_work(
    service: Service, people: People, tenant_id: str
) -> None:
    revoked, used, expired = await people.key(), await people.code(), await people.code()
    await people.operator.RevokeApiKey(revocation(revoked.api_key))
    await people.open(login_code=used)
    service.ahead = timedelta(minutes=10)
    wrong = [
        {"api_key": revoked.secret},
        {"api_key": f"asa_{tenant_id}_{'0' * 64}"},
        {"api_key": f"asa_{tenant_id}_nobody_{'0' * 64}"},
        {"login_code": used},
        {"login_code": expired},
        {"login_code": f"asl_{tenant_id}_{'0' * 32}"},
        {"login_code": f"asl_{tenant_id}_nobody_{'0' * 32}"},
    ]
    told, work = set(), set()
    for credential in wrong:
        before = service.database.round_trips
        refused = await refusal(people.open(**credential))
        told.add((refused.code, refused.reason, refused.message, refused.field))
        work.add(service.database.round_trips - before)
    malformed = [{"api_key": text} for text in ("", "x", used, revoked.secret.upper(), f"{revoked.secret}\n")]
    for credential in [*malformed, {"login_code": revoked.secret}]:
        refused = await refusal(people.open(**credential))
        told.add((refused.code, refused.reason, refused.message, refused.field))
    ((code, reason, message, field),) = told
    assert (code, reason, field) == (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID", "")
    assert message == "the key or code is unknown, used, expired or revoked"
    assert work == {3}  # begin, one statement, commit


async def test_a_code_works_until_its_ten_minutes_are_over(service: Service, people: People) -> None:
    made = await people.operator.CreateLoginCode(pb.CreateLoginCodeRequest(display_name="Dana", role=pb.ROLE_OWNER))
    left = made.expire_time.ToDatetime(UTC) - service.staff_clock()
    assert timedelta(minutes=9, seconds=50) < left <= timedelta(minutes=10)
    service.ahead = timedelta(minutes=9, seconds=50)
    assert (await people.open(login_code=made.code)).token


async def test_digits_of_one_tenant_are_worth_nothing_with_the_name_of_another(people: People, tenant_id: str) -> None:
    made = await people.key()
    random = made.secret.rpartition("_")[2]
    refused = await refusal(people.open(api_key=f"asa_{tenant_id}_b_{random}"))
    assert refused.reason == "CREDENTIAL_INVALID"


async def test_nothing_given_is_a_bad_request(people: People) -> None:
    refused = await refusal(people.open())
    assert (refused.code, refused.field) == (grpc.StatusCode.INVALID_ARGUMENT, "api_key")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("display_name", {"display_name": "", "role": pb.ROLE_OWNER}),
        ("display_name", {"display_name": "x" * 101, "role": pb.ROLE_OWNER}),
        ("role", {"display_name": "Dana"}),
    ],
)
async def test_a_code_needs_a_name_and_a_role(people: People, field: str, given: dict[str, Any]) -> None:
    refused = await refusal(people.operator.CreateLoginCode(pb.CreateLoginCodeRequest(**given)))
    assert (refused.code, refused.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)


async def test_only_the_operator_makes_codes_and_only_the_dashboard_opens_sessions(
    service: Service, people: People, tenant_id: str
) -> None:
    made = await people.key()
    owner = people.as_person(await people.open(api_key=made.secret))
    wanted = pb.CreateLoginCodeRequest(display_name="Dana", role=pb.ROLE_OWNER)
    assert (await refusal(owner.CreateLoginCode(wanted))).code is grpc.StatusCode.PERMISSION_DENIED
    request = pb.CreateSessionRequest(api_key=made.secret)
    assert (await refusal(people.operator.CreateSession(request))).code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("by", ["api_key", "login_code"])
async def test_a_session_is_renewed_until_twelve_hours_after_its_opening(
    service: Service, people: People, by: str
) -> None:
    credential = (await people.key()).secret if by == "api_key" else await people.code()
    first = session = await people.open(**{by: credential})
    for minutes in range(20, 12 * 60, 20):
        service.ahead = timedelta(minutes=minutes)
        session = await people.renew(session.token)
        assert (session.staff_id, session.role, session.auth_time) == (first.staff_id, first.role, first.auth_time)
    assert seconds(session.expire_time, first.auth_time) == 12 * 3600  # twenty minutes, not thirty
    service.ahead = timedelta(hours=12)
    refused = await refusal(people.renew(session.token))
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID")


async def test_a_token_that_ended_is_not_renewed(service: Service, people: People) -> None:
    session = await people.open(login_code=await people.code())
    service.ahead = timedelta(minutes=30)
    assert (await refusal(people.renew(session.token))).code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_token_of_twelve_hours_ago_is_not_renewed_however_long_it_lives(
    service: Service, people: People, tenant_id: str
) -> None:
    staff_id = (await people.key()).api_key.api_key_id
    opened = int(service.staff_clock().timestamp()) - 12 * 3600
    staff = Staff(tenant_id, staff_id, "Dana", Role.OWNER)
    token = sign_staff(service.served.signers["tenants"], staff, 600, opened)
    assert (await refusal(people.renew(token))).reason == "SESSION_INVALID"


async def test_the_sessions_of_a_revoked_key_are_not_renewed(people: People) -> None:
    made, other = await people.key(), await people.key("Noa")
    session, of_noa = await people.open(api_key=made.secret), await people.open(api_key=other.secret)
    await people.operator.RevokeApiKey(revocation(made.api_key))
    assert (await refusal(people.renew(session.token))).code is grpc.StatusCode.UNAUTHENTICATED
    assert (await people.renew(of_noa.token)).display_name == "Noa"


async def test_a_session_that_was_ended_is_not_renewed_with_any_of_its_tokens_and_others_are(people: People) -> None:
    key = (await people.key()).secret
    first, other = await people.open(api_key=key), await people.open(api_key=key)
    later = await people.renew(first.token)
    for _ in range(2):
        await people.end(first.token)
    for token in (first.token, later.token):
        refused = await refusal(people.renew(token))
        assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID")
    assert (await people.renew(other.token)).staff_id == first.staff_id


async def test_others_are_told_once_of_each_session_and_key_that_ended(
    service: Service, people: People, tenant_id: str
) -> None:
    made = await people.key()
    session = await people.open(api_key=made.secret)
    for _ in range(2):
        await people.end(session.token)
        await people.operator.RevokeApiKey(revocation(made.api_key))
    written = await written_events(service.database, "tenants", tenant_id)
    told = [SessionsEnded.FromString(payload) for subject, payload in written if subject == SESSIONS_ENDED]
    assert [(each.tenant_id, each.staff_id, bool(each.session_id)) for each in told] == [
        (tenant_id, session.staff_id, True),
        (tenant_id, session.staff_id, False),
    ]


async def test_nobody_ends_a_session_with_a_token_of_anything_else(
    service: Service, people: People, tenant_id: str
) -> None:
    await service.as_("operator", f"{tenant_id}_b").CreateTenant(CreateTenantRequest(tenant=bakery(), request_id="b"))
    held = (await people.key()).api_key.api_key_id
    signers, now = service.served.signers, int(service.staff_clock().timestamp())
    ours = sign_staff(signers["tenants"], Staff(tenant_id, held, "Dana", Role.OWNER), 600, now, "s1")
    theirs = sign_staff(signers["tenants"], Staff(f"{tenant_id}_b", held, "Dana", Role.OWNER), 600, now, "s1")
    forged = sign_staff(signers["agent"], Staff(tenant_id, held, "Dana", Role.OWNER), 600, now, "s1")
    await people.end(theirs)
    for token in ("", forged):
        assert (await refusal(people.end(token))).code is grpc.StatusCode.UNAUTHENTICATED
    assert (await people.renew(ours)).staff_id == held
    await people.end(ours)
    assert (await refusal(people.renew(ours))).reason == "SESSION_INVALID"


async def test_a_token_from_before_sessions_had_ids_ends_nobody_elses(
    service: Service, people: People, tenant_id: str
) -> None:
    held = (await people.key()).api_key.api_key_id
    now = int(service.staff_clock().timestamp())
    old = sign_staff(service.served.signers["tenants"], Staff(tenant_id, held, "Dana", Role.OWNER), 600, now)
    await people.end(old)
    renewed = await people.renew(old)
    assert SESSIONS_ENDED not in dict(await written_events(service.database, "tenants", tenant_id))
    await people.end(renewed.token)
    assert (await refusal(people.renew(renewed.token))).reason == "SESSION_INVALID"


async def test_what_is_no_session_is_not_renewed(service: Service, people: People, tenant_id: str) -> None:
    held = (await people.open(api_key=(await people.key()).secret)).staff_id
    signers = service.served.signers
    stranger = TokenSigner("tenants", generate_key_pair()[0])
    unused = Staff(tenant_id, "no-uuid", "Dana", Role.OWNER)
    dana = Staff(tenant_id, held, "Dana", Role.OWNER)
    elsewhere = Staff(f"{tenant_id}_b", held, "Dana", Role.OWNER)
    now = int(service.staff_clock().timestamp())
    for token in (
        "",
        "x.y.z",
        signers["tenants"].token(),  # for calls of services, not for people
        sign_staff(stranger, dana, 600, now),
        sign_staff(signers["agent"], dana, 600, now),
        sign_staff(signers["tenants"], unused, 600, now),
        sign_staff(signers["tenants"], elsewhere, 600, now),
    ):
        refused = await refusal(people.renew(token))
        assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID")


async def test_the_longest_names_fit_into_a_token(people: People) -> None:
    session = await people.open(api_key=(await people.key("😀" * 100)).secret)
    assert len(session.token) <= 2000


async def test_codes_of_yesterday_go_and_those_of_running_sessions_stay(
    service: Service, people: People, tenant_id: str
) -> None:
    service.ahead = timedelta(days=-1, minutes=-1)
    await people.code("yesterday")
    service.ahead = timedelta(hours=-12)
    session = await people.open(login_code=await people.code("half a day ago"))
    assert (await prune(service.database, PRUNABLES))["login_codes"] >= 1
    async with service.database.transaction(tenant_id) as tx:
        count = await tx.fetch_one(_COUNT_CODES)
    assert count is not None
    assert count[0] == 1
    assert (await people.renew(session.token)).display_name == "half a day ago"
