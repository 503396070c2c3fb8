"""What a Dockerfile says, as data; and which files of the repository its build may see."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Instruction:
    """One instruction: `RUN --mount=… command` has the name RUN, the flag mount and the value `command`."""

    name: str
    flags: Mapping[str, str]
    value: str


@dataclass
class Stage:
    """FROM base AS name, and what follows."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True)
class Dockerfile:
    """All stages, and the arguments before the first of them."""

    arguments: Mapping[str, str]
    stages: Mapping[str, Stage]


def parse(text: str) -> Dockerfile:
    """Raises ValueError for a stage without a name."""
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    stage = None
    for instruction in _instructions(text):
        if instruction.name == "FROM":
            base, separator, name = instruction.value.partition(" AS ")
            if not separator:
                raise ValueError(f"a stage needs a name: FROM {instruction.value}")
            stage = stages[name] = Stage(name, expand(base, arguments))
        elif stage is None:
            name, _, default = instruction.value.partition("=")
            arguments[name] = default
        else:
            stage.instructions.append(instruction)
    return Dockerfile(arguments, stages)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`${NAME}` replaced; KeyError for a name that nobody set."""
    return re.sub(r"\$\{(\w+)\}", lambda found: variables[found[1]], text)


def _instructions(text: str) -> Iterator[Instruction]:
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        name, _, rest = line.strip().partition(" ")
        flags: dict[str, str] = {}
        while found := re.match(r"--([\w-]+)=(\S+)\s+", rest):
            flags[found[1]] = found[2]
            rest = rest[found.end() :]
        yield Instruction(name, flags, rest.strip())


class Context:
    """The files that .dockerignore lets into the build."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        lines = (folder / ".dockerignore").read_text().splitlines()
        self._patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def files(self, below: str) -> Iterator[PurePosixPath]:
        """Paths from the repository's root of all files in a folder, or of one file."""
        place = self._folder / below
        if self.ignores(PurePosixPath(below)) or not place.exists():
            return
        if place.is_file():
            yield PurePosixPath(below)
            return
        for entry in sorted(place.iterdir()):
            yield from self.files(str(PurePosixPath(below) / entry.name))

    def ignores(self, path: PurePosixPath) -> bool:
        """The last pattern that matches it or a folder above it decides."""
        ignored = False
        for pattern in self._patterns:
            wanted = pattern.removeprefix("!")
            if any(_matches(place, wanted) for place in (path, *path.parents)):
                ignored = not pattern.startswith("!")
        return ignored


def _matches(path: PurePosixPath, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(path.name, pattern.removeprefix("**/"))
    return "/".join(path.parts) != "" and fnmatchcase(str(path), pattern) and len(path.parts) == pattern.count("/") + 1
