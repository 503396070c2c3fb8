"""Lies and honest replies for the truth check, over the two launch tenants."""

from services.agent.tests.truth_table.cases import ALL, HELD_OUT, SCENES, Case, Rates, rates

__all__ = ["ALL", "HELD_OUT", "SCENES", "Case", "Rates", "rates"]
