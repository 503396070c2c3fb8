"""What a webhook call carries, as every channel's adapter gives it."""

from dataclasses import dataclass

from sales.agent.v1 import messaging_pb2


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing to pass on to the agent. `button_press_id` is set when the provider waits for an acknowledgement."""

    content: messaging_pb2.InboundMessage | messaging_pb2.SetReachabilityRequest
    button_press_id: str = ""
