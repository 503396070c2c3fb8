"""What the stream of live events tells: that something is new, never what was said."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from services.admin_bff.conversations.schemas import Reason
from services.admin_bff.orders.schemas import Action, Status
from services.admin_bff.shapes import Answer


class HelloEvent(Answer):
    """The stream has begun. After a reconnect the client asks for what it shows anew."""

    event: Literal["hello"] = "hello"


class MessageEvent(Answer):
    """Somebody wrote: the customer, the agent, staff."""

    event: Literal["message"] = "message"
    conversation_id: str


class DeliveryFailedEvent(Answer):
    """A reply did not reach the customer."""

    event: Literal["delivery_failed"] = "delivery_failed"
    conversation_id: str


class StateEvent(Answer):
    """A conversation was paused, resumed or read, or a matter was raised or resolved in it."""

    event: Literal["state"] = "state"
    conversation_id: str


class TurnEvent(Answer):
    """The agent began or ended to answer."""

    event: Literal["turn"] = "turn"
    conversation_id: str
    running: bool


class OrderEvent(Answer):
    """An order was created or changed."""

    event: Literal["order"] = "order"
    order_id: str
    number: int
    action: Action
    status: Status
    conversation_id: str


class AttentionEvent(Answer):
    """A person is needed."""

    event: Literal["attention"] = "attention"
    conversation_id: str
    reason: Reason


class CustomerEvent(Answer):
    """A customer's facts changed."""

    event: Literal["customer"] = "customer"
    customer_id: str


AnyEvent = (
    HelloEvent
    | MessageEvent
    | DeliveryFailedEvent
    | StateEvent
    | TurnEvent
    | OrderEvent
    | AttentionEvent
    | CustomerEvent
)


class LiveEvent(RootModel[Annotated[AnyEvent, Field(discriminator="event")]]):
    """`data` of one server-sent event; its name is in `event` too."""
