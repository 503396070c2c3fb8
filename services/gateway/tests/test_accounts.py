"""Which credentials are served from memory, for how long, and what happens while the tenants service is away."""

import asyncio

import grpc
import pytest
from sales.tenants.v1 import events_pb2

from services.gateway.accounts import DENIAL_SECONDS, TRUSTED_SECONDS, AccountsUnavailableError
from services.gateway.tests.conftest import SECRET, Gateway, load_update

UPDATE = load_update("text")


def questions(gateway: Gateway) -> int:
    return gateway.tenants.calls["GetChannelCredentials"]


async def status(gateway: Gateway, secret: str = SECRET, tenant_id: str = "") -> int:
    return (await gateway.post(UPDATE, secret=secret, tenant_id=tenant_id)).status_code


async def test_a_burst_asks_once_and_again_only_when_the_answer_is_old(gateway: Gateway) -> None:
    assert set(await asyncio.gather(*(status(gateway) for _ in range(20)))) == {200}
    assert questions(gateway) == 1
    gateway.time.seconds += TRUSTED_SECONDS + 1
    assert set(await asyncio.gather(*(status(gateway) for _ in range(20)))) == {200}
    assert questions(gateway) == 2


async def test_misses_are_remembered_briefly(gateway: Gateway) -> None:
    for _ in range(10):
        assert await status(gateway, tenant_id="unknown_tenant") == 401
    assert questions(gateway) == 1
    gateway.tenants.put("unknown_tenant", "1:token", SECRET)
    gateway.time.seconds += DENIAL_SECONDS + 1
    assert await status(gateway, tenant_id="unknown_tenant") == 200


async def test_names_that_cannot_be_tenants_are_not_asked_for(gateway: Gateway) -> None:
    for name in ("A", "1", "a-b", "a" * 64, "%00", "..%2f"):
        assert await status(gateway, tenant_id=name) in (401, 404)
    assert questions(gateway) == 0


async def test_a_wrong_secret_and_an_unknown_tenant_cost_the_same_questions(gateway: Gateway) -> None:
    counts = []
    for tenant_id in (gateway.tenant_id, "unknown_tenant"):
        before = questions(gateway)
        for seconds in (0, 1, 1, DENIAL_SECONDS, 1, DENIAL_SECONDS):
            gateway.time.seconds += seconds
            assert await status(gateway, "wrong", tenant_id) == 401
        counts.append(questions(gateway) - before)
    assert counts[0] == counts[1]


async def test_a_rotated_secret_works_though_its_event_was_missed(gateway: Gateway) -> None:
    assert await status(gateway) == 200
    gateway.tenants.put(gateway.tenant_id, gateway.token, "rotated")
    gateway.time.seconds += DENIAL_SECONDS + 1
    assert await status(gateway, "rotated") == 200
    assert await status(gateway, SECRET) == 401


@pytest.mark.parametrize("event", ["account", "tenant"])
async def test_an_event_makes_memory_follow_at_once(gateway: Gateway, event: str) -> None:
    assert await status(gateway) == 200
    gateway.tenants.put(gateway.tenant_id, gateway.token, SECRET, enabled=False)
    assert await status(gateway) == 200
    if event == "account":
        changed = events_pb2.ChannelAccountChanged(tenant_id=gateway.tenant_id, channel="telegram")
        await gateway.accounts.on_account_changed(changed.SerializeToString())
    else:
        renamed = events_pb2.TenantChanged(tenant_id=gateway.tenant_id)
        await gateway.accounts.on_tenant_changed(renamed.SerializeToString())
    assert await status(gateway) == 401


async def test_events_of_others_change_nothing(gateway: Gateway) -> None:
    assert await status(gateway) == 200
    for tenant_id, channel in (("other", "telegram"), (gateway.tenant_id, "whatsapp")):
        changed = events_pb2.ChannelAccountChanged(tenant_id=tenant_id, channel=channel)
        await gateway.accounts.on_account_changed(changed.SerializeToString())
    await gateway.accounts.on_tenant_changed(events_pb2.TenantChanged(tenant_id="other").SerializeToString())
    assert await status(gateway) == 200
    assert questions(gateway) == 1


async def test_an_event_during_a_question_makes_its_answer_old(gateway: Gateway) -> None:
    gateway.tenants.held["GetChannelCredentials"] = asyncio.Event()
    first = asyncio.create_task(status(gateway))
    await gateway.tenants.until(lambda: questions(gateway) == 1)
    gateway.tenants.put(gateway.tenant_id, gateway.token, SECRET, enabled=False)
    changed = events_pb2.ChannelAccountChanged(tenant_id=gateway.tenant_id, channel="telegram")
    await gateway.accounts.on_account_changed(changed.SerializeToString())
    gateway.tenants.held["GetChannelCredentials"].set()
    assert await first == 200
    assert await status(gateway) == 401


async def test_known_credentials_serve_while_tenants_is_down(gateway: Gateway) -> None:
    assert await status(gateway) == 200
    await gateway.tenants_server.stop(0)
    gateway.time.seconds += 3600
    assert await status(gateway) == 200


async def test_nobody_is_denied_while_tenants_is_down_and_all_strangers_look_the_same(gateway: Gateway) -> None:
    assert await status(gateway) == 200
    await gateway.tenants_server.stop(0)
    gateway.time.seconds += DENIAL_SECONDS + 1
    assert await status(gateway, "wrong") == 503
    assert await status(gateway, tenant_id="never_known") == 503
    assert await status(gateway, "wrong", "never_known") == 503


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "PERMISSION_DENIED"])
async def test_a_failed_question_is_not_an_answer(gateway: Gateway, code: str) -> None:
    gateway.tenants.failures["GetChannelCredentials"].append(grpc.StatusCode[code])
    assert await status(gateway) == 503
    assert (await status(gateway), questions(gateway)) == (503, 1)  # not asked again within a second
    gateway.time.seconds += 1.1
    assert await status(gateway) == 200


async def test_an_unknown_account_can_be_had_once_tenants_is_back(gateway: Gateway) -> None:
    gateway.tenants.failures["GetChannelCredentials"].append(grpc.StatusCode.UNAVAILABLE)
    with pytest.raises(AccountsUnavailableError):
        await gateway.accounts.find("telegram", gateway.tenant_id)
    gateway.time.seconds += 1.1
    found = await gateway.accounts.find("telegram", gateway.tenant_id)
    assert found is not None
    assert found.bot_token == gateway.token


async def test_made_up_names_do_not_push_out_accounts(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.accounts._REMEMBERED", 10)
    assert await status(gateway) == 200
    for number in range(30):
        assert await status(gateway, tenant_id=f"made_up_{number}") == 401
    await gateway.tenants_server.stop(0)
    assert await status(gateway) == 200
