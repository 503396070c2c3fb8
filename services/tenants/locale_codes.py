"""Which currencies, time zones and languages there are."""

import re
import zoneinfo
from functools import cache

from babel.core import get_global
from babel.localedata import locale_identifiers

_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?")


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 codes that are legal tender somewhere today (CLDR)."""
    return frozenset(
        code
        for history in get_global("territory_currencies").values()
        for code, _start, end, tender in history
        if tender and end is None
    )


@cache
def time_zones() -> frozenset[str]:
    """IANA names of zones with a place or an offset; not the machine's own "localtime"."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})


@cache
def _languages() -> frozenset[str]:
    return frozenset(name.partition("_")[0] for name in locale_identifiers())


def language_tag(value: str) -> str | None:
    """The BCP 47 tag in its usual case ("en-US", "zh-Hant"), or None when there is no such language."""
    match = _TAG.fullmatch(value.strip().replace("_", "-"))
    if match is None:
        return None
    language, script, region = match.groups()
    if language.lower() not in _languages():
        return None
    parts = [language.lower(), script.title() if script else "", region.upper() if region else ""]
    return "-".join(filter(None, parts))
