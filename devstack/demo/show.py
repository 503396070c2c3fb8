"""Printing the demo: the dialogue with its tool calls, the orders, the criteria."""

import json
from decimal import Decimal
from typing import Any

from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sales.agent.v1.conversations_pb2 import ToolCall
from sales.orders.v1.orders_pb2 import Order, OrderStatus

from devstack.demo.criteria import Verdict
from devstack.demo.play import Step

_LONGEST_RESULT = 160


def show_step(console: Console, step: Step) -> None:
    """One message, the tools it led to, what was refused, and the answer."""
    console.rule(f"[bold]message {step.number}[/] · {step.seconds:.1f} s", align="left", style="dim")
    _speech(console, "customer", "cyan", step.text)
    for call in step.turn.tool_calls:
        console.print(_tool(call), soft_wrap=True)
    for verdict in step.turn.verdicts:
        if not verdict.passed:
            line = f"  reply held back by the truth check: {'; '.join(verdict.violations)}"
            console.print(line, style="yellow", markup=False, soft_wrap=True)
    for reply in step.replies:
        _speech(console, "agent", "green", reply)


def show_orders(console: Console, orders: list[Order]) -> None:
    """The orders of the conversation as a table."""
    table = Table(title="Orders in the database", title_justify="left", title_style="bold")
    for heading in ("order", "state", "items", "total", "address", "notes"):
        table.add_column(heading, overflow="fold")
    for order in orders:
        items = "\n".join(
            f"{line.quantity} {line.unit} {line.display_name.get('en', line.sku)}" for line in order.lines
        )
        state = OrderStatus.Name(order.status).removeprefix("ORDER_STATUS_").lower()
        total = f"{Decimal(order.total.amount_minor) / 100:.2f} {order.total.currency_code}"
        table.add_row(f"#{order.number}", state, items, total, order.delivery_address, order.notes)
    console.print(table)


def show_verdicts(console: Console, verdicts: list[Verdict]) -> None:
    """Each criterion with ✓ or ✗."""
    console.print("Criteria", style="bold")
    for verdict in verdicts:
        mark = ("✓", "green") if verdict.holds else ("✗", "bold red")
        detail = f"  ({verdict.detail})" if verdict.detail else ""
        console.print(Text.assemble("  ", mark, f" {verdict.criterion}", (detail, "red")), soft_wrap=True)


def _speech(console: Console, who: str, colour: str, text: str) -> None:
    lines = text.splitlines() or [""]
    for index, line in enumerate(lines):
        label = f"{who:>9} │ " if index == 0 else f"{'':>9} │ "
        console.print(Text.assemble((label, colour), line), soft_wrap=True)


def _tool(call: ToolCall) -> Text:
    arguments: dict[str, Any] = MessageToDict(call.input)
    result = call.result_json if len(call.result_json) <= _LONGEST_RESULT else call.result_json[:_LONGEST_RESULT] + "…"
    called = f"{call.name}({json.dumps(arguments, ensure_ascii=False)})"
    colour = "red" if call.is_error else "magenta"
    return Text.assemble(("     tool │ ", colour), called, ("\n          │ → ", colour), (result, "dim"))
