"""Which address a tenant's webhook may have."""

import ipaddress
from urllib.parse import SplitResult, urlsplit, urlunsplit

from salesctl.errors import CommandError

# "Ports currently supported for webhooks", https://core.telegram.org/bots/api#setwebhook
_TELEGRAM_PORTS = (443, 80, 88, 8443)


def webhook_path(tenant_id: str) -> str:
    """The path at which the gateway takes a tenant's updates."""
    return f"/webhooks/telegram/{tenant_id}"


def webhook_url(given: str, tenant_id: str, api_base_url: str) -> str:
    """The full address from the gateway's public one. Raises CommandError for one that Telegram could not call.

    A Bot API nearby (the simulator, or a self-hosted server) may call http and what is near to it.
    """
    parts = parse_address("--url", given, "https://shop.example.com")
    if parts.query or parts.fragment or parts.username:
        raise CommandError("--url must be a plain address, without account, '?' and '#'.")
    if not is_near(urlsplit(api_base_url).hostname or ""):
        _check_public(parts.scheme, parts.hostname or "", parts.port)
    path = parts.path.rstrip("/")
    if not path.endswith(webhook_path(tenant_id)):
        path += webhook_path(tenant_id)
    return urlunsplit(parts._replace(path=path))


def parse_address(name: str, given: str, example: str) -> SplitResult:
    """The parts of an http or https address. Raises CommandError that says what `name` must be."""
    wrong = CommandError(f"{name} must be an address such as {example}, got {given!r}.")
    try:
        parts = urlsplit(given.strip())
    except ValueError:  # brackets without an IPv6 address between them
        raise wrong from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise CommandError(f"{name}: the port in {given!r} is not a number from 1 to 65535.")
    return parts


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_near(host: str) -> bool:
    """Whether a host is this machine, or one of the same network of containers: a name without a dot."""
    return is_this_machine(host) or ("." not in host and ":" not in host and host != "")


def _check_public(scheme: str, host: str, port: int | None) -> None:
    tunnel = "use the gateway's public address, or a tunnel such as `cloudflared tunnel --url http://127.0.0.1:8000`"
    if is_this_machine(host):
        raise CommandError(f"Telegram cannot reach {host}, which is this machine: {tunnel}.")
    if scheme != "https":
        raise CommandError(f"Telegram calls https addresses only: {tunnel}.")
    if port is not None and port not in _TELEGRAM_PORTS:
        ports = ", ".join(map(str, _TELEGRAM_PORTS))
        raise CommandError(f"Telegram calls the ports {ports} only, not {port}.")
