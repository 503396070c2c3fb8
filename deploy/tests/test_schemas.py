"""Whether Kubernetes would take the manifests: each against the schema of its kind, with nothing unknown in it."""

import kubernetes_validate
import pytest
import yaml

from deploy.tests.rendering import (
    CUSTOM_KINDS,
    OVERLAYS,
    Document,
    builders,
    built_by,
    name_of,
    one,
    rendered,
)

# The oldest version that is expected, and the newest whose schemas are known.
VERSIONS = ("1.30", "1.37")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_document_follows_its_schema(overlay: str, version: str) -> None:
    checked = [document for document in rendered(overlay) if document["kind"] not in CUSTOM_KINDS]
    assert len(checked) > 40
    for document in checked:
        kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubectl_and_kustomize_build_the_same_documents(overlay: str) -> None:
    """Those of them that are here; they bring different versions of kustomize."""
    for program in builders():
        assert tuple(yaml.safe_load_all(built_by(program, overlay).stdout)) == rendered(overlay), program[0]


def test_a_misspelt_field_is_noticed() -> None:
    document: Document = {**one("dev", "Deployment", "orders"), "spce": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, VERSIONS[-1], strict=True)


def test_only_production_needs_operators_and_only_those_named() -> None:
    assert [name_of(document) for document in rendered("dev") if document["kind"] in CUSTOM_KINDS] == []
    assert {document["kind"] for document in rendered("prod")} >= set(CUSTOM_KINDS)
    foreign = {document["kind"] for document in rendered("prod") if "." in document["apiVersion"].partition("/")[0]}
    assert {kind for kind in foreign if kind not in CUSTOM_KINDS} == {"NetworkPolicy", "Ingress"}
