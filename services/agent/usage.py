"""What the model was used for: tokens of its four kinds, and their price."""

from dataclasses import dataclass

TOKENS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
"""The kinds, by the names that the Messages API, the contract and the tables have for them."""

USAGE_COLUMNS = (*TOKENS, "cost_micro_usd")
"""Columns of the tables that tell of usage."""

# Billionths of a US dollar for a token as (input, output, cache write, cache read), by the start of a model's name.
# Source: Anthropic's published price list; an unknown model is counted at the first row's price.
PRICES: tuple[tuple[str, tuple[int, int, int, int]], ...] = (
    ("claude-sonnet", (3000, 15000, 3750, 300)),
    ("claude-haiku", (1000, 5000, 1250, 100)),
    ("claude-opus", (5000, 25000, 6250, 500)),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one response."""

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int

    def tokens(self) -> dict[str, int]:
        """By the names of TOKENS."""
        return {name: getattr(self, name) for name in TOKENS}

    def cost_micro_usd(self, model: str) -> int:
        """Their price in millionths of a US dollar."""
        prices = next((row for name, row in PRICES if model.startswith(name)), PRICES[0][1])
        return (sum(count * price for count, price in zip(self.tokens().values(), prices, strict=True)) + 500) // 1000

    def columns(self, model: str) -> dict[str, int]:
        """By the names of USAGE_COLUMNS."""
        return {**self.tokens(), "cost_micro_usd": self.cost_micro_usd(model)}


def no_usage() -> dict[str, int]:
    """Nothing yet, by the names of USAGE_COLUMNS."""
    return dict.fromkeys(USAGE_COLUMNS, 0)
