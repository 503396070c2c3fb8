"""What a valid tenant is: every field checked and brought into its one form, with errors that say what would be valid.

Field paths in errors are those of the Tenant message, such as `settings.opening_hours[0].closes`.
"""

import itertools
import re

from sales.common.v1 import localized_text_pb2
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.errors import bad
from services.tenants.locale_codes import currency_codes, language_tag, time_zones

MAX_NAME = 200
MAX_DESCRIPTION = 4_000
MAX_PERSONA_LINE = 500
MAX_INSTRUCTIONS = 8_000
MAX_LANGUAGES = 20
MAX_OPENING_SPANS = 50
MAX_HORIZON_DAYS = 730
MAX_PAUSE_MINUTES = 10_080  # a week

# Line feed and tab are text; the other control characters are not, and PostgreSQL cannot store NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_OPENS = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[\d\s().*#/-]{3,40}")
_WEBSITE = re.compile(r"(https?://)?[^\s/.:@]+(\.[^\s/.:@]+)+(:\d+)?(/\S*)?", re.IGNORECASE)
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}")


def checked_tenant(tenant: pb.Tenant) -> pb.Tenant:
    """The tenant's own fields in their one form, without output-only fields. Raises INVALID_ARGUMENT."""
    return pb.Tenant(
        display_name=_localized("display_name", tenant.display_name, MAX_NAME, required=True),
        description=checked_text("description", tenant.description, MAX_DESCRIPTION),
        persona=pb.Persona(
            role=checked_text("persona.role", tenant.persona.role, MAX_PERSONA_LINE),
            tone=checked_text("persona.tone", tenant.persona.tone, MAX_PERSONA_LINE),
            instructions=checked_text("persona.instructions", tenant.persona.instructions, MAX_INSTRUCTIONS),
        ),
        settings=_settings(tenant.settings),
    )


def checked_text(field: str, value: str, longest: int) -> str:
    """The text without space around it, at most `longest` characters, without control characters."""
    text = value.replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise bad(field, "TOO_LONG", f"has {len(text)} characters", f"at most {longest} characters")
    if found := _CONTROL.search(text):
        raise bad(field, "BAD_CHARACTER", f"contains the control character {found[0]!r}", "text")
    return text


def _settings(settings: pb.Settings) -> pb.Settings:
    if not (settings.delivery_offered or settings.pickup_offered):
        raise bad(
            "settings.pickup_offered",
            "NO_FULFILLMENT",
            "and settings.delivery_offered are both false, so nothing could be ordered",
            "delivery, pickup or both",
        )
    horizon, pause = settings.order_horizon_days, settings.pause_minutes
    return pb.Settings(
        currency_code=_currency(settings.currency_code),
        time_zone=_time_zone(settings.time_zone),
        languages=_languages(list(settings.languages)),
        opening_hours=_opening_hours(list(settings.opening_hours)),
        contact=_contact(settings.contact),
        delivery_terms=_localized("settings.delivery_terms", settings.delivery_terms, 1_000),
        delivery_offered=settings.delivery_offered,
        pickup_offered=settings.pickup_offered,
        model=_matching("settings.model", settings.model, _MODEL, "a model's name such as claude-sonnet-5-5, or empty"),
        job_model=_matching("settings.job_model", settings.job_model, _MODEL, "a model's name, or empty"),
        order_horizon_days=_within("settings.order_horizon_days", horizon, MAX_HORIZON_DAYS, "days"),
        pause_minutes=_within("settings.pause_minutes", pause, MAX_PAUSE_MINUTES, "minutes"),
    )


def _currency(value: str) -> str:
    code = value.strip().upper()
    if code not in currency_codes():
        valid = "the ISO 4217 code of a currency in use, such as ILS, USD or EUR"
        raise bad("settings.currency_code", "BAD_CURRENCY", f"is {value[:20]!r}", valid)
    return code


def _time_zone(value: str) -> str:
    if value not in time_zones():
        raise bad("settings.time_zone", "BAD_TIME_ZONE", f"is {value[:60]!r}", "an IANA name such as Asia/Jerusalem")
    return value


def _languages(tags: list[str]) -> list[str]:
    field = "settings.languages"
    if not 1 <= len(tags) <= MAX_LANGUAGES:
        raise bad(field, "BAD_COUNT", f"has {len(tags)} entries", f"1 to {MAX_LANGUAGES} languages, the default first")
    languages = [_language(f"{field}[{index}]", tag) for index, tag in enumerate(tags)]
    if repeated := next((tag for index, tag in enumerate(languages) if tag in languages[:index]), None):
        raise bad(field, "REPEATED_LANGUAGE", f"names {repeated} twice", "each language once")
    return languages


def _language(field: str, value: str) -> str:
    tag = language_tag(value)
    if tag is None:
        raise bad(field, "BAD_LANGUAGE", f"is {value[:40]!r}", "a BCP 47 language tag such as he, en or pt-BR")
    return tag


def _opening_hours(spans: list[pb.OpeningHours]) -> list[pb.OpeningHours]:
    """Spans in the order of the week."""
    field = "settings.opening_hours"
    if len(spans) > MAX_OPENING_SPANS:
        raise bad(field, "BAD_COUNT", f"has {len(spans)} entries", f"at most {MAX_OPENING_SPANS}")
    for index, span in enumerate(spans):
        _check_span(f"{field}[{index}]", span)
    ordered = sorted(enumerate(spans), key=lambda entry: (entry[1].weekday, entry[1].opens))
    for (_, earlier), (index, later) in itertools.pairwise(ordered):
        if earlier.weekday == later.weekday and later.opens < earlier.closes:
            other = f"{earlier.opens}-{earlier.closes}"
            raise bad(
                f"{field}[{index}]",
                "OVERLAPPING_HOURS",
                f"({later.opens}-{later.closes}) overlaps {other} of weekday {later.weekday}",
                "spans of one weekday that do not overlap",
            )
    return [pb.OpeningHours(weekday=span.weekday, opens=span.opens, closes=span.closes) for _, span in ordered]


def _check_span(field: str, span: pb.OpeningHours) -> None:
    if not 1 <= span.weekday <= 7:
        raise bad(f"{field}.weekday", "BAD_WEEKDAY", f"is {span.weekday}", "1 (Monday) to 7 (Sunday)")
    if not _OPENS.fullmatch(span.opens):
        raise bad(f"{field}.opens", "BAD_TIME", f"is {span.opens[:20]!r}", "local time HH:MM, 00:00 to 23:59")
    if span.closes != "24:00" and not _OPENS.fullmatch(span.closes):
        raise bad(f"{field}.closes", "BAD_TIME", f"is {span.closes[:20]!r}", "local time HH:MM, up to 24:00")
    if span.closes <= span.opens:
        valid = f"later than {span.opens}; a night is two spans, one up to 24:00 and one from 00:00 of the next day"
        raise bad(f"{field}.closes", "CLOSES_TOO_EARLY", f"is {span.closes}", valid)


def _contact(contact: pb.Contact) -> pb.Contact | None:
    prefix = "settings.contact"
    checked = pb.Contact(
        phone=_matching(f"{prefix}.phone", contact.phone, _PHONE, "a phone number such as +972-3-555-0100"),
        email=_matching(f"{prefix}.email", contact.email, _EMAIL, "an e-mail address such as info@example.com"),
        address=_localized(f"{prefix}.address", contact.address, 500),
        website=_matching(f"{prefix}.website", contact.website, _WEBSITE, "a web address such as https://example.com"),
    )
    return checked if checked.ByteSize() else None


def _matching(field: str, value: str, shape: re.Pattern[str], valid: str) -> str:
    """An optional text of one shape."""
    text = checked_text(field, value, 300)
    if text and not shape.fullmatch(text):
        raise bad(field, "BAD_FORMAT", f"is {text[:60]!r}", valid)
    return text


def _within(field: str, value: int, largest: int, unit: str) -> int:
    """A span of time that has a default of the platform."""
    if not 0 <= value <= largest:
        raise bad(field, "OUT_OF_RANGE", f"is {value}", f"0 (the default) to {largest} {unit}")
    return value


def _localized(
    field: str, text: localized_text_pb2.LocalizedText, longest: int, *, required: bool = False
) -> localized_text_pb2.LocalizedText | None:
    """Language tags in their one form; entries without text are left out. None: no text at all."""
    checked: dict[str, str] = {}
    for tag, value in text.values.items():
        place = f"{field}[{tag[:40]}]"
        if value := checked_text(place, value, longest):
            checked[_language(place, tag)] = value
    if required and not checked:
        raise bad(field, "REQUIRED", "is empty", 'text in at least one language, such as {"en": "Valdman"}')
    if len(checked) > MAX_LANGUAGES:
        raise bad(field, "BAD_COUNT", f"has {len(checked)} languages", f"at most {MAX_LANGUAGES}")
    return localized_text_pb2.LocalizedText(values=checked) if checked else None
