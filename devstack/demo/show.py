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
from devstack.demo.play import Handover, Step

_LONGEST_RESULT = 160


def show_step(console: Console, step: Step) -> None:
    """One message, the tools it led to, what was refused, and the answer."""
    console.rule(f"[bold]message {step.number}[/] · {step.seconds:.1f} s", align="left", style="dim")
    _speech(console, "customer", "cyan", step.text)
    _answered(console, step)


def _answered(console: Console, step: Step) -> None:
    for call in step.turn.tool_calls:
        console.print(_tool(call), soft_wrap=True)
    for verdict in step.turn.verdicts:
        if not verdict.passed:
            line = f"  reply held back by the truth check: {'; '.join(verdict.violations)}"
            console.print(line, style="yellow", markup=False, soft_wrap=True)
    for reply in step.replies:
        _speech(console, "agent", "green", reply)


def show_handover(console: Console, handover: Handover) -> None:
    """A person answers in the agent's place, and gives the conversation back."""
    console.rule("[bold]a person takes over, in the dashboard[/]", align="left", style="dim")
    _speech(console, "staff", "yellow", handover.staff_message)
    _speech(console, "customer", "cyan", handover.answer.text)
    for text in handover.sent_meanwhile:
        _speech(console, "agent", "red", text)
    console.rule("[bold]and returns it to the agent[/]", align="left", style="dim")
    _answered(console, handover.answer)


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
    arguments = json.dumps(_whole_numbers(MessageToDict(call.input)), ensure_ascii=False)
    colour = "red" if call.is_error else "magenta"
    outcome = (_in_brief(call.result_json), "dim")
    return Text.assemble(("     tool │ ", colour), f"{call.name}({arguments})", ("\n          │ → ", colour), outcome)


def _whole_numbers(value: Any) -> Any:
    """Struct knows only floats: 124.0 was sent as 124."""
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_brief(result_json: str) -> str:
    """A tool's result on one line: orders by number, state and total, anything else as it is, cut to length."""
    result = json.loads(result_json)
    if not isinstance(result, dict):
        return result_json[:_LONGEST_RESULT]
    orders = result.get("orders", [result["order"]] if "order" in result else None)
    if orders is not None:
        briefs = (f"#{order['number']} {order['status']}, {order['total']} {order['currency']}" for order in orders)
        return "; ".join(briefs) or "no orders"
    text = json.dumps(result, ensure_ascii=False)
    return text if len(text) <= _LONGEST_RESULT else text[:_LONGEST_RESULT] + "…"
