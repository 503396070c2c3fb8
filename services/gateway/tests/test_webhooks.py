"""A webhook call gets 200 when the agent has it, and otherwise the right refusal, with nothing left behind."""

import asyncio
import gc
import weakref
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1.messaging_pb2_grpc import MessagingServiceStub
from starlette.requests import Request

from devstack.telegram_simulator.client import TelegramCustomer
from services.common.auth import TokenSigner, generate_key_pair
from services.common.grpc_client import channel
from services.gateway import intake as intake_module
from services.gateway.intake import CALLS_OF_A_TENANT, Intake, NotAcceptedError
from services.gateway.tests.conftest import SECRET, Gateway, all_updates, load_update, text_update
from services.gateway.tests.test_telegram_updates import JSON_VALUES, damaged_updates


async def test_a_message_is_accepted_for_its_tenant_before_200(gateway: Gateway) -> None:
    answer = await gateway.post(load_update("text"))
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    [message] = gateway.agent.messages
    assert (message.text, message.channel_account_id) == ("אני רוצה להזמין 2 קילו נקניק בקר 🌭", gateway.account_id)
    assert gateway.agent.tenants == [gateway.tenant_id]


async def test_200_waits_for_the_agent(gateway: Gateway) -> None:
    gateway.agent.held["BatchAcceptMessages"] = asyncio.Event()
    call = asyncio.create_task(gateway.post(load_update("text")))
    await gateway.agent.until(lambda: gateway.agent.calls["BatchAcceptMessages"] == 1)
    assert not call.done()
    gateway.agent.held["BatchAcceptMessages"].set()
    assert (await call).status_code == 200


async def test_the_same_update_twenty_times_at_once_is_one_message(gateway: Gateway) -> None:
    answers = await asyncio.gather(*(gateway.post(load_update("text")) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(gateway.agent.messages) == 1


@pytest.mark.parametrize("name", all_updates())
async def test_every_authentic_update_gets_200(gateway: Gateway, name: str) -> None:
    assert (await gateway.post(load_update(name))).status_code == 200


async def test_groups_and_channels_leave_nothing_with_the_agent(gateway: Gateway) -> None:
    for name in ("group", "supergroup", "channel_post", "another_bot"):
        await gateway.post(load_update(name))
    assert (gateway.agent.messages, gateway.agent.calls["BatchAcceptMessages"]) == ([], 0)


async def test_blocking_and_unblocking_reach_the_agent(gateway: Gateway) -> None:
    for name in ("blocked", "unblocked"):
        assert (await gateway.post(load_update(name))).status_code == 200
    assert [(tenant_id, change.blocked) for tenant_id, change in gateway.agent.reachability] == [
        (gateway.tenant_id, True),
        (gateway.tenant_id, False),
    ]


async def test_a_pressed_button_is_accepted_and_acknowledged(gateway: Gateway, telegram: TelegramCustomer) -> None:
    update = load_update("button")
    assert (await gateway.post(update)).status_code == 200
    await gateway.webhooks.finish()
    [call] = (await telegram.log(method="answerCallbackQuery", accepted="any", wait_ms=20_000))["entries"]
    assert call["parameters"]["callback_query_id"] == update["callback_query"]["id"]


async def test_a_button_is_answered_200_though_its_acknowledgement_hangs(
    gateway: Gateway, telegram: TelegramCustomer
) -> None:
    await telegram.fault("server_error", method="answerCallbackQuery")
    assert (await gateway.post(load_update("button"))).status_code == 200
    assert len(gateway.agent.messages) == 1


UNAUTHORIZED = (401, {"error": "unauthorized"})


async def test_all_strangers_look_the_same(gateway: Gateway, tenant_id: str) -> None:
    gateway.tenants.put("disabled_tenant", "1:token", SECRET, enabled=False)
    gateway.tenants.put("no_secret_tenant", "1:token", "")
    update = load_update("text")
    answers = [
        await gateway.post(update, secret="wrong"),
        await gateway.post(update, secret=None),
        await gateway.post(update, secret=""),
        await gateway.post(update, secret=SECRET + "x"),
        await gateway.post(update, tenant_id="unknown_tenant"),
        await gateway.post(update, tenant_id="Not-A-Tenant"),
        await gateway.post(update, tenant_id="disabled_tenant"),
        await gateway.post(update, tenant_id="no_secret_tenant", secret=""),
        await gateway.post_raw(b"{}", channel_name="whatsapp"),
    ]
    seen = {(answer.status_code, answer.text, tuple(sorted(answer.headers.items()))) for answer in answers}
    assert len(seen) == 1
    assert (answers[0].status_code, answers[0].json()) == UNAUTHORIZED
    assert gateway.agent.messages == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000])
async def test_broken_json_is_told_only_to_who_has_the_secret(gateway: Gateway, body: bytes) -> None:
    assert (await gateway.post_raw(body)).status_code == 400
    for stranger in (
        await gateway.post_raw(body, secret="wrong"),
        await gateway.post_raw(body, tenant_id="unknown_tenant"),
    ):
        assert (stranger.status_code, stranger.json()) == UNAUTHORIZED
    assert gateway.agent.calls["BatchAcceptMessages"] == 0


class Piece(bytearray):
    """A piece of a body, of which can be seen whether anybody keeps it."""


async def pieces_kept(gateway: Gateway, tenant_id: str, secret: str | None, status: int) -> int:
    """Deliver a body in sixteen pieces; gives how many of them were in memory when the last had been taken."""
    pieces: list[weakref.ref[Piece]] = []

    async def receive() -> dict[str, Any]:
        if len(pieces) == 16:
            gc.collect()
            kept.append(sum(piece() is not None for piece in pieces))
            return {"type": "http.request", "body": b"", "more_body": False}
        piece = Piece(b" " * 1024)
        pieces.append(weakref.ref(piece))
        return {"type": "http.request", "body": piece, "more_body": True}

    kept: list[int] = []
    headers = [] if secret is None else [(b"x-telegram-bot-api-secret-token", secret.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    assert (await gateway.webhooks.receive("telegram", tenant_id, request)).status_code == status
    return kept[0]


async def test_only_who_has_the_secret_has_a_body_kept_in_memory(gateway: Gateway) -> None:
    assert await pieces_kept(gateway, gateway.tenant_id, SECRET, 400) == 16
    for tenant_id, secret in (
        (gateway.tenant_id, "wrong"),
        (gateway.tenant_id, None),
        ("unknown_tenant", SECRET),
        ("Not-A-Tenant", SECRET),
    ):
        assert await pieces_kept(gateway, tenant_id, secret, 401) <= 1  # the one in hand
    await gateway.tenants_server.stop(0)
    assert await pieces_kept(gateway, "tenant_that_nobody_knows_of_yet", SECRET, 503) <= 1


@pytest.mark.parametrize("secret", ["é", "\x7f", "x" * 5000])
async def test_odd_secrets_are_only_wrong(gateway: Gateway, secret: str) -> None:
    headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode("latin-1")}
    path = f"/webhooks/telegram/{gateway.tenant_id}"
    assert (await gateway.http.post(path, content=b"{}", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "code",
    ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "RESOURCE_EXHAUSTED", "INTERNAL", "INVALID_ARGUMENT"],
)
@pytest.mark.parametrize(("name", "method"), [("text", "BatchAcceptMessages"), ("blocked", "SetReachability")])
async def test_what_the_agent_does_not_take_is_asked_for_again(
    gateway: Gateway, name: str, method: str, code: str
) -> None:
    gateway.agent.failures[method].append(grpc.StatusCode[code])
    refused = await gateway.post(load_update(name))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert (await gateway.post(load_update(name))).status_code == 200


async def test_an_agent_that_is_down_means_503(gateway: Gateway) -> None:
    await gateway.agent_server.stop(0)
    assert (await gateway.post(load_update("text"))).status_code == 503


async def test_an_agent_that_hangs_means_503_after_the_deadline(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "ACCEPT_SECONDS", 0.05)
    gateway.agent.held["BatchAcceptMessages"] = asyncio.Event()
    assert (await gateway.post(load_update("text"))).status_code == 503
    gateway.agent.held["BatchAcceptMessages"].set()


async def test_calls_beyond_the_bound_wait_and_give_up_in_time(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake(gateway.stub, gateway.signer, simultaneous_calls=1)
    gateway.agent.held["BatchAcceptMessages"] = asyncio.Event()
    monkeypatch.setattr(intake_module, "ACCEPT_SECONDS", 60.0)
    first = asyncio.create_task(intake.accept(gateway.tenant_id, messaging.InboundMessage(delivery_id="1")))
    await gateway.agent.until(lambda: gateway.agent.calls["BatchAcceptMessages"] == 1)
    monkeypatch.setattr(intake_module, "ACCEPT_SECONDS", 0.05)
    with pytest.raises(NotAcceptedError):
        await intake.accept(gateway.tenant_id, messaging.InboundMessage(delivery_id="2"))
    assert gateway.agent.calls["BatchAcceptMessages"] == 1
    gateway.agent.held["BatchAcceptMessages"].set()
    assert not (await first).duplicate
    assert [message.delivery_id for message in gateway.agent.messages] == ["1"]


async def _with_the_agent_held(gateway: Gateway, count: int) -> "list[asyncio.Task[Any]]":
    """Messages to accept, of which the first few are on their way to an agent that does not answer, and wait for it."""
    intake = Intake(gateway.stub, gateway.signer)
    gateway.agent.held["BatchAcceptMessages"] = asyncio.Event()
    calls = []
    for number in range(count):
        message = messaging.InboundMessage(delivery_id=f"m{number}")
        calls.append(asyncio.create_task(intake.accept(gateway.tenant_id, message)))
        if number < CALLS_OF_A_TENANT:
            await gateway.agent.until(lambda: gateway.agent.calls["BatchAcceptMessages"] == len(calls))
    await asyncio.sleep(0)  # all have begun
    return calls


async def test_messages_that_come_while_others_are_on_their_way_go_together(gateway: Gateway) -> None:
    calls = await _with_the_agent_held(gateway, 20)
    gateway.agent.held.pop("BatchAcceptMessages").set()
    assert not any(accepted.duplicate for accepted in await asyncio.gather(*calls))
    assert sorted(len(batch) for batch in gateway.agent.message_batches) == [1] * CALLS_OF_A_TENANT + [17]
    assert {message.delivery_id for message in gateway.agent.messages} == {f"m{number}" for number in range(20)}


async def test_a_message_that_the_agent_refuses_keeps_no_other_out(gateway: Gateway) -> None:
    calls = await _with_the_agent_held(gateway, 8)
    gateway.agent.refused_messages.add("m6")
    gateway.agent.held.pop("BatchAcceptMessages").set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(outcome, NotAcceptedError) for outcome in outcomes] == [False] * 6 + [True, False]
    assert {message.delivery_id for message in gateway.agent.messages} == {f"m{number}" for number in range(8)} - {"m6"}


async def test_the_agent_refuses_a_gateway_without_the_right_key(gateway: Gateway) -> None:
    stranger = TokenSigner("gateway", generate_key_pair()[0])
    async with channel(f"127.0.0.1:{gateway.agent_server.port}") as agent_channel:
        intake = Intake(MessagingServiceStub(agent_channel), stranger)
        with pytest.raises(NotAcceptedError):
            await intake.accept(gateway.tenant_id, messaging.InboundMessage(delivery_id="1"))
    assert gateway.agent.messages == []


async def test_two_tenants_with_the_same_chat_id_stay_apart(gateway: Gateway) -> None:
    other = f"{gateway.tenant_id}_b"
    other_account = gateway.tenants.put(other, "2:token", "another-secret")
    await gateway.post(text_update(5, 77, "to a"))
    await gateway.post(text_update(5, 77, "to b"), tenant_id=other, secret="another-secret")
    assert (await gateway.post(text_update(6, 77), tenant_id=other)).status_code == 401
    assert [
        (tenant_id, message.channel_account_id, message.text)
        for tenant_id, message in zip(gateway.agent.tenants, gateway.agent.messages, strict=True)
    ] == [(gateway.tenant_id, gateway.account_id, "to a"), (other, other_account, "to b")]


@given(damaged_updates())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_authentic_update_gets_anything_but_200(gateway: Gateway, update: dict[str, Any]) -> None:
    assert (await gateway.post(update)).status_code == 200


@given(JSON_VALUES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_json_at_all_gets_a_500(gateway: Gateway, value: Any) -> None:
    assert (await gateway.post(value)).status_code in (200, 400)


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc"])
async def test_the_interface_is_not_described_to_the_outside(gateway: Gateway, path: str) -> None:
    assert (await gateway.http.get(path)).status_code == 404


async def test_health_says_alive_and_readiness_names_what_is_missing(gateway: Gateway) -> None:
    assert (await gateway.http.get("/healthz")).status_code == 200
    ready = await gateway.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "missing": []})
    for path in ("/healthz", "/readyz"):
        assert (await gateway.http.head(path)).status_code == 200
    await gateway.tenants_server.not_ready()
    gateway.time.seconds += 2
    assert (await gateway.http.head("/readyz")).status_code == 503
    missing = await gateway.http.get("/readyz")
    assert (missing.status_code, missing.json()) == (503, {"ready": False, "missing": ["tenants"]})
    await gateway.agent_server.stop(0)
    gateway.time.seconds += 2
    assert (await gateway.http.get("/readyz")).json()["missing"] == ["agent", "tenants"]


async def test_a_gateway_that_stops_is_not_ready_first(gateway: Gateway) -> None:
    gateway.readiness.stop()
    assert (await gateway.http.get("/readyz")).json() == {"ready": False, "missing": ["stopping"]}
    assert (await gateway.post(load_update("text"))).status_code == 200
