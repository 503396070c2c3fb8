"""Prints the API's description, from which the dashboard's client is made: `python -m services.admin_bff.openapi`."""

import json
import sys

from services.admin_bff.app import create_api


def main() -> None:
    """Write OpenAPI 3.1 as JSON, the same each time."""
    json.dump(create_api().openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
