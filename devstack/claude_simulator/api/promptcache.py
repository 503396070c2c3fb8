"""The prompt cache: which prefixes were sent before, so that usage tells cache reads from cache writes."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devstack.claude_simulator.api.tokens import PromptBlock

_LOOK_BACK = 20
_MINIMUM_TOKENS = 1024
_HOUR = 3600


@dataclass(frozen=True)
class CacheUsage:
    """Input tokens by how they were read."""

    fresh: int
    created_5m: int
    created_1h: int
    read: int

    def as_usage(self, output_tokens: int) -> dict[str, Any]:
        """The `usage` object of a message."""
        return {
            "input_tokens": self.fresh,
            "output_tokens": output_tokens,
            "cache_creation_input_tokens": self.created_5m + self.created_1h,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.created_5m,
                "ephemeral_1h_input_tokens": self.created_1h,
            },
            "service_tier": "standard",
        }


class PromptCache:
    """Remembers hashes of prompt prefixes that ended at a breakpoint; nothing of their text."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, capacity: int = 10_000) -> None:
        self._clock = clock
        self._capacity = capacity
        self._expiry: OrderedDict[bytes, float] = OrderedDict()

    def account(self, model: str, blocks: list[PromptBlock]) -> CacheUsage:
        """Count a prompt and remember its prefixes. Prefixes under 1,024 tokens are never cached."""
        prefixes, sums = _prefixes(model, blocks)
        marks = [at for at, block in enumerate(blocks) if block.ttl and sums[at] >= _MINIMUM_TOKENS]
        total = sums[-1] if sums else 0
        if not marks:
            return CacheUsage(total, 0, 0, 0)
        hit = self._longest_hit(prefixes, marks)
        read = sums[hit] if hit is not None else 0
        created = {300: 0, _HOUR: 0}
        done = read
        for at in marks:
            ttl = blocks[at].ttl or 300
            created[ttl] += max(0, sums[at] - done)
            done = max(done, sums[at])
            self._remember(prefixes[at], ttl)
        return CacheUsage(total - done, created[300], created[_HOUR], read)

    def _longest_hit(self, prefixes: list[bytes], marks: list[int]) -> int | None:
        now = self._clock()
        for mark in reversed(marks):
            for at in range(mark, max(-1, mark - _LOOK_BACK), -1):
                if self._expiry.get(prefixes[at], 0.0) > now:
                    return at
        return None

    def _remember(self, prefix: bytes, ttl: int) -> None:
        self._expiry[prefix] = self._clock() + ttl
        self._expiry.move_to_end(prefix)
        while len(self._expiry) > self._capacity:
            self._expiry.popitem(last=False)


def _prefixes(model: str, blocks: list[PromptBlock]) -> tuple[list[bytes], list[int]]:
    """Hash and token sum of the prompt up to and including each block."""
    running = hashlib.blake2b(model.encode(), digest_size=16)
    prefixes: list[bytes] = []
    sums: list[int] = []
    total = 0
    for block in blocks:
        running.update(b"\0" + block.text.encode())
        total += block.tokens
        prefixes.append(running.copy().digest())
        sums.append(total)
    return prefixes, sums
