"""The Telegram simulator answers the Bot API as Telegram does and delivers webhooks as Telegram does."""

import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from devstack.telegram_simulator.client import NoAnswerError, TelegramCustomer, telegram_customer
from devstack.telegram_simulator.server import running_simulator
from devstack.tests.webhook_receiver import Receiver, running_receiver

_bot_ids = itertools.count(1001)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_simulator() as url:
        yield url


@pytest.fixture
def token() -> str:
    """A bot that no other test uses."""
    return f"{next(_bot_ids)}:simulated-token"


@pytest.fixture
async def customer(base_url: str, token: str) -> AsyncIterator[TelegramCustomer]:
    async with telegram_customer(base_url, token) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


class BotApi:
    """Calls of the Bot API, as a gateway makes them."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def __call__(self, method: str, **parameters: Any) -> Any:
        """The JSON answer, with the HTTP status under "status"."""
        response = await self._http.post(method, json=parameters)
        return {"status": response.status_code, **response.json()}

    async def form(self, method: str, **parameters: str) -> Any:
        """The same with a form body."""
        return (await self._http.post(method, data=parameters)).json()


@pytest.fixture
async def bot(base_url: str, token: str) -> AsyncIterator[BotApi]:
    async with httpx2.AsyncClient(base_url=f"{base_url}/bot{token}/", timeout=30, trust_env=False) as http:
        yield BotApi(http)


async def test_get_me_names_the_bot_of_the_token(bot: BotApi, token: str) -> None:
    answer = await bot("getMe")
    assert answer["ok"] is True
    assert answer["result"]["id"] == int(token.partition(":")[0])
    assert answer["result"]["is_bot"] is True


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/bot0123:abcdef/getMe", 401, "Unauthorized"),
        ("/bot1:abcdef/getNothing", 404, "Not Found: method not found"),
        ("/elsewhere", 404, "Not Found"),
    ],
)
async def test_bad_tokens_and_paths_are_refused(base_url: str, path: str, status: int, description: str) -> None:
    async with httpx2.AsyncClient(base_url=base_url, trust_env=False, timeout=30) as http:
        response = await http.post(path)
    assert response.status_code == status
    assert response.json() == {"ok": False, "error_code": status, "description": description}


async def test_a_sent_message_is_what_the_customer_sees(bot: BotApi, customer: TelegramCustomer) -> None:
    answer = await bot("sendMessage", chat_id=7, text=" <b>142</b> &lt;3 ", parse_mode="HTML")
    assert answer["result"]["text"] == "142 <3"
    assert answer["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 3}]
    assert answer["result"]["chat"] == {"id": 7, "type": "private"}
    [seen] = await customer.replies(7, after=0, count=1, seconds=60)
    assert (seen["message_id"], seen["text"]) == (answer["result"]["message_id"], "142 <3")


async def test_forms_are_understood_like_json(bot: BotApi) -> None:
    assert (await bot.form("sendmessage", chat_id="7", text="hello"))["result"]["text"] == "hello"


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"text": "x"}, "Bad Request: chat_id is empty"),
        ({"chat_id": "nobody", "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": 7, "text": "  "}, "Bad Request: message text is empty"),
        ({"chat_id": 7, "text": "א" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": 7, "text": "a", "parse_mode": "Fancy"}, "Bad Request: unsupported parse_mode"),
        (
            {"chat_id": 7, "text": "<b>a", "parse_mode": "HTML"},
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
    ],
)
async def test_bad_messages_get_telegrams_words(
    bot: BotApi, customer: TelegramCustomer, parameters: dict[str, Any], description: str
) -> None:
    answer = await bot("sendMessage", **parameters)
    assert (answer["status"], answer["error_code"], answer["description"]) == (400, 400, description)
    assert (await customer.log())["entries"] == []
    assert [entry["error"] for entry in (await customer.log(accepted="false"))["entries"]] == [description]


async def test_the_length_counts_characters_after_the_markup(bot: BotApi) -> None:
    assert (await bot("sendMessage", chat_id=7, text=f"<b>{'👍' * 4096}</b>", parse_mode="HTML"))["ok"] is True


async def test_faults_come_as_ordered_and_end(bot: BotApi, customer: TelegramCustomer) -> None:
    await customer.fault("rate_limit", retry_after=3, chat_id=7)
    await customer.fault("forbidden", chat_id=8, times=2)
    limited = await bot("sendMessage", chat_id=7, text="x")
    assert (limited["status"], limited["parameters"]) == (429, {"retry_after": 3})
    assert limited["description"] == "Too Many Requests: retry after 3"
    assert [(await bot("sendMessage", chat_id=8, text="x"))["status"] for _ in range(3)] == [403, 403, 200]
    assert (await bot("sendMessage", chat_id=7, text="x"))["ok"] is True


async def test_a_markup_fault_spares_plain_text(bot: BotApi, customer: TelegramCustomer) -> None:
    await customer.fault("bad_markup", times=5)
    assert "can't parse entities" in (await bot("sendMessage", chat_id=7, text="x", parse_mode="HTML"))["description"]
    assert (await bot("sendMessage", chat_id=7, text="x"))["ok"] is True


async def test_migration_names_the_new_chat(bot: BotApi, customer: TelegramCustomer) -> None:
    await customer.fault("migrated", migrate_to_chat_id=-1009)
    assert (await bot("sendMessage", chat_id=-9, text="x"))["parameters"] == {"migrate_to_chat_id": -1009}


async def test_a_cut_connection_hides_a_message_that_was_sent(bot: BotApi, customer: TelegramCustomer) -> None:
    await customer.fault("drop_after_accept")
    with pytest.raises(httpx2.TransportError):
        await bot("sendMessage", chat_id=7, text="once")
    [entry] = (await customer.log(chat_id=7))["entries"]
    assert (entry["text"], entry["accepted"], entry["answered"]) == ("once", True, False)


async def test_a_hanging_call_ends_only_by_the_callers_patience(
    base_url: str, token: str, customer: TelegramCustomer
) -> None:
    await customer.fault("hang")
    patience = httpx2.Timeout(30, read=0.1)
    async with httpx2.AsyncClient(base_url=f"{base_url}/bot{token}/", timeout=patience, trust_env=False) as http:
        with pytest.raises(httpx2.ReadTimeout):
            await http.post("sendMessage", json={"chat_id": 7, "text": "x"})
    assert (await customer.log(chat_id=7))["entries"] == []


async def test_reading_the_log_waits_for_what_comes_and_says_when_nothing_did(
    bot: BotApi, customer: TelegramCustomer
) -> None:
    with pytest.raises(NoAnswerError):
        await customer.replies(7, after=0, count=1, seconds=0.05)
    await bot("sendMessage", chat_id=7, text="x")
    assert len(await customer.replies(7, after=0, count=1, seconds=60)) == 1


async def test_a_message_is_delivered_with_the_secret(
    bot: BotApi, customer: TelegramCustomer, receiver: Receiver
) -> None:
    answer = await bot("setWebhook", url=receiver.url, secret_token="s-1", allowed_updates=["message"])
    assert (answer["result"], answer["description"]) == (True, "Webhook was set")
    written = await customer.write(7, "שלום", **{"from": {"id": 7, "first_name": "Bar", "language_code": "he"}})
    [delivery] = (await customer.deliveries(wait_ms=20_000))["entries"]
    assert (delivery["status"], delivery["attempt"], receiver.secrets) == (200, 1, ["s-1"])
    message = receiver.updates[0]["message"]
    assert receiver.updates[0]["update_id"] == written["update_id"]
    assert (message["text"], message["from"]["first_name"], message["chat"]["type"]) == ("שלום", "Bar", "private")


async def test_a_refused_update_is_repeated_before_the_next_of_its_chat(
    bot: BotApi, customer: TelegramCustomer, receiver: Receiver
) -> None:
    await bot("setWebhook", url=receiver.url)
    receiver.statuses = [503, 500]
    first = await customer.write(7, "one")
    second = await customer.write(7, "two")
    await _until_delivered(customer, second["update_id"])
    got = [update["update_id"] for update in receiver.updates]
    assert got == [first["update_id"]] * 3 + [second["update_id"]]
    info = (await bot("getWebhookInfo"))["result"]
    assert info["pending_update_count"] == 0
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def test_an_unreachable_webhook_keeps_its_updates(
    bot: BotApi, customer: TelegramCustomer, receiver: Receiver
) -> None:
    await bot("setWebhook", url="http://127.0.0.1:1/hook")
    written = await customer.write(7, "one")
    await customer.deliveries(wait_ms=20_000)
    info = (await bot("getWebhookInfo"))["result"]
    assert (info["pending_update_count"], info["last_error_message"]) == (1, "Connection refused")
    await bot("setWebhook", url=receiver.url)
    await _until_delivered(customer, written["update_id"])


async def test_chats_are_delivered_at_once_up_to_the_limit(
    bot: BotApi, customer: TelegramCustomer, receiver: Receiver
) -> None:
    await bot("setWebhook", url=receiver.url, max_connections=3)
    receiver.hold.clear()
    written = [await customer.write(chat, "x") for chat in range(1, 7)]
    receiver.hold.set()
    for update in written:
        await _until_delivered(customer, update["update_id"])
    assert 1 <= receiver.most_at_once <= 3


async def test_kinds_the_bot_did_not_subscribe_to_are_not_delivered(
    bot: BotApi, customer: TelegramCustomer, receiver: Receiver
) -> None:
    await bot("setWebhook", url=receiver.url, allowed_updates=["message"])
    assert (await customer.write(7, "x", edit_message_id=5))["queued"] is False
    assert (await customer.write(7, "x"))["queued"] is True


async def test_pending_updates_can_be_dropped(bot: BotApi, customer: TelegramCustomer) -> None:
    await customer.write(7, "waits")
    assert (await bot("getWebhookInfo"))["result"]["pending_update_count"] == 1
    answer = await bot("deleteWebhook", drop_pending_updates=True)
    assert answer["description"] == "Webhook is already deleted"
    assert (await bot("getWebhookInfo"))["result"]["pending_update_count"] == 0


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"kind": "photo", "text": "c"}, ("message", "caption")),
        ({"kind": "voice"}, ("message", "voice", "duration")),
        ({"kind": "sticker"}, ("message", "sticker", "emoji")),
        ({"kind": "location"}, ("message", "location", "latitude")),
        ({"kind": "venue", "text": "Shop"}, ("message", "venue", "address")),
        ({"kind": "contact"}, ("message", "contact", "phone_number")),
        ({"kind": "document"}, ("message", "document", "file_name")),
        ({"kind": "button", "text": "yes"}, ("callback_query", "data")),
        ({"kind": "blocked"}, ("my_chat_member", "new_chat_member", "status")),
        ({"text": "x", "edit_message_id": 5}, ("edited_message", "edit_date")),
        ({"text": "x", "chat_type": "channel"}, ("channel_post", "sender_chat")),
        ({"text": "/start"}, ("message", "entities")),
    ],
)
async def test_every_kind_of_message_has_telegrams_shape(
    customer: TelegramCustomer, fields: dict[str, Any], path: tuple[str, ...]
) -> None:
    found: Any = (await customer.write(7, **fields))["update"]
    for key in path:
        found = found[key]
    assert found


async def test_a_raw_update_goes_out_as_it_is(
    base_url: str, token: str, bot: BotApi, receiver: Receiver, customer: TelegramCustomer
) -> None:
    await bot("setWebhook", url=receiver.url)
    async with httpx2.AsyncClient(base_url=base_url, trust_env=False, timeout=30) as http:
        body = {"token": token, "update": {"update_id": 5, "brand_new_kind": {"a": 1}}}
        assert (await http.post("/simulator/updates", json=body)).json()["queued"] is True
    await _until_delivered(customer, 5)
    assert receiver.updates == [{"update_id": 5, "brand_new_kind": {"a": 1}}]


async def _until_delivered(customer: TelegramCustomer, update_id: int) -> None:
    after = 0
    for _ in range(20):
        page = await customer.deliveries(after=after, wait_ms=20_000, update_id=update_id)
        if any(entry["status"] == 200 for entry in page["entries"]):
            return
        after = page["last_seq"]
    raise AssertionError(f"update {update_id} was not delivered")
