"""`python -m devstack.telegram_simulator --port N`: serve the simulator until it is told to stop."""

import argparse
import sys

from devstack.telegram_simulator.server import listen, new_server
from devstack.telegram_simulator.webhooks import RetryPolicy


def main() -> int:
    """Parse the arguments, print the address, serve."""
    parser = argparse.ArgumentParser(prog="python -m devstack.telegram_simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes any free port [%(default)s]")
    parser.add_argument(
        "--retry-seconds", type=float, default=1.0, help="wait after a refused webhook, then doubled [%(default)s]"
    )
    arguments = parser.parse_args()
    try:
        listener = listen(arguments.host, arguments.port)
    except OSError as error:
        print(f"The Telegram simulator cannot listen on {arguments.host}:{arguments.port}: {error}", file=sys.stderr)
        return 1
    print(f"Telegram simulator on http://{arguments.host}:{listener.getsockname()[1]}", flush=True)
    new_server(RetryPolicy(first_seconds=arguments.retry_seconds)).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
