"""Generates Python modules and type stubs for every contract into protos/gen (never committed)."""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).parent
GEN = PROTOS / "gen"


def main() -> int:
    shutil.rmtree(GEN, ignore_errors=True)
    GEN.mkdir()
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("sales/**/*.proto"))
    plugins = Path(sys.executable).parent
    status: int = protoc.main(
        [
            "protoc",
            f"--proto_path={PROTOS}",
            f"--proto_path={files('grpc_tools') / '_proto'}",
            f"--plugin=protoc-gen-mypy={plugins / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={plugins / 'protoc-gen-mypy_grpc'}",
            f"--python_out={GEN}",
            f"--grpc_python_out={GEN}",
            f"--mypy_out=quiet:{GEN}",
            f"--mypy_grpc_out=quiet,async_only:{GEN}",
            *sources,
        ]
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
