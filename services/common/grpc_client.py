"""Channels to other services: one for each target, shared by all calls of the process."""

import json

import grpc

MAX_MESSAGE_BYTES = 8 * 1024 * 1024

_SERVICE_CONFIG = json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})


def channel(address: str) -> grpc.aio.Channel:
    """An insecure channel with client-side round robin and short reconnect back-off.

    A peer that is down at the first call would otherwise fail calls for seconds after it came up. Give each call
    a deadline; with `wait_for_ready=True` a call waits for the peer within it. The "minimal back-off" is what gRPC
    calls the time that one try to connect may take: if it is short, a busy peer can never be reached.
    """
    return grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.service_config", _SERVICE_CONFIG),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 5000),
            ("grpc.max_reconnect_backoff_ms", 1000),
            ("grpc.keepalive_time_ms", 30_000),
            ("grpc.keepalive_timeout_ms", 10_000),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ],
    )
