"""Which quantity of a reply belongs to which product."""

from decimal import Decimal

import pytest

from services.agent.tests.truth_table.scenes import VALDMAN
from services.agent.truth.counts import quantity_beside
from services.agent.truth.text import fold


def told(reply: str) -> list[str | None]:
    """The quantity beside each product that the reply names."""
    text = fold(reply)
    mentions = VALDMAN.mentions(text)
    found = []
    for i, mention in enumerate(mentions):
        previous_end = mentions[i - 1].end if i else -1
        next_start = mentions[i + 1].start if i + 1 < len(mentions) else len(text) + 1
        found.append(quantity_beside(text, mention, previous_end, next_start))
    return [None if quantity is None else format(Decimal(quantity).normalize(), "f") for quantity in found]


@pytest.mark.parametrize(
    ("reply", "quantities"),
    [
        ("2 kg of beef sausage and 1 kg of merguez", ["2", "1"]),
        ("2 kg beef sausage, 1 kg merguez", ["2", "1"]),
        ("beef sausage 2 kg, merguez 1 kg", ["2", "1"]),
        ("beef sausage 2 kg merguez 1 kg", [None, "1"]),
        ("Beef sausage (2 kg)\nMerguez – 1 kg", ["2", "1"]),
        ("Pastrami ×2", ["2"]),
        ("half a kilo of pastrami", ["0.5"]),
        ("a kilo of pastrami", ["1"]),
        ("two and a half kilos of pastrami", ["2.5"]),
        ("Pastrami – 2 and a half kg", ["2.5"]),
        ("one kilo and a half of pastrami", ["1.5"]),
        ("a kilo and a half of pastrami", ["1.5"]),
        ("2 kg of merguez and a half kilo of pastrami", ["2", "0.5"]),
        ("two and half a kilo of pastrami", [None]),
        ("2 с половиной кило пастрами", ["2.5"]),
        ("пастрами – два с половиной килограмма", ["2.5"]),
        ("500 g of pastrami", ["0.5"]),
        ("some pastrami", [None]),
        ("a pastrami", [None]),
        ("2 packs of pastrami", [None]),
        ("2 packs of 250 g of pastrami", [None]),
        ("Pastrami – 2 packs of 250 g", [None]),
        ("2 חבילות של 250 גרם פסטרמה", [None]),
        ("пастрами – 2 упаковки по 250 г", [None]),
        ("pastrami for 6 people", [None]),
        ("2 × 500 g of pastrami", [None]),
        ("2 קילו נקניק בקר ו-1 קילו מרגז חריף", ["2", "1"]),
        ("קילו וחצי פסטרמה", ["1.5"]),
        ("полкило пастрами и 2 кг фарша", ["0.5", "2"]),
        ("نصف كيلو بسطرمة", ["0.5"]),
    ],
)
def test_a_quantity_belongs_to_the_product_that_it_stands_beside(reply: str, quantities: list[str | None]) -> None:
    assert told(reply) == quantities
