"""Waits until the database has the revision that this image needs, asking as the service itself."""

import asyncio
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import structlog

log = structlog.get_logger()

_WAIT_SECONDS = 0.5
_TELL_AGAIN_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_STOPPED = 143  # as a shell would say it of SIGTERM


class NotYetError(Exception):
    """The database cannot serve this image yet; `dependency` is what is missing, the text says how it stands."""

    def __init__(self, dependency: str, text: str) -> None:
        super().__init__(text)
        self.dependency = dependency


async def wait(url: str, migrations: Mapping[str, Path]) -> int:
    """Return 0 once each service's schema is new enough, 143 after SIGTERM. Logs what is waited for.

    url: of a role that may read `<service>.alembic_version`. migrations: the folder of each service's migrations.
    """
    waiting = asyncio.create_task(_wait(url, migrations))
    # The first process of a container has no default for this signal and would not end.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, waiting.cancel)
    try:
        await waiting
    except asyncio.CancelledError:
        return _STOPPED
    return 0


def known_revisions(folder: Path) -> tuple[set[str], str | None]:
    """Every revision that this image's migrations have, and the newest one, which its code needs.

    A revision that is not among them was made by a newer image; older code works with it.
    """
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow, and whoever asks for the revision needs it not

    script = ScriptDirectory(str(folder))
    return {revision.revision for revision in script.walk_revisions()}, script.get_current_head()


async def _wait(url: str, migrations: Mapping[str, Path]) -> None:
    for service, folder in migrations.items():
        known, needed = known_revisions(folder)
        told, told_at = "", 0.0
        while True:
            try:
                revision = await current_revision(url, service)
                if revision in known and revision != needed:
                    raise NotYetError("migrations", f"{service} is at {revision} and must be at {needed}")
                break
            except NotYetError as missing:
                if str(missing) != told or time.monotonic() - told_at > _TELL_AGAIN_SECONDS:
                    log.info("not_ready", dependency=missing.dependency, state=str(missing))
                    told, told_at = str(missing), time.monotonic()
            await asyncio.sleep(_WAIT_SECONDS)
        log.info("migrated", schema=service, revision=revision, needed=needed, newer=revision != needed)


async def current_revision(url: str, service: str) -> str:
    """The revision of a service's schema. Raises NotYetError when there is none or nobody to ask."""
    try:
        connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        # Roles are made by migrations, too.
        raise NotYetError("migrations", f"{service} cannot log in: {error}") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise NotYetError("postgres", str(error) or type(error).__name__) from error
    try:
        revision: str | None = await connection.fetchval(f"SELECT version_num FROM {service}.alembic_version")
    except (
        asyncpg.UndefinedTableError,
        asyncpg.InvalidSchemaNameError,
        asyncpg.InsufficientPrivilegeError,
    ) as error:
        raise NotYetError("migrations", f"{service} has no tables yet") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise NotYetError("postgres", str(error) or type(error).__name__) from error
    finally:
        connection.terminate()
    if revision is None:
        raise NotYetError("migrations", f"{service} has no tables yet")
    return revision
