"""What the dashboard must know of a business to show anything: its name, currency, clock and languages."""

from collections import OrderedDict
from dataclasses import dataclass

import structlog
from sales.tenants.v1 import tenants_pb2 as pb

from services.admin_bff.peers import PART_SECONDS, StaffServices
from services.common.errors import DomainError, is_transient

log = structlog.get_logger()
_REMEMBERED = 1_000


@dataclass(frozen=True)
class Facts:
    """Facts of one tenant."""

    name: dict[str, str]
    currency: str
    time_zone: str
    languages: list[str]

    @property
    def language(self) -> str:
        """The default one."""
        return self.languages[0] if self.languages else "en"


class TenantFacts:
    """Asks the tenants service each time; while it does not answer, what it last said must do."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Facts] = OrderedDict()

    async def get(self, services: StaffServices) -> Facts:
        """Facts of the session's tenant. Raises what the tenants service raises, for a tenant never seen before."""
        tenant_id = services.session.staff.tenant_id
        try:
            tenant = await services.call(services.tenants.GetTenant, pb.GetTenantRequest(), PART_SECONDS)
        except DomainError as error:
            if not is_transient(error) or tenant_id not in self._known:
                raise
            log.warning("tenants_do_not_answer", code=error.code.name)
            return self._known[tenant_id]
        facts = Facts(
            name=dict(tenant.display_name.values),
            currency=tenant.settings.currency_code,
            time_zone=tenant.settings.time_zone,
            languages=list(tenant.settings.languages),
        )
        self._known[tenant_id] = facts
        self._known.move_to_end(tenant_id)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return facts
