"""A cap on how many messages of one tenant this process answers in an hour."""

from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)


class HourlyLimit:
    """Counts in windows of an hour for each tenant. In memory: it stops a runaway, it is no bill."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._windows: dict[str, tuple[datetime, int]] = {}

    def allow(self, tenant_id: str, now: datetime, messages: int) -> bool:
        """Count messages; False when the tenant is over its limit."""
        start, count = self._windows.get(tenant_id, (now, 0))
        if now - start >= _HOUR:
            start, count = now, 0
        self._windows[tenant_id] = (start, count + messages)
        return count + messages <= self._limit
