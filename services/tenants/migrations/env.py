"""Alembic environment of the tenants schema."""

from services.common.migrate import run_env
from services.tenants.models import metadata

run_env(metadata)
