"""The simulator of Claude misbehaves as it is told, as often as it is told, and logs what it received."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from fastapi import FastAPI

from devstack.claude_simulator.app import create_app
from devstack.claude_simulator.requestlog import RequestLog
from devstack.tests.claude_simulator_shop import (
    Chat,
    Shop,
    amounts_in,
    customer_message,
    plain_client,
    recorded_catalog,
    sdk_client,
)
from services.common.tests.waiting import eventually


@pytest.fixture
def app() -> FastAPI:
    return create_app()


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with plain_client(app) as client:
        yield client


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncAnthropic]:
    async with sdk_client(app) as sdk:
        yield sdk


@pytest.fixture
def chat(client: AsyncAnthropic) -> Chat:
    return Chat(client, Shop(recorded_catalog("valdman")))


async def _tell(http: httpx2.AsyncClient, kind: str, **fields: Any) -> None:
    response = await http.post("/simulator/faults", json={"kind": kind, **fields})
    assert response.status_code == 201, response.text


async def _log(http: httpx2.AsyncClient, **query: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = (await http.get("/simulator/log", params=query)).json()["requests"]
    return entries


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("rate_limit", 429, "rate_limit_error"),
        ("overloaded", 529, "overloaded_error"),
        ("server_error", 500, "api_error"),
        ("bad_request", 400, "invalid_request_error"),
        ("unauthorized", 401, "authentication_error"),
        ("forbidden", 403, "permission_error"),
    ],
)
async def test_a_refusal_hits_as_many_requests_as_told(
    http: httpx2.AsyncClient, chat: Chat, kind: str, status: int, error: str
) -> None:
    await _tell(http, kind, times=2, retry_after=7)

    for _ in range(2):
        with pytest.raises(anthropic.APIStatusError) as caught:
            await chat.ask([{"role": "user", "content": "hi"}])
        assert (caught.value.status_code, caught.value.type) == (status, error)
        assert (caught.value.response.headers.get("retry-after") == "7") is (kind == "rate_limit")
    assert (await chat.ask([{"role": "user", "content": "hi"}])).stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("text", "lie"),
    [
        ("2 קילו פסטרמה בבקשה", "ביצעתי את ההזמנה"),
        ("2 kilos of pastrami please", "I placed your order"),
        ("Два кило пастрами, пожалуйста", "оформил ваш заказ"),
        ("أريد كيلو بسطرمة", "سجلت طلبكم"),
    ],
)
async def test_an_action_is_claimed_without_a_tool_in_the_language_of_the_customer(
    http: httpx2.AsyncClient, chat: Chat, text: str, lie: str
) -> None:
    await _tell(http, "claim_without_tool")

    reply = await chat.say(text)

    assert lie in reply
    assert chat.shop.calls == []


async def test_the_claim_fits_what_was_asked_for(http: httpx2.AsyncClient, chat: Chat) -> None:
    await chat.say("2 kilos of pastrami please")
    await _tell(http, "claim_without_tool")

    assert "I cancelled your order" in await chat.say("cancel my order")
    assert chat.shop.orders[0]["status"] == "pending"


async def test_after_the_platform_refused_the_claim_the_tool_is_really_called(
    http: httpx2.AsyncClient, chat: Chat
) -> None:
    await _tell(http, "claim_without_tool")
    asked = {"role": "user", "content": [customer_message("1 kg pastrami please")]}
    lie = await chat.ask([asked])
    notice = "<platform_notice>\nYour reply was not sent: no tool placed an order.\n</platform_notice>"

    honest = await chat.ask([asked, {"role": "assistant", "content": lie.content}, {"role": "user", "content": notice}])

    assert lie.content[0].type == "text"
    assert [block.name for block in honest.content if block.type == "tool_use"] == ["create_order"]


async def test_a_price_is_invented_in_the_next_text(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "invent_price", amount="3.33")

    reply = await chat.say("how much is the pastrami?")

    assert "3.33" in {str(amount) for amount in amounts_in(reply)}
    assert "3.33" not in await chat.say("how much is the pastrami?")


async def test_an_invented_order_waits_until_the_tools_have_run(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "invent_order", number=55555)

    reply = await chat.say("1 kg pastrami please")

    assert chat.shop.names == ["create_order"]
    assert "#55555" in reply


async def test_two_tools_are_called_at_once_and_the_turn_ends_well(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "two_tools")

    reply = await chat.say("1 kg pastrami please")

    assert chat.shop.names == ["create_order", "get_customer_orders"]
    assert "#124" in reply


async def test_the_same_call_twice_can_be_asked_for(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "two_tools", duplicate=True)

    await chat.say("1 kg pastrami please")

    assert chat.shop.names == ["create_order", "create_order"]


async def test_a_cut_tool_call_loses_the_end_of_its_input(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "cut")

    answer = await chat.ask([{"role": "user", "content": [customer_message("1 kg pastrami, deliver to 5 Elm St")]}])

    assert answer.stop_reason == "max_tokens"
    (use,) = answer.content
    assert use.type == "tool_use"
    assert "delivery_address" not in use.input


async def test_a_cut_text_ends_in_the_middle(http: httpx2.AsyncClient, chat: Chat) -> None:
    whole = await chat.ask([{"role": "user", "content": "what do you have?"}])
    await _tell(http, "cut", share=0.5)
    half = await chat.ask([{"role": "user", "content": "what do you have?"}])

    assert half.stop_reason == "max_tokens"
    assert half.content[0].type == whole.content[0].type == "text"
    assert whole.content[0].text.startswith(half.content[0].text)


async def test_a_refusal_and_an_empty_answer_hold_no_text(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "refusal")
    await _tell(http, "empty")

    refused = await chat.ask([{"role": "user", "content": "hi"}])
    empty = await chat.ask([{"role": "user", "content": "hi"}])

    assert (refused.stop_reason, refused.content) == ("refusal", [])
    assert refused.stop_details is not None
    assert (empty.stop_reason, empty.content) == ("end_turn", [])


async def test_a_paused_answer_goes_on_when_it_is_sent_back(http: httpx2.AsyncClient, chat: Chat) -> None:
    asked = {"role": "user", "content": [customer_message("what do you have?")]}
    whole = await chat.ask([asked])
    await _tell(http, "pause_turn")
    paused = await chat.ask([asked])
    rest = await chat.ask([asked, {"role": "assistant", "content": paused.content}])

    assert paused.stop_reason == "pause_turn"
    assert rest.stop_reason == "end_turn"
    texts = [message.content[0].text for message in (paused, rest, whole) if message.content[0].type == "text"]
    assert texts[0] + texts[1] == texts[2]


async def test_an_unknown_tool_is_called_once(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "unknown_tool")

    answer = await chat.ask([{"role": "user", "content": [customer_message("1 kg pastrami please")]}])

    assert [block.name for block in answer.content if block.type == "tool_use"] == ["apply_discount"]


async def test_a_hang_lasts_as_long_as_told_and_slowness_until_it_is_deleted(
    http: httpx2.AsyncClient, chat: Chat
) -> None:
    await _tell(http, "hang", seconds=0.15)
    await _tell(http, "slow", latency_ms=50)

    spent = []
    for _ in range(3):
        began = time.monotonic()
        await chat.ask([{"role": "user", "content": "hi"}])
        spent.append(time.monotonic() - began)
    await http.delete("/simulator/faults")

    assert spent[0] >= 0.2
    assert all(seconds >= 0.05 for seconds in spent)
    assert (await http.get("/simulator/faults")).json() == {"faults": []}


async def test_what_hangs_is_answered_once_the_faults_are_deleted(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "hang")
    asking = asyncio.create_task(chat.say("hi"))

    async def asked() -> bool:
        return bool(await _log(http))

    await eventually(asked, "the request")
    await http.delete("/simulator/faults")

    assert await asyncio.wait_for(asking, 60)


async def test_a_fault_waits_for_the_text_and_the_purpose_it_is_meant_for(http: httpx2.AsyncClient, chat: Chat) -> None:
    await _tell(http, "overloaded", match="פסטרמה")
    await _tell(http, "server_error", purpose="summary")

    assert await chat.say("היי")
    with pytest.raises(anthropic.APIStatusError) as caught:
        await chat.say("כמה עולה פסטרמה?")
    with pytest.raises(anthropic.InternalServerError):
        await chat.client.messages.create(
            model="claude-haiku-5-5",
            max_tokens=100,
            messages=[{"role": "user", "content": "<dialogue>\ncustomer: hi\n</dialogue>"}],
        )

    assert caught.value.status_code == 529


async def test_a_fault_of_no_known_kind_is_refused(http: httpx2.AsyncClient) -> None:
    response = await http.post("/simulator/faults", json={"kind": "gremlins"})

    assert response.status_code == 422


async def test_the_log_has_request_answer_and_fault_but_no_key(http: httpx2.AsyncClient, chat: Chat) -> None:
    await chat.say("שלום לכם")
    await _tell(http, "overloaded")
    with pytest.raises(anthropic.APIStatusError):
        await chat.say("what do you have?")

    found = await _log(http, contains="שלום לכם")
    failed = await _log(http, contains="what do you have?")

    assert [entry["status"] for entry in found] == [200, 529]
    assert (failed[0]["fault"], failed[0]["response"]["error"]["type"]) == ("overloaded", "overloaded_error")
    assert found[0]["purpose"] == "reply"
    assert found[0]["response"]["content"][0]["type"] == "text"
    assert "x-api-key" not in {name.lower() for entry in found for name in entry["headers"]}


def test_the_log_forgets_the_oldest_when_it_is_full() -> None:
    log = RequestLog(entries=3, characters=1000)
    for number in range(5):
        log.close(log.open("/v1/messages", {}, {"number": number}), 200, "{}")
    kept = [entry["request"]["number"] for entry in log.listed()]
    log.close(log.open("/v1/messages", {}, {"text": "x" * 2000}), 200, "{}")

    assert kept == [2, 3, 4]
    assert len(log.listed()) == 1
