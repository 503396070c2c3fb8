"""Builds a stage of a Dockerfile in a folder: what stands for /app there is folder/app.

The stand-in for the Python image is a virtual environment of this Python. Instructions keep to the folders in OWNED.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.images.dockerfile import Context, Dockerfile, Instruction, expand

REPOSITORY = Path(__file__).parents[2]
OWNED = ("build", "venv", "src", "app")
# It makes the image of Python smaller, and would do so to the Python of this machine.
NOT_RUN = "runtime"
_ABSOLUTE = re.compile(r"(?<![\w./}-])/(" + "|".join(OWNED) + r")(?=[/\s:\"';]|$)")
# Where caches are mounted; here they are this machine's own, wherever it keeps them.
_CACHES = "/var/cache/"
# How to reach registries from this machine, and where what was fetched is kept.
_PASSED_ON = re.compile(r"HOME|(UV|PIP|NPM|npm|SSL)_\w+|\w+_(proxy|PROXY)|NODE_EXTRA_CA_CERTS")


class BuildError(Exception):
    """An instruction failed; the text has the instruction and its output."""


@dataclass
class Image:
    """A built stage."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = ""
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health_check: list[str] = field(default_factory=list)

    def place(self, path: str) -> Path:
        """Where a path in the image is on this machine."""
        return self.root / path.lstrip("/")

    def placed(self, text: str) -> str:
        """A text with all paths of the image replaced."""
        return _ABSOLUTE.sub(lambda found: f"{self.root}/{found[1]}", text)


class Builder:
    """Builds stages, each one once for the same arguments."""

    def __init__(self, dockerfile: Dockerfile, scratch: Path) -> None:
        self._dockerfile = dockerfile
        self._context = Context(REPOSITORY)
        self._scratch = scratch
        self._python = scratch / "python"
        self._built: dict[tuple[str, str], Image] = {}
        subprocess.run([sys.executable, "-m", "venv", self._python], check=True)

    def build(self, stage: str, service: str = "") -> Image:
        """The image of a stage; `service` is the build argument SERVICE. Raises BuildError."""
        takes = any(step.name == "ARG" for step in self._dockerfile.stages[stage].instructions)
        key = (stage, service if takes else "")
        if key not in self._built:
            self._built[key] = self._build(stage, service if takes else "")
        return self._built[key]

    def _build(self, name: str, service: str) -> Image:
        stage = self._dockerfile.stages[name]
        root = self._scratch / f"{name}-{service}".rstrip("-")
        if stage.base in self._dockerfile.stages:
            below = self.build(stage.base, service)
            shutil.copytree(below.root, root, symlinks=True, copy_function=os.link)
            image = Image(root, dict(below.environment), below.folder, below.user)
        else:
            root.mkdir()
            # uv makes virtual environments of a Python that is none itself.
            path = (self._python / "bin", Path(sys.executable).resolve().parent, "/usr/bin", "/bin")
            image = Image(root, {"PATH": ":".join(map(str, path))})
        arguments: dict[str, str] = {}
        for step in stage.instructions:
            self._do(step, image, stage.name, arguments, service)
        return image

    def _do(self, step: Instruction, image: Image, stage: str, arguments: dict[str, str], service: str) -> None:
        known = {**arguments, **image.environment}
        match step.name:
            case "ARG":
                arguments[step.value] = service
            case "ENV":
                pairs = (word.split("=", 1) for word in shlex.split(step.value))
                image.environment |= {name: expand(value, known) for name, value in pairs}
            case "WORKDIR":
                image.folder = step.value
                image.place(image.folder).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(step, image, arguments, service)
            case "RUN":
                if stage != NOT_RUN:
                    _run(step.value, image, arguments)
            case "USER":
                image.user = step.value
            case "ENTRYPOINT":
                image.entrypoint = json.loads(step.value)
            case "CMD":
                image.command = json.loads(step.value)
            case "HEALTHCHECK":
                image.health_check = json.loads(step.value.partition("CMD")[2] or "[]")
            case _:
                raise BuildError(f"nobody taught us {step.name}")

    def _copy(self, step: Instruction, image: Image, arguments: Mapping[str, str], service: str) -> None:
        *sources, target = expand(step.value, arguments).split()
        end = image.place(image.folder) / target if not target.startswith("/") else image.place(target)
        for source in sources:
            if "from" in step.flags:
                other = self.build(step.flags["from"], service)
                shutil.copytree(other.place(source), end, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
                continue
            files = list(self._context.files(source))
            if not files:
                raise BuildError(f"COPY {source}: .dockerignore keeps it out, or it is not there")
            for path in files:
                single = str(path) == source
                within = end / path.name if target.endswith("/") else end
                place = within if single else end / path.relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / path, place)


def _run(command: str, image: Image, arguments: Mapping[str, str]) -> None:
    passed_on = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
    own = {name: image.placed(value) for name, value in image.environment.items() if not value.startswith(_CACHES)}
    done = subprocess.run(
        ["/bin/sh", "-ec", image.placed(command)],
        cwd=image.place(image.folder),
        env={**passed_on, **own, **arguments},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"RUN {command}\n{done.stdout}{done.stderr}")
