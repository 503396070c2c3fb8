"""Etags: opaque texts that stand for one version of one thing."""

import base64

from services.common.errors import stale


def etag_of(what: str, version: int) -> str:
    """The etag of a version; `what` keeps etags of different things apart."""
    return base64.urlsafe_b64encode(f"{what}@{version}".encode()).decode().rstrip("=")


def check_etag(given: str, current: str, name: str) -> None:
    """Raise ABORTED (STALE_ETAG) unless the etag is empty or the current one."""
    if given and given != current:
        raise stale(f"{name} was changed meanwhile; read it again and repeat the change", etag=current)
