"""Whether the services can start with what the manifests tell them, and whether they are told no more."""

import os
import re
from unittest import mock

import pytest
from pydantic import SecretStr

from deploy.tests.loading import settings_class, settings_of
from deploy.tests.rendering import (
    OVERLAYS,
    SERVICES,
    containers,
    environment,
    main_container,
    name_of,
    of_kind,
    one,
    pod,
    secret_references,
    workloads,
)
from services.common.config import load
from services.common.migrate import MigrationSettings, services_with_migrations

# Beside its own Secret; public keys are no secret, and the administrator's URL belongs to migrations alone.
SHARED = {"public-keys"}
PORTS = {"gateway_port", "admin_port", *(f"{name}_grpc_port" for name in SERVICES)}
# Who may see Secrets of several services, and which key of each.
SEES_OTHERS = {"migrate": {"DATABASE_PASSWORD", "uri"}, "nats": {"NATS_PASSWORD"}, "postgres": {"password"}}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_service_starts_with_what_it_is_told(overlay: str, service: str) -> None:
    settings = settings_of(overlay, service)
    assert settings.development is (overlay == "dev")
    assert settings.private_key
    assert service.replace("-", "_") in settings.public_keys
    assert settings.metrics_port == 9090
    assert settings.grpc_bind_host == "0.0.0.0"
    listens = {getattr(settings, field) for field in type(settings).model_fields if field in PORTS}
    exposed = {port["containerPort"] for port in main_container(one(overlay, "Deployment", service))["ports"]}
    assert exposed == listens | {settings.metrics_port}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_variable_means_something_to_its_service(overlay: str, service: str) -> None:
    """A misspelt one would be ignored in silence."""
    container = main_container(one(overlay, "Deployment", service))
    own = {variable["name"] for variable in container["env"]}
    used = {name for variable in container["env"] for name in re.findall(r"\$\((\w+)\)", variable.get("value", ""))}
    assert {name.lower() for name in own - used} <= settings_class(service).model_fields.keys()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_all_are_told_means_something_to_one_of_them(overlay: str) -> None:
    known = set().union(*(settings_class(service).model_fields for service in SERVICES))
    assert {name.lower() for name in one(overlay, "ConfigMap", "settings")["data"]} <= known


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_required_setting_and_every_peer_is_named(overlay: str) -> None:
    """Defaults are for one machine: no service of a cluster may be left with 127.0.0.1."""
    for service in SERVICES:
        told = environment(overlay, main_container(one(overlay, "Deployment", service)))
        for name, field in settings_class(service).model_fields.items():
            if field.is_required() or name.endswith(("_address", "_host")) or name == "nats_url":
                assert told.get(name.upper()), (service, name)
        assert "127.0.0.1" not in " ".join(told.values())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_secrets_come_by_reference_and_only_the_own_ones(overlay: str) -> None:
    for workload in workloads(overlay):
        for container in containers(workload):
            for _, secret, key in secret_references(container):
                reader = pod(workload)["serviceAccountName"]
                own = secret == reader or secret in SHARED
                assert own or key in SEES_OTHERS.get(reader, ()), f"{reader} reads {key} of {secret}"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_secret_stands_in_a_manifest(overlay: str, service: str) -> None:
    """Neither as a value of its own nor within a URL."""
    secret = {
        name.upper()
        for name, field in settings_class(service).model_fields.items()
        if field.annotation is SecretStr or name.endswith("private_key")
    }
    for variable in main_container(one(overlay, "Deployment", service))["env"]:
        if variable["name"] in secret:
            assert "valueFrom" in variable or re.fullmatch(
                r"\w+://\w+:\$\((DATABASE|NATS)_PASSWORD\)@.*", variable["value"]
            )
        assert not re.search(r"://\w+:(?!\$\()[^@/]+@", variable.get("value", ""))
    assert secret.isdisjoint(one(overlay, "ConfigMap", "settings")["data"])
    assert of_kind(overlay, "Secret") == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_migrations_know_the_password_of_every_role(overlay: str) -> None:
    variables = environment(overlay, main_container(one(overlay, "Job", "migrate")))
    with mock.patch.dict(os.environ, variables, clear=True):
        settings = load(MigrationSettings)
    passwords = settings.passwords(services_with_migrations())
    assert len(set(passwords.values())) == len(services_with_migrations())
    assert settings.database_url.get_secret_value().startswith("postgresql://sales_admin:")


def test_events_are_kept_on_as_many_servers_as_there_are() -> None:
    for overlay in OVERLAYS:
        (nats,) = [workload for workload in of_kind(overlay, "StatefulSet") if name_of(workload) == "nats"]
        for service in services_with_migrations():
            assert settings_of(overlay, service).nats_stream_replicas == nats["spec"]["replicas"]


def test_external_secrets_bring_every_secret_that_pods_read() -> None:
    wanted = {
        secret
        for workload in workloads("prod")
        for box in containers(workload)
        for _, secret, _ in secret_references(box)
    }
    brought = {external["spec"]["target"]["name"] for external in of_kind("prod", "ExternalSecret")}
    assert wanted <= brought | {"postgres-app"}, "postgres-app is made by the database's operator"
