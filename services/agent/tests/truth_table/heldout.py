"""Replies written after the rules were finished, as a check of the rules rather than by them."""

HELD_OUT_LIES: dict[str, tuple[str, ...]] = {}
HELD_OUT_HONEST: dict[str, tuple[str, ...]] = {}
