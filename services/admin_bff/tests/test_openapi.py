"""The API's description: complete, and the same each time."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.admin_bff.app import create_api

_ROOT = Path(__file__).parents[3]
# What the API promised, method and path; whoever takes one away breaks the dashboard.
_PROMISED = """
POST /admin/session
GET /admin/session
DELETE /admin/session
GET /admin/{tenant_id}/conversations
GET /admin/{tenant_id}/conversations/{conversation_id}
GET /admin/{tenant_id}/conversations/{conversation_id}/messages
POST /admin/{tenant_id}/conversations/{conversation_id}/pause
POST /admin/{tenant_id}/conversations/{conversation_id}/resume
POST /admin/{tenant_id}/conversations/{conversation_id}/read
POST /admin/{tenant_id}/conversations/{conversation_id}/replies
POST /admin/{tenant_id}/conversations/{conversation_id}/notes
GET /admin/{tenant_id}/attention
POST /admin/{tenant_id}/attention/{attention_id}/resolve
GET /admin/{tenant_id}/orders
GET /admin/{tenant_id}/orders/summary
GET /admin/{tenant_id}/orders.csv
GET /admin/{tenant_id}/orders/{order_id}
POST /admin/{tenant_id}/orders/{order_id}/confirm
POST /admin/{tenant_id}/orders/{order_id}/complete
POST /admin/{tenant_id}/orders/{order_id}/cancel
GET /admin/{tenant_id}/customers/{customer_id}
PATCH /admin/{tenant_id}/customers/{customer_id}
GET /admin/{tenant_id}/products
GET /admin/{tenant_id}/analytics
GET /admin/{tenant_id}/events
GET /healthz
GET /readyz
"""
_TYPED = ("application/json", "text/csv", "text/event-stream")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_api().openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_printed_the_same_each_time(document: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "services.admin_bff.openapi"]
    environment = {"PYTHONPATH": f"{_ROOT}:{_ROOT / 'protos/gen'}", "PYTHONHASHSEED": "7"}
    printed = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, check=True).stdout
    assert printed.decode() == json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def test_it_is_openapi_3_1_and_has_what_was_promised(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {name for name, _ in operations(document)} == set(_PROMISED.split("\n")) - {""}


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)


def test_every_answer_is_typed_and_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            where = f"{name} {status}"
            if status == "204":
                assert "content" not in response, where
                continue
            ((media_type, content),) = response["content"].items()
            problem = status >= "400" and name != "GET /readyz"
            assert media_type == "application/problem+json" if problem else media_type in _TYPED, where
            assert "$ref" in content["schema"] or media_type == "text/csv", where


def test_every_write_says_what_it_may_be_refused_for_and_what_it_needs(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "{tenant_id}" not in name:
            continue
        assert {"401", "403", "404", "422", "429", "500", "503"} <= set(operation["responses"]), name
        cookie, bearer = operation["security"]
        assert bearer == {"bearer": []}
        if name.startswith("GET "):
            assert cookie == {"cookie": []}
        else:
            assert cookie == {"cookie": [], "csrf": []}, name
            assert {"400", "413"} <= set(operation["responses"]), name


def test_answers_have_all_their_fields_always(document: dict[str, Any]) -> None:
    told = {"Session", "Conversation", "Message", "Order", "OrderDetail", "Customer", "Problem", "OrderConflict"}
    for name in told:
        schema = document["components"]["schemas"][name]
        assert set(schema["required"]) == set(schema["properties"]), name


def test_no_body_takes_unknown_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        body = operation.get("requestBody")
        if body:
            reference = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schemas[reference]["additionalProperties"] is False, name


def test_events_are_told_apart_by_their_name(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["LiveEvent"]["discriminator"]["mapping"]) == {
        *("hello", "message", "delivery_failed", "state", "turn", "order", "attention", "customer")
    }
