"""Asks the service in this container whether it can work: `python -m services.common.health_check`, 0 if it can.

For containers, whose images have no other program that could ask. It reads the variables that the service itself
reads, and SERVICE, its name.
"""

import importlib
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.common.config import ConfigurationError, load

_SECONDS = 4.0
# Whatever proxy the environment names leads outside.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_NO_PROXY = [("grpc.enable_http_proxy", 0)]


class Which(BaseSettings):
    """Whom to ask."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    service: str = Field(pattern="^[a-z_]+$", description="the service of this container; its image sets it")


def main() -> int:
    """0: it can work. 1: it cannot, or does not answer; what is wrong is written to stderr."""
    try:
        url = _health_url(load(Which).service)
    except ConfigurationError as error:
        sys.stderr.write(f"configuration: {error}\n")
        return 1
    wrong = _ask_grpc(urlsplit(url).netloc) if url.startswith("grpc://") else _ask_http(url)
    if wrong:
        sys.stderr.write(f"{url}: {wrong}\n")
    return 1 if wrong else 0


def _health_url(service: str) -> str:
    """Where this service says that it can be asked."""
    settings = load(importlib.import_module(f"services.{service}.settings").Settings)
    url: str = settings.health_url
    return url


def _ask_http(url: str) -> str:
    """What is wrong; nothing if the answer is 200."""
    try:
        with _DIRECT.open(url, timeout=_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode(errors='replace')[:500]}"
    except OSError as error:
        return str(error)


def _ask_grpc(address: str) -> str:
    """What is wrong; nothing if the status is SERVING."""
    # The edges are asked over HTTP and need not wait for this import.
    import grpc  # noqa: PLC0415
    from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse  # noqa: PLC0415
    from grpc_health.v1.health_pb2_grpc import HealthStub  # noqa: PLC0415

    with grpc.insecure_channel(address, options=_NO_PROXY) as channel:
        try:
            answer = HealthStub(channel).Check(HealthCheckRequest(), timeout=_SECONDS)
        except grpc.RpcError as error:
            return f"{error.code().name} {error.details()}"
    serving = answer.status == HealthCheckResponse.SERVING
    return "" if serving else HealthCheckResponse.ServingStatus.Name(answer.status)


if __name__ == "__main__":
    sys.exit(main())
