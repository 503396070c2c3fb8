"""Tests of the Kubernetes manifests, as kustomize builds them."""
