"""`salesctl …` or `python -m salesctl …`: the commands, and how their errors end."""

import sys
from typing import NoReturn

import typer

from salesctl import stack
from salesctl.attention import app as attention
from salesctl.chat.command import chat
from salesctl.conversations import app as conversations
from salesctl.customers import app as customer
from salesctl.errors import CommandError, describe
from salesctl.keys import app as key
from salesctl.keys import login_link
from salesctl.orders import orders
from salesctl.seed.command import seed
from salesctl.terminal import stderr
from salesctl.tokens import token
from salesctl.turns.commands import app as turn
from salesctl.webhook.commands import app as webhook
from services.common.config import ConfigurationError
from services.common.errors import DomainError

app = typer.Typer(
    help="Talk to an agent, look at what it did, fill and inspect a running platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(chat)
app.command()(orders)
app.add_typer(conversations, name="conversations")
app.add_typer(customer, name="customer")
app.add_typer(turn, name="turn")
app.add_typer(attention, name="attention")
app.command()(seed)
app.add_typer(key, name="key")
app.command()(login_link)
app.command()(token)
app.add_typer(webhook, name="webhook")
app.command()(stack.up)
app.command()(stack.down)
app.command()(stack.status)
app.command()(stack.logs)


def main() -> None:
    """Run one command; 1 for a failure, 2 for a wrong call."""
    for argument in sys.argv[1:]:
        if any("\ud800" <= character <= "\udfff" for character in argument):  # how Python shows bytes that are no text
            _fail(f"Arguments must be text in UTF-8, got {argument!r}.", 2)
    try:
        app()
    except DomainError as error:
        _fail(describe(error))
    except (CommandError, ConfigurationError) as error:
        _fail(str(error))


def _fail(text: str, status: int = 1) -> NoReturn:
    stderr().print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
