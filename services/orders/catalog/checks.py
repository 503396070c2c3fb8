"""What a product must be before it is stored; every error names the field and what would be valid."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from sales.common.v1 import money_pb2
from sales.orders.v1 import catalog_pb2

from services.common.errors import invalid
from services.common.money import Money
from services.orders.catalog.models import Product
from services.orders.texts import check_line, check_text

LARGEST_PRICE_MINOR = 10_000_000_000
LARGEST_QUANTITY = Decimal(100_000)
MUTABLE_FIELDS = (
    "display_name",
    "aliases",
    "category",
    "description",
    "unit",
    "unit_price",
    "fractional",
    "min_quantity",
    "quantity_step",
    "max_quantity",
    "available",
)

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_QUANTITY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_DEFAULT_MAX = "1000"
_MOST_ALIASES = 50


def check_product(message: catalog_pb2.Product, currency_code: str | None) -> Product:
    """The product of a request, without versions and time. `currency_code`: what its price must be in; None: any."""
    minimum, step, maximum = _quantities(message)
    return Product(
        sku=check_sku(message.sku),
        display_name=_names(message.display_name.values),
        aliases=_aliases(message.aliases),
        category=_localized(message.category.values, "product.category", 80),
        description=_localized(message.description.values, "product.description", 2000),
        unit=_slug(message.unit, "product.unit", "BAD_UNIT"),
        unit_price=_price(message.unit_price, currency_code),
        fractional=message.fractional,
        min_quantity=minimum,
        quantity_step=step,
        max_quantity=maximum,
        available=message.available,
        version=0,
        price_version=0,
        update_time=datetime.min,  # noqa: DTZ901 - set when the change is stored
    )


def check_sku(sku: str) -> str:
    """A sku as products have it; BAD_SKU otherwise."""
    return _slug(sku, "product.sku", "BAD_SKU")


def check_mask(paths: Iterable[str]) -> list[str]:
    """The paths to change; EMPTY_MASK or UNKNOWN_FIELD otherwise."""
    valid = ", ".join(MUTABLE_FIELDS)
    wanted = list(paths)
    if not wanted:
        raise invalid("update_mask", "EMPTY_MASK", f"update_mask must name what to change: {valid}", valid=valid)
    for path in wanted:
        if path not in MUTABLE_FIELDS:
            raise invalid("update_mask", "UNKNOWN_FIELD", f"{path!r} cannot be changed; {valid} can", valid=valid)
    return wanted


def _slug(value: str, field: str, reason: str) -> str:
    if not _SLUG.fullmatch(value):
        rule = "a lower-case letter, then letters, digits or underscores, 63 at most"
        raise invalid(field, reason, f"{field} must be {rule}; got {value[:80]!r}", valid=rule)
    return value


def _names(values: Mapping[str, str]) -> dict[str, str]:
    names = _localized(values, "product.display_name", 120)
    if not names:
        raise invalid(
            "product.display_name",
            "NAME_MISSING",
            "a product needs a name in at least one language",
            valid='at least one entry such as {"en": "Pastrami"}',
        )
    return names


def _localized(values: Mapping[str, str], field: str, longest: int) -> dict[str, str]:
    texts = {}
    for language, text in sorted(values.items()):
        if not _LANGUAGE.fullmatch(language):
            raise invalid(
                field, "BAD_LANGUAGE", f"{language[:20]!r} is not a language code", valid='BCP 47, such as "en" or "he"'
            )
        texts[language] = check_line(text, f"{field}.{language}", longest)
    return texts


def _aliases(values: Iterable[str]) -> tuple[str, ...]:
    aliases = tuple(check_line(alias, f"product.aliases[{n}]", 80) for n, alias in enumerate(values))
    if len(aliases) > _MOST_ALIASES:
        raise invalid(
            "product.aliases",
            "TOO_MANY_ALIASES",
            f"a product may have {_MOST_ALIASES} aliases at most, it has {len(aliases)}",
            valid=f"0 to {_MOST_ALIASES} aliases",
        )
    return aliases


def _price(message: money_pb2.Money, currency_code: str | None) -> Money:
    price = Money.from_proto(message)
    if currency_code is not None and price.currency_code != currency_code:
        raise invalid(
            "product.unit_price.currency_code",
            "BAD_CURRENCY",
            f"prices are in {currency_code}, got {price.currency_code[:8]!r}",
            valid=currency_code,
        )
    if not 0 < price.amount_minor <= LARGEST_PRICE_MINOR:
        raise invalid(
            "product.unit_price.amount_minor",
            "BAD_PRICE",
            f"the price must be more than zero, got {price.amount_minor} minor units",
            valid=f"1 to {LARGEST_PRICE_MINOR} minor units",
        )
    return price


def _quantities(message: catalog_pb2.Product) -> tuple[Decimal, Decimal, Decimal]:
    """Minimum, step and maximum.

    Not given: the step is 0.1 where fractions are sold, else 1; the minimum is the step; the maximum is 1000.
    """
    fractional = message.fractional
    step = _quantity(message.quantity_step or ("0.1" if fractional else "1"), "quantity_step", fractional)
    minimum = _quantity(message.min_quantity or str(step), "min_quantity", fractional)
    maximum = _quantity(message.max_quantity or _DEFAULT_MAX, "max_quantity", fractional)
    if minimum % step:
        raise _bad_quantity("min_quantity", f"must be a multiple of the step {step}", f"a multiple of {step}")
    if maximum < minimum:
        raise _bad_quantity("max_quantity", f"must not be less than the minimum {minimum}", f"{minimum} or more")
    return minimum, step, maximum


def _quantity(text: str, field: str, fractional: bool) -> Decimal:
    valid = f"{'a decimal' if fractional else 'a whole'} number above 0, at most {LARGEST_QUANTITY}"
    number = Decimal(text) if _QUANTITY.fullmatch(text) else None
    if number is None or not 0 < number <= LARGEST_QUANTITY or (not fractional and number % 1):
        raise _bad_quantity(field, f"must be {valid}, with 3 decimals at most; got {text[:40]!r}", valid)
    return number


def _bad_quantity(field: str, problem: str, valid: str) -> Exception:
    return invalid(f"product.{field}", "BAD_QUANTITY", f"{field} {problem}", valid=valid)


def check_search_text(query: str) -> str:
    """The words to search for: 1 to 200 characters."""
    text = check_text(query, "query", 200)
    if not text:
        raise invalid("query", "EMPTY_TEXT", "query must have 1 to 200 characters", valid="1 to 200 characters")
    return text
