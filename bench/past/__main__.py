"""`python -m bench.past`: gives a tenant of a running platform a past, for looking at it under load."""

import asyncio
from typing import Annotated

import typer

from bench.past.writing import NoPastError, write_past
from salesctl.settings import load_settings

app = typer.Typer(add_completion=False)


@app.command()
def main(
    tenant: Annotated[str, typer.Option(help="The tenant; it must have products.")] = "valdman",
    messages: Annotated[int, typer.Option(min=0, help="How many messages.")] = 50_000,
    orders: Annotated[int, typer.Option(min=0, help="How many orders.")] = 5_000,
    seed: Annotated[int, typer.Option(help="Another one makes another past.")] = 1,
    admin_url: Annotated[
        str, typer.Option(help="PostgreSQL URL of the owner of the tables; default: that of the stack that runs here.")
    ] = "",
) -> None:
    """Write messages and orders of the last year straight into the tables, beside what is there."""
    url = admin_url or load_settings().secret("DATABASE_URL")
    if not url:
        raise typer.BadParameter("no stack runs here; give --admin-url")
    try:
        written = asyncio.run(write_past(url, tenant, messages, orders, seed))
    except NoPastError as error:
        raise typer.BadParameter(str(error)) from None
    for table, rows in written.items():
        typer.echo(f"{rows:>8,} {table}")


if __name__ == "__main__":
    app()
