"""`salesctl token`."""

from typing import Annotated

import typer

from salesctl.settings import load_settings
from services.common.auth import TokenSigner


def token(
    caller: Annotated[str, typer.Option(help="In whose name: operator, or a service of the stack here.")] = "operator",
    minutes: Annotated[int, typer.Option(min=1, max=24 * 60, help="How long it is valid.")] = 60,
) -> None:
    """Print a signed token for grpcurl or buf curl: `authorization: Bearer $(salesctl token)`."""
    signer = TokenSigner(caller, load_settings().caller_key(caller))
    print(signer.sign(minutes * 60))
