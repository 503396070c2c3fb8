"""What Telegram's answers to sendMessage mean for a delivery.

Telegram has no idempotent send. An answer is believed; where none came, or where something between us and Telegram
answered instead (5xx), the message may have been sent and the outcome is UNCERTAIN. A 429 does not say whether the
limit is the chat's (about one message a second) or the bot's (about thirty): see `limits`.
"""

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
_DEFAULT_WAIT_SECONDS = 1


def is_markup_error(answer: Answer) -> bool:
    """Whether the text was refused for its markup alone, so that plain text may pass."""
    return answer.status == 400 and any(words in answer.description.lower() for words in _BAD_MARKUP)


def is_token_error(answer: Answer) -> bool:
    """Whether the token is at fault: 401 for one that is not valid any more, 404 for one that never looked like one."""
    return answer.status in (401, 404)


def to_report(answer: Answer) -> messaging.DeliveryReport:
    """The outcome fields of a report."""
    if answer.ok:
        return messaging.DeliveryReport(outcome=Outcome.DELIVERY_OUTCOME_SENT, external_message_id=_message_id(answer))
    report = messaging.DeliveryReport(outcome=_outcome(answer), error=answer.description[:300])
    if report.outcome == Outcome.DELIVERY_OUTCOME_RATE_LIMITED:
        report.retry_after.seconds = max(answer.parameters.retry_after or 0, _DEFAULT_WAIT_SECONDS)
    if report.outcome == Outcome.DELIVERY_OUTCOME_MIGRATED:
        report.new_external_chat_id = str(answer.parameters.migrate_to_chat_id)
    return report


def _outcome(answer: Answer) -> "Outcome.ValueType":
    if answer.status == 400:
        return _refusal(answer)
    if answer.status == 403:
        return Outcome.DELIVERY_OUTCOME_BLOCKED
    if answer.status == 429:
        return Outcome.DELIVERY_OUTCOME_RATE_LIMITED
    if is_token_error(answer) or 300 <= answer.status < 400:
        return Outcome.DELIVERY_OUTCOME_UNAVAILABLE  # the configuration is wrong, not the message
    if 400 <= answer.status < 500:
        return Outcome.DELIVERY_OUTCOME_REJECTED
    return Outcome.DELIVERY_OUTCOME_UNCERTAIN


def _refusal(answer: Answer) -> "Outcome.ValueType":
    if answer.parameters.migrate_to_chat_id is not None:
        return Outcome.DELIVERY_OUTCOME_MIGRATED
    if any(words in answer.description.lower() for words in _UNREACHABLE):
        return Outcome.DELIVERY_OUTCOME_BLOCKED
    return Outcome.DELIVERY_OUTCOME_REJECTED


def _message_id(answer: Answer) -> str:
    return str(answer.result.get("message_id", "")) if isinstance(answer.result, dict) else ""
