"""What Telegram's answers to sendMessage mean for a delivery.

Telegram has no idempotent send. An answer of Telegram's is believed; where none came, or where something between us and
Telegram failed (5xx), the message may have been sent and the outcome is UNCERTAIN. What stands between us and Telegram
and lets nothing pass (4xx of a proxy) says nothing of the customer or the text. A 429 does not say whether the limit is
the chat's (about one message a second) or the bot's (about thirty): see `limits`.
"""

import re

from sales.agent.v1 import messaging_pb2 as messaging

from services.gateway.channels.telegram.api import Answer

Outcome = messaging.DeliveryOutcome

# 400s that say of the customer, not of the text, that nothing can be sent until the customer writes again.
_UNREACHABLE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "bot was blocked",
    "peer_id_invalid",
    "user_is_blocked",
    "input_user_deactivated",
)
_BAD_MARKUP = ("can't parse", "can't find end", "unsupported start tag", "unclosed start tag")
_WAIT = re.compile(r"retry after (\d+)", re.ASCII | re.IGNORECASE)
_LONGEST_WAIT_SECONDS = 86_400


def is_markup_error(answer: Answer) -> bool:
    """Whether the text was refused for its markup alone, so that plain text may pass."""
    return answer.status == 400 and any(words in answer.description.lower() for words in _BAD_MARKUP)


def is_token_error(answer: Answer) -> bool:
    """Whether the token is at fault: 401 for one that is not valid any more, 404 for one that never looked like one."""
    return answer.from_telegram and answer.status in (401, 404)


def to_report(answer: Answer) -> messaging.DeliveryReport:
    """The outcome fields of a report."""
    if answer.ok:
        return messaging.DeliveryReport(outcome=Outcome.DELIVERY_OUTCOME_SENT, external_message_id=_message_id(answer))
    report = messaging.DeliveryReport(outcome=_outcome(answer), error=answer.description[:300])
    if report.outcome == Outcome.DELIVERY_OUTCOME_RATE_LIMITED and (wait := _wait(answer)) is not None:
        report.retry_after.seconds = min(max(wait, 1), _LONGEST_WAIT_SECONDS)
    if report.outcome == Outcome.DELIVERY_OUTCOME_MIGRATED:
        report.new_external_chat_id = str(answer.parameters.migrate_to_chat_id)
    return report


def _wait(answer: Answer) -> int | None:
    """The seconds that a 429 asks for, wherever it says so; None when it does not."""
    if answer.parameters.retry_after is not None:
        return answer.parameters.retry_after
    header = answer.retry_after_header
    if header.isascii() and header.isdecimal():
        return int(header[:9])
    words = _WAIT.search(answer.description)
    return int(words[1][:9]) if words else None


def _outcome(answer: Answer) -> "Outcome.ValueType":
    if answer.status == 429:
        return Outcome.DELIVERY_OUTCOME_RATE_LIMITED
    if not answer.from_telegram:
        return _outcome_between(answer.status)
    if answer.status in (400, 403):
        return _refusal(answer)
    if is_token_error(answer) or 300 <= answer.status < 400:
        return Outcome.DELIVERY_OUTCOME_UNAVAILABLE  # the configuration is wrong, not the message
    if 400 <= answer.status < 500:
        return Outcome.DELIVERY_OUTCOME_REJECTED
    return Outcome.DELIVERY_OUTCOME_UNCERTAIN


def _outcome_between(status: int) -> "Outcome.ValueType":
    """Of an answer that is not Telegram's. After a 408 nobody knows how far the request got."""
    if 300 <= status < 500 and status != 408:
        return Outcome.DELIVERY_OUTCOME_UNAVAILABLE
    return Outcome.DELIVERY_OUTCOME_UNCERTAIN


def _refusal(answer: Answer) -> "Outcome.ValueType":
    if answer.parameters.migrate_to_chat_id is not None:
        return Outcome.DELIVERY_OUTCOME_MIGRATED
    if answer.status == 403 or any(words in answer.description.lower() for words in _UNREACHABLE):
        return Outcome.DELIVERY_OUTCOME_BLOCKED
    return Outcome.DELIVERY_OUTCOME_REJECTED


def _message_id(answer: Answer) -> str:
    return str(answer.result.get("message_id", "")) if isinstance(answer.result, dict) else ""
