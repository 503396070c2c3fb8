"""What the application is made of, wired in `__main__`."""

from dataclasses import dataclass
from pathlib import Path

from services.admin_bff.live.hub import Hub
from services.admin_bff.peers import Peers
from services.admin_bff.session.api_keys import ApiKeySessions
from services.admin_bff.session.sessions import Sessions
from services.admin_bff.session.standing import Standing
from services.admin_bff.tenant_facts import TenantFacts
from services.common.http.readiness import Readiness


@dataclass(frozen=True)
class Parts:
    """All that outlives a request."""

    peers: Peers
    sessions: Sessions
    standing: Standing
    api_keys: ApiKeySessions
    facts: TenantFacts
    hub: Hub
    readiness: Readiness
    ui: Path
    development: bool
