"""Reports over HTTP."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from sales.agent.v1 import conversations_pb2 as agent
from sales.orders.v1 import orders_pb2 as orders

from services.admin_bff.analytics.schemas import Analytics, AnalyticsQuery, Conversations, Sales
from services.admin_bff.dependencies import TENANT, AppParts, Services
from services.admin_bff.peers import REPORT_SECONDS, StaffServices, part, side_by_side
from services.common.clock import utc_now
from services.common.errors import invalid, unavailable

router = APIRouter(prefix=TENANT, tags=["analytics"])
_DAYS = 30
_LARGEST_RANGE = timedelta(days=366)


@router.get("/analytics")
async def get_analytics(services: Services, parts: AppParts, query: Annotated[AnalyticsQuery, Query()]) -> Analytics:
    """How the business went in a range of the tenant's days: sales and conversations."""
    last = query.to or _today((await parts.facts.get(services)).time_zone)
    first = query.from_ or last - timedelta(days=_DAYS - 1)
    if not timedelta(0) <= last - first <= _LARGEST_RANGE:
        raise invalid("from", "BAD_RANGE", f"from must be at most 366 days before {last}, and not after it")
    days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
    async with side_by_side() as tasks:
        sales_task = tasks.create_task(part("sales", _sales(services, days)))
        conversations_task = tasks.create_task(part("conversations", _conversations(services, days)))
    sales, conversations = sales_task.result(), conversations_task.result()
    if sales is None and conversations is None:
        raise unavailable("neither report can be had")
    return Analytics(
        from_date=days["start_date"],
        to_date=days["end_date"],
        sales=sales,
        conversations=conversations,
        missing=[*(["sales"] if sales is None else []), *(["conversations"] if conversations is None else [])],
    )


async def _sales(services: StaffServices, days: dict[str, str]) -> Sales:
    request = orders.GetSalesReportRequest(**days)
    return Sales.of(await services.call(services.orders.GetSalesReport, request, REPORT_SECONDS))


async def _conversations(services: StaffServices, days: dict[str, str]) -> Conversations:
    request = agent.GetConversationReportRequest(**days)
    return Conversations.of(await services.call(services.conversations.GetConversationReport, request, REPORT_SECONDS))


def _today(time_zone: str) -> date:
    return utc_now().astimezone(ZoneInfo(time_zone)).date()
