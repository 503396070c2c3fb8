"""Applying an update mask to a tenant."""

from collections.abc import Sequence

from google.protobuf.field_mask_pb2 import FieldMask
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.errors import bad

_PARTS = {"persona": pb.Persona.DESCRIPTOR, "settings": pb.Settings.DESCRIPTOR}
PATHS = frozenset(
    ["display_name", "description", *_PARTS]
    + [f"{part}.{field.name}" for part, descriptor in _PARTS.items() for field in descriptor.fields]
)


def apply_mask(paths: Sequence[str], source: pb.Tenant, current: pb.Tenant) -> pb.Tenant:
    """The current tenant with the named fields taken from `source`; unset ones there become empty."""
    for path in paths:
        if path not in PATHS:
            raise bad("update_mask", "BAD_PATH", f"names {path[:60]!r}", ", ".join(sorted(PATHS)))
    if not paths:
        raise bad("update_mask", "REQUIRED", "is empty", "one or more of " + ", ".join(sorted(PATHS)))
    new, result = pb.Tenant(), pb.Tenant()
    new.CopyFrom(source)
    result.CopyFrom(current)
    for tenant in (new, result):  # MergeMessage passes over fields of a message that is absent
        tenant.persona.SetInParent()
        tenant.settings.SetInParent()
    FieldMask(paths=paths).MergeMessage(new, result, replace_message_field=True, replace_repeated_field=True)
    return result
