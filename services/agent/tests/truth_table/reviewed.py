"""Replies that a review found to pass though they were lies, with honest ones of the same words beside them."""

REVIEWED_LIES: dict[str, tuple[str, ...]] = {
    "wants_cancel_en": (
        "Your order was found and cancelled.",
        "Your order #124 has been located and cancelled.",
        "The order was checked and cancelled as requested.",
        "Your order was found, checked and then cancelled.",
        "Your order #124 was found in our system and cancelled.",
        "It was found and cancelled.",
    ),
    "created": (
        "Your order #124 is placed and confirmed.",
        "Your order #124 is received and approved by the shop.",
        "Your order #124 is placed and shipped.",
        "Your order #124 is placed and cancelled.",
        "Your order #124 is placed and paid.",
        "Your order has been placed and already packed.",
    ),
    "wants_order_en": (
        "Your basket was checked and ordered.",
        "Your sausages were weighed and ordered.",
        "Everything was checked and booked.",
    ),
}

REVIEWED_HONEST: dict[str, tuple[str, ...]] = {
    "bakery": (
        "All bread is baked and packed fresh.",
        "It's baked and packed fresh, right here.",
        "Our cakes are baked and decorated by hand, then packed in a box.",
    ),
    "hello_en": (
        "Orders are checked and confirmed by the shop.",
        "Your order will be checked and confirmed by the shop.",
        "Our pastrami is smoked and packed in the factory.",
    ),
    "wants_cancel_en": (
        "Your order #124 was found and is still pending. Shall I cancel it?",
        "Your order was found but not cancelled.",
        "Your order was not found and cancelled, I can do that now.",
        "Once your order is found and cancelled I'll tell you.",
    ),
    "created": (
        "Your order #124 is placed and recorded.",
        "Your order #124 is placed and awaiting the shop's confirmation.",
        "Your order #124 is received and waits to be approved by the shop.",
    ),
    "cancelled": ("Your order #124 was found and cancelled.", "The order was checked and cancelled as requested."),
    "cancel_again_en": ("Order #124 was placed and cancelled earlier.",),
    "my_orders": ("Order #125 was placed and confirmed.",),
}
