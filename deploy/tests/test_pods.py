"""What all our pods must be like: restricted, probed, bounded, movable."""

import re
from collections.abc import Iterator

import pytest
import yaml

from deploy.tests.loading import settings_of
from deploy.tests.rendering import (
    K8S,
    OVERLAYS,
    SERVICES,
    Document,
    containers,
    environment,
    main_container,
    name_of,
    of_kind,
    one,
    pod,
    rendered,
    workloads,
)
from services.common import process
from services.common.health import LIVE

HTTP_SERVICES = ("gateway", "admin-bff")


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    """Each way to deploy."""
    return str(request.param)


def services(overlay: str) -> list[Document]:
    """The Deployments of the six services."""
    return [one(overlay, "Deployment", name) for name in SERVICES]


def test_each_service_has_what_it_needs_under_its_own_name(overlay: str) -> None:
    for name in SERVICES:
        for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy"):
            assert one(overlay, kind, name), (name, kind)


def test_the_three_probes_ask_different_things(overlay: str) -> None:
    for deployment in services(overlay):
        container = main_container(deployment)
        startup, live, ready = (container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness"))
        asked = [{key: probe[key] for key in ("grpc", "httpGet") if key in probe} for probe in (startup, live, ready)]
        (port,) = [port for port in container["ports"] if port["name"] in {"grpc", "http"}]
        if name_of(deployment) in HTTP_SERVICES:
            paths = [question["httpGet"]["path"] for question in asked]
            assert paths == ["/healthz", "/healthz", "/readyz"]
            assert {question["httpGet"]["port"] for question in asked} == {"http"}
        else:
            assert [question["grpc"]["service"] for question in asked] == [LIVE, LIVE, ""]
            assert {question["grpc"]["port"] for question in asked} == {port["containerPort"]}
        assert allowed_seconds(startup) >= 60, "importing takes seconds, more on a busy node"
        assert allowed_seconds(live) >= 30, "a busy event loop is no dead one"
        assert allowed_seconds(ready) <= 15
        assert startup != live != ready


def allowed_seconds(probe: Document) -> int:
    """How long a probe may fail before it has consequences."""
    return int(probe["periodSeconds"]) * int(probe.get("failureThreshold", 3))


def test_every_container_is_restricted(overlay: str) -> None:
    for workload in workloads(overlay):
        of_pod = pod(workload)["securityContext"]
        assert of_pod["runAsNonRoot"] is True
        assert of_pod["runAsUser"] >= 10_000
        assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod(workload).keys()
        for container in containers(workload):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, (name_of(workload), container["name"])
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
    labels = one(overlay, "Namespace", "ai-sales-agents")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_nobody_gets_a_token_of_the_cluster(overlay: str) -> None:
    accounts = {name_of(account): account for account in of_kind(overlay, "ServiceAccount")}
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())
    for workload in workloads(overlay):
        assert pod(workload)["automountServiceAccountToken"] is False
        assert pod(workload)["serviceAccountName"] in accounts
    assert [name for name in SERVICES if pod(one(overlay, "Deployment", name))["serviceAccountName"] != name] == []


def test_every_container_says_what_it_takes_and_what_it_may_take(overlay: str) -> None:
    for workload in workloads(overlay):
        for container in containers(workload):
            resources = container["resources"]
            assert resources["requests"].keys() == resources["limits"].keys() == {"cpu", "memory"}


def test_services_of_the_cluster_do_not_write_into_the_environment(overlay: str) -> None:
    """GATEWAY_PORT=tcp://… would stop the gateway from starting."""
    assert all(pod(workload)["enableServiceLinks"] is False for workload in workloads(overlay))


def test_a_pod_that_ends_has_the_time_that_its_process_takes(overlay: str) -> None:
    for deployment in services(overlay):
        delay = float(environment(overlay, main_container(deployment))["SHUTDOWN_DELAY_SECONDS"])
        assert delay >= 5, "endpoints and DNS need a moment to forget a pod"
        assert pod(deployment)["terminationGracePeriodSeconds"] > delay + process._STOP_SECONDS


def test_grpc_services_are_headless_and_called_by_the_names_of_all_their_pods(overlay: str) -> None:
    for name in SERVICES:
        service = one(overlay, "Service", name)["spec"]
        if name in HTTP_SERVICES:
            assert "clusterIP" not in service
        else:
            assert service["clusterIP"] == "None"
        deployment = one(overlay, "Deployment", name)
        assert service["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
        (port,) = service["ports"]
        assert port["targetPort"] in {exposed["name"] for exposed in main_container(deployment)["ports"]}
        for variable, value in environment(overlay, main_container(deployment)).items():
            if variable.endswith("_ADDRESS"):
                peer, peer_port = re.fullmatch(r"dns:///([a-z]+):(\d+)", value).groups()  # type: ignore[union-attr]
                assert one(overlay, "Service", peer)["spec"]["ports"][0]["port"] == int(peer_port)


def test_disruptions_and_nodes_take_one_pod_at_a_time(overlay: str) -> None:
    for name in SERVICES:
        labels = one(overlay, "Deployment", name)["spec"]["template"]["metadata"]["labels"]
        budget = one(overlay, "PodDisruptionBudget", name)["spec"]
        assert budget["maxUnavailable"] == 1
        assert budget["selector"]["matchLabels"].items() <= labels.items()
        spread = pod(one(overlay, "Deployment", name))["topologySpreadConstraints"]
        assert {constraint["topologyKey"] for constraint in spread} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }
        assert all(constraint["labelSelector"]["matchLabels"].items() <= labels.items() for constraint in spread)


def test_a_service_with_data_waits_for_its_own_revision_with_its_own_image(overlay: str) -> None:
    for deployment in services(overlay):
        module = name_of(deployment).replace("-", "_")
        waiting = pod(deployment).get("initContainers", [])
        if "DATABASE_URL" not in environment(overlay, main_container(deployment)):
            assert waiting == []
            continue
        (container,) = waiting
        assert container["image"] == main_container(deployment)["image"]
        assert container["command"] == ["python", "-m", "services.common.migrate", "wait", "--service", module]


def images(overlay: str) -> Iterator[str]:
    """Every image of every container."""
    for workload in workloads(overlay):
        yield from (container["image"] for container in containers(workload))


def test_every_image_has_its_version_from_the_one_list(overlay: str) -> None:
    listed = yaml.safe_load((K8S / "components/images/kustomization.yaml").read_text())["images"]
    known = {f"{image.get('newName', image['name'])}:{image['newTag']}" for image in listed}
    assert set(images(overlay)) <= known
    named = "".join(path.read_text() for path in (*K8S.glob("base/*.yaml"), *K8S.glob("overlays/*/*.yaml")))
    assert re.findall(r"image: \S+:\S+", named) == []


def test_every_listed_image_is_used() -> None:
    listed = yaml.safe_load((K8S / "components/images/kustomization.yaml").read_text())["images"]
    used = {image.partition(":")[0] for overlay in OVERLAYS for image in images(overlay)}
    assert {image["name"] for image in listed} == used


def test_an_autoscaler_owns_the_number_of_replicas() -> None:
    scalers = of_kind("prod", "HorizontalPodAutoscaler", "ScaledObject")
    scaled = [scaler["spec"]["scaleTargetRef"]["name"] for scaler in scalers]
    assert sorted(scaled) == sorted(SERVICES), "each service has exactly one"
    assert not any("replicas" in one("prod", "Deployment", name)["spec"] for name in SERVICES)
    least = [scaler["spec"].get("minReplicas") or scaler["spec"]["minReplicaCount"] for scaler in scalers]
    assert min(least) >= 2


def test_connections_of_all_replicas_fit_into_the_database() -> None:
    """Of the largest number of pods that the autoscalers start, and of one more each while a version is rolled out."""
    most = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler["spec"].get("maxReplicas") or scaler["spec"]["maxReplicaCount"]
        for scaler in of_kind("prod", "HorizontalPodAutoscaler", "ScaledObject")
    }
    pools = {name: getattr(settings_of("prod", name), "database_pool_size", 0) for name in SERVICES}
    (cluster,) = of_kind("prod", "Cluster")
    limit = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    assert sum((most[name] + 1) * pools[name] for name in SERVICES) <= limit - 20


def test_names_are_unique(overlay: str) -> None:
    names = [(document["kind"], name_of(document)) for document in rendered(overlay)]
    assert len(names) == len(set(names))
