"""Finding conversations by what was said in them and by who takes part.

A substring is looked for, not a word: Hebrew and Arabic write prepositions and articles as part of the word. For that
messages are read, the conversations with the latest activity first, until the page is full: functions that look into
a text are not leakproof, so under row level security no index can serve them. A text that many conversations hold is
found at once; to find that none does is to read all that the tenant has (docs/performance.md).
"""

import string
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, collate, exists, func, literal, literal_column, or_, select

from services.agent.tables import conversations, messages

LONGEST_QUERY = 200
"""Characters of a query."""

# Direction marks and what isolates a name in a line of the other direction: copied along with it, and never seen.
_UNSEEN = "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"


def needle(query: str) -> str:
    """What to look for: the query without blanks and invisible marks around it."""
    return query.strip(string.whitespace + "\u00a0" + _UNSEEN)


def holds(query: Any, customer_name: Any) -> ColumnElement[bool]:
    """Whether a row of `conversations`, of a customer of this name, is one that the text `query` is found in; "" is."""
    sought = select(_lower(query)).scalar_subquery()  # once, not for each row
    said = exists(
        select(literal_column("1"))
        .where(messages.c.tenant_id == bindparam("tenant_id", type_=Text))
        .where(messages.c.conversation_id == conversations.c.conversation_id)
        .where(_contains(messages.c.content, sought))
        # Keeps the planner from reading all messages before the first conversation.
        .offset(literal_column("0"))
    )
    return or_(
        query == literal("", Text),
        _contains(customer_name, sought),
        _contains(conversations.c.display_name, sought),
        _contains(conversations.c.external_chat_id, sought),
        said,
    )


def _contains(text: Any, sought: Any) -> ColumnElement[bool]:
    # No pattern: a percent sign is a percent sign.
    return func.strpos(_lower(text), sought) > literal_column("0")


def _lower(text: Any) -> Any:
    # The same in every cluster and for every script; by the database's own locale it takes twice as long.
    return func.lower(collate(text, "pg_c_utf8"))
