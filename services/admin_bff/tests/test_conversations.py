"""Conversations: lists, the page of one, stepping in."""

import asyncio
import json
from datetime import UTC, datetime

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from sales.agent.v1 import conversations_pb2 as agent

from services.admin_bff.tests.conftest import Browser, Dashboard
from services.common.staff import Role


@pytest.fixture
def conversation(dashboard: Dashboard) -> agent.Conversation:
    """One of the tenant's conversations."""
    return next(iter(dashboard.business.conversations.values()))


async def test_a_list_tells_all_that_a_row_shows(owner: Browser, conversation: agent.Conversation) -> None:
    conversation.handler = agent.HANDLER_PERSON
    conversation.paused_by = "Noa"
    conversation.resume_time.FromDatetime(datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    page = (await owner.get("conversations")).json()
    assert len(page["items"]) == 2
    assert page["next_cursor"] is None
    assert page["items"][0] == {
        "id": conversation.conversation_id,
        "chat_id": "1",
        "channel": "telegram",
        "customer_id": conversation.customer_id,
        "customer_name": conversation.customer_name,
        "display_name": "",
        "last_message": "Done!",
        "last_message_role": "agent",
        "last_message_at": "2026-11-23T12:05:00Z",
        "message_count": 2,
        "unread_count": 0,
        "state": "person",
        "paused_by": "Noa",
        "resumes_at": "2026-11-23T20:00:00Z",
        "open_attention_count": 0,
        "last_order": {"number": 1, "status": "pending"},
        "answering": False,
        "blocked": False,
        "created_at": "2026-11-23T12:05:00Z",
    }


async def test_filters_reach_the_agent_as_they_were_given(dashboard: Dashboard, owner: Browser) -> None:
    answer = await owner.get(
        "conversations", params={"q": "דנה", "state": ["person", "needs_person"], "unread": "true", "channel": "cli"}
    )
    assert answer.status_code == 200
    request = dashboard.world.last("ListConversations").request
    assert (request.query, request.unread, request.channel, request.page_size) == ("דנה", True, "cli", 50)
    assert set(request.handlers) == {agent.HANDLER_PERSON, agent.HANDLER_NEEDS_PERSON}


async def test_pages_follow_each_other_by_cursor(owner: Browser) -> None:
    first = (await owner.get("conversations", params={"limit": 1})).json()
    second = (await owner.get("conversations", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert second["next_cursor"] is None
    assert first["items"] != second["items"]


async def test_a_cursor_that_is_not_ours_is_named(owner: Browser) -> None:
    answer = await owner.get("conversations", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"state": "asleep"}, "state[0]"),
        ({"unknown": "1"}, "unknown"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a\0b"}, "q"),
    ],
)
async def test_a_wrong_parameter_is_named(
    dashboard: Dashboard, owner: Browser, parameters: dict[str, str], field: str
) -> None:
    answer = await owner.get("conversations", params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert dashboard.world.seen == []


async def test_the_page_of_one_shows_everything_at_once(owner: Browser, conversation: agent.Conversation) -> None:
    page = (await owner.get(f"conversations/{conversation.conversation_id}")).json()
    assert page["conversation"]["id"] == conversation.conversation_id
    assert [message["content"] for message in page["messages"]] == ["Half a kilo of pastrami", "Done!"]
    assert page["customer"]["name"] == conversation.customer_name
    assert [order["number"] for order in page["orders"]] == [1]
    assert [matter["reason"] for matter in page["attention"]] == ["human_requested"]
    assert (page["summary"], page["older_cursor"], page["missing"]) == ("wants pastrami", None, [])


@pytest.mark.parametrize(
    ("method", "part"), [("GetCustomer", "customer"), ("ListOrders", "orders"), ("ListAttention", "attention")]
)
@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNIMPLEMENTED])
async def test_a_part_that_cannot_be_had_is_named_and_the_rest_is_shown(
    dashboard: Dashboard,
    owner: Browser,
    conversation: agent.Conversation,
    method: str,
    part: str,
    code: grpc.StatusCode,
) -> None:
    dashboard.world.fail(method, code=code)
    answer = await owner.get(f"conversations/{conversation.conversation_id}")
    page = answer.json()
    assert (answer.status_code, page["missing"], page[part]) == (200, [part], None)
    assert len(page["messages"]) == 2
    others = {"customer", "orders", "attention"} - {part}
    assert all(page[other] for other in others)


async def test_a_part_that_hangs_is_given_up(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.admin_bff.conversations.detail.PART_SECONDS", 0.2)
    monkeypatch.setattr("services.admin_bff.customers.people.PART_SECONDS", 0.2)
    for method in ("GetCustomer", "ListOrders", "ListAttention"):
        dashboard.world.held[method] = asyncio.Event()
    page = (await owner.get(f"conversations/{conversation.conversation_id}")).json()
    assert page["missing"] == ["customer", "orders", "attention"]
    assert page["forgotten"] is False  # nobody knows


@pytest.mark.parametrize("method", ["GetConversation", "ListMessages"])
async def test_without_its_messages_there_is_no_page(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation, method: str
) -> None:
    dashboard.world.fail(method)
    answer = await owner.get(f"conversations/{conversation.conversation_id}")
    assert (answer.status_code, answer.json()["reason"]) == (503, "DOWN")
    assert "as the test wants it" not in answer.text


async def test_before_the_first_turn_there_is_no_customer_and_nothing_is_missing(
    owner: Browser, conversation: agent.Conversation
) -> None:
    conversation.customer_id = ""
    page = (await owner.get(f"conversations/{conversation.conversation_id}")).json()
    assert (page["customer"], page["orders"], page["missing"]) == (None, [], [])
    assert page["forgotten"] is False


async def test_a_conversation_of_a_forgotten_customer_is_nobodys_and_nothing_is_missing(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation
) -> None:
    dashboard.business.customers.clear()
    page = (await owner.get(f"conversations/{conversation.conversation_id}")).json()
    assert (page["customer"], page["missing"], page["forgotten"]) == (None, [], True)


async def test_messages_tell_how_they_came_about_and_how_their_sending_stands(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation
) -> None:
    reply = dashboard.business.messages[conversation.conversation_id][0]
    reply.deliveries.add(delivery_id="d1", text="Done!", state="failed", attempts=3, uncertain=True, error="blocked")
    arguments = Struct()
    arguments.update({"order_number": 124, "items": [{"product": "pastrami", "quantity": "0.5"}], "share": 0.5})
    reply.tool_calls.add(
        tool_use_id="t1", name="update_order", input=arguments, result_json='{"error":{"reason":"X"}}', is_error=True
    )
    reply.tool_calls.add(tool_use_id="t2", name="odd", result_json="not JSON <b>")
    page = (await owner.get(f"conversations/{conversation.conversation_id}/messages", params={"limit": 1})).json()
    assert page["next_cursor"] == "1"
    (told,) = page["items"]
    assert told["deliveries"][0]["state"] == "failed"
    assert told["tool_calls"][0]["input"] == {
        "order_number": 124,
        "items": [{"product": "pastrami", "quantity": "0.5"}],
        "share": 0.5,
    }
    assert isinstance(told["tool_calls"][0]["input"]["order_number"], int)
    assert told["tool_calls"][0]["result"] == {"error": {"reason": "X"}}
    assert told["tool_calls"][1]["result"] == "not JSON <b>"
    assert dashboard.world.last("ListMessages").request.with_tool_calls


async def test_what_a_newer_service_names_otherwise_does_not_break_the_page(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation
) -> None:
    reply = dashboard.business.messages[conversation.conversation_id][0]
    reply.deliveries.add(delivery_id="d1", state="withdrawn")
    reply.deliveries.add(delivery_id="d2", state="on its way by pigeon")
    (matter,) = [a for a in dashboard.business.attention.values() if a.conversation_id == conversation.conversation_id]
    matter.reason = "bored"
    conversation.last_order_status = "lost"
    page = (await owner.get(f"conversations/{conversation.conversation_id}")).json()
    assert [delivery["state"] for delivery in page["messages"][-1]["deliveries"]] == ["withdrawn", "uncertain"]
    assert [told["reason"] for told in page["attention"]] == ["other"]
    assert page["conversation"]["last_order"]["status"] == "pending"


async def test_taking_over_writing_noting_reading_and_giving_back(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation
) -> None:
    base = f"conversations/{conversation.conversation_id}"
    assert (await owner.post(f"{base}/pause")).json()["state"] == "person"
    reply = (await owner.post(f"{base}/replies", {"text": "Hello, Dana here"})).json()
    assert (reply["role"], reply["content"]) == ("staff", "Hello, Dana here")
    assert (await owner.post(f"{base}/notes", {"text": "call back"})).json()["role"] == "note"
    assert (await owner.post(f"{base}/read", {"message_id": reply["id"]})).status_code == 200
    assert (await owner.post(f"{base}/resume")).json()["state"] == "agent"
    matter = next(iter(dashboard.business.attention))
    assert (await owner.post(f"attention/{matter}/resolve")).json()["id"] == matter
    people = {seen.staff.name for seen in dashboard.world.seen if seen.staff}
    assert people == {"Dana"}


async def test_a_write_is_as_repeatable_as_its_key_says(
    dashboard: Dashboard, owner: Browser, conversation: agent.Conversation
) -> None:
    base = f"conversations/{conversation.conversation_id}"
    for _ in range(2):
        await owner.post(f"{base}/replies", {"text": "hi"}, headers={"Idempotency-Key": "abc-1"})
    await owner.post(f"{base}/replies", {"text": "hi"})
    ids = [seen.request.request_id for seen in dashboard.world.seen]
    assert ids[:2] == ["abc-1", "abc-1"]
    assert ids[2] not in ("", "abc-1")
    bad = await owner.post(f"{base}/replies", {"text": "hi"}, headers={"Idempotency-Key": "x" * 101})
    assert (bad.status_code, bad.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("text", ["", "x" * 10_001, None, 5, "a\0b", "\ud800"])
async def test_a_reply_that_cannot_be_sent_is_refused(
    owner: Browser, conversation: agent.Conversation, text: object
) -> None:
    path = f"conversations/{conversation.conversation_id}/replies"
    json_type = {"Content-Type": "application/json"}
    answer = await owner.request("POST", path, content=json.dumps({"text": text}), headers=json_type)
    assert (answer.status_code, answer.json()["field"]) == (422, "text")


async def test_hostile_text_comes_and_goes_as_it_is(owner: Browser, conversation: agent.Conversation) -> None:
    text = "<img src=x onerror=alert(1)> \u202e" + "x" * 9_000
    answer = await owner.post(f"conversations/{conversation.conversation_id}/replies", {"text": text})
    assert answer.json()["content"] == text
    assert answer.headers["content-type"] == "application/json"


async def test_whom_the_customer_blocked_is_told_so(owner: Browser, conversation: agent.Conversation) -> None:
    conversation.blocked = True
    answer = await owner.post(f"conversations/{conversation.conversation_id}/replies", {"text": "hi"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "CUSTOMER_UNREACHABLE")


async def test_a_viewer_reads_and_does_not_write(dashboard: Dashboard, conversation: agent.Conversation) -> None:
    viewer = await dashboard.log_in(Role.VIEWER)
    base = f"conversations/{conversation.conversation_id}"
    assert (await viewer.get(base)).status_code == 200
    assert (await viewer.post(f"{base}/read", {"message_id": "m"})).status_code == 200
    answer = await viewer.post(f"{base}/pause")
    assert (answer.status_code, answer.json()["reason"]) == (403, "ROLE_TOO_LOW")
