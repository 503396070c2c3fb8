"""`salesctl chat` sends a message as a customer would and shows the answer in three sections."""

import json

import grpc
import pytest
from sales.agent.v1 import conversations_pb2 as pb

from salesctl.tests.conftest import Place, Salesctl
from salesctl.tests.fakes import Fakes
from salesctl.tests.turns import tool_call, turn
from services.common.errors import DomainError, wrong_state


@pytest.fixture(autouse=True)
def answering(fakes: Fakes) -> None:
    fakes.answers["AwaitTurn"] = lambda _: turn()
    fakes.answers["GetConversation"] = lambda _: pb.Conversation(handler=pb.HANDLER_AGENT)


def test_a_message_goes_in_by_the_door_of_every_channel(fakes: Fakes, salesctl: Salesctl, place: Place) -> None:
    assert salesctl("chat", "--chat-id", "chat-1", "-m", "תבטל לי").status == 0
    (request,) = fakes.asked["AcceptMessage"]
    message = request.message
    assert (message.channel, message.channel_account_id, message.external_chat_id) == ("cli", "cli", "chat-1")
    assert (message.text, message.kind) == ("תבטל לי", pb.MESSAGE_KIND_TEXT)
    metadata = fakes.metadata[-1]
    assert metadata["x-tenant-id"] == "valdman"
    assert place.verifier.caller(str(metadata["authorization"]).removeprefix("Bearer ")) == "operator"


def test_the_same_words_twice_are_two_messages(fakes: Fakes, salesctl: Salesctl) -> None:
    for _ in range(2):
        salesctl("chat", "--chat-id", "chat-1", "--tenant", "joannas_bakery", "-m", "שלום")
    first, second = (request.message.delivery_id for request in fakes.asked["AcceptMessage"])
    assert first != second
    assert fakes.metadata[-1]["x-tenant-id"] == "joannas_bakery"


def test_the_answer_has_three_sections_in_order(salesctl: Salesctl) -> None:
    out = salesctl("chat", "--chat-id", "chat-1", "-m", "תבטל לי").out
    logs, trace, agent = out.index("Server Logs\n"), out.index("Agent Trace\n"), out.index("Agent:\n")
    assert logs < trace < agent
    assert out[agent:] == "Agent:\nההזמנה **#124** בוטלה.\n\nקבלה\n"
    assert '"order_number": 124,\n  "reason": "התחרטתי"' in out[trace:agent]
    assert '"status": "cancelled"' in out[trace:agent]


@pytest.mark.parametrize(
    "told",
    [
        "tenant=valdman chat=chat-1 conversation=conversation-1 turn=turn-1 state=completed history=14 summary=yes",
        "model=claude-sonnet-5-5 rounds=2 input=900 output=50 cache_read=4000 cache_write=0 cost=$0.012345 took=2.5 s",
        "cancel_order → order #124 cancelled, 142.00 ILS",
        "retry 1: order #999 does not exist",
        "passed after 1 retry",
        "the model answered 529 and was asked again",
        "summary through message 15: done",
    ],
)
def test_server_logs_tell(salesctl: Salesctl, told: str) -> None:
    logs, _, _ = salesctl("chat", "--chat-id", "chat-1", "-m", "תבטל לי").out.partition("Agent Trace")
    assert told in logs


def test_a_fallback_and_a_refused_tool_are_told(fakes: Fakes, salesctl: Salesctl) -> None:
    refused = {"error": {"reason": "ORDER_NOT_PENDING", "message": "order #124 is cancelled"}}
    verdicts = [pb.TruthVerdict(violations=["claims a cancellation"]), pb.TruthVerdict(violations=["still does"])]
    calls = [tool_call(result_json=json.dumps(refused), is_error=True)]
    fakes.answers["AwaitTurn"] = lambda _: turn(verdicts=verdicts, tool_calls=calls, has_summary=False)
    out = salesctl("chat", "--chat-id", "chat-1", "-m", "שוב").out
    assert "summary=no" in out
    assert "cancel_order → error ORDER_NOT_PENDING: order #124 is cancelled" in out
    assert "retry 1: claims a cancellation" in out
    assert "refused, an honest fallback was sent: still does" in out


def test_background_jobs_are_waited_for(fakes: Fakes, salesctl: Salesctl) -> None:
    due = [pb.JobRun(kind="profile", through=5, state="due")]
    states = iter(["due", "done"])
    fakes.answers["AwaitTurn"] = lambda _: turn(jobs=due)
    fakes.answers["GetTurn"] = lambda _: turn(jobs=[pb.JobRun(kind="profile", through=5, state=next(states))])
    assert "profile through message 5: done" in salesctl("chat", "--chat-id", "chat-1", "-m", "שלום").out
    out = salesctl("chat", "--chat-id", "chat-1", "-m", "שלום", "--wait-jobs", "0").out
    assert "profile through message 5: due" in out


def test_json_is_the_whole_turn(salesctl: Salesctl) -> None:
    told = json.loads(salesctl("chat", "--chat-id", "chat-1", "-m", "תבטל לי", "--json").out)
    assert told["replies"] == ["ההזמנה **#124** בוטלה.", "קבלה"]
    assert told["tool_calls"][0]["name"] == "cancel_order"
    assert told["usage"]["cost_micro_usd"] == "12345"


def test_piped_lines_are_said_one_after_the_other(fakes: Fakes, salesctl: Salesctl) -> None:
    ran = salesctl("chat", "--chat-id", "chat-1", stdin="שלום\n\nмне колбасы\n")
    assert ran.status == 0
    assert [request.message.text for request in fakes.asked["AcceptMessage"]] == ["שלום", "мне колбасы"]
    assert ran.out.count("Agent:") == 2


def test_an_answer_does_not_steer_the_terminal(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.answers["AwaitTurn"] = lambda _: turn(replies=["\x1b]0;owned\x07[bold]שלום[/bold]"])
    assert salesctl("chat", "--chat-id", "chat-1", "-m", "שלום").out.endswith("�]0;owned�[bold]שלום[/bold]\n")


def test_a_mistyped_tenant_is_told_before_anything_is_stored(fakes: Fakes, salesctl: Salesctl) -> None:
    ran = salesctl("chat", "--chat-id", "chat-1", "--tenant", "valdmann", "-m", "שלום")
    assert (ran.status, ran.err) == (1, "There is no tenant 'valdmann'. There are: joannas_bakery, valdman.\n")
    assert not fakes.asked["AcceptMessage"]


def test_an_empty_message_is_not_sent(fakes: Fakes, salesctl: Salesctl) -> None:
    assert salesctl("chat", "--chat-id", "chat-1", "-m", " ").status == 1
    assert not fakes.asked["AcceptMessage"]


def test_an_answer_that_does_not_come_is_told(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.failures["AwaitTurn"] = DomainError(grpc.StatusCode.DEADLINE_EXCEEDED, "TURN_NOT_ENDED", "not yet")
    ran = salesctl("chat", "--chat-id", "chat-1", "-m", "שלום", "--timeout", "1")
    assert ran.status == 1
    assert "`salesctl conversations show conversation-1 --tenant valdman` shows it" in ran.err


def test_who_has_the_conversation_is_told_instead_of_waiting(fakes: Fakes, salesctl: Salesctl) -> None:
    taken = pb.Conversation(handler=pb.HANDLER_PERSON, paused_by="Dana")
    taken.resume_time.FromJsonString("2026-11-23T20:15:00Z")
    fakes.answers["GetConversation"] = lambda _: taken
    ran = salesctl("chat", "--chat-id", "chat-1", "-m", "שלום")
    assert ran.status == 1
    assert "Dana has taken this conversation over" in ran.err
    assert "2026-11-23 20:15 UTC" in ran.err
    assert not fakes.asked["AwaitTurn"]


def test_a_refusal_is_told_with_its_reason(fakes: Fakes, salesctl: Salesctl) -> None:
    fakes.failures["AcceptMessage"] = wrong_state("SUSPENDED", "the tenant is suspended")
    ran = salesctl("chat", "--chat-id", "chat-1", stdin="שלום\n")
    assert (ran.status, ran.err) == (1, "the tenant is suspended (SUSPENDED)\n")
