"""Runs the migrations of the orders service."""

import services.orders.catalog.models
import services.orders.orders.tables  # noqa: F401 - both register their tables
from services.common.migrate import run_env
from services.orders.schema import metadata

run_env(metadata)
