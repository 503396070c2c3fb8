"""`salesctl turn show|list`."""

from typing import Annotated

import typer
from sales.agent.v1 import conversations_pb2 as pb

from salesctl.paging import read_pages
from salesctl.services import connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import (
    DEFAULT_TENANT,
    AsJson,
    Limit,
    Tenant,
    as_json,
    cost,
    moment,
    print_json,
    run,
    shortened,
    stdout,
    table,
)
from salesctl.turns.show import show_turn
from salesctl.turns.wording import seconds
from salesctl.unknown_tenant import tenant_checked

app = typer.Typer(help="How answers came about.", no_args_is_help=True)


@app.command()
def show(
    turn_id: str,
    tenant: Tenant = DEFAULT_TENANT,
    prompt: Annotated[bool, typer.Option(help="Show the prompt as it was sent.")] = True,
    as_json_: AsJson = False,
) -> None:
    """Show a turn: prompt, steps, tool calls, truth verdicts, usage and cost."""
    turn = run(_turn(load_settings(), tenant, turn_id))
    if as_json_:
        print_json(as_json(turn))
    else:
        show_turn(stdout(), turn, prompt=prompt)


@app.command("list")
def list_(
    conversation: Annotated[str, typer.Option(help="The conversation's id.")],
    tenant: Tenant = DEFAULT_TENANT,
    limit: Limit = 50,
    as_json_: AsJson = False,
) -> None:
    """List the turns of a conversation, newest first."""
    turns = run(_turns(load_settings(), tenant, conversation, limit))
    if as_json_:
        print_json([as_json(turn) for turn in turns])
        return
    columns = ("turn", "began (UTC)", "state", "took", "history", "summary", "model", "cost", "jobs", "reply")
    table(stdout(), "Turns, newest first", columns, map(_row, turns))


async def _turn(settings: Settings, tenant_id: str, turn_id: str) -> pb.Turn:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        turn: pb.Turn = await services.conversations(tenant_id)("GetTurn", pb.GetTurnRequest(turn_id=turn_id))
        return turn


async def _turns(settings: Settings, tenant_id: str, conversation_id: str, limit: int) -> list[pb.Turn]:
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        request = pb.ListTurnsRequest(conversation_id=conversation_id)
        return await read_pages(services.conversations(tenant_id), "ListTurns", request, "turns", limit)


def _row(turn: pb.Turn) -> tuple[object, ...]:
    return (
        turn.turn_id,
        moment(turn.start_time),
        turn.state,
        seconds(turn),
        turn.history_size,
        "yes" if turn.has_summary else "no",
        turn.model,
        cost(turn.usage.cost_micro_usd),
        ", ".join(f"{job.kind} {job.state}" for job in turn.jobs),
        shortened(" ".join(turn.replies), 60),
    )
