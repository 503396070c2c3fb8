"""Words of the orders' table, in the dashboard's languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sales.orders.v1 import orders_pb2 as pb

from services.admin_bff.orders.schemas import Status


@dataclass(frozen=True)
class Texts:
    """Words in one language. A unit that is not there stands as it is."""

    headings: Sequence[str]
    statuses: Mapping[Status, str]
    fulfillments: Mapping[int, str]
    units: Mapping[str, str]


TEXTS: Mapping[str, Texts] = {
    "en": Texts(
        headings=(
            "Order",
            "Status",
            "Placed",
            "Customer",
            "Items",
            "Total",
            "Currency",
            "Delivery or pickup",
            "Address",
            "Wanted for",
            "Notes",
            "Reason of cancellation",
        ),
        statuses={
            "pending": "Pending",
            "confirmed": "Confirmed",
            "completed": "Completed",
            "cancelled": "Cancelled",
        },
        fulfillments={pb.FULFILLMENT_DELIVERY: "Delivery", pb.FULFILLMENT_PICKUP: "Pickup"},
        units={"each": "×", "whole_cake": "whole cake"},
    ),
    "he": Texts(
        headings=(
            "הזמנה",
            "סטטוס",
            "התקבלה",
            "לקוח",
            "פריטים",
            "סה״כ",
            "מטבע",
            "משלוח או איסוף",
            "כתובת",
            "לתאריך",
            "הערות",
            "סיבת הביטול",
        ),
        statuses={"pending": "ממתינה", "confirmed": "אושרה", "completed": "הושלמה", "cancelled": "בוטלה"},
        fulfillments={pb.FULFILLMENT_DELIVERY: "משלוח", pb.FULFILLMENT_PICKUP: "איסוף"},
        units={
            "kg": "ק״ג",
            "each": "×",
            "loaf": "כיכר",
            "slice": "פרוסה",
            "whole_cake": "עוגה שלמה",
            "tart": "טארט",
        },
    ),
}
