"""What a service's process makes of the environment of its pod."""

import os
from typing import Any
from unittest import mock

from pydantic_settings import BaseSettings

from deploy.tests.rendering import environment, main_container, one
from services.common.config import load
from tests.deployment import settings_classes


def settings_class(service: str) -> type[BaseSettings]:
    """The settings class of a service, by its name in the cluster."""
    return settings_classes.settings_of(service.replace("-", "_"))


def settings_of(overlay: str, service: str) -> Any:
    """The settings as the service's process would load them."""
    variables = environment(overlay, main_container(one(overlay, "Deployment", service)))
    with mock.patch.dict(os.environ, variables, clear=True):
        return load(settings_class(service))
