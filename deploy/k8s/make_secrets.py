"""Prints fresh Secrets of the platform for `kubectl create -f -`: keys that nobody else has seen.

    python deploy/k8s/make_secrets.py [--anthropic-api-key KEY] | kubectl create -f -

`create` refuses what is there already: keys in use are not replaced by accident. `--dev` adds the database's.
"""

import argparse
import json
import sys

from devstack.compose_secrets import CALLERS, WITH_DATABASE, database_password, nats_password, private_key
from devstack.env_file import fresh_secrets

NAMESPACE = "ai-sales-agents"


def all_secrets(anthropic_api_key: str, *, with_database: bool) -> dict[str, dict[str, str]]:
    """The content of each Secret by name and key. What a service needs and nobody else may know is in its own."""
    fresh = fresh_secrets()
    content = {_secret_of(name): {"SERVICE_PRIVATE_KEY": fresh[private_key(name)]} for name in CALLERS}
    for name in CALLERS:
        if name != "operator":  # nobody operates NATS from within the cluster
            content[_secret_of(name)]["NATS_PASSWORD"] = fresh[nats_password(name)]
    for name in WITH_DATABASE:
        content[_secret_of(name)]["DATABASE_PASSWORD"] = fresh[database_password(name)]
    content["tenants"]["ENCRYPTION_KEYS"] = fresh["ENCRYPTION_KEYS"]
    content["agent"]["ANTHROPIC_API_KEY"] = anthropic_api_key
    content["admin-bff"]["SESSION_SECRET"] = fresh["SESSION_SECRET"]
    content["public-keys"] = {"SERVICE_PUBLIC_KEYS": fresh["SERVICE_PUBLIC_KEYS"]}
    if with_database:
        password = fresh["POSTGRES_PASSWORD"]
        url = f"postgresql://sales_admin:{password}@postgres-rw:5432/sales"
        content["postgres-app"] = {"password": password, "uri": url}
    return content


def _secret_of(caller: str) -> str:
    """Kubernetes has no underscores in names."""
    return caller.replace("_", "-")


def manifest(content: dict[str, dict[str, str]]) -> str:
    """A Kubernetes List of Secrets, in JSON, which kubectl reads as well as YAML."""
    items = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "stringData": values,
        }
        for name, values in content.items()
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anthropic-api-key", default="simulator", help="the key of the Claude API [%(default)s]")
    parser.add_argument("--dev", action="store_true", help="with the database's own, which in prod its operator makes")
    options = parser.parse_args()
    sys.stdout.write(manifest(all_secrets(options.anthropic_api_key, with_database=options.dev)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
