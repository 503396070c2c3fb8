"""Alembic environment of the customers schema."""

from services.common.migrate import run_env
from services.customers.models import metadata

run_env(metadata)
