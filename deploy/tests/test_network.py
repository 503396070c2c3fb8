"""Who may talk to whom: the network policies against what the settings classes say that each service calls."""

import ipaddress
from typing import Any

import pytest

from deploy.tests.loading import settings_class
from deploy.tests.rendering import K8S, OVERLAYS, SERVICES, Document, name_of, of_kind, rendered, workloads
from services.common.config import DatabaseSettings

Labels = dict[str, str]
Arrow = tuple[str, str, int]
PEER = "_address"

# Beside the arrows of the architecture: what stands in for the outside world, and what holds clusters together.
MORE: dict[str, set[Arrow]] = {
    "dev": {
        ("agent", "claude-simulator", 8082),
        ("gateway", "telegram-simulator", 8081),
        ("telegram-simulator", "gateway", 8000),
        ("operator", "tenants", 50051),
        ("operator", "customers", 50052),
        ("operator", "orders", 50053),
        ("operator", "agent", 50054),
        ("operator", "telegram-simulator", 8081),
    },
    "prod": {("nats", "nats", 6222), ("postgres", "postgres", 5432), ("postgres", "postgres", 8000)},
}
# Namespaces that come in: the ingress controller, Prometheus, the database's operator.
FROM_OUTSIDE: dict[str, set[Arrow]] = {
    "dev": set(),
    "prod": {
        ("ingress-controller", "gateway", 8000),
        ("ingress-controller", "admin-bff", 8080),
        ("ingress-controller", "acme-solver", 8089),
        *(("monitoring", service, 9090) for service in SERVICES),
        ("cnpg-system", "postgres", 5432),
        ("cnpg-system", "postgres", 8000),
    },
}
# Namespaces that are reached, beside the one with the cluster's names: that of a collector of traces.
TO_OUTSIDE: dict[str, set[Arrow]] = {"dev": set(), "prod": {(service, "observability", 4317) for service in SERVICES}}
# What cert-manager starts beside an Ingress that wants a certificate.
ACME_SOLVER: Labels = {"acme.cert-manager.io/http01-solver": "true"}
PRIVATE = (
    *("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "127.0.0.1"),
    *("0.0.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "fd00::1", "fe80::1", "::1", "ff02::1"),
    *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "fd00:ec2::254"),
)
PUBLIC = ("149.154.167.220", "160.79.104.10", "8.8.8.8", "2001:67c:4e8:f004::9")


def architecture() -> set[Arrow]:
    """The arrows that the settings classes tell: a peer's address, a database, NATS; and migrations."""
    arrows: set[Arrow] = {("migrate", "postgres", 5432)}
    for service in SERVICES:
        fields = settings_class(service).model_fields
        for peer in (name.removesuffix(PEER) for name in fields if name.endswith(PEER)):
            arrows.add((service, peer, settings_class(peer).model_fields[f"{peer}_grpc_port"].default))
        if issubclass(settings_class(service), DatabaseSettings):
            arrows.add((service, "postgres", 5432))
        arrows.add((service, "nats", 4222))
    return arrows


def pods(documents: tuple[Document, ...]) -> dict[str, Labels]:
    """Labels of the pods of each workload, and of what operators start; the seed runs under the operator's."""
    found: dict[str, Labels] = {}
    for document in documents:
        if document["kind"] in {"Deployment", "StatefulSet", "Job"}:
            labels = document["spec"]["template"]["metadata"]["labels"]
            found[labels["app.kubernetes.io/name"]] = labels
        if document["kind"] == "Cluster":
            found[document["metadata"]["name"]] = document["spec"]["inheritedMetadata"]["labels"]
        if document["kind"] == "Ingress":
            found["acme-solver"] = ACME_SOLVER
    return found


def selects(selector: Document, labels: Labels) -> bool:
    """Whether a label selector matches."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        labels.get(expression["key"], "") in expression["values"] for expression in selector.get("matchExpressions", [])
    )


def rules(documents: tuple[Document, ...], labels: Labels, direction: str) -> list[Document] | None:
    """The rules for a pod in one direction; None when no policy speaks of it, so that everything may pass."""
    policies = [
        policy["spec"]
        for policy in documents
        if policy["kind"] == "NetworkPolicy"
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], labels)
    ]
    if not policies:
        return None
    return [rule for policy in policies for rule in policy.get(direction.lower()) or []]


def passes(rule: Document, side: str, labels: Labels, port: int) -> bool:
    """Whether a rule lets traffic pass from or to the pods of the same namespace that have these labels."""
    peers = any(
        "podSelector" in peer and "namespaceSelector" not in peer and selects(peer["podSelector"], labels)
        for peer in rule[side]
    )
    return peers and any(allowed["port"] == port and allowed["protocol"] == "TCP" for allowed in rule["ports"])


def ports(documents: tuple[Document, ...]) -> set[int]:
    """Every port that any policy names."""
    specs = [document["spec"] for document in documents if document["kind"] == "NetworkPolicy"]
    return {
        allowed["port"]
        for spec in specs
        for rule in [*(spec.get("ingress") or []), *(spec.get("egress") or [])]
        for allowed in rule["ports"]
    }


def arrows(documents: tuple[Document, ...]) -> set[Arrow]:
    """Who reaches whom within the namespace: what the one's egress and the other's ingress both let pass."""
    everybody = pods(documents)
    found = set()
    for caller, caller_labels in everybody.items():
        out = rules(documents, caller_labels, "Egress")
        for called, called_labels in everybody.items():
            into = rules(documents, called_labels, "Ingress")
            for port in ports(documents):
                leaves = out is None or any(passes(rule, "to", called_labels, port) for rule in out)
                enters = into is None or any(passes(rule, "from", caller_labels, port) for rule in into)
                if leaves and enters:
                    found.add((caller, called, port))
    return found


def from_namespaces(documents: tuple[Document, ...]) -> set[Arrow]:
    """Which other namespaces reach whom."""
    found = set()
    for called, labels in pods(documents).items():
        for rule in rules(documents, labels, "Ingress") or []:
            for peer in rule["from"]:
                if "namespaceSelector" in peer:
                    namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                    found |= {(namespace, called, allowed["port"]) for allowed in rule["ports"]}
    return found


def to_namespaces(documents: tuple[Document, ...]) -> set[Arrow]:
    """Who reaches which other namespaces."""
    found = set()
    for caller, labels in pods(documents).items():
        for rule in rules(documents, labels, "Egress") or []:
            for peer in rule["to"]:
                if "namespaceSelector" in peer:
                    namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                    found |= {(caller, namespace, allowed["port"]) for allowed in rule["ports"]}
    return found


def reaches(documents: tuple[Document, ...], labels: Labels, address: str, port: int) -> bool:
    """Whether a pod reaches an address outside of the cluster."""
    out = rules(documents, labels, "Egress")
    if out is None:
        return True
    host = ipaddress.ip_address(address)
    blocks = [
        peer["ipBlock"]
        for rule in out
        if any(allowed["port"] == port for allowed in rule["ports"])
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    return any(
        host in ipaddress.ip_network(block["cidr"])
        and not any(host in ipaddress.ip_network(excepted) for excepted in block.get("except", []))
        for block in blocks
    )


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_exactly_the_arrows_of_the_architecture_are_open(overlay: str) -> None:
    assert arrows(rendered(overlay)) == architecture() | MORE[overlay]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_other_namespaces_come_in_only_where_they_must(overlay: str) -> None:
    assert from_namespaces(rendered(overlay)) == FROM_OUTSIDE[overlay]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_other_namespaces_are_reached_only_for_names_and_traces(overlay: str) -> None:
    documents = rendered(overlay)
    names = {(caller, "kube-system", 53) for caller in pods(documents)}
    assert to_namespaces(documents) == names | TO_OUTSIDE[overlay]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_only_who_must_reaches_public_addresses_and_nobody_private_ones(overlay: str) -> None:
    documents = rendered(overlay)
    outward = {"gateway", "agent", "postgres"} if overlay == "prod" else set()
    for name, labels in pods(documents).items():
        assert {reaches(documents, labels, address, 443) for address in PUBLIC} == {name in outward}, name
        asks_the_api = name == "postgres" and overlay == "prod"  # see below
        for port in (80, 5432) if asks_the_api else (80, 443, 5432, 6443):
            assert not any(reaches(documents, labels, address, port) for address in PRIVATE), (name, port)
        assert not any(reaches(documents, labels, address, port) for address in PUBLIC for port in (22, 53, 80, 6443))


def test_the_database_of_production_reaches_the_kubernetes_api() -> None:
    documents = rendered("prod")
    labels = pods(documents)["postgres"]
    assert reaches(documents, labels, "10.0.0.1", 443)
    assert not any(reaches(documents, labels, address, 443) for address in ("169.254.169.254", "127.0.0.1", "fe80::1"))


def test_backups_of_production_go_where_the_plugin_is_told() -> None:
    (cluster,), (scheduled,), (store,) = (
        of_kind("prod", kind) for kind in ("Cluster", "ScheduledBackup", "ObjectStore")
    )
    (plugin,) = cluster["spec"]["plugins"]
    assert plugin["isWALArchiver"] is True
    assert plugin["parameters"] == {"barmanObjectName": name_of(store)}
    assert scheduled["spec"]["pluginConfiguration"]["name"] == plugin["name"]
    assert scheduled["spec"]["cluster"]["name"] == name_of(cluster)
    keys = store["spec"]["configuration"]["s3Credentials"].values()
    assert {key["name"] for key in keys} <= {name_of(external) for external in of_kind("prod", "ExternalSecret")}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everybody_may_ask_for_names_and_is_otherwise_refused(overlay: str) -> None:
    (everybody,) = [policy for policy in of_kind(overlay, "NetworkPolicy") if name_of(policy) == "nothing-else"]
    assert everybody["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (names,) = [policy for policy in of_kind(overlay, "NetworkPolicy") if name_of(policy) == "names"]
    (rule,) = names["spec"]["egress"]
    assert names["spec"]["podSelector"] == {}
    assert {(allowed["protocol"], allowed["port"]) for allowed in rule["ports"]} == {("UDP", 53), ("TCP", 53)}
    assert len(workloads(overlay)) >= 8


def test_what_depends_on_the_ingress_controller_stands_in_one_file() -> None:
    ingresses = of_kind("prod", "Ingress")
    assert {ingress["spec"]["ingressClassName"] for ingress in ingresses} == {"haproxy"}
    prefixes = {key.partition("/")[0] for ingress in ingresses for key in ingress["metadata"]["annotations"]}
    assert prefixes == {"cert-manager.io", "haproxy-ingress.github.io"}
    named = [path.name for path in (K8S / "overlays/prod").iterdir() if "ingress-controller" in path.read_text()]
    assert named == ["ingress.yaml"]


def what_is_open(documents: tuple[Document, ...]) -> tuple[Any, ...]:
    """Everything that the tests above look at."""
    outside = {
        (name, address)
        for name, labels in pods(documents).items()
        for address in (*PUBLIC, "10.0.0.1")
        if reaches(documents, labels, address, 443)
    }
    return arrows(documents), from_namespaces(documents), to_namespaces(documents), outside


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_policy_that_is_missing_would_be_noticed(overlay: str) -> None:
    """Beside the two that hold for every pod, for which each pod has a policy of its own as well."""
    complete = what_is_open(rendered(overlay))
    policies = [name_of(policy) for policy in of_kind(overlay, "NetworkPolicy")]
    for missing in set(policies) - {"nothing-else", "names"}:
        rest = tuple(
            document
            for document in rendered(overlay)
            if document["kind"] != "NetworkPolicy" or name_of(document) != missing
        )
        assert what_is_open(rest) != complete, missing
