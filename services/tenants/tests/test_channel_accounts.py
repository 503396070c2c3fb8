"""Channel accounts and their secrets over gRPC: stored encrypted, told to the gateway only, rotated."""

import asyncio
import re
from typing import Any

import grpc
import pytest
from sales.tenants.v1 import events_pb2
from sales.tenants.v1 import tenants_pb2 as pb
from sqlalchemy import LargeBinary, bindparam, select, update

from services.common.db import statement
from services.common.errors import DomainError
from services.common.tests.outbox_rows import written_events
from services.common.tests.serving import Client
from services.tenants.crypto import SecretBox
from services.tenants.models import channel_accounts
from services.tenants.rotation import rotate
from services.tenants.server import CHANNEL_ACCOUNT_CHANGED
from services.tenants.tests.conftest import Service, bakery

TOKEN = "1000001:dev-bakery-bot-token-not-a-secret"
OTHER_TOKEN = "1000002:AAErnrBYXN3OMm-PxZzE_9uZxYwVuTsRq"

_STORED = statement(select(channel_accounts).where(channel_accounts.c.tenant_id == bindparam("tenant_id")))
_MOVE = statement(
    update(channel_accounts)
    .where(channel_accounts.c.tenant_id == bindparam("of_tenant"))
    .values(bot_token=bindparam("new_token", type_=LargeBinary))
)


def telegram(request_id: str = "set", **fields: Any) -> pb.SetChannelAccountRequest:
    given: dict[str, Any] = {
        "channel": "telegram",
        "display_name": "@bakery_bot",
        "bot_token": TOKEN,
        "enabled": True,
    } | fields
    return pb.SetChannelAccountRequest(request_id=request_id, **given)


async def credentials(service: Service, tenant_id: str) -> pb.ChannelCredentials:
    found: pb.ChannelCredentials = await service.as_("gateway", tenant_id).GetChannelCredentials(
        pb.GetChannelCredentialsRequest(channel="telegram")
    )
    return found


async def stored(service: Service, tenant_id: str) -> Any:
    async with service.database.transaction(tenant_id) as tx:
        return await tx.fetch_one(_STORED, tenant_id=tenant_id)


async def test_the_gateway_gets_the_secrets_that_were_set(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    account = await operator.SetChannelAccount(telegram(webhook_secret="a-Secret_1"))
    found = await credentials(service, tenant_id)
    assert (found.bot_token, found.webhook_secret) == (TOKEN, "a-Secret_1")
    assert found.account == account
    assert (account.channel, account.display_name, account.enabled, account.version) == (
        "telegram", "@bakery_bot", True, 1,
    )  # fmt: skip
    listed = await operator.ListChannelAccounts(pb.ListChannelAccountsRequest())
    assert list(listed.channel_accounts) == [account]


async def test_a_webhook_secret_left_out_is_made_strong_and_then_kept(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    await operator.SetChannelAccount(telegram())
    made = (await credentials(service, tenant_id)).webhook_secret
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made)
    await operator.SetChannelAccount(telegram("again", bot_token=OTHER_TOKEN))
    found = await credentials(service, tenant_id)
    assert (found.bot_token, found.webhook_secret) == (OTHER_TOKEN, made)


async def test_the_account_keeps_its_id_and_token_when_other_things_change(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    first = await operator.SetChannelAccount(telegram())
    second = await operator.SetChannelAccount(telegram("again", bot_token="", display_name="@new", enabled=False))
    assert second.channel_account_id == first.channel_account_id
    assert (second.display_name, second.enabled, second.version) == ("@new", False, 2)
    assert (await credentials(service, tenant_id)).bot_token == TOKEN


async def test_secrets_are_stored_encrypted_and_told_in_no_answer_or_event(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    account = await operator.SetChannelAccount(telegram(webhook_secret="webhook-secret"))
    row = await stored(service, tenant_id)
    for secret, column in ((TOKEN, "bot_token"), ("webhook-secret", "webhook_secret")):
        assert secret.encode() not in row[column]
        assert row[column].startswith(b"k1:")
    events = await written_events(service.database, "tenants", tenant_id)
    for text in (account.SerializeToString(), *(payload for _, payload in events)):
        assert TOKEN.encode() not in text
        assert b"webhook-secret" not in text


async def test_each_change_of_an_account_writes_an_event_and_none_when_nothing_changed(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    first = await operator.SetChannelAccount(telegram())
    assert await operator.SetChannelAccount(telegram("same again")) == first
    second = await operator.SetChannelAccount(telegram("off", enabled=False))
    events = [
        events_pb2.ChannelAccountChanged.FromString(payload)
        for subject, payload in await written_events(service.database, "tenants", tenant_id)
        if subject == CHANNEL_ACCOUNT_CHANGED
    ]
    assert [event.version for event in events] == [1, second.version] == [1, 2]
    assert {(event.channel, event.channel_account_id) for event in events} == {("telegram", first.channel_account_id)}


async def test_a_repeated_request_sets_the_account_once(operator: Client, tenant: pb.Tenant) -> None:
    first = await operator.SetChannelAccount(telegram())
    await operator.SetChannelAccount(telegram("later", bot_token=OTHER_TOKEN))
    assert await operator.SetChannelAccount(telegram()) == first
    (account,) = (await operator.ListChannelAccounts(pb.ListChannelAccountsRequest())).channel_accounts
    assert account.version == 2


async def test_simultaneous_first_settings_make_one_account(operator: Client, tenant: pb.Tenant) -> None:
    accounts = await asyncio.gather(
        *(operator.SetChannelAccount(telegram(f"r{number}", display_name=f"@{number}")) for number in range(8))
    )
    assert len({account.channel_account_id for account in accounts}) == 1
    assert sorted(account.version for account in accounts) == list(range(1, 9))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "smoke_signals"),
        ("channel", ""),
        ("bot_token", "no-colon"),
        ("bot_token", "123:short"),
        ("bot_token", f"{TOKEN}\n"),
        ("webhook_secret", "spaces are bad"),
        ("webhook_secret", "x" * 257),
        ("webhook_secret", "סוד"),
        ("display_name", "x" * 201),
        ("display_name", "a\0b"),
        ("bot_token", ""),
        ("request_id", ""),
        ("request_id", "x" * 129),
    ],
)
async def test_a_bad_field_is_named_and_nothing_is_stored(
    operator: Client, tenant: pb.Tenant, field: str, value: str
) -> None:
    request = telegram()
    setattr(request, field, value)
    with pytest.raises(DomainError) as refused:
        await operator.SetChannelAccount(request)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.field == field
    if field in ("bot_token", "webhook_secret") and value:
        assert value not in refused.value.message
    assert not (await operator.ListChannelAccounts(pb.ListChannelAccountsRequest())).channel_accounts


@pytest.mark.parametrize(
    ("field", "secret"),
    [
        ("bot_token", "100000001:valdman-development-bot-token"),
        ("webhook_secret", "valdman-development-webhook-secret"),
    ],
)
async def test_outside_development_a_development_secret_is_refused(
    service: Service, operator: Client, tenant: pb.Tenant, monkeypatch: pytest.MonkeyPatch, field: str, secret: str
) -> None:
    """Whoever seeds over a tunnel may not have said where that is; the service knows."""
    request = telegram(**{field: secret})
    monkeypatch.setattr(service.servicer, "_development", False)
    with pytest.raises(DomainError) as refused:
        await operator.SetChannelAccount(request)
    assert (refused.value.field, refused.value.reason) == (field, "DEVELOPMENT_SECRET")
    assert not (await operator.ListChannelAccounts(pb.ListChannelAccountsRequest())).channel_accounts
    monkeypatch.setattr(service.servicer, "_development", True)
    assert (await operator.SetChannelAccount(request)).enabled


async def test_an_account_of_no_tenant_is_not_found(service: Service, tenant_id: str) -> None:
    with pytest.raises(DomainError) as refused:
        await service.as_("operator", tenant_id).SetChannelAccount(telegram())
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_another_tenant_gets_neither_account_nor_secrets(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    account = await operator.SetChannelAccount(telegram())
    other_id = f"{tenant_id}_other"
    other = service.as_("operator", other_id)
    await other.CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="create"))
    assert not (await other.ListChannelAccounts(pb.ListChannelAccountsRequest())).channel_accounts
    with pytest.raises(DomainError) as refused:
        await credentials(service, other_id)
    assert refused.value.code is grpc.StatusCode.NOT_FOUND
    own = await other.SetChannelAccount(telegram(bot_token=OTHER_TOKEN))
    assert own.channel_account_id != account.channel_account_id
    assert (await credentials(service, tenant_id)).bot_token == TOKEN


async def test_a_secret_moved_to_another_tenant_does_not_decrypt_there(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    await operator.SetChannelAccount(telegram())
    other_id = f"{tenant_id}_other"
    other = service.as_("operator", other_id)
    await other.CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="create"))
    await other.SetChannelAccount(telegram(bot_token=OTHER_TOKEN))
    stolen = (await stored(service, tenant_id))["bot_token"]
    async with service.database.transaction(other_id) as tx:
        await tx.execute(_MOVE, of_tenant=other_id, new_token=stolen)
    with pytest.raises(DomainError) as refused:
        await credentials(service, other_id)
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SECRETS_UNREADABLE")
    await other.SetChannelAccount(telegram("repair", bot_token=OTHER_TOKEN))
    assert (await credentials(service, other_id)).bot_token == OTHER_TOKEN


async def test_rotation_reencrypts_with_the_new_key_and_changes_nothing_else(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    account = await operator.SetChannelAccount(telegram(webhook_secret="keep-me"))
    both = SecretBox({"k2": b"2" * 32, "k1": bytes(32)})
    assert await rotate(service.database, both) >= 1
    row = await stored(service, tenant_id)
    assert row["bot_token"].startswith(b"k2:")
    place = (tenant_id, account.channel_account_id)
    only_new = SecretBox({"k2": b"2" * 32})
    assert only_new.decrypt(row["bot_token"], *place, "bot_token") == TOKEN
    assert only_new.decrypt(row["webhook_secret"], *place, "webhook_secret") == "keep-me"
    assert row["version"] == account.version
    assert await rotate(service.database, both) == 0
    back = SecretBox({"k1": bytes(32), "k2": b"2" * 32})
    await rotate(service.database, back)
    assert (await credentials(service, tenant_id)).bot_token == TOKEN
