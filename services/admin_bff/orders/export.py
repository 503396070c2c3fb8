"""Orders as a table for spreadsheets: streamed page by page, and no cell of it runs as a formula."""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse
from sales.orders.v1 import orders_pb2 as pb

from services.admin_bff.orders.schemas import STATUSES, ExportQuery
from services.admin_bff.orders.texts import TEXTS, Texts
from services.admin_bff.peers import REPORT_SECONDS, StaffServices
from services.admin_bff.tenant_facts import Facts
from services.common.clock import utc_now
from services.common.errors import DomainError, is_transient
from services.common.money import Money

log = structlog.get_logger()

_PAGE = 200
_TRIES = 3
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else
# How cells begin that Excel, LibreOffice or Google Sheets would run (OWASP, "CSV Injection"), full-width twins too.
_RUNS = "=+\\-@＝＋－＠"
# Also where another cell begins for a spreadsheet that splits at semicolons or tabs, whatever the quotes say.
_BEGINS_TO_RUN = re.compile(rf'^(?=[" ]*[{_RUNS}\t\r\n])|(?<=[;\t\r\n])(?=["\s]*[{_RUNS}])')
_BETWEEN_ITEMS = " · "  # no separator of any spreadsheet's


class CsvResponse(StreamingResponse):
    """A table as a response."""

    media_type = "text/csv"


class OrdersExport:
    """The table of the orders that fit a filter, for one member of staff."""

    def __init__(self, services: StaffServices, facts: Facts, query: ExportQuery) -> None:
        self._services = services
        self._facts = facts
        self._query = query
        self._zone = ZoneInfo(facts.time_zone)
        self._language = query.lang or (facts.language if facts.language in TEXTS else "en")
        self._texts: Texts = TEXTS[self._language]

    async def response(self) -> Response:
        """The response, begun when the first page is there. Raises what the orders service raises."""
        first = await self._page("")
        today = utc_now().astimezone(self._zone).date()
        name = f"orders-{self._services.session.staff.tenant_id}-{today}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return CsvResponse(self._pages(first), headers=headers)

    async def _pages(self, page: pb.ListOrdersResponse) -> AsyncIterator[str]:
        yield _BYTE_ORDER_MARK + _lines([self._texts.headings])
        while True:
            yield _lines([self._row(order) for order in page.orders])
            if not page.next_page_token:
                return
            # An error here breaks the response off, so that nobody takes a part of the orders for all of them.
            page = await self._page_again(page.next_page_token)

    async def _page_again(self, page_token: str) -> pb.ListOrdersResponse:
        for _ in range(_TRIES - 1):
            try:
                return await self._page(page_token)
            except DomainError as error:
                if not is_transient(error):
                    raise
                log.warning("export_tries_again", code=error.code.name)
        return await self._page(page_token)

    async def _page(self, page_token: str) -> pb.ListOrdersResponse:
        request = pb.ListOrdersRequest(
            page_size=_PAGE, page_token=page_token, filter=self._query.to_proto(), sort=self._query.sort_proto
        )
        return await self._services.call(self._services.orders.ListOrders, request, REPORT_SECONDS)

    def _row(self, order: pb.Order) -> Sequence[str]:
        placed = order.create_time.ToDatetime(UTC).astimezone(self._zone)
        return (
            str(order.number),
            self._texts.statuses[STATUSES.get(order.status, "pending")],
            f"{placed:%Y-%m-%d %H:%M}",
            order.customer_name,
            _BETWEEN_ITEMS.join(self._item(line) for line in order.lines),
            str(Money.from_proto(order.total).to_decimal()),
            order.total.currency_code,
            self._texts.fulfillments.get(order.fulfillment, ""),
            order.delivery_address,
            order.wanted_date,
            order.notes,
            order.cancel_reason,
        )

    def _item(self, line: pb.OrderLine) -> str:
        unit = self._texts.units.get(line.unit, line.unit)
        return f"{line.quantity} {unit} {_in_language(line.display_name, self._language, self._facts.language)}"


def _in_language(words: Mapping[str, str], *languages: str) -> str:
    """In the first language there is; else in any."""
    return next((words[language] for language in languages if language in words), next(iter(words.values()), ""))


def _lines(rows: Sequence[Sequence[str]]) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([[harmless(cell) for cell in row] for row in rows])
    return lines.getvalue()


def harmless(cell: str) -> str:
    """The cell as text that no spreadsheet runs."""
    return _BEGINS_TO_RUN.sub("'", cell)
