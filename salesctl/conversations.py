"""`salesctl conversations`: what was said."""

from typing import Annotated

import typer
from rich.console import Console
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
    moment,
    plain,
    print_json,
    run,
    shortened,
    stdout,
    table,
)
from salesctl.unknown_tenant import check_tenant, tenant_checked

app = typer.Typer(help="What was said: a list, or `show ID`.", invoke_without_command=True)

_COLUMNS = ("conversation", "channel", "chat", "name", "messages", "summary", "latest (UTC)", "said")
_STYLES = {
    pb.MESSAGE_ROLE_CUSTOMER: "bold green",
    pb.MESSAGE_ROLE_AGENT: "bold cyan",
    pb.MESSAGE_ROLE_STAFF: "bold magenta",
    pb.MESSAGE_ROLE_SYSTEM: "bold yellow",
}


@app.callback()
def list_(
    context: typer.Context,
    tenant: Tenant = DEFAULT_TENANT,
    chat: Annotated[str, typer.Option(help="Only this chat, by the channel's id.")] = "",
    limit: Limit = 50,
    as_json_: AsJson = False,
) -> None:
    """What was said: a tenant's conversations, the latest first, or `show ID`."""
    context.obj = tenant
    if context.invoked_subcommand is not None:
        return
    found = run(_conversations(load_settings(), tenant, chat, limit))
    if as_json_:
        print_json([as_json(conversation) for conversation in found])
    elif found:
        table(stdout(), f"Conversations of {tenant}, the latest first", _COLUMNS, map(_row, found))
    else:
        stdout().print(f"{tenant} has no {'such ' if chat else ''}conversations.")


@app.command()
def show(
    context: typer.Context,
    conversation_id: str,
    tenant: Annotated[str | None, typer.Option("--tenant", help="The tenant's id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many of the latest messages.")] = 200,
    as_json_: AsJson = False,
) -> None:
    """Show the messages of a conversation and how the sending of each reply stands."""
    conversation, messages = run(_messages(load_settings(), tenant or context.obj, conversation_id, limit))
    if as_json_:
        print_json({"conversation": as_json(conversation), "messages": [as_json(message) for message in messages]})
    else:
        _show(stdout(), conversation, messages)


async def _conversations(settings: Settings, tenant_id: str, chat: str, limit: int) -> list[pb.Conversation]:
    async with connect(settings) as services:
        request = pb.ListConversationsRequest(external_chat_id=chat)
        client = services.conversations(tenant_id)
        found = await read_pages(client, "ListConversations", request, "conversations", limit)
        if not found:
            await check_tenant(services, tenant_id)
        return found


async def _messages(
    settings: Settings, tenant_id: str, conversation_id: str, limit: int
) -> tuple[pb.Conversation, list[pb.Message]]:
    """The conversation and its latest messages, oldest first."""
    async with connect(settings) as services, tenant_checked(services, tenant_id):
        client = services.conversations(tenant_id)
        conversation = await client("GetConversation", pb.GetConversationRequest(conversation_id=conversation_id))
        request = pb.ListMessagesRequest(conversation_id=conversation_id)
        newest_first = await read_pages(client, "ListMessages", request, "messages", limit)
        return conversation, newest_first[::-1]


def _row(conversation: pb.Conversation) -> tuple[object, ...]:
    blocked = " (blocked the bot)" if conversation.blocked else ""
    return (
        conversation.conversation_id,
        conversation.channel,
        conversation.external_chat_id,
        conversation.display_name + blocked,
        conversation.message_count,
        f"through {conversation.summary_through}" if conversation.summary_through else "",
        moment(conversation.last_message_time),
        f"{_role(conversation.last_message_role)}: {shortened(conversation.last_message, 60)}",
    )


def _show(console: Console, conversation: pb.Conversation, messages: list[pb.Message]) -> None:
    head = f"Conversation {conversation.conversation_id}: {conversation.channel} chat {conversation.external_chat_id}"
    console.print(plain(head, "bold"))
    counts = f"profile through {conversation.profile_through}, summary through {conversation.summary_through}"
    console.print(
        plain(
            f"customer {conversation.customer_id or 'not yet known'}, {conversation.message_count} messages, {counts}"
        )
    )
    if conversation.summary:
        console.print(plain(f"Summary: {conversation.summary}", "italic"))
    for message in messages:
        console.print()
        kind = pb.MessageKind.Name(message.kind).removeprefix("MESSAGE_KIND_").lower()
        notes = [kind] if message.kind not in (pb.MESSAGE_KIND_TEXT, pb.MESSAGE_KIND_UNSPECIFIED) else []
        notes += ["edited"] if message.edited else []
        notes += [f"turn {message.turn_id}"] if message.turn_id else ["waits for its turn"]
        console.print(
            plain(_role(message.role), _STYLES.get(message.role, "bold"))
            + plain(f"  {moment(message.create_time)} UTC, {', '.join(notes)}", "dim")
        )
        console.print(plain(message.content or "(no text)"))
        for delivery in message.deliveries:
            console.print(plain(_delivery(delivery), "dim" if delivery.state == "sent" else "red"))


def _delivery(delivery: pb.MessageDelivery) -> str:
    tries = f", {delivery.attempts} tries" if delivery.attempts > 1 else ""
    uncertain = ", one send ended without a clear answer" if delivery.uncertain else ""
    error = f": {delivery.error}" if delivery.error else ""
    return f"  {delivery.state}{tries}{uncertain}{error}"


def _role(role: "pb.MessageRole.ValueType") -> str:
    return pb.MessageRole.Name(role).removeprefix("MESSAGE_ROLE_").lower()
