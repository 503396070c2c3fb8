"""Around the goods: opening hours, delivery and contact, a human, complaints, discounts, who is speaking."""

import re
from collections.abc import Mapping
from typing import Any

from devstack.claude_simulator.reading.catalog import pick
from devstack.claude_simulator.selling.failures import explain
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.scene import Scene, call
from devstack.claude_simulator.understanding.intents import Intent
from devstack.claude_simulator.wording.hours import opening_hours

_HOURS = re.compile(
    r"hours|open|close|שעות|פתוח|סגור|פותחים|סוגרים|עובדים|час|график|откры|закры|работа|ساعات|مفتوح|تفتح|تغلق|فاتح",
    re.I,
)
_DELIVERY = re.compile(r"deliver|shipp|pick ?up|משלוח|שולחים|איסוף|доставк|самовывоз|توصيل|توصلون|استلام", re.I)
_CONTACT = re.compile(
    r"where|shop|store|branch|סני[ףפ]|חנות|address|phone|number|contact|reach|call|email|website|located|איפה|היכן|כתובת|טלפון|מספר|מייל|אתר|מיקום|"
    r"מגיעים|"
    r"где|адрес|телефон|номер|связат|сайт|найти|أين|وين|عنوان|هاتف|رقم|موقع",
    re.I,
)
_PAYMENT = re.compile(r"pay|card|accept|תשלום|לשלם|משלמים|אשראי|ביט|оплат|карт|دفع|بطاقة", re.I)


def business_info(scene: Scene) -> Flow:
    """Hours, delivery and contact as the business has them; no more than was asked."""
    if not scene.can("get_business_info"):
        return Part(scene.say("cannot_now"))
    (outcome,) = yield call("get_business_info")
    if outcome.failed:
        return explain(scene, outcome)
    info = outcome.result.get("business")
    facts = info if isinstance(info, Mapping) else outcome.result
    topics = _topics(" ".join(c.text for c in scene.heard.clauses if c.has(Intent.BUSINESS)))
    texts = [text for topic in topics if (text := _TOPICS[topic](scene, facts))]
    return Part("\n".join(texts) or scene.say("info_missing"), scene.say("ask_something_else"))


def human(scene: Scene, *, complaint: bool) -> Flow:
    """Hand over to a person, and say so only if it was done."""
    apology = scene.say("sorry_to_hear") if complaint else ""
    if not scene.can("request_human"):
        return Part(f"{apology} {scene.say('cannot_now')}".strip())
    reason = scene.heard.text.strip()[:200] or "customer asked for a person"
    (outcome,) = yield call("request_human", reason=reason)
    if outcome.failed or outcome.result.get("handed_over") is False:
        return Part(f"{apology} {explain(scene, outcome).text}".strip())
    return Part(f"{apology} {scene.say('handed_over')}".strip())


def discount(scene: Scene) -> Part:
    """Prices are the catalog's; nobody here may change them."""
    return Part(scene.say("no_discount"), scene.say("ask_human_for_detail"))


def _topics(text: str) -> list[str]:
    patterns = {"hours": _HOURS, "delivery": _DELIVERY, "contact": _CONTACT, "payment": _PAYMENT}
    found = [topic for topic, pattern in patterns.items() if pattern.search(text)]
    return found or ["hours", "delivery", "contact"]


def _hours(scene: Scene, facts: Mapping[str, Any]) -> str:
    shown = opening_hours(facts.get("opening_hours") or facts.get("hours"), scene.language)
    if not shown:
        return ""
    now = facts.get("open_now")
    state = "" if not isinstance(now, bool) else scene.say("open_now" if now else "closed_now")
    return f"{scene.say('opening_hours')}\n{shown}\n{state}".strip()


def _delivery(scene: Scene, facts: Mapping[str, Any]) -> str:
    terms = _text(facts.get("delivery_terms") or facts.get("delivery"), scene.language)
    ways = [scene.say("pickup_offered")] if facts.get("pickup_offered") else []
    if facts.get("delivery_offered") is False:
        return "\n".join([scene.say("no_delivery"), *ways])
    if terms:
        return "\n".join([scene.say("delivery_terms", terms=terms), *ways])
    return " ".join([scene.say("delivery_offered"), *ways]) if facts.get("delivery_offered") else " ".join(ways)


def _contact(scene: Scene, facts: Mapping[str, Any]) -> str:
    contact = facts.get("contact")
    source = contact if isinstance(contact, Mapping) else facts
    rows = []
    for field in ("address", "phone", "email", "website"):
        value = _text(source.get(field), scene.language)
        if value:
            rows.append(scene.say(f"contact_{field}", value=value))
    return "\n".join(rows)


def _payment(scene: Scene, facts: Mapping[str, Any]) -> str:
    terms = _text(facts.get("payment") or facts.get("payment_terms"), scene.language)
    return terms or scene.say("payment_unknown")


def _text(value: Any, language: str) -> str:
    """A text that may stand as it is, by language, or inside `values`."""
    if isinstance(value, Mapping):
        inner = value.get("values")
        return pick({str(k): str(v) for k, v in (inner if isinstance(inner, Mapping) else value).items()}, language)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


_TOPICS = {"hours": _hours, "delivery": _delivery, "contact": _contact, "payment": _payment}
