"""The truth check: a reply of the model may claim nothing that did not happen (pure, without I/O).

`check_reply(reply, evidence)` reads the reply clause by clause and holds its amounts, order numbers, products,
promised dates and claimed deeds against what the caller knows. Questions, denials, offers and what a customer's
own words are repeated for are left alone.
"""

from services.agent.truth.catalog import Catalog, ProductFact
from services.agent.truth.check import check_reply
from services.agent.truth.facts import (
    ActionDone,
    ActionKind,
    Evidence,
    LineFact,
    OrderFact,
    OrderStatus,
    Quote,
    Utterance,
    Verdict,
    Violation,
    ViolationKind,
)

__all__ = [
    "ActionDone",
    "ActionKind",
    "Catalog",
    "Evidence",
    "LineFact",
    "OrderFact",
    "OrderStatus",
    "ProductFact",
    "Quote",
    "Utterance",
    "Verdict",
    "Violation",
    "ViolationKind",
    "check_reply",
]
