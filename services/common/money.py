"""Exact amounts: integer minor units of a currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sales.common.v1 import money_pb2

# ISO 4217 currencies that do not have two decimals; all others have. The dashboard has the same table.
EXPONENTS = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3} | dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
)


def exponent(currency_code: str) -> int:
    """Number of decimals of a currency (ISO 4217)."""
    return EXPONENTS.get(currency_code, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (agorot, cents) of a currency."""

    amount_minor: int
    currency_code: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency_code != self.currency_code:
            raise ValueError(f"cannot add {other.currency_code} to {self.currency_code}")
        return Money(self.amount_minor + other.amount_minor, self.currency_code)

    def times(self, quantity: Decimal) -> "Money":
        """The price of a quantity, rounded half up to the minor unit."""
        minor = (quantity * self.amount_minor).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return Money(int(minor), self.currency_code)

    def to_decimal(self) -> Decimal:
        """The amount in major units: 3750 ILS minor is Decimal("37.50")."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency_code))

    def to_proto(self) -> money_pb2.Money:
        return money_pb2.Money(currency_code=self.currency_code, amount_minor=self.amount_minor)

    @classmethod
    def from_proto(cls, message: money_pb2.Money) -> "Money":
        return cls(message.amount_minor, message.currency_code)


def format_quantity(quantity: Decimal) -> str:
    """A quantity as plain decimal text without trailing zeros: "0.5", "2", "1000"."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
