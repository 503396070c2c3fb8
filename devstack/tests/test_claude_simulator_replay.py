"""The simulator of Claude knows nothing but the request: a recorded one with other goods gets other answers."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from devstack.claude_simulator.app import create_app
from devstack.tests.claude_simulator_shop import amounts_in, plain_client, recorded_request

CHANGES = (
    ("Italian Salami", "Moon Cheese"),
    ("italian_salami", "moon_cheese"),
    ("סלמי איטלקי", "גבינת ירח"),
    ('\\"price\\": \\"82.00\\"', '\\"price\\": \\"19.90\\"'),
    ("Spicy Merguez", "Pickled Comet"),
    ("spicy_merguez", "pickled_comet"),
    ("מרגז חריף", "כוכב שביט כבוש"),
    ('\\"price\\": \\"52.00\\"', '\\"price\\": \\"7.30\\"'),
)


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with plain_client(create_app()) as client:
        yield client


async def _content(http: httpx2.AsyncClient, request: dict[str, Any]) -> list[dict[str, Any]]:
    response = await http.post("/v1/messages", json=request)
    assert response.status_code == 200, response.text
    content: list[dict[str, Any]] = response.json()["content"]
    return content


def _changed(request: dict[str, Any], question: str) -> dict[str, Any]:
    text = json.dumps(request, ensure_ascii=False)
    for old, new in CHANGES:
        assert old in text
        text = text.replace(old, new)
    changed: dict[str, Any] = json.loads(text)
    return _asking(changed, question)


def _asking(request: dict[str, Any], question: str) -> dict[str, Any]:
    request["messages"][-1]["content"][0]["text"] = f"<customer_message>\n{question}\n</customer_message>"
    return request


async def test_the_recorded_request_is_answered_from_its_catalog(http: httpx2.AsyncClient) -> None:
    (block,) = await _content(http, recorded_request())

    assert amounts_in(block["text"]) == {Decimal(82), Decimal(52)}
    assert "Italian Salami" in block["text"]


async def test_renamed_products_and_changed_prices_change_the_answer(http: httpx2.AsyncClient) -> None:
    request = _changed(recorded_request(), "how much are the moon cheese and the comet per kilo?")

    (block,) = await _content(http, request)

    assert amounts_in(block["text"]) == {Decimal("19.90"), Decimal("7.30")}
    assert "Moon Cheese" in block["text"]
    assert "Pickled Comet" in block["text"]


async def test_what_was_sold_before_the_change_is_unknown_after_it(http: httpx2.AsyncClient) -> None:
    request = _changed(recorded_request(), "do you have salami?")

    (block,) = await _content(http, request)

    assert (block["type"], block["name"], block["input"]) == ("tool_use", "search_products", {"query": "salami"})


async def test_an_order_uses_the_skus_and_the_open_order_of_the_request(http: httpx2.AsyncClient) -> None:
    request = _changed(recorded_request(), "תוסיף לי חצי קילו גבינת ירח להזמנה")

    (block,) = await _content(http, request)

    assert block["name"] == "update_order"
    assert block["input"] == {
        "order_number": 124,
        "items": [{"product": "pastrami", "quantity": "2"}, {"product": "moon_cheese", "quantity": "0.5"}],
    }


async def test_tools_that_the_request_does_not_offer_are_not_called(http: httpx2.AsyncClient) -> None:
    request = _asking(recorded_request(), "cancel my order")
    request["tools"] = [tool for tool in request["tools"] if tool["name"] != "cancel_order"]

    (block,) = await _content(http, request)

    assert block["type"] == "text"
    assert "nothing has been changed" in block["text"]


async def test_two_requests_do_not_know_of_each_other(http: httpx2.AsyncClient) -> None:
    await _content(http, _asking(recorded_request(), "my name is Dana, half a kilo of lamb chops please"))

    (block,) = await _content(http, _asking(recorded_request(), "yes"))

    assert "Dana" not in block["text"]
    assert "Lamb" not in block["text"]
