"""Which secrets are only for development: those that anybody can read in the repository. Each of them says so."""

import base64
import re
from urllib.parse import unquote, urlsplit

_MARK = "development"
_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")  # 32 bytes in base64


def is_for_development(secret: str) -> bool:
    """Whether its text says so, or a key in it does, or, of a URL, the password."""
    if "://" in secret:
        secret = unquote(urlsplit(secret).password or "")
    keys = (base64.b64decode(key).decode(errors="replace") for key in _KEY.findall(secret))
    return any(_MARK in text.lower() for text in (secret, *keys))
