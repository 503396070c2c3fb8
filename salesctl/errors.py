"""What goes wrong in a command, as one line for the person at the terminal."""

from services.common.errors import DomainError

HOW_TO_START = "`make up` starts everything on this machine, `make status` shows what runs"


class CommandError(Exception):
    """The command cannot do what was asked; the text says why and what would help."""


class ServiceDownError(CommandError):
    """A service does not answer."""

    def __init__(self, service: str, address: str) -> None:
        super().__init__(f"The {service} service does not answer at {address}. {HOW_TO_START}.")
        self.service = service


class ServiceSlowError(CommandError):
    """A service did not answer within the deadline of the call."""

    def __init__(self, service: str, seconds: float) -> None:
        super().__init__(f"The {service} service did not answer within {seconds:g} s. `make status` shows how it is.")


def describe(error: DomainError) -> str:
    """A refusal as `field: message (REASON)`."""
    place = f"{error.field}: " if error.field and not error.message.startswith(error.field) else ""
    hint = ". SERVICE_PRIVATE_KEY must be the operator's of this platform" if error.reason == "TOKEN_INVALID" else ""
    return f"{place}{error.message or error.code.name}{hint} ({error.reason})"
