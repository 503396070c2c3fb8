"""How a webhook stands, in words."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from salesctl.terminal import ago
from salesctl.webhook.addresses import webhook_path
from salesctl.webhook.bot_api import ALLOWED_UPDATES, WebhookInfo

_RECENT_SECONDS = 600
# By words in Telegram's account of a failed delivery; the first that is found counts.
_HINTS = {
    "SSL|ertificate": "Telegram does not trust the certificate there: is it valid for that name, and its chain whole?",
    "Read timeout": "Something takes the call and does not answer in time: the gateway, or what is in front of it.",
    "401": "The gateway does not take it: the secret or the tenant is another one. Set the webhook anew.",
    "503|502": "The gateway cannot store messages just now: `make status` shows what is down.",
    "404": "Something else than the gateway answers there: is the address or tunnel still the same?",
    "530": "The tunnel is gone: start it, and set the webhook anew if its address is another one.",
    "500": "The gateway failed: `salesctl logs gateway` shows why.",
    "onnection|timed out|resolve": "Telegram cannot reach the gateway: is it up, the address or tunnel still the same?",
}


@dataclass(frozen=True)
class Verdict:
    """`well`: whether messages come through as far as Telegram tells. `sentences`: for people."""

    well: bool
    sentences: list[str]


def judge(info: WebhookInfo, tenant_id: str, wanted_url: str, now: datetime) -> Verdict:
    """Judge Telegram's view. `wanted_url`: where it should point; empty: any address with the tenant's path."""
    how = f"`salesctl webhook set --tenant {tenant_id} --url https://…`"
    if not info.url:
        waiting = f" {_waiting(info)} at Telegram." if info.pending_update_count else ""
        return Verdict(False, [f"No webhook is set, so no message arrives.{waiting} Set one: {how}."])
    if (wanted_url and info.url != wanted_url) or not urlsplit(info.url).path.endswith(webhook_path(tenant_id)):
        expected = wanted_url or f"an address that ends with {webhook_path(tenant_id)}"
        return Verdict(False, [f"The webhook points to another place: {info.url}, not {expected}. Set it anew: {how}."])
    return _judge_deliveries(info, now, how)


def _judge_deliveries(info: WebhookInfo, now: datetime, how: str) -> Verdict:
    sentences, well = [f"The webhook is set to {info.url}."], True
    if missing := [kind for kind in ALLOWED_UPDATES if info.allowed_updates and kind not in info.allowed_updates]:
        well = False
        sentences.append(f"Telegram was told to leave out {', '.join(missing)}. Set it anew: {how}.")
    error_age = (now - datetime.fromtimestamp(info.last_error_date, UTC)).total_seconds()
    error = f"{info.last_error_message} ({ago(error_age)} ago)"
    if info.last_error_date and (info.pending_update_count or error_age < _RECENT_SECONDS):
        well = well and not info.pending_update_count
        state = f"and {_waiting(info)}" if info.pending_update_count else "but nothing waits any more"
        sentences.append(f"A delivery failed: {error}, {state}.{_hint(info.last_error_message)}")
    elif info.pending_update_count:
        sentences.append(f"{_waiting(info)}; no delivery has failed.")
    elif info.last_error_date:
        sentences.append(f"Nothing waits; the last failure is long past: {error}.")
    else:
        sentences.append("All is well: nothing waits, and no delivery has failed.")
    return Verdict(well, sentences)


def _waiting(info: WebhookInfo) -> str:
    count = info.pending_update_count
    return "1 update waits" if count == 1 else f"{count} updates wait"


def _hint(error: str) -> str:
    return next((f" {hint}" for words, hint in _HINTS.items() if re.search(words, error)), "")
