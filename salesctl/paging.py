"""Reading lists that services give page by page."""

from typing import Any

from salesctl.services import Client

_LARGEST_PAGE = 200


async def read_pages(client: Client, method: str, request: Any, field: str, limit: int) -> list[Any]:
    """At most `limit` entries of `field`, from as many pages as that takes."""
    entries: list[Any] = []
    while len(entries) < limit:
        request.page_size = min(_LARGEST_PAGE, limit - len(entries))
        page = await client(method, request)
        entries += getattr(page, field)
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    return entries
