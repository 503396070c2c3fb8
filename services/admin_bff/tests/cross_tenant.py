"""Finds what a session could see of another tenant, from the route table: whatever is added is asked too."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from services.admin_bff.live.stream import EventStream
from services.admin_bff.tests.conftest import Browser
from services.admin_bff.tests.world import Business, new_id

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_TENANT = "{tenant_id}"
_VALID = {"language": "en", "phone": "+972501234567", "message_id": new_id()}


@dataclass(frozen=True)
class TenantRoute:
    """A route whose path names a tenant."""

    path: str
    methods: frozenset[str]
    streams: bool

    @property
    def ids(self) -> list[str]:
        """Names of what the path names beside the tenant."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name != "tenant_id"]

    def url(self, tenant_id: str, ids: Mapping[str, str]) -> str:
        return self.path.format(tenant_id=tenant_id, **{name: ids[name] for name in self.ids})


def tenant_routes(api: FastAPI) -> list[TenantRoute]:
    """All routes of the application that name a tenant, documented or not."""
    return [
        TenantRoute(
            path=route.path or "",
            methods=frozenset(route.methods or _METHODS),
            streams=getattr(route.original_route, "response_class", None) is EventStream,
        )
        for route in iter_route_contexts(api.routes)
        if _TENANT in (route.path or "")
    ]


def ids_of(business: Business) -> dict[str, str]:
    """One existing id of each kind that a path may name."""
    return {
        "conversation_id": next(iter(business.conversations)),
        "order_id": next(iter(business.orders)),
        "customer_id": next(iter(business.customers)),
        "attention_id": next(iter(business.attention)),
    }


def secrets_of(business: Business) -> list[str]:
    """Ids of all that the business has."""
    return [*business.conversations, *business.orders, *business.customers, *business.attention]


async def entered(api: FastAPI, foreigner: Browser, tenant_id: str, ids: Mapping[str, str]) -> list[str]:
    """What answered other than 404 to somebody of another tenant, with and without existing ids."""
    unknown = dict.fromkeys(ids, new_id())
    bodies: tuple[dict[str, Any], ...] = ({}, {"json": {"etag": "v1"}}, {"content": b"{"})
    found = []
    for route, chosen, method, body in itertools.product(tenant_routes(api), (ids, unknown), _METHODS, bodies):
        if method in ("GET", "HEAD", "OPTIONS") and body:
            continue
        answer = await foreigner.request(method, route.url(tenant_id, chosen), **body)
        if answer.status_code != 404:
            found.append(f"{method} {route.path}: {answer.status_code}")
    return sorted(set(found))


async def reached(api: FastAPI, person: Browser, ids: Mapping[str, str], secrets: Sequence[str]) -> list[str]:
    """What somebody reaches of another tenant from the own tenant's paths: by its ids, or seeing its secrets."""
    found = []
    for route in tenant_routes(api):
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            if route.streams:
                continue
            body = {"json": _filled(api, method, route.path)} if method != "GET" else {}
            answer = await person.request(method, route.url(person.tenant_id, ids), **body)
            expected = 404 if route.ids else 200
            if answer.status_code != expected or any(secret in answer.text for secret in secrets):
                found.append(f"{method} {route.path}: {answer.status_code}")
    return found


def _filled(api: FastAPI, method: str, path: str) -> dict[str, str] | None:
    """A body that the route takes, with something in each field; all of them are texts."""
    operation = api.openapi()["paths"].get(path, {}).get(method.lower(), {})
    if "requestBody" not in operation:
        return None
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    properties = api.openapi()["components"]["schemas"][reference]["properties"]
    return dict.fromkeys(properties, "x") | {name: _VALID[name] for name in _VALID if name in properties}


def every_path(api: FastAPI) -> Iterator[str]:
    """The paths of all routes, for a check that none was forgotten."""
    return (route.path or "" for route in iter_route_contexts(api.routes))
