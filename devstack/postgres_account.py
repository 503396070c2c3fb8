"""The system account PostgreSQL runs under when we are root, which it refuses to be."""

import os
import pwd
import subprocess
from pathlib import Path

_NAME = "pgserver"  # the name the wheel's own helpers use


def postgres_account() -> str | None:
    """The account to switch to; None when we are an ordinary user and run it ourselves."""
    return _NAME if os.geteuid() == 0 else None


def give_to_postgres(*paths: Path) -> None:
    """Make the account (created if missing) owner of `paths`. Nothing unless root."""
    if postgres_account() is None:
        return
    account = _ensure_account()
    for path in paths:
        os.chown(path, account.pw_uid, account.pw_gid)


def let_postgres_in(data_dir: Path, binaries: Path) -> None:
    """Let the account reach its data and run its programs. Nothing unless root."""
    if postgres_account() is None:
        return
    for path in (data_dir, binaries):
        _let_others_through(path)
    for path in (binaries, *binaries.rglob("*")):
        mode = path.stat().st_mode
        _add_mode(path, 0o004 | (0o001 if mode & 0o100 else 0))  # whatever the umask of the installation was


def _ensure_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", _NAME]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(_NAME)


def _let_others_through(path: Path) -> None:
    """Let another account traverse, not list, the folders above `path`."""
    for folder in path.parents:
        _add_mode(folder, 0o001)


def _add_mode(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
