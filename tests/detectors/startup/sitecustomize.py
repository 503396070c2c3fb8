"""Python runs this at its start when this folder is on PYTHONPATH: it takes a guard out of the process."""

from tests.detectors.removal import remove_as_told

remove_as_told()
