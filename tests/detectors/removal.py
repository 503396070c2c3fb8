"""How each guard is taken out of a Python process, right after the module that holds it was imported.

The product has no switch for it: the processes of a test run find this code on their PYTHONPATH (startup/). What was
removed is noted in a file, so that a guard that is no longer where it was cannot pass for a removed one.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

GUARD_VARIABLE = "REMOVED_GUARD"
NOTE_VARIABLE = "REMOVED_GUARD_NOTE"

Removal = Callable[[Any], None]


def _without(statement: str, guard: str, instead: str) -> Removal:
    """Rewrite a compiled statement of the module: a regular expression for the guard, and what stands there instead."""

    def remove(module: Any) -> None:
        compiled = getattr(module, statement)
        compiled.sql, found = re.subn(guard, instead, compiled.sql)
        if not found:
            raise LookupError(f"{module.__name__}.{statement} has no {guard!r}")

    return remove


def _any_epoch(*statements: str) -> Removal:
    guard = r"agent\.due_conversations\.epoch = (?:\$\d+::BIGINT|\w+\.epoch)"
    return _all(*(_without(statement, guard, r"(\g<0> OR TRUE)") for statement in statements))


def _all(*removals: Removal) -> Removal:
    def remove(module: Any) -> None:
        for removal in removals:
            removal(module)

    return remove


def _nothing_is_claimed(module: Any) -> None:
    async def claim(*_arguments: object) -> None:
        """No insert: each request is the first one."""

    module.IdempotencyKeys.claim = claim


def _key_is_not_unique(module: Any) -> None:
    migrate = module.migrate

    async def migrate_and_drop(admin_url: str, *arguments: Any, **options: Any) -> None:
        import asyncpg  # noqa: PLC0415 - this module is imported at the start of every process

        await migrate(admin_url, *arguments, **options)
        connection = await asyncpg.connect(admin_url)
        await connection.execute(
            "ALTER TABLE agent.messages DROP CONSTRAINT messages_delivery_key;"
            "CREATE INDEX messages_delivery_key ON agent.messages (tenant_id, channel_account_id, delivery_id)"
        )
        await connection.close()

    module.migrate = migrate_and_drop


def _nothing_is_journalled(module: Any) -> None:
    async def append_step(*_arguments: object) -> None:
        """The tools run, and nothing tells of it."""

    module.append_step = append_step


def _every_reply_is_true(module: Any) -> None:
    module.check_reply = lambda _reply, _evidence: module.Verdict(ok=True, violations=())


def _everybody_is_an_owner(module: Any) -> None:
    verified = module.verify_staff

    def verify(*arguments: Any) -> Any:
        staff, rest = verified(*arguments)
        return replace(staff, role=module.Role.OWNER), rest

    module.verify_staff = verify


def _nobody_asks_whose_session(module: Any) -> None:
    found = module.EdgeInterceptor._staff

    def staff(edge: Any, metadata: Any, _tenant_id: str, role: Any, method: str) -> Any:
        person, _ = module.verify_staff(edge._verifier, str(metadata.get(module.METADATA_KEY, "")))
        return found(edge, metadata, person.tenant_id, role, method)

    module.EdgeInterceptor._staff = staff


def _every_token_will_do(module: Any) -> None:
    module.check_csrf = lambda *_arguments: None


def _every_tenant_sees_all(module: Any) -> None:
    module.tenant_isolation = module.dispatch_policy


REMOVALS: dict[str, dict[str, Removal]] = {
    "epoch: claim": {
        "services.agent.turns.claims": _without("_CLAIM", r"epoch=\(agent\.due_conversations\.epoch \+", r"\g<0> 0 *")
    },
    "lease of a claim": {"services.agent.turns.claims": _without("_CLAIM", r"due_time=\(now\(\) \+", r"\g<0> 0 *")},
    "epoch: journal": {"services.agent.turns.journal": _any_epoch("_APPEND_STEP")},
    "epoch: commit": {"services.agent.turns.commit": _any_epoch("_COMMIT")},
    "epoch: holding message": {"services.agent.turns.commit": _any_epoch("_HOLD")},
    "epoch: renewal": {"services.agent.turns.claims": _any_epoch("_RENEW_FREE", "_RENEW")},
    "renewal past locked rows": {"services.agent.turns.claims": _without("_RENEW_FREE", " SKIP LOCKED", "")},
    "epoch: putting off": {"services.agent.turns.claims": _any_epoch("_PUT_OFF")},
    "late messages before commit": {
        "services.agent.turns.commit": _without(
            "_COMMIT",
            r"\(agent\.due_conversations\.arrivals = \$\d+::BIGINT OR (\$\d+::BOOLEAN) = false\)",
            r"(\g<0> OR TRUE)",
        )
    },
    "forgetting: due row": {
        "services.agent.following.erasure": _without("_STOP", "WHERE", "WHERE FALSE AND"),
    },
    "forgetting: watermarks": {
        "services.agent.following.erasure": _without(
            "_LET_GO", r"(summary|profile)_through=agent\.conversations\.message_count", r"\1_through=0"
        )
    },
    "idempotency insert": {"services.common.idempotency": _nothing_is_claimed},
    "unique key of messages": {
        "services.common.migrate": _key_is_not_unique,
        "services.agent.conversations.accept": _without(
            "_ACCEPT", " ON CONFLICT ON CONSTRAINT messages_delivery_key DO NOTHING", ""
        ),
    },
    "journal before tool": {"services.agent.turns.journal": _nothing_is_journalled},
    "head of the chat's queue": {
        "services.agent.deliveries.queue": _without(
            "_LEASE", r"earlier\.position < agent\.delivery_dispatch\.position", r"(\g<0> AND FALSE)"
        )
    },
    "try of a delivery report": {
        "services.agent.deliveries.queue": _without(
            "_FINISH", r"agent\.delivery_dispatch\.attempt = \w+\.attempt", r"(\g<0> OR TRUE)"
        )
    },
    "one use of a login code": {
        "services.tenants.staff.store": _without(
            "_USE_CODE", r"tenants\.login_codes\.use_time IS NULL", r"(\g<0> OR TRUE)"
        )
    },
    "role of a person": {"services.common.grpc_server": _everybody_is_an_owner},
    "tenant of a person": {"services.common.grpc_server": _nobody_asks_whose_session},
    "CSRF token": {"services.admin_bff.session.guard": _every_token_will_do},
    "truth check": {"services.agent.turns.turn": _every_reply_is_true},
    "row level security": {"services.common.plumbing": _every_tenant_sees_all},
}


def remove_as_told() -> None:
    """Take out the guard that the environment names, as its modules are imported."""
    guard = os.environ.get(GUARD_VARIABLE)
    if guard:
        sys.meta_path.insert(0, _AfterImport(guard))


class _AfterImport(importlib.abc.MetaPathFinder):
    """Finds the modules of a guard as they are found without it, and removes the guard once they have run."""

    def __init__(self, guard: str) -> None:
        self._removals = dict(REMOVALS[guard])

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        removal = self._removals.pop(fullname, None)
        if removal is None:
            return None
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            raise LookupError(f"there is no module {fullname}")
        execute = spec.loader.exec_module

        def execute_and_remove(module: ModuleType) -> None:
            execute(module)
            removal(module)
            with Path(os.environ[NOTE_VARIABLE]).open("a") as note:
                note.write(f"{fullname}\n")

        spec.loader.exec_module = execute_and_remove  # type: ignore[method-assign]
        return spec
