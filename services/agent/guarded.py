"""Rows that are written only if a guard, in the same statement, finds that they may be."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert


def insert_from(table: Any, columns: dict[str, Any], source: Any, where: Any = None) -> Any:
    """INSERT … SELECT the given values FROM a guard: nothing is written when the guard is empty."""
    chosen = select(*columns.values()).select_from(source)
    return insert(table).from_select(list(columns), chosen if where is None else chosen.where(where))
