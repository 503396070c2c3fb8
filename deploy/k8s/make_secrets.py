"""Prints fresh Secrets of the platform for `kubectl create -f -`: keys that nobody else has seen.

    python deploy/k8s/make_secrets.py [--anthropic-api-key KEY] | kubectl create -f -

`create` refuses what is there already: keys in use are not replaced by accident. `--dev` adds the database's.
"""

import argparse
import base64
import json
import secrets
import sys

from services.common.auth import generate_key_pair

NAMESPACE = "ai-sales-agents"
WITH_DATA = ("tenants", "customers", "orders", "agent")
CALLERS = (*WITH_DATA, "gateway", "admin_bff", "operator")


def all_secrets(anthropic_api_key: str, *, with_database: bool) -> dict[str, dict[str, str]]:
    """The content of each Secret by name and key. What a service needs and nobody else may know is in its own."""
    pairs = {caller: generate_key_pair() for caller in CALLERS}
    content = {name.replace("_", "-"): {"SERVICE_PRIVATE_KEY": _base64(pairs[name][0])} for name in CALLERS}
    for name in content.keys() - {"operator"}:
        content[name]["NATS_PASSWORD"] = secrets.token_urlsafe(24)
    for name in WITH_DATA:
        content[name]["DATABASE_PASSWORD"] = secrets.token_urlsafe(24)
    content["tenants"]["ENCRYPTION_KEYS"] = f"k1={_base64(secrets.token_bytes(32))}"
    content["agent"]["ANTHROPIC_API_KEY"] = anthropic_api_key
    content["admin-bff"]["SESSION_SECRET"] = secrets.token_urlsafe(32)
    public = ",".join(f"{name}={_base64(key)}" for name, (_, key) in pairs.items())
    content["public-keys"] = {"SERVICE_PUBLIC_KEYS": public}
    if with_database:
        password = secrets.token_urlsafe(24)
        url = f"postgresql://sales_admin:{password}@postgres-rw:5432/sales"
        content["postgres-app"] = {"password": password, "uri": url}
    return content


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


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
