"""What a valid fact, identity and source is: checked and brought into one form, with errors that say what would do."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import phonenumbers
from sales.customers.v1 import customers_pb2 as pb

from services.common.errors import bad, not_found
from services.common.grpc_server import Call
from services.customers.models import FACTS, Source, SourceKind

MAX_DISPLAY_NAME = 200
MAX_EXTERNAL_ID = 128
MAX_REFERENCE = 200
_LONGEST = {"name": 200, "phone": 60, "address": 500, "notes": 2_000}

# Line feed and tab are text; the other control characters are not, and PostgreSQL cannot store NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")
_EXTERNAL_ID = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{MAX_EXTERNAL_ID}}}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?")
# Codes of before 1989 that some phones still send.
_OLD_LANGUAGES = {"iw": "he", "in": "id", "ji": "yi"}
# Who may name which source: the agent speaks for customer and jobs.
_KINDS_OF_CALLER = {"agent": frozenset((SourceKind.EXTRACTION, SourceKind.CUSTOMER))}


def checked_customer_id(value: str) -> uuid.UUID:
    """The id; what is not one of ours is simply not found."""
    try:
        return uuid.UUID(value)
    except ValueError:
        raise not_found("customer", value[:60]) from None


def checked_facts(profile: pb.Profile, paths: Sequence[str], phone_region: str) -> dict[str, str]:
    """The facts named by the mask, each in its one form; "" clears."""
    valid = "one or more of " + ", ".join(FACTS)
    if not paths:
        raise bad("update_mask", "REQUIRED", "is empty", valid)
    for path in paths:
        if path not in FACTS:
            raise bad("update_mask", "BAD_PATH", f"names {path[:60]!r}", valid)
    return {fact: _checked_fact(fact, getattr(profile, fact), phone_region) for fact in FACTS if fact in paths}


def _checked_fact(fact: str, value: str, phone_region: str) -> str:
    field = f"profile.{fact}"
    if fact == "language":
        return _checked_language(field, value)
    text = _CONTROL.sub(" ", value).strip()
    if fact != "notes":
        text = " ".join(text.split())
    longest = _LONGEST[fact]
    if len(text) > longest:
        raise bad(field, "TOO_LONG", f"has {len(text)} characters", f"at most {longest} characters")
    return _checked_phone(field, text, phone_region) if fact == "phone" else text


def _checked_language(field: str, value: str) -> str:
    tag = language_tag(value)
    if value.strip() and not tag:
        raise bad(field, "BAD_LANGUAGE", f"is {value[:40]!r}", "a BCP 47 tag such as he, en, ru, ar or pt-BR")
    return tag


@lru_cache(maxsize=256)
def language_tag(value: str) -> str:
    """The BCP 47 tag in its usual case ("he", "pt-BR"), "" when the value is none."""
    match = _LANGUAGE.fullmatch(value.strip().replace("_", "-"))
    if match is None:
        return ""
    language, script, region = match.groups()
    language = language.lower()
    parts = [_OLD_LANGUAGES.get(language, language), (script or "").title(), (region or "").upper()]
    return "-".join(filter(None, parts))


def _checked_phone(field: str, text: str, region: str) -> str:
    """E.164 where it has the form of a number of the world (with +) or of the region, else as written."""
    if text and sum(character.isdigit() for character in text) < 3:
        raise bad(field, "BAD_PHONE", f"is {text!r}", "a phone number such as +972501234567 or 050-123-4567")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    form = phonenumbers.is_possible_number_with_reason(number)
    if form != phonenumbers.ValidationResult.IS_POSSIBLE or number.extension:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def checked_identity(request: pb.ResolveCustomerRequest) -> pb.Identity:
    """Channel and external id as given; the channel's display name tidied, because nobody chose it for us."""
    if not _CHANNEL.fullmatch(request.channel):
        valid = "a channel's name in lower case such as telegram"
        raise bad("channel", "BAD_CHANNEL", f"is {request.channel[:40]!r}", valid)
    if not _EXTERNAL_ID.fullmatch(request.external_id):
        valid = f"1 to {MAX_EXTERNAL_ID} characters without spaces"
        raise bad("external_id", "BAD_EXTERNAL_ID", f"has {len(request.external_id)} characters", valid)
    name = " ".join(_CONTROL.sub(" ", request.display_name).split())[:MAX_DISPLAY_NAME]
    return pb.Identity(channel=request.channel, external_id=request.external_id, display_name=name)


def checked_source(source: pb.FactSource, call: Call, now: datetime) -> Source:
    """The source, observed now unless said otherwise and never later: a clock that is ahead must not hold a fact.

    Through the dashboard it is the person whose session it is, whatever the request says.
    """
    if call.staff is not None:
        return Source(SourceKind.STAFF, call.staff.staff_id, now, call.staff.name)
    allowed = _KINDS_OF_CALLER.get(call.caller, frozenset(SourceKind))
    if source.kind not in {int(kind) for kind in allowed}:
        valid = ", ".join(f"KIND_{kind.name}" for kind in sorted(allowed))
        raise bad("source.kind", "BAD_SOURCE_KIND", f"is {source.kind} from {call.caller}", valid)
    reference = _CONTROL.sub(" ", source.reference).strip()
    if not 1 <= len(reference) <= MAX_REFERENCE:
        valid = f"the message, turn or editor in 1 to {MAX_REFERENCE} characters"
        raise bad("source.reference", "BAD_REFERENCE", f"has {len(reference)} characters", valid)
    return Source(SourceKind(source.kind), reference, min(_observe_time(source, now), now))


def _observe_time(source: pb.FactSource, now: datetime) -> datetime:
    if not source.HasField("observe_time"):
        return now
    try:
        return source.observe_time.ToDatetime(now.tzinfo)
    except (ValueError, OverflowError):
        raise bad("source.observe_time", "BAD_TIME", "is out of range", "a time of the years 1 to 9999") from None
