"""Who may in, for how long, and how a page proves that it is ours."""

import asyncio
import math
import re
import time
from dataclasses import replace

import grpc
import pytest

from services.admin_bff.app import create_app
from services.admin_bff.session.sessions import COOKIE
from services.admin_bff.tests.conftest import ORIGIN, Browser, Dashboard, Time, http_of, make_parts
from services.admin_bff.tests.doubles import serve
from services.admin_bff.tests.world import SESSION_SECONDS
from services.common.grpc_client import channel
from services.common.staff import Role


async def test_a_key_opens_a_session_that_tells_who_is_at_work_and_where(dashboard: Dashboard) -> None:
    key = dashboard.world.key_of(dashboard.tenant_id, Role.MANAGER, "Noa")
    answer = await dashboard.http.post("/admin/session", json={"api_key": key})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["tenant_id"], told["role"], told["staff_name"]) == (dashboard.tenant_id, "manager", "Noa")
    assert (told["currency"], told["time_zone"], told["languages"]) == ("ILS", "Asia/Jerusalem", ["en", "he"])
    assert told["tenant_name"]["he"] == "חנות"
    assert key not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_code_opens_one_session(dashboard: Dashboard) -> None:
    code = dashboard.world.code_of(dashboard.tenant_id)
    assert (await dashboard.http.post("/admin/session", json={"login_code": code})).status_code == 200
    again = await dashboard.http.post("/admin/session", json={"login_code": code})
    assert (again.status_code, again.json()["reason"]) == (401, "LOGIN_FAILED")


@pytest.mark.parametrize("development", [True, False])
async def test_the_cookie_is_out_of_reach_of_scripts_and_of_plain_http_outside_development(
    dashboard: Dashboard, development: bool
) -> None:
    async with serve(dashboard.world) as server, channel(f"127.0.0.1:{server.port}") as peer:
        parts = make_parts(dashboard.world, peer, Time(), development=development)
        async with http_of(create_app(parts), "https://dashboard") as http:
            key = dashboard.world.key_of(dashboard.tenant_id, Role.OWNER)
            asked = time.time()
            answer = await http.post("/admin/session", json={"api_key": key})
            took = math.ceil(time.time() - asked)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert ("secure" in cookie) is not development
    (max_age,) = re.findall(r"max-age=(\d+)", cookie)
    assert SESSION_SECONDS - took <= int(max_age) <= SESSION_SECONDS


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"api_key": "a", "login_code": "b"},
        {"api_key": "asa_shop_" + "0" * 64, "remember": True},
        {"api_key": 5},
        {"api_key": ""},
        {"api_key": "a\0b"},
        [],
    ],
)
async def test_a_login_that_makes_no_sense_is_a_bad_request(dashboard: Dashboard, body: object) -> None:
    answer = await dashboard.http.post("/admin/session", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["nonsense", "asa_shop_xyz", "asa_" + "0" * 64, "asa_SHOP_" + "0" * 64])
async def test_what_is_no_key_at_all_is_refused_without_asking(dashboard: Dashboard, key: str) -> None:
    answer = await dashboard.http.post("/admin/session", json={"api_key": key})
    assert (answer.status_code, answer.json()["reason"]) == (401, "LOGIN_FAILED")
    assert dashboard.world.seen == []


async def test_failed_logins_are_limited_by_address_and_honest_ones_are_not(dashboard: Dashboard) -> None:
    for _ in range(30):
        await dashboard.log_in()
    guesses = [{"api_key": f"asa_{dashboard.tenant_id}_{number:064x}"} for number in range(900, 912)]
    statuses = [(await dashboard.http.post("/admin/session", json=guess)).status_code for guess in guesses]
    assert statuses == [401] * 10 + [429] * 2
    refused = await dashboard.http.post("/admin/session", json=guesses[-1])
    wait = int(refused.headers["retry-after"])
    assert wait in range(1, 32)
    dashboard.time.seconds += wait
    assert (await dashboard.http.post("/admin/session", json=guesses[-1])).status_code == 401


async def test_guesses_as_bearer_are_limited_like_logins(dashboard: Dashboard) -> None:
    path = f"/admin/{dashboard.tenant_id}/products"
    keys = [f"asa_{dashboard.tenant_id}_{number:064x}" for number in range(900, 911)]
    statuses = [
        (await dashboard.http.get(path, headers={"Authorization": f"Bearer {key}"})).status_code for key in keys
    ]
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize("key", ["asa_shop_" + "f" * 64, "nonsense"])
async def test_a_script_that_repeats_a_refused_key_locks_nobody_out(dashboard: Dashboard, key: str) -> None:
    path, headers = f"/admin/{dashboard.tenant_id}/products", {"Authorization": f"Bearer {key}"}
    statuses = {(await dashboard.http.get(path, headers=headers)).status_code for _ in range(30)}
    assert statuses == {401}
    assert {(await dashboard.http.post("/admin/session", json={"api_key": key})).status_code} == {401}
    assert dashboard.world.calls()["CreateSession"] <= 1
    await dashboard.log_in()


async def test_a_key_that_worked_is_asked_about_again_however_many_failures_its_address_has(
    dashboard: Dashboard,
) -> None:
    key = dashboard.world.key_of(dashboard.tenant_id, Role.VIEWER)
    headers, path = {"Authorization": f"Bearer {key}"}, f"/admin/{dashboard.tenant_id}/products"
    assert (await dashboard.http.get(path, headers=headers)).status_code == 200
    dashboard.time.seconds += 51
    for number in range(900, 912):
        guess = {"api_key": f"asa_{dashboard.tenant_id}_{number:064x}"}
        last = await dashboard.http.post("/admin/session", json=guess)
    assert last.status_code == 429
    dashboard.world.fail("CreateSession")
    assert (await dashboard.http.get(path, headers=headers)).status_code == 503
    dashboard.world.failures.clear()
    assert (await dashboard.http.get(path, headers=headers)).status_code == 200


async def test_logins_while_the_tenants_service_is_away_are_nobodys_failures(dashboard: Dashboard) -> None:
    dashboard.world.fail("CreateSession")
    guess = {"api_key": f"asa_{dashboard.tenant_id}_" + "f" * 64}
    statuses = {(await dashboard.http.post("/admin/session", json=guess)).status_code for _ in range(15)}
    assert statuses == {503}


async def test_a_key_of_ours_that_is_not_taken_is_our_fault_not_the_persons(dashboard: Dashboard) -> None:
    dashboard.world.fail("CreateSession", code=grpc.StatusCode.UNAUTHENTICATED, reason="TOKEN_INVALID")
    answer = await dashboard.http.post("/admin/session", json={"api_key": f"asa_{dashboard.tenant_id}_" + "f" * 64})
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")


async def test_a_code_is_not_lost_when_the_business_cannot_be_shown_yet(dashboard: Dashboard) -> None:
    dashboard.world.fail("GetTenant")
    code = dashboard.world.code_of(dashboard.tenant_id)
    answer = await dashboard.http.post("/admin/session", json={"login_code": code})
    assert answer.status_code == 503
    dashboard.world.failures.clear()
    cookies = {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}"}
    assert (await dashboard.http.get("/admin/session", headers=cookies)).status_code == 200


async def test_a_business_seen_before_is_shown_while_the_tenants_service_is_away(
    dashboard: Dashboard, owner: Browser
) -> None:
    dashboard.world.fail("GetTenant", "RenewSession")
    answer = await owner.get("/admin/session")
    assert answer.status_code == 200
    assert answer.json() == owner.session


async def test_the_cookie_is_renewed_once_a_third_of_its_life_is_used_up(dashboard: Dashboard, owner: Browser) -> None:
    fresh = await owner.get("/admin/session")
    assert "set-cookie" not in fresh.headers
    older = dashboard.at_work_since(SESSION_SECONDS / 3 + 1)
    renewed = await older.get("/admin/session")
    assert renewed.cookies[COOKIE] != older.cookie
    assert renewed.json()["expires_at"] >= owner.session["expires_at"]
    dashboard.world.fail("RenewSession")
    kept = await older.get("/admin/session")
    assert (kept.status_code, kept.json()["csrf_token"]) == (200, renewed.json()["csrf_token"])


async def test_a_session_whose_key_was_revoked_ends_with_its_renewal(dashboard: Dashboard) -> None:
    browser = dashboard.at_work_since(SESSION_SECONDS / 3 + 1)
    for credential in dashboard.world.credentials.values():
        credential.revoked = True
    answer = await browser.get("/admin/session")
    assert (answer.status_code, answer.json()["reason"]) == (401, "SESSION_OVER")
    assert 'sales_session=""' in answer.headers["set-cookie"]


async def test_an_expired_forged_or_missing_cookie_is_nobody(dashboard: Dashboard, owner: Browser) -> None:
    expired = dashboard.at_work_since(SESSION_SECONDS + 1)
    head, claims, signature = owner.cookie.split(".")
    forged = ".".join((head, claims[:-2] + ("AA" if claims[-2:] != "AA" else "BB"), signature))
    caller_token = dashboard.world.signer.token()  # well signed, but no session
    for cookie in (expired.cookie, forged, caller_token, "", "x"):
        for path in ("/admin/session", f"/admin/{dashboard.tenant_id}/orders"):
            answer = await dashboard.http.get(path, headers={"Cookie": f"{COOKIE}={cookie}"})
            assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_LOGGED_IN")
    assert (await dashboard.http.get(f"/admin/{dashboard.tenant_id}/orders")).status_code == 401


async def test_logging_out_forgets_the_cookie_and_can_be_repeated(dashboard: Dashboard, owner: Browser) -> None:
    foreign = await owner.request("DELETE", "/admin/session", headers={"X-CSRF-Token": "wrong"})
    assert foreign.status_code == 403
    answer = await owner.request("DELETE", "/admin/session")
    assert answer.status_code == 204
    assert 'sales_session=""' in answer.headers["set-cookie"]
    assert (await dashboard.http.delete("/admin/session")).status_code == 204


async def test_a_copy_of_the_cookie_is_worth_nothing_after_logging_out_here_or_elsewhere(
    dashboard: Dashboard, owner: Browser
) -> None:
    other, key = await dashboard.log_in(), next(iter(dashboard.world.credentials))
    again = await dashboard.http.post("/admin/session", json={"api_key": key})
    dashboard.http.cookies.clear()
    assert (await owner.request("DELETE", "/admin/session")).status_code == 204
    assert (await owner.get("products")).json()["reason"] == "SESSION_OVER"
    assert (await other.get("products")).status_code == 200
    same_key = Browser(dashboard.http, again.cookies[COOKIE], again.json())
    assert (await same_key.get("products")).status_code == 200
    # Another copy of the edge, which nobody told.
    async with (
        serve(dashboard.world) as server,
        channel(f"127.0.0.1:{server.port}") as peer,
        http_of(create_app(make_parts(dashboard.world, peer, Time()))) as http,
    ):
        elsewhere = Browser(http, owner.cookie, owner.session)
        assert (await elsewhere.get("products")).json()["reason"] == "SESSION_OVER"


async def test_logging_out_works_while_the_tenants_service_is_away(dashboard: Dashboard, owner: Browser) -> None:
    dashboard.world.fail("EndSession")
    assert (await owner.request("DELETE", "/admin/session")).status_code == 204
    assert (await owner.get("products")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"X-CSRF-Token": ""}, "CSRF_TOKEN_WRONG"),
        ({"X-CSRF-Token": "ü"}, "CSRF_TOKEN_WRONG"),
        ({"X-CSRF-Token": "0" * 64}, "CSRF_TOKEN_WRONG"),
        ({"Origin": "http://evil.example"}, "FOREIGN_ORIGIN"),
        ({"Origin": "null"}, "FOREIGN_ORIGIN"),
        ({"Origin": f"{ORIGIN}.evil.example"}, "FOREIGN_ORIGIN"),
        ({"Origin": ""}, "FOREIGN_ORIGIN"),
        ({"Origin": "http://[::1"}, "FOREIGN_ORIGIN"),
    ],
)
async def test_a_write_by_cookie_needs_our_page(
    dashboard: Dashboard, owner: Browser, headers: dict[str, str], reason: str
) -> None:
    conversation_id = next(iter(dashboard.business.conversations))
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = await owner.post(f"conversations/{conversation_id}/pause", headers=encoded)
    assert (answer.status_code, answer.json()["reason"]) == (403, reason)
    assert dashboard.world.seen == []


async def test_the_csrf_token_of_another_session_does_not_do(dashboard: Dashboard, owner: Browser) -> None:
    other = await dashboard.log_in()
    conversation_id = next(iter(dashboard.business.conversations))
    headers = {"X-CSRF-Token": other.session["csrf_token"]}
    assert (await owner.post(f"conversations/{conversation_id}/pause", headers=headers)).status_code == 403


async def test_a_page_elsewhere_cannot_log_its_visitor_in_here(dashboard: Dashboard) -> None:
    key = dashboard.world.key_of(dashboard.tenant_id, Role.OWNER)
    answer = await dashboard.http.post("/admin/session", json={"api_key": key}, headers={"Origin": "http://evil"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    as_form = await dashboard.http.post(
        "/admin/session", content=f'{{"api_key":"{key}"}}', headers={"Content-Type": "text/plain"}
    )
    assert (as_form.status_code, "set-cookie" in as_form.headers) == (422, False)


async def test_scripts_send_their_key_and_need_no_csrf_token(dashboard: Dashboard) -> None:
    headers = {"Authorization": f"Bearer {dashboard.world.key_of(dashboard.tenant_id, Role.MANAGER)}"}
    conversation_id = next(iter(dashboard.business.conversations))
    path = f"/admin/{dashboard.tenant_id}/conversations/{conversation_id}/pause"
    for _ in range(5):
        assert (await dashboard.http.post(path, headers=headers)).status_code == 200
    assert dashboard.world.calls()["CreateSession"] == 1
    told = await dashboard.http.get("/admin/session", headers=headers)
    assert (told.json()["csrf_token"], "set-cookie" in told.headers) == ("", False)


async def test_a_revoked_key_works_no_longer_than_a_minute(dashboard: Dashboard) -> None:
    key = dashboard.world.key_of(dashboard.tenant_id, Role.VIEWER)
    headers, path = {"Authorization": f"Bearer {key}"}, f"/admin/{dashboard.tenant_id}/products"
    assert (await dashboard.http.get(path, headers=headers)).status_code == 200
    dashboard.world.credentials[key].revoked = True
    dashboard.time.seconds += 60
    assert (await dashboard.http.get(path, headers=headers)).status_code == 401


async def test_a_cookie_of_a_revoked_key_works_no_longer_than_a_minute_though_nobody_told(dashboard: Dashboard) -> None:
    browser = dashboard.at_work_since(100)
    browser.session |= (await browser.get("/admin/session")).json()
    pause = f"conversations/{next(iter(dashboard.business.conversations))}/pause"
    for _ in range(3):
        assert (await browser.post(pause)).status_code == 200
        assert (await browser.get("products")).status_code == 200
    assert dashboard.world.calls()["RenewSession"] == 1
    for credential in dashboard.world.credentials.values():
        credential.revoked = True
    dashboard.time.seconds += 41
    for answer in (await browser.post(pause), await browser.get("products")):
        assert (answer.status_code, answer.json()["reason"]) == (401, "SESSION_OVER")


async def test_whoever_may_do_less_now_logs_in_again(dashboard: Dashboard, owner: Browser) -> None:
    dashboard.time.seconds += 41
    for credential in dashboard.world.credentials.values():
        credential.staff = replace(credential.staff, role=Role.VIEWER)
    assert (await owner.get("products")).json()["reason"] == "SESSION_OVER"


async def test_an_outage_of_the_tenants_service_logs_nobody_out_and_is_not_asked_about_each_time(
    dashboard: Dashboard,
) -> None:
    browser = dashboard.at_work_since(100)
    dashboard.world.fail("RenewSession")
    for _ in range(5):
        assert (await browser.get("products")).status_code == 200
    assert dashboard.world.calls()["RenewSession"] == 1
    for credential in dashboard.world.credentials.values():
        credential.revoked = True
    dashboard.world.failures.clear()
    dashboard.time.seconds += 6
    assert (await browser.get("products")).status_code == 401


async def test_many_requests_of_a_session_ask_once(dashboard: Dashboard) -> None:
    browser = dashboard.at_work_since(100)
    answers = await asyncio.gather(*(browser.get("products") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert dashboard.world.calls()["RenewSession"] == 1


async def test_many_requests_with_a_new_key_open_one_session(dashboard: Dashboard) -> None:
    headers = {"Authorization": f"Bearer {dashboard.world.key_of(dashboard.tenant_id, Role.VIEWER)}"}
    path = f"/admin/{dashboard.tenant_id}/products"
    answers = await asyncio.gather(*(dashboard.http.get(path, headers=headers) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert dashboard.world.calls()["CreateSession"] == 1


async def test_other_schemes_than_bearer_are_nobody_even_beside_a_good_cookie(
    dashboard: Dashboard, owner: Browser
) -> None:
    answer = await owner.get("products", headers={"Authorization": "Basic ZGFuYTp4"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_session_serves_who_it_was_opened_for(dashboard: Dashboard, owner: Browser) -> None:
    await owner.get("orders")
    seen = dashboard.world.last("ListOrders")
    assert (seen.tenant_id, seen.staff and seen.staff.name) == (dashboard.tenant_id, "Dana")
