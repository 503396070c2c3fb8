"""docs/operations.md has every variable that any process reads, as the settings classes have them."""

import re

from tests.deployment.configuration import PAGE, around, classes, table


def test_the_table_of_variables_is_what_the_settings_classes_say() -> None:
    _, written, _ = around(PAGE.read_text())
    assert written.strip() == table().strip(), "python -m tests.deployment.configuration writes it"


def test_every_variable_says_what_it_means() -> None:
    silent = [
        f"{reader}: {name.upper()}"
        for reader, settings in classes().items()
        for name, field in settings.model_fields.items()
        if not field.description
    ]
    assert silent == []


def test_every_settings_class_is_in_the_table() -> None:
    root = PAGE.parents[1]
    files = [path for folder in ("services", "salesctl", "devstack") for path in (root / folder).rglob("*.py")]
    declared = re.compile(r"^class (\w+)\((?:\w+, )*(?:Base|Service|Database)Settings\b", re.MULTILINE)
    found = {
        f"{path.relative_to(root).with_suffix('')}".replace("/", ".") + f".{name}"
        for path in files
        if "tests" not in path.parts
        for name in declared.findall(path.read_text())
    }
    # Parts of others, and where salesctl looks for the rest of its own.
    common = {f"services.common.config.{name}Settings" for name in ("Service", "Database")}
    parts = common | {"salesctl.settings._Place"}
    assert found - parts == {f"{settings.__module__}.{settings.__qualname__}" for settings in classes().values()}
