"""Alembic environment of the schema `agent`."""

from services.agent.tables import metadata
from services.common.migrate import run_env

run_env(metadata)
