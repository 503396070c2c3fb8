"""The API described in full, in OpenAPI 3.1: problems as problems, and what proves who calls."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.admin_bff.problems import MEDIA_TYPE
from services.admin_bff.session.sessions import COOKIE

_SCHEMES = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The session that a login opens."},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The session's `csrf_token`; writes by cookie need it.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, for scripts."},
}


def describe(api: FastAPI) -> None:
    """Have the application describe itself so."""

    def described() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
            document["components"]["securitySchemes"] = _SCHEMES
            for method, path, operation in _operations(document):
                _secure(method, path, operation)
                _name_problems(method, operation)
                _name_events(operation)
            api.openapi_schema = document
        return api.openapi_schema

    api.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the description


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _secure(method: str, path: str, operation: dict[str, Any]) -> None:
    if not path.startswith("/admin/") or (method, path) == ("post", "/admin/session"):
        return
    reads = method == "get"
    operation["security"] = [{"cookie": []} if reads else {"cookie": [], "csrf": []}, {"bearer": []}]


def _name_problems(method: str, operation: dict[str, Any]) -> None:
    """FastAPI describes every answer in the media type of the good one."""
    if method != "get":
        for status in ("400", "413"):
            operation["responses"].setdefault(status, operation["responses"]["403"] | {"description": "Bad body"})
    for status, response in operation["responses"].items():
        content = response.get("content")
        if status < "400" or not content:
            continue
        (schema,) = content.values()
        if "Ready" not in str(schema):
            response["content"] = {MEDIA_TYPE: schema}


def _name_events(operation: dict[str, Any]) -> None:
    """OpenAPI 3.1 has no words for a stream: its schema is that of one event's `data`, and no text."""
    stream = operation["responses"].get("200", {}).get("content", {}).get("text/event-stream")
    if stream:
        stream["schema"].pop("type")
