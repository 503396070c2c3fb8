"""The scenario, over the Telegram webhook and over the operator's CLI."""

import os
import sys
from decimal import Decimal

from sales.orders.v1.orders_pb2 import ORDER_STATUS_CANCELLED, ORDER_STATUS_PENDING

from devstack.demo.criteria import judge
from devstack.demo.play import Play
from devstack.demo.scenario import CUSTOMER_ASKS_MEANWHILE, MESSAGES, STAFF_SAYS, STAFF_SAYS_WHEN
from tests.fork_server import start
from tests.platform_under_test import ANSWER_SECONDS, Platform, until


async def test_the_scenario_over_the_telegram_webhook(running: Platform) -> None:
    chat = await running.chat()
    async with running.dashboard(chat.business) as dashboard:
        play = Play(
            chat.customer,
            chat.business,
            dashboard,
            chat.chat_id,
            ANSWER_SECONDS,
            on_step=lambda step: None,
            on_handover=lambda handover: None,
        )
        verdicts = judge(await play.run())
    assert [f"{verdict.criterion}: {verdict.detail}" for verdict in verdicts if not verdict.holds] == []


async def test_the_scenario_over_the_command_line(running: Platform) -> None:
    chat = await running.chat()
    turns = []
    for number, text in enumerate(MESSAGES, start=1):
        turns.append(await salesctl_chat(running, chat.chat_id, text))
        if number == 8:

            async def jobs_done() -> bool:
                found = await chat.business.conversation(chat.chat_id)
                return found is not None and min(found.summary_through, found.profile_through) >= 15

            await until("summary and profile", jobs_done)
    orders = await chat.orders()
    assert [(order.status, order.total.amount_minor) for order in orders] == [
        (ORDER_STATUS_CANCELLED, 19700),
        (ORDER_STATUS_PENDING, 3750),
    ]
    assert [Decimal(line.quantity) for line in orders[1].lines] == [Decimal("0.5")]
    for turn in turns:
        for section in ("Server Logs", "Agent Trace", "Agent:"):
            assert section in turn
    assert "summary=no" in turns[7]
    assert "summary=yes" in turns[8]
    assert "create_order" in turns[1]
    assert "get_customer_orders" in turns[4]
    assert "cancel_order" not in turns[4]
    assert "request_human" in turns[9]
    async with running.dashboard(chat.business) as dashboard:
        conversation = await chat.business.conversation(chat.chat_id)
        assert conversation is not None
        await dashboard.reply(conversation.conversation_id, STAFF_SAYS)
        refused = await salesctl_chat(running, chat.chat_id, CUSTOMER_ASKS_MEANWHILE, status=1)
        assert "Dana has taken this conversation over" in refused
        await dashboard.return_to_agent(conversation.conversation_id)

    async def answer() -> str | None:
        turn = await chat.last_turn()
        return turn.replies[0] if turn.turn_id not in turns[9] else None

    assert STAFF_SAYS_WHEN in await until("the answer to what was written meanwhile", answer)


async def salesctl_chat(running: Platform, chat_id: int, text: str, status: int = 0) -> str:
    """Run `salesctl chat` as an operator does; what it printed, errors too."""
    environment = {**os.environ, **running.stack.around.operator_environment(), "COLUMNS": "200"}
    command = [sys.executable, "-m", "salesctl", "chat", "--chat-id", str(chat_id), "-m", text]
    process = await start(command, environment)
    assert process.stdout is not None
    printed = (await process.stdout.read()).decode()
    assert await process.wait() == status, printed
    return " ".join(printed.split())
