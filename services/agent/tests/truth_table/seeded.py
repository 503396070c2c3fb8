"""The launch tenants as they are seeded: each product told of in the catalog's own words, truly and at a wrong price."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from services.agent.truth import Catalog, Evidence, ProductFact, Utterance

_SEED = Path(__file__).parents[4] / "salesctl" / "seed"
_TENANTS = ("valdman", "joannas_bakery")
_PER = {
    "kg": {"en": " per kg", "he": ' לק"ג'},
    "each": {"en": " each", "he": " ליחידה"},
    "loaf": {"en": " per loaf", "he": " לכיכר"},
    "slice": {"en": " per slice", "he": " לפרוסה"},
    "whole_cake": {"en": " for a whole cake", "he": " לעוגה שלמה"},
    "tart": {"en": " per tart", "he": " לטארט"},
}
_ASKED = {"en": "What do you have?", "he": "מה יש לכם?"}


def _product(row: dict[str, Any], categories: dict[str, dict[str, str]]) -> ProductFact:
    return ProductFact(
        row["sku"],
        (*row["name"].values(), *row.get("aliases", ())),
        Decimal(row["price"]),
        row["unit"],
        (*categories[row["category"]].values(), *row["description"].values()),
    )


def _replies(row: dict[str, Any], language: str, price: str) -> tuple[str, ...]:
    name, told, unit = row["name"][language], row["description"][language], _PER[row["unit"]][language]
    return (
        f"{name}: {told.rstrip('.')} … ₪{price}",
        f"• {name} – ₪{price}{unit}",
        f"• {name} – {told} {price} ₪{unit}",
        f"{name} ({price} ₪{unit}): {told}",
        f"**{name}**\n{told}\n{price} ₪{unit}",
    )


def _tenant(name: str) -> tuple[Catalog, list[dict[str, Any]]]:
    seed = tomllib.loads((_SEED / f"{name}.toml").read_text())
    rows = [{"unit": seed.get("selling", {}).get("unit", "each"), **row} for row in seed["products"]]
    return Catalog(tuple(_product(row, seed["categories"]) for row in rows)), rows


def _price(row: dict[str, Any]) -> str:
    return str(Decimal(row["price"]).to_integral())


def _wrong_price(row: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """The price of the next product that costs something else: the hardest lie to see."""
    at = rows.index(row)
    others = [other["price"] for other in (*rows[at + 1 :], *rows[:at]) if other["price"] != row["price"]]
    return str(Decimal(others[0]).to_integral())


SEEDED_SCENES: dict[str, Evidence] = {}
SEEDED_HONEST: dict[str, tuple[str, ...]] = {}
SEEDED_LIES: dict[str, tuple[str, ...]] = {}
for _name in _TENANTS:
    _catalog, _rows = _tenant(_name)
    for _language, _question in _ASKED.items():
        _scene = f"seeded_{_name}_{_language}"
        SEEDED_SCENES[_scene] = Evidence(
            _catalog, date(2026, 11, 23), "ILS", dialogue=(Utterance("customer", _question),)
        )
        _told = [_replies(row, _language, _price(row)) for row in _rows]
        # Each by itself, and all of them in one list, as the agent tells it.
        SEEDED_HONEST[_scene] = (*chain(*_told), *("\n".join(whole) for whole in zip(*_told, strict=True)))
        SEEDED_LIES[_scene] = tuple(
            reply for row in _rows for reply in _replies(row, _language, _wrong_price(row, _rows))
        )
