"""`salesctl webhook` sets, judges and removes a webhook at the Bot API, here a simulator of Telegram."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from sales.tenants.v1 import tenants_pb2

from devstack.telegram_simulator.server import running_simulator
from salesctl.tests.conftest import Salesctl
from salesctl.tests.fakes import BOT_TOKEN, WEBHOOK_SECRET, Fakes
from salesctl.webhook.addresses import webhook_url
from salesctl.webhook.bot_api import WebhookInfo
from salesctl.webhook.verdict import Verdict, judge
from services.common.errors import not_found

URL = "https://shop.example.com/webhooks/telegram/valdman"
REAL = "https://api.telegram.org"
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def bot_api() -> Iterator[str]:
    with running_simulator() as url:
        yield url


@pytest.fixture(autouse=True)
def telegram(bot_api: str, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", bot_api)
    forgotten = {"drop_pending_updates": True}
    httpx2.post(f"{bot_api}/bot{BOT_TOKEN}/deleteWebhook", json=forgotten, trust_env=False, timeout=30)


def info(bot_api: str) -> dict[str, Any]:
    """What the Bot API says of the webhook."""
    answer = httpx2.get(f"{bot_api}/bot{BOT_TOKEN}/getWebhookInfo", trust_env=False, timeout=30)
    result: dict[str, Any] = answer.json()["result"]
    return result


def test_set_registers_the_tenants_address_with_what_the_gateway_handles(bot_api: str, salesctl: Salesctl) -> None:
    ran = salesctl(
        "webhook", "set", "--tenant", "valdman", "--url", "https://shop.example.com/", "--max-connections", "7"
    )
    assert ran.status == 0
    assert ran.out.endswith(f"delivers to {URL}\n")
    told = info(bot_api)
    assert (told["url"], told["max_connections"]) == (URL, 7)
    assert told["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


def test_the_secret_goes_along_and_neither_it_nor_the_token_is_shown(
    salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    post = httpx2.AsyncClient.post

    async def noting(client: httpx2.AsyncClient, url: str, **arguments: Any) -> Any:
        sent.append(arguments["json"])
        return await post(client, url, **arguments)

    monkeypatch.setattr(httpx2.AsyncClient, "post", noting)
    ran = salesctl("webhook", "set", "--tenant", "valdman", "--url", "https://shop.example.com")
    assert sent[-1]["secret_token"] == WEBHOOK_SECRET
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:1")
    down = salesctl("webhook", "check", "--tenant", "valdman")
    assert down.err.startswith("The Telegram Bot API does not answer at http://127.0.0.1:1 (ConnectError).")
    for shown in (ran.out, ran.err, down.out, down.err):
        assert WEBHOOK_SECRET not in shown
        assert BOT_TOKEN not in shown


def test_check_tells_not_set_set_and_deleted(salesctl: Salesctl) -> None:
    assert "No webhook is set" in salesctl("webhook", "check", "--tenant", "valdman").out
    salesctl("webhook", "set", "--tenant", "valdman", "--url", URL)
    well = salesctl("webhook", "check", "--tenant", "valdman")
    assert (well.status, "All is well" in well.out) == (0, True)
    assert salesctl("webhook", "delete", "--tenant", "valdman").status == 0
    assert salesctl("webhook", "check", "--tenant", "valdman").status == 1


def test_check_tells_the_webhook_of_another_tenant_or_gateway(salesctl: Salesctl) -> None:
    salesctl("webhook", "set", "--tenant", "valdman", "--url", URL)
    elsewhere = salesctl("webhook", "check", "--tenant", "joannas_bakery")
    assert (elsewhere.status, "points to another place" in elsewhere.out) == (1, True)
    moved = salesctl("webhook", "check", "--tenant", "valdman", "--url", "https://new.example.com")
    assert (moved.status, "not https://new.example.com/webhooks/telegram/valdman" in moved.out) == (1, True)


def test_a_token_that_telegram_does_not_know_is_told(fakes: Fakes, bot_api: str, salesctl: Salesctl) -> None:
    fakes.answers["GetChannelCredentials"] = lambda _: tenants_pb2.ChannelCredentials(bot_token="0:wrong")
    ran = salesctl("webhook", "check", "--tenant", "valdman")
    assert ran.status == 1
    assert ran.err.startswith("Telegram refuses getMe: 401 Unauthorized. The bot token is not one it knows")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        *((b"<html>502</html>", 502), ("שגיאה".encode("cp1255"), 502), (b"", 404), (b"[1]", 404)),
        *((b'{"error": "no route"}', 404), (b'{"ok": false}', 500), (b'{"ok": true, "parameters": [1]}', 404)),
        *((b'{"ok": true}', 200), (b'{"ok": true, "result": [1]}', 200)),
    ],
)
def test_what_does_not_answer_like_telegram_is_told(
    salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch, answer: bytes, status: int
) -> None:
    async def post(*_: object, **__: object) -> httpx2.Response:
        return httpx2.Response(status, content=answer)

    monkeypatch.setattr(httpx2.AsyncClient, "post", post)
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:1")
    ran = salesctl("webhook", "check", "--tenant", "valdman")
    how = f" (status {status})" if status != 200 else ""
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"What answers at http://127.0.0.1:1{how} is not the Telegram Bot API.")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("http://[::1", "TELEGRAM_API_BASE_URL must be an address such as https://api.telegram.org, got"),
        ("api.telegram.org", "TELEGRAM_API_BASE_URL must be an address such as"),
        ("http://127.0.0.1:99999", "TELEGRAM_API_BASE_URL: the port in 'http://127.0.0.1:99999' is not a number from"),
        ("http://127\x01.0.0.1", "The Telegram Bot API does not answer at"),
    ],
)
def test_an_address_of_the_bot_api_that_cannot_be_is_told(
    salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch, given: str, problem: str
) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", given)
    ran = salesctl("webhook", "check", "--tenant", "valdman")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(problem)


@pytest.mark.parametrize("given", ["http://[::1", "https://[shop]", "https://gateway:99999", "https://gateway:0"])
def test_addresses_that_nobody_can_call_are_refused_nearby_too(salesctl: Salesctl, given: str) -> None:
    ran = salesctl("webhook", "set", "--tenant", "valdman", "--url", given)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("--url")


def test_a_tenant_without_a_bot_and_one_that_does_not_exist_are_told_apart(fakes: Fakes, salesctl: Salesctl) -> None:
    assert "There is no tenant 'nobody'" in salesctl("webhook", "check", "--tenant", "nobody").err
    fakes.failures["GetChannelCredentials"] = not_found("channel account", "telegram")
    assert salesctl("webhook", "check", "--tenant", "valdman").err.startswith("valdman has no Telegram account;")


def test_without_an_address_of_the_bot_api_it_says_which(salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "")
    ran = salesctl("webhook", "check", "--tenant", "valdman")
    assert (ran.status, "https://api.telegram.org is the real Telegram" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("http://shop.example.com", "Telegram calls https addresses only"),
        ("https://127.0.0.1:8443", "Telegram cannot reach 127.0.0.1"),
        ("https://localhost", "Telegram cannot reach localhost"),
        ("https://shop.example.com:8000", "the ports 443, 80, 88, 8443 only, not 8000"),
        ("https://shop.example.com:99999", "is not a number from 1 to 65535"),
        ("shop.example.com", "must be an address such as https://"),
        ("ftp://shop.example.com", "must be an address such as https://"),
        ("https://shop.example.com/?x=1", "must be a plain address"),
        ("https://me:pw@shop.example.com", "must be a plain address"),
    ],
)
def test_addresses_that_telegram_cannot_call_are_refused_before_it_is_asked(
    salesctl: Salesctl, monkeypatch: pytest.MonkeyPatch, given: str, problem: str
) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", REAL)
    ran = salesctl("webhook", "set", "--tenant", "valdman", "--url", given)
    assert ran.status == 1
    assert problem in ran.err


@pytest.mark.parametrize(
    ("given", "api", "full"),
    [
        ("https://shop.example.com", REAL, URL),
        (URL, REAL, URL),
        ("https://shop.example.com:8443/proxy/", REAL, "https://shop.example.com:8443/proxy/webhooks/telegram/valdman"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:9", "http://127.0.0.1:8000/webhooks/telegram/valdman"),
        ("http://gateway:8000", "http://localhost:9", "http://gateway:8000/webhooks/telegram/valdman"),
        ("http://gateway:8000", "http://telegram-simulator:8081", "http://gateway:8000/webhooks/telegram/valdman"),
    ],
)
def test_the_tenants_path_is_added_to_the_gateways_address(given: str, api: str, full: str) -> None:
    assert webhook_url(given, "valdman", api) == full


def verdict(**fields: Any) -> Verdict:
    """Judge a webhook at URL; `error_age` in seconds."""
    age = fields.pop("error_age", None)
    if age is not None:
        fields["last_error_date"] = int(NOW.timestamp()) - age
    return judge(WebhookInfo(**{"url": URL, **fields}), "valdman", "", NOW)


@pytest.mark.parametrize(
    ("fields", "well", "told"),
    [
        ({}, True, "All is well"),
        ({"pending_update_count": 1}, True, "1 update waits; no delivery has failed."),
        ({"url": "", "pending_update_count": 4}, False, "4 updates wait at Telegram"),
        (
            {
                "pending_update_count": 3,
                "error_age": 120,
                "last_error_message": "Wrong response from the webhook: 401 Unauthorized",
            },
            False,
            "401 Unauthorized (2 min ago), and 3 updates wait. The gateway does not take it",
        ),
        (
            {"pending_update_count": 1, "error_age": 5, "last_error_message": "Connection refused"},
            False,
            "Telegram cannot reach the gateway",
        ),
        (
            {
                "pending_update_count": 1,
                "error_age": 5,
                "last_error_message": "Wrong response: 503 Service Unavailable",
            },
            False,
            "cannot store messages just now",
        ),
        *(
            ({"pending_update_count": 1, "error_age": 5, "last_error_message": error}, False, hint)
            for error, hint in (
                ("Read timeout expired", "does not answer in time"),
                (
                    "SSL error {error:0A000086:SSL routines::certificate verify failed}",
                    "does not trust the certificate",
                ),
                ("Wrong response from the webhook: 404 Not Found", "Something else than the gateway answers there"),
                ("Wrong response from the webhook: 500 Internal Server Error", "`salesctl logs gateway` shows why"),
                ("Wrong response from the webhook: 530 <none>", "The tunnel is gone"),
            )
        ),
        ({"error_age": 60, "last_error_message": "Connection reset"}, True, "but nothing waits any more"),
        (
            {"error_age": 90_000, "last_error_message": "Connection reset"},
            True,
            "long past: Connection reset (1 d ago)",
        ),
        ({"allowed_updates": ["message"]}, False, "edited_message, callback_query, my_chat_member"),
    ],
)
def test_telegrams_view_is_put_into_words(fields: dict[str, Any], well: bool, told: str) -> None:
    judged = verdict(**fields)
    assert judged.well is well
    assert told in " ".join(judged.sentences)


def test_a_delivery_that_fails_at_the_simulator_is_judged_from_its_own_words(bot_api: str, salesctl: Salesctl) -> None:
    salesctl("webhook", "set", "--tenant", "valdman", "--url", "http://127.0.0.1:1")
    message = {"token": BOT_TOKEN, "chat_id": 5, "text": "שלום"}
    httpx2.post(f"{bot_api}/simulator/messages", json=message, trust_env=False, timeout=30)
    deadline = time.monotonic() + 60
    while "last_error_message" not in info(bot_api) and time.monotonic() < deadline:
        continue
    ran = salesctl("webhook", "check", "--tenant", "valdman")
    assert ran.status == 1
    assert "and 1 update waits. Telegram cannot reach the gateway" in ran.out
