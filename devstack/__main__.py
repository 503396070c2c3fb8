"""`python -m devstack up|down|status|logs`: the whole platform on this machine."""

from typing import Annotated

import typer
from rich.console import Console

from devstack import control
from devstack.settings import SettingsError, StackSettings, load_settings

app = typer.Typer(
    help="Run the whole platform on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables: keys, passwords
)
_console = Console()


def _settings() -> StackSettings:
    try:
        return load_settings()
    except SettingsError as error:
        _console.print(f"Wrong settings: {error}", style="red", markup=False)
        raise typer.Exit(2) from None


@app.command()
def up(
    detach: Annotated[bool, typer.Option(help="Return once everything is up, and leave it running.")] = False,
    links: Annotated[bool, typer.Option(help="Print links that open the dashboard, once each.")] = True,
) -> None:
    """Start everything and say what is where."""
    start = control.up_detached if detach else control.up
    raise typer.Exit(start(_settings(), _console, links=links))


@app.command()
def down() -> None:
    """Stop what `up` started."""
    raise typer.Exit(control.down(_settings(), _console))


@app.command()
def status() -> None:
    """Say what runs and whether it answers."""
    raise typer.Exit(control.status(_settings(), _console))


@app.command()
def logs(
    names: Annotated[list[str] | None, typer.Argument(help="Parts, such as agent or gateway; all if none.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 50,
) -> None:
    """Show the last lines that parts wrote."""
    raise typer.Exit(control.logs(_settings(), _console, names or [], lines))


if __name__ == "__main__":
    app()
