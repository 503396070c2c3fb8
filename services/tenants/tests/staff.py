"""What tests of keys and sessions ask for, and who asks."""

import uuid
from typing import Any

from sales.tenants.v1 import staff_pb2 as pb

from services.common.tests.serving import Client
from services.tenants.tests.conftest import Service


def wanted_key(name: str = "Dana", role: int = pb.ROLE_OWNER, request_id: str = "") -> pb.CreateApiKeyRequest:
    """A request with an id of its own unless one is given."""
    request_id = request_id or str(uuid.uuid4())
    return pb.CreateApiKeyRequest(display_name=name, role=role, request_id=request_id)  # type: ignore[arg-type]


def revocation(key: pb.ApiKey, request_id: str = "") -> pb.RevokeApiKeyRequest:
    return pb.RevokeApiKeyRequest(api_key_id=key.api_key_id, request_id=request_id or str(uuid.uuid4()))


class People:
    """Makes keys, codes and sessions of one tenant."""

    def __init__(self, service: Service, tenant_id: str) -> None:
        self.service = service
        self.tenant_id = tenant_id
        self.operator = service.staff_as("operator", tenant_id)
        self.bff = service.staff_as("admin_bff", None)

    async def key(self, name: str = "Dana", role: int = pb.ROLE_OWNER) -> pb.CreateApiKeyResponse:
        made: pb.CreateApiKeyResponse = await self.operator.CreateApiKey(wanted_key(name, role))
        return made

    async def code(self, name: str = "Dana", role: Any = pb.ROLE_OWNER) -> str:
        made = await self.operator.CreateLoginCode(pb.CreateLoginCodeRequest(display_name=name, role=role))
        return str(made.code)

    async def open(self, **credential: str) -> pb.Session:
        """A session by api_key=… or login_code=…."""
        opened: pb.Session = await self.bff.CreateSession(pb.CreateSessionRequest(**credential))
        return opened

    async def renew(self, token: str) -> pb.Session:
        renewed: pb.Session = await self.bff.RenewSession(pb.RenewSessionRequest(token=token))
        return renewed

    async def end(self, token: str) -> None:
        await self.bff.EndSession(pb.EndSessionRequest(token=token))

    def as_person(self, session: pb.Session, tenant_id: str = "") -> Client:
        """The dashboard's calls for whoever has this session."""
        return self.service.staff_as("admin_bff", tenant_id or self.tenant_id, session.token)
