"""Runs commands of a built image as somebody who may do nothing, on files that nobody can change."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from typing import IO

from tests.images.build import Image

_NOBODY = 65534
_SECONDS = 60


def seal(image: Image) -> None:
    """Take away everybody's right to write."""
    subprocess.run(["chmod", "-R", "a-w", image.root], check=True)


@cache
def _unprivileged() -> tuple[str, ...]:
    """How root becomes somebody else: in a namespace where the files of root can be read, or else as nobody."""
    if os.geteuid() != 0:
        return ()
    apart = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--")
    if subprocess.run([*apart, "true"], check=False, capture_output=True).returncode == 0:
        return apart
    return ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--bounding-set=-all", "--")


def start(
    image: Image, command: Sequence[str], environment: Mapping[str, str], output: int | IO[str] = subprocess.PIPE
) -> subprocess.Popen[str]:
    """A command with the image's environment and this one, and nothing of our own."""
    both = {**image.environment, **environment}
    return subprocess.Popen(
        [*_unprivileged(), *(image.placed(word) for word in command)],
        cwd=image.place(image.folder),
        env={name: image.placed(value) for name, value in both.items()},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(image: Image, command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of a command that ends."""
    process = start(image, command, environment or {})
    try:
        output, _ = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"did not end: {shlex.join(command)}") from None
    return process.returncode, output
