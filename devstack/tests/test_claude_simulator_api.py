"""The simulator of Claude keeps to the Messages API: validation, errors, usage with the prompt cache, streaming."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from dirty_equals import IsStr
from fastapi import FastAPI

from devstack.claude_simulator.api.promptcache import PromptCache
from devstack.claude_simulator.api.tokens import PromptBlock
from devstack.claude_simulator.app import create_app
from devstack.tests.claude_simulator_shop import plain_client, recorded_request, sdk_client

Json = dict[str, Any]
USE = {"type": "tool_use", "id": "toolu_1", "name": "get_customer_orders", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "{}"}


def _says(text: str, role: str = "user") -> Json:
    return {"role": role, "content": text}


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


def _minimal(**changes: Any) -> Json:
    request: Json = {"model": "claude-sonnet-5-5", "max_tokens": 300, "messages": [_says("hello")]} | changes
    return {key: value for key, value in request.items() if value is not None}


async def test_an_answer_has_the_shape_of_the_api(http: httpx2.AsyncClient) -> None:
    response = await http.post("/v1/messages", json=_minimal())

    body = response.json()
    assert response.status_code == 200
    assert response.headers["request-id"].startswith("req_01")
    assert body["id"] == IsStr(regex=r"msg_01\w{22}")
    assert (body["type"], body["role"], body["model"]) == ("message", "assistant", "claude-sonnet-5-5")
    assert (body["stop_reason"], body["stop_sequence"]) == ("end_turn", None)
    assert body["content"][0]["type"] == "text"
    assert body["usage"]["input_tokens"] > 0
    assert body["usage"]["output_tokens"] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_tokens": None}, "max_tokens: Field required"),
        ({"model": None}, "model: Field required"),
        ({"messages": None}, "messages: Field required"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"temperature": 0.5}, "`temperature` is deprecated for this model."),
        ({"messages": [_says("x", "robot")]}, "messages.0.role: Input should be 'user', 'assistant' or 'system'"),
        ({"messages": [_says("")]}, "messages: text content blocks must be non-empty"),
        ({"messages": [_says(" ")]}, "messages: text content blocks must contain non-whitespace text"),
        ({"messages": [{"role": "user", "content": []}]}, "messages.0: user messages must have non-empty content"),
        ({"messages": [_says("x"), _says("y", "assistant")]}, "This model does not support assistant message prefill"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages.0.content.0.text.text: Field"),
        ({"messages": [{"role": "user", "content": [USE]}]}, "`tool_use` blocks can only be in `assistant`"),
        ({"tool_choice": {"type": "any"}}, "tool_choice may only be specified while providing `tools`"),
        ({"tools": [{"name": "t"}]}, "tools.0.input_schema: Field required"),
        ({"tools": [{"name": "a b", "input_schema": {"type": "object"}}]}, "tools.0.name: String should match"),
        (
            {"messages": [{"role": "user", "content": [RESULT]}]},
            "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.",
        ),
        (
            {"messages": [_says("x"), {"role": "assistant", "content": [USE]}, _says("y")]},
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.",
        ),
        (
            {
                "messages": [
                    _says("x"),
                    {"role": "assistant", "content": [USE]},
                    {"role": "user", "content": [{"type": "text", "text": "first"}, RESULT]},
                ]
            },
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.",
        ),
    ],
)
async def test_a_wrong_request_is_refused_with_the_words_of_the_api(
    http: httpx2.AsyncClient, changes: Json, message: str
) -> None:
    response = await http.post("/v1/messages", json=_minimal(**changes))

    body = response.json()
    assert response.status_code == 400
    assert (body["type"], body["error"]["type"]) == ("error", "invalid_request_error")
    assert message in body["error"]["message"]
    assert body["request_id"] == response.headers["request-id"]


async def test_more_than_four_cache_breakpoints_are_refused(http: httpx2.AsyncClient) -> None:
    block = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}

    response = await http.post("/v1/messages", json=_minimal(system=[block] * 5))

    message = response.json()["error"]["message"]
    assert message == "A maximum of 4 blocks with cache_control may be provided. Found 5."


async def test_a_body_that_is_not_json_is_refused(http: httpx2.AsyncClient) -> None:
    response = await http.post("/v1/messages", content=b"{not json")

    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")


async def test_a_missing_key_is_401_and_an_unknown_model_404(app: FastAPI, http: httpx2.AsyncClient) -> None:
    unknown = await http.post("/v1/messages", json=_minimal(model="gpt-9"))
    del http.headers["x-api-key"]
    keyless = await http.post("/v1/messages", json=_minimal())

    assert (keyless.status_code, keyless.json()["error"]["type"]) == (401, "authentication_error")
    assert (unknown.status_code, unknown.json()["error"]["type"]) == (404, "not_found_error")


async def test_both_shapes_of_the_system_prompt_are_read_alike(http: httpx2.AsyncClient) -> None:
    request = recorded_request()
    catalog = request["system"][1]["text"]

    as_blocks = await http.post("/v1/messages", json=request)
    as_string = await http.post("/v1/messages", json=request | {"system": catalog})

    assert as_blocks.json()["content"] == as_string.json()["content"]


async def test_the_sdk_sees_its_own_error_classes(client: AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        await client.messages.create(model="claude-sonnet-5-5", max_tokens=10, messages=[])

    assert caught.value.request_id is not None
    assert caught.value.type == "invalid_request_error"


async def test_a_second_request_reads_the_prefix_that_the_first_one_wrote(http: httpx2.AsyncClient) -> None:
    first = (await http.post("/v1/messages", json=recorded_request())).json()["usage"]
    longer = recorded_request()
    longer["messages"] += [_says("They cost so much.", "assistant"), _says("thanks")]
    second = (await http.post("/v1/messages", json=longer)).json()["usage"]

    assert first["cache_read_input_tokens"] == 0
    assert first["cache_creation_input_tokens"] > 1024
    assert second["cache_read_input_tokens"] == first["cache_creation_input_tokens"]
    assert second["cache_creation_input_tokens"] == 0
    assert second["input_tokens"] > first["input_tokens"]


async def test_a_changed_catalog_is_not_read_from_the_cache(http: httpx2.AsyncClient) -> None:
    await http.post("/v1/messages", json=recorded_request())
    changed = recorded_request()
    changed["system"][1]["text"] = changed["system"][1]["text"].replace("75.00", "76.00")

    usage = (await http.post("/v1/messages", json=changed)).json()["usage"]

    assert usage["cache_read_input_tokens"] == 0


def test_a_cached_prefix_expires_five_minutes_after_its_last_use() -> None:
    now = [0.0]
    cache = PromptCache(clock=lambda: now[0])
    blocks = [PromptBlock("catalog", 2000, 300), PromptBlock("question", 10, None)]

    reads = []
    for pause in (0, 299, 299, 301):
        now[0] += pause
        reads.append(cache.account("claude", blocks).read)

    assert reads == [0, 2000, 2000, 0]


async def test_a_stream_tells_the_same_as_a_plain_answer(client: AsyncAnthropic) -> None:
    request = recorded_request()
    plain = await client.messages.create(**request)
    async with client.messages.stream(**copy.deepcopy(request)) as stream:
        pieces = [piece async for piece in stream.text_stream]
        message = await stream.get_final_message()

    assert message.content[0].to_dict() == plain.content[0].to_dict()
    assert len(pieces) > 1
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", plain.usage.output_tokens)


async def test_a_streamed_tool_call_keeps_its_input(client: AsyncAnthropic) -> None:
    request = recorded_request()
    request["messages"][-1]["content"][0]["text"] = "<customer_message>\nadd 1 kg salami\n</customer_message>"

    async with client.messages.stream(**request) as stream:
        message = await stream.get_final_message()

    (use,) = message.content
    assert use.type == "tool_use"
    assert use.id.startswith("toolu_")
    assert use.input == {
        "order_number": 124,
        "items": [{"product": "pastrami", "quantity": "2"}, {"product": "italian_salami", "quantity": "1"}],
    }


async def test_max_tokens_and_stop_sequences_end_an_answer(client: AsyncAnthropic) -> None:
    request = recorded_request()

    short = await client.messages.create(**request | {"max_tokens": 12})
    stopped = await client.messages.create(**request, stop_sequences=["Salami"])

    assert short.stop_reason == "max_tokens"
    assert short.usage.output_tokens <= 16
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "Salami")


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"type": "tool", "name": "get_business_info"}, ["get_business_info"]),
        ({"type": "auto", "disable_parallel_tool_use": True}, ["update_customer_profile"]),
        ({"type": "none"}, []),
    ],
)
async def test_tool_choice_is_kept(client: AsyncAnthropic, choice: Any, names: list[str]) -> None:
    request = recorded_request()
    asked = "<customer_message>\nmy name is Dana, 1 kg lamb chops please\n</customer_message>"
    request["messages"][-1]["content"][0]["text"] = asked

    answer = await client.messages.create(**request, tool_choice=choice)

    assert [block.name for block in answer.content if block.type == "tool_use"] == names


async def test_tokens_are_counted_and_models_listed(client: AsyncAnthropic) -> None:
    request = recorded_request()
    del request["max_tokens"]

    counted = await client.messages.count_tokens(**request)
    models = await client.models.list()

    assert 2000 < counted.input_tokens < 8000
    assert "claude-sonnet-5-5" in [model.id for model in models.data]
