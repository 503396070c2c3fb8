"""Compares the contracts with those of main, and fails on a change that breaks who uses them.

On main itself the comparison is with the commit before.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUF = ROOT / "node_modules" / ".bin" / "buf"


def main() -> int:
    earlier = earlier_main()
    if earlier is None or not _commit_of(f"{earlier}:protos/buf.yaml"):
        print("buf breaking: there is no earlier main with contracts, nothing to compare with")
        return 0
    archive = _git("archive", earlier, "protos").stdout
    command = [str(BUF), "breaking", "protos", "--against", "-#format=tar,subdir=protos"]
    status = subprocess.run(command, cwd=ROOT, input=archive, check=False).returncode
    if status == 0:
        print(f"buf breaking: nothing breaks who uses the contracts of {earlier[:10]}")
    return status


def earlier_main() -> str | None:
    """The commit of main to compare with; None in a history of one commit and outside a repository."""
    head = _commit_of("HEAD^{commit}")
    for name in ("origin/main", "main"):
        commit = _commit_of(f"{name}^{{commit}}")
        if commit and commit != head:
            return commit
    return _commit_of("HEAD~1^{commit}")


def _commit_of(revision: str) -> str | None:
    found = _git("rev-parse", "--quiet", "--verify", revision)
    return found.stdout.decode().strip() or None


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
