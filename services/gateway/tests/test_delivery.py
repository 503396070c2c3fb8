"""Replies are sent, and what Telegram answers is what the agent hears."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from sales.agent.v1 import messaging_pb2 as messaging

from devstack.telegram_simulator.client import TelegramCustomer
from devstack.telegram_simulator.markup import parse_html
from services.common import telemetry
from services.gateway import reports
from services.gateway.channels.telegram import TelegramChannel
from services.gateway.channels.telegram.formatting import to_html, to_plain
from services.gateway.delivery import SIMULTANEOUS_SENDS
from services.gateway.tests.bot_api_double import CannedPeer, canned_peer
from services.gateway.tests.conftest import Gateway


async def test_a_reply_is_sent_as_html_without_previews_and_reported(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    report = await gateway.report_of(gateway.delivery(chat_id, "**Total** 142 < 150 & https://valdman.example"))
    [sent] = (await telegram.log(chat_id=chat_id, method="sendMessage"))["entries"]
    assert sent["text"] == "Total 142 < 150 & https://valdman.example"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in sent["entities"]] == [("bold", 0, 5)]
    assert sent["parameters"]["link_preview_options"] == {"is_disabled": True}
    assert MessageToDict(report) == {
        "deliveryId": f"delivery-to-{chat_id}",
        "tenantId": gateway.tenant_id,
        "attempt": 1,
        "outcome": "DELIVERY_OUTCOME_SENT",
        "externalMessageId": str(sent["message_id"]),
    }


async def test_a_send_belongs_to_the_trace_of_what_it_sends(
    gateway: Gateway, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    traced = []
    send = TelegramChannel.send

    async def watched(*args: Any) -> messaging.DeliveryReport:
        traced.append(telemetry.traceparent())
        return await send(*args)

    monkeypatch.setattr(TelegramChannel, "send", watched)
    delivery = gateway.delivery(chat_id)
    delivery.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await gateway.report_of(delivery)
    await gateway.report_of(gateway.delivery(chat_id, attempt=2))
    assert traced == [delivery.traceparent, ""]


async def test_markup_that_telegram_refuses_goes_out_plain_within_the_same_delivery(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    await telegram.fault("bad_markup")
    report = await gateway.report_of(gateway.delivery(chat_id, "**Total** 142"))
    [sent] = (await telegram.log(chat_id=chat_id, method="sendMessage"))["entries"]
    assert (sent["text"], "parse_mode" in sent["parameters"]) == ("Total 142", False)
    assert MessageToDict(report)["outcome"] == "DELIVERY_OUTCOME_SENT"


@pytest.mark.parametrize(
    ("kind", "fields", "outcome", "more"),
    [
        ("rate_limit", {"retry_after": 17}, "RATE_LIMITED", {"retryAfter": "17s"}),
        ("rate_limit", {"retry_after": 0}, "RATE_LIMITED", {"retryAfter": "1s"}),
        ("forbidden", {}, "BLOCKED", {}),
        ("bad_request", {"description": "chat not found"}, "BLOCKED", {}),
        ("bad_request", {"description": "PEER_ID_INVALID"}, "BLOCKED", {}),
        ("bad_request", {"description": "message is too long"}, "REJECTED", {}),
        ("bad_request", {"description": "have no rights to send a message"}, "REJECTED", {}),
        ("migrated", {"migrate_to_chat_id": -100777}, "MIGRATED", {"newExternalChatId": "-100777"}),
        ("unauthorized", {}, "UNAVAILABLE", {}),
        ("server_error", {}, "UNCERTAIN", {}),
        ("drop_after_accept", {}, "UNCERTAIN", {}),
    ],
)
async def test_refusals_and_failures_become_outcomes(
    gateway: Gateway,
    telegram: TelegramCustomer,
    chat_id: int,
    kind: str,
    fields: dict[str, object],
    outcome: str,
    more: dict[str, str],
) -> None:
    await telegram.fault(kind, **fields)
    report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id, attempt=3)))
    assert report["outcome"] == f"DELIVERY_OUTCOME_{outcome}"
    assert report["attempt"] == 3
    assert report["error"]
    assert {key: report[key] for key in more} == more
    assert "wholeAccount" not in report
    assert gateway.token not in str(report)


async def test_a_second_chat_that_has_to_wait_while_the_first_does_tells_of_the_bots_limit(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    async def whole_account(chat: int, attempt: int) -> bool:
        await telegram.fault("rate_limit", retry_after=30)
        report = await gateway.report_of(gateway.delivery(chat, attempt=attempt))
        assert report.outcome == messaging.DELIVERY_OUTCOME_RATE_LIMITED
        return report.whole_account

    assert [await whole_account(chat_id, 1), await whole_account(chat_id, 2)] == [False, False]
    assert await whole_account(chat_id + 1, 1)


@pytest.fixture
async def peer() -> AsyncIterator[CannedPeer]:
    async with canned_peer() as running:
        yield running


class TestAgainstAPeerThatIsNotTelegram:
    """Something between us and Telegram answers, or nothing does."""

    @pytest.fixture
    def bot_api_url(self, peer: CannedPeer) -> str:
        return peer.url

    @pytest.mark.parametrize(
        ("status", "body", "outcome"),
        [
            (502, b"<html>Bad Gateway</html>", "UNCERTAIN"),
            (504, b"", "UNCERTAIN"),
            (200, b"<html>Welcome to the hotel's Wi-Fi</html>", "UNCERTAIN"),
            (200, b'{"ok": "perhaps"}', "UNCERTAIN"),
            (200, b'{"ok": true, "result": true}', "SENT"),
            (404, b'{"ok":false,"error_code":404,"description":"Not Found"}', "UNAVAILABLE"),
            (302, b"", "UNAVAILABLE"),
            (413, b'{"ok":false,"error_code":413,"description":"Request Entity Too Large"}', "REJECTED"),
            (429, b"slow down", "RATE_LIMITED"),
            (403, b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}', "BLOCKED"),
            (400, b'{"ok":false,"error_code":400,"description":"Bad Request: message is empty"}', "REJECTED"),
            *((status, b"<html>blocked by policy</html>", "UNAVAILABLE") for status in (400, 401, 403, 404, 407, 451)),
            (403, b'{"error": "blocked by policy"}', "UNAVAILABLE"),
            (403, b"", "UNAVAILABLE"),
            (413, b"<html>Request Entity Too Large</html>", "UNAVAILABLE"),
            (408, b"<html>Request Timeout</html>", "UNCERTAIN"),
        ],
    )
    async def test_odd_answers(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int, status: int, body: bytes, outcome: str
    ) -> None:
        peer.respond(status, body, "Location: http://127.0.0.1:1/elsewhere")
        report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id)))
        assert report["outcome"] == f"DELIVERY_OUTCOME_{outcome}"
        assert len(peer.requests) == 1

    @pytest.mark.parametrize(
        ("body", "headers", "seconds"),
        [
            (b'{"ok":false,"parameters":{"retry_after":17}}', ["Retry-After: 3"], 17),
            (b'{"ok":false,"parameters":{"retry_after":0}}', [], 1),
            (b'{"ok":false,"parameters":{"retry_after":100000000000000000000000}}', [], 86_400),
            (b'{"ok":false,"description":"Too Many Requests: retry after 19"}', ["Retry-After: 23"], 23),
            (b'{"ok":false,"description":"Too Many Requests: retry after 19"}', [], 19),
            (b"<html>slow down</html>", ["Retry-After: 23"], 23),
            (b"<html>slow down</html>", ["Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"], 0),
            (b"<html>slow down</html>", ["Retry-After: " + "9" * 5000], 86_400),
            (b"<html>slow down</html>", [], 0),
        ],
    )
    async def test_a_limit_lasts_as_long_as_it_says_anywhere_and_else_as_long_as_the_agent_thinks(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int, body: bytes, headers: list[str], seconds: int
    ) -> None:
        peer.respond(429, body, *headers)
        report = await gateway.report_of(gateway.delivery(chat_id))
        assert report.outcome == messaging.DELIVERY_OUTCOME_RATE_LIMITED
        assert (report.retry_after.seconds, report.HasField("retry_after")) == (seconds, seconds > 0)

    async def test_a_token_is_only_blamed_by_telegram(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        peer.respond(401, b"<html>Sign in to the hotel's Wi-Fi</html>")
        await gateway.report_of(gateway.delivery(chat_id))
        assert "telegram_refused_the_token" not in capsys.readouterr().out
        peer.respond(401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}')
        await gateway.report_of(gateway.delivery(chat_id, attempt=2))
        assert "telegram_refused_the_token" in capsys.readouterr().out

    async def test_a_send_and_its_second_try_end_before_their_lease(self, gateway: Gateway) -> None:
        total = gateway.api.timeout.total
        assert total is not None
        assert 2 * total < 90  # the agent's DELIVERY_LEASE_SECONDS

    async def test_an_answer_that_does_not_come_is_uncertain(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int
    ) -> None:
        peer.gate.clear()
        gateway.api.timeout = aiohttp.ClientTimeout(sock_read=0.2)
        report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id)))
        assert (report["outcome"], report["error"]) == ("DELIVERY_OUTCOME_UNCERTAIN", "SocketTimeoutError")

    async def test_sends_go_side_by_side_up_to_the_bound(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int
    ) -> None:
        peer.respond(200, b'{"ok": true, "result": {"message_id": 5}}')
        peer.gate.clear()
        for number in range(SIMULTANEOUS_SENDS + 1):
            gateway.agent.hand_out(gateway.delivery(chat_id + number, delivery_id=str(number)))
        await peer.until_requests(SIMULTANEOUS_SENDS)
        assert len(peer.requests) == SIMULTANEOUS_SENDS
        assert sum(request.max_count for request in gateway.agent.lease_requests[1:]) <= SIMULTANEOUS_SENDS
        peer.gate.set()
        await gateway.agent.until(lambda: len(gateway.agent.reports) == SIMULTANEOUS_SENDS + 1)

    async def test_a_stopping_worker_finishes_and_reports_the_sends_under_way(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int
    ) -> None:
        peer.respond(200, b'{"ok": true, "result": {"message_id": 5}}')
        peer.gate.clear()
        gateway.agent.hand_out(gateway.delivery(chat_id, delivery_id="under way"))
        await peer.until_requests(1)
        gateway.agent.held["LeaseDeliveries"] = asyncio.Event()
        before = gateway.agent.calls["LeaseDeliveries"]
        await gateway.agent.until(lambda: gateway.agent.calls["LeaseDeliveries"] > before)
        gateway.worker.stop()
        gateway.agent.hand_out(gateway.delivery(chat_id + 1, delivery_id="last"))
        ended, _ = await asyncio.wait({gateway.work}, timeout=0.2)
        assert not ended
        gateway.agent.held["LeaseDeliveries"].set()
        await peer.until_requests(2)  # the last lease has ended too: nothing but sends is left
        peer.gate.set()
        await gateway.work
        await gateway.reports.drain(5)
        assert {report.delivery_id for report in gateway.agent.reports} == {"under way", "last"}

    async def test_an_unexpected_fault_of_ours_costs_one_send_and_is_uncertain(
        self, gateway: Gateway, peer: CannedPeer, chat_id: int
    ) -> None:
        peer.respond(200, b'{"ok": true, "result": {"message_id": 5}}')
        odd = gateway.delivery(chat_id, external_chat_id="9" * 5000)  # no integer that Python would parse
        assert MessageToDict(await gateway.report_of(odd))["outcome"] == "DELIVERY_OUTCOME_UNCERTAIN"
        good = gateway.delivery(chat_id, delivery_id="the next one")
        assert MessageToDict(await gateway.report_of(good))["outcome"] == "DELIVERY_OUTCOME_SENT"


class TestWithoutTelegram:
    """Nothing listens there."""

    @pytest.fixture
    def bot_api_url(self) -> str:
        return "http://127.0.0.1:1"

    async def test_what_was_never_sent_is_only_unavailable(self, gateway: Gateway, chat_id: int) -> None:
        report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id)))
        assert (report["outcome"], report["error"]) == ("DELIVERY_OUTCOME_UNAVAILABLE", "ClientConnectorError")


async def test_credentials_that_cannot_be_had_send_nothing(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int
) -> None:
    await gateway.tenants_server.stop(0)
    report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id)))
    assert report["outcome"] == "DELIVERY_OUTCOME_UNAVAILABLE"
    assert (await telegram.log(accepted="any"))["entries"] == []


@pytest.mark.parametrize("change", ["disabled", "another account"])
async def test_an_account_that_is_not_the_deliverys_sends_nothing(
    gateway: Gateway, telegram: TelegramCustomer, chat_id: int, change: str
) -> None:
    account_id = "" if change == "disabled" else "another"
    gateway.tenants.put(gateway.tenant_id, gateway.token, "s", enabled=change != "disabled", account_id=account_id)
    report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id)))
    assert report["outcome"] == "DELIVERY_OUTCOME_UNAVAILABLE"
    assert (await telegram.log(accepted="any"))["entries"] == []


async def test_a_channel_we_do_not_have_is_rejected(gateway: Gateway, chat_id: int) -> None:
    report = MessageToDict(await gateway.report_of(gateway.delivery(chat_id, channel="pigeon")))
    assert report["outcome"] == "DELIVERY_OUTCOME_REJECTED"


async def test_only_the_channels_we_have_are_leased(gateway: Gateway, chat_id: int) -> None:
    await gateway.report_of(gateway.delivery(chat_id))
    first = gateway.agent.lease_requests[0]
    assert (list(first.channels), first.max_count) == (["telegram"], SIMULTANEOUS_SENDS)
    assert 0 < first.wait.seconds <= 20


async def test_the_first_report_goes_at_once_and_the_next_ones_together(gateway: Gateway, chat_id: int) -> None:
    gateway.agent.held["ReportDeliveries"] = asyncio.Event()
    gateway.agent.hand_out(gateway.delivery(chat_id, delivery_id="first"))
    await gateway.agent.until(lambda: gateway.agent.calls["ReportDeliveries"] == 1)
    for number in range(10):
        gateway.reports.add(_report(f"later-{number}"))
    gateway.agent.held["ReportDeliveries"].set()
    await gateway.agent.until(lambda: len(gateway.agent.reports) == 11)
    assert [len(batch) for batch in gateway.agent.batches] == [1, 10]


async def test_reports_are_repeated_until_the_agent_has_heard(gateway: Gateway, chat_id: int) -> None:
    gateway.agent.failures["ReportDeliveries"].extend(
        [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED]
    )
    await gateway.report_of(gateway.delivery(chat_id))
    assert gateway.agent.calls["ReportDeliveries"] == 4


async def test_nothing_is_lost_while_the_agent_does_not_know_the_gateway(gateway: Gateway, chat_id: int) -> None:
    gateway.agent.failures["ReportDeliveries"].extend([grpc.StatusCode.UNAUTHENTICATED] * 4)
    await gateway.report_of(gateway.delivery(chat_id))
    assert gateway.agent.calls["ReportDeliveries"] == 5


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "FAILED_PRECONDITION", "INTERNAL", "UNKNOWN", "OUT_OF_RANGE"])
async def test_a_report_that_the_agent_refuses_or_fails_at_does_not_hold_up_the_others(
    gateway: Gateway, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_RETRY_SECONDS", (0.01,))
    gateway.agent.refusal = grpc.StatusCode[code]
    gateway.agent.refused_reports.add("bad-3")
    for number in range(8):
        gateway.reports.add(_report(f"bad-{number}"))
    await gateway.agent.until(lambda: len(gateway.agent.reports) == 7)
    await gateway.reports.drain(60)
    assert {report.delivery_id for report in gateway.agent.reports} == {f"bad-{n}" for n in range(8) if n != 3}
    # And the next ones are heard.
    gateway.reports.add(_report("next"))
    await gateway.agent.until(lambda: gateway.agent.reports[-1].delivery_id == "next")


async def test_no_report_is_given_up_while_the_agent_fails_at_all(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_RETRY_SECONDS", (0.001,))
    gateway.agent.failures["ReportDeliveries"].extend([grpc.StatusCode.INTERNAL] * 200)
    for number in range(40):
        gateway.reports.add(_report(f"r-{number}"))
    await gateway.agent.until(lambda: len(gateway.agent.reports) == 40)
    assert {report.delivery_id for report in gateway.agent.reports} == {f"r-{number}" for number in range(40)}


async def test_leasing_goes_on_after_the_agent_was_away(gateway: Gateway, chat_id: int) -> None:
    gateway.agent.failures["LeaseDeliveries"].extend([grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
    # The lease under way since the start is not touched; the failures meet the next two.
    for number in range(3):
        report = await gateway.report_of(gateway.delivery(chat_id, delivery_id=f"d{number}"))
        assert MessageToDict(report)["outcome"] == "DELIVERY_OUTCOME_SENT"


async def test_deliveries_handed_out_while_the_worker_stops_are_sent(gateway: Gateway, chat_id: int) -> None:
    await gateway.agent.until(lambda: gateway.agent.calls["LeaseDeliveries"] == 1)
    gateway.worker.stop()
    gateway.agent.hand_out(gateway.delivery(chat_id, delivery_id="in the nick of time"))
    await gateway.work
    await gateway.reports.drain(5)
    assert [report.delivery_id for report in gateway.agent.reports] == ["in the nick of time"]


def _report(delivery_id: str) -> messaging.DeliveryReport:
    return messaging.DeliveryReport(delivery_id=delivery_id, tenant_id="t", attempt=1)


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("a **b** c", "a <b>b</b> c", "a b c"),
        ("**a** **b**", "<b>a</b> <b>b</b>", "a b"),
        ("**a\nb**", "**a\nb**", "**a\nb**"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("a ** b", "a ** b", "a ** b"),
        ("****", "****", "****"),
        ("*a* _b_ `c` [d](e)", "*a* _b_ `c` [d](e)", "*a* _b_ `c` [d](e)"),
        ("<b>x</b> & &lt;", "&lt;b&gt;x&lt;/b&gt; &amp; &amp;lt;", "<b>x</b> & &lt;"),
        ("**<i>**", "<b>&lt;i&gt;</b>", "<i>"),
        ("**סה״כ: 142 ₪**", "<b>סה״כ: 142 ₪</b>", "סה״כ: 142 ₪"),
    ],
)
def test_bold_is_the_only_markup(text: str, html: str, plain: str) -> None:
    assert (to_html(text), to_plain(text)) == (html, plain)


@given(st.text(st.sampled_from("*<>&;b/ia\n\"'#x27 ") | st.characters(exclude_categories=["Cs", "Cc"])))
def test_telegram_can_read_whatever_we_make_and_shows_the_words(text: str) -> None:
    text = f"|{text}|"  # Telegram trims
    shown, entities = parse_html(to_html(text))
    assert shown == to_plain(text)
    assert {entity["type"] for entity in entities} <= {"bold"}
