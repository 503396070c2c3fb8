"""From a valid request to the answer: which job it is, the honest answer, and what a fault makes of it."""

from dataclasses import replace

from devstack.claude_simulator import jobs
from devstack.claude_simulator.api.message import Answer, ToolCall, cut_to_tokens, stop_at_sequence
from devstack.claude_simulator.api.schema import CountRequest, MessagesRequest, TextBlock
from devstack.claude_simulator.faults import ANSWERS, FaultBook, Purpose
from devstack.claude_simulator.misbehaviour import can_distort, distort
from devstack.claude_simulator.reading.conversation import Conversation, read_conversation
from devstack.claude_simulator.selling.salesperson import answer


def purpose_of(request: CountRequest) -> Purpose:
    """What the request is for."""
    if jobs.is_profile(request):
        return "profile"
    return "summary" if jobs.is_summary(request) else "reply"


def texts_of(request: CountRequest) -> tuple[str, ...]:
    """Where a fault's `match` is looked for: the newest user message, and the customer's words of this turn."""
    blocks = next((message.content for message in reversed(request.messages) if message.role == "user"), [])
    newest = "\n".join(block.text for block in blocks if isinstance(block, TextBlock))
    return newest, read_conversation(request).now.words


def respond(request: MessagesRequest, faults: FaultBook) -> tuple[Answer, str]:
    """The answer, and the kind of the fault that changed it ("" if none did)."""
    purpose = purpose_of(request)
    conversation = read_conversation(request)
    honest = _within_choice(request, _honest(request, purpose, conversation))
    fault = faults.take(ANSWERS, purpose, texts_of(request), lambda fault: can_distort(fault, honest, conversation))
    spoken = distort(fault, honest, conversation) if fault else honest
    limited = cut_to_tokens(stop_at_sequence(spoken, request.stop_sequences), request.max_tokens)
    return limited, fault.kind if fault else ""


def _honest(request: MessagesRequest, purpose: Purpose, conversation: Conversation) -> Answer:
    if purpose == "profile":
        return jobs.profile(request)
    if purpose == "summary":
        return jobs.summary(request)
    spoken = answer(conversation)
    paused = _paused_text(request)
    return replace(spoken, text=spoken.text.removeprefix(paused)) if paused else spoken


def _paused_text(request: MessagesRequest) -> str:
    """What a paused answer had said, when the request ends with it."""
    last = request.messages[-1]
    return "".join(b.text for b in last.content if isinstance(b, TextBlock)) if last.role == "assistant" else ""


def _within_choice(request: MessagesRequest, spoken: Answer) -> Answer:
    """Keep to `tool_choice`: a forced tool, one call at a time."""
    choice = request.tool_choice
    if choice is None or choice.type == "none":
        return spoken
    if choice.type == "tool" and choice.name:
        kept = tuple(call for call in spoken.calls if call.name == choice.name)
        spoken = Answer(calls=kept or (ToolCall(choice.name, {}),))
    elif choice.type == "any" and not spoken.calls:
        spoken = Answer(calls=(ToolCall(request.tools[0].name, {}),))
    return Answer(calls=spoken.calls[:1]) if choice.disable_parallel_tool_use and spoken.calls else spoken
