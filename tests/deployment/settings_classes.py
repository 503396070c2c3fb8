"""The settings class of each process."""

import importlib
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

SERVICES = ("tenants", "customers", "orders", "agent", "gateway", "admin_bff")


def settings_of(service: str) -> type[BaseSettings]:
    """The class that `python -m services.<service>` reads."""
    found: type[BaseSettings] = importlib.import_module(f"services.{service}.settings").Settings
    return found


def required(settings: type[BaseSettings]) -> set[str]:
    """Variables without which it does not start."""
    return {name.upper() for name, field in settings.model_fields.items() if field.is_required()}


def secrets(settings: type[BaseSettings]) -> set[str]:
    """Variables that hold secrets."""
    return {name.upper() for name, field in settings.model_fields.items() if _is_secret(field.annotation)}


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr
