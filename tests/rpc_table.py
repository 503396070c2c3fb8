"""All RPCs of the contracts, read from their descriptors, and what they answer to people of another tenant."""

import importlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import sales
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from services.common.auth import TokenSigner
from services.common.staff import METADATA_KEY, Role, Staff, sign_staff

Metadata = tuple[tuple[str, str], ...]
ChannelOf = Callable[["Rpc"], grpc.aio.Channel]


@dataclass(frozen=True)
class Rpc:
    """One method of one service."""

    service: str
    method: str
    request: type[Message]
    response: type[Message]

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.method}"

    async def call(self, channel: grpc.aio.Channel, request: Message, metadata: Metadata) -> Message | grpc.StatusCode:
        """The answer, or the status of the refusal."""
        call = channel.unary_unary(
            self.path, request_serializer=self.request.SerializeToString, response_deserializer=self.response.FromString
        )
        try:
            answer: Message = await call(request, metadata=metadata, timeout=30)
        except grpc.aio.AioRpcError as error:
            return error.code()
        return answer


@dataclass(frozen=True)
class People:
    """Who calls: the dashboard's edge, for owners whose sessions the tenants service signed."""

    admin_bff: TokenSigner
    tenants: TokenSigner

    def metadata(self, tenant_id: str, session_of: str | None) -> Metadata:
        """`tenant_id`: where the call goes; `session_of`: whose owner it is for, None for nobody."""
        metadata = self.admin_bff.metadata(tenant_id)
        if session_of is None:
            return metadata
        owner = Staff(session_of, "key-1", "Owner", Role.OWNER)
        return (*metadata, (METADATA_KEY, sign_staff(self.tenants, owner, 600, auth_time=0)))


def all_rpcs() -> list[Rpc]:
    """Every RPC of every contract there is."""
    roots = {Path(root).resolve() for root in sales.__path__}
    return [rpc for root in sorted(roots) for file in sorted(root.rglob("*_pb2.py")) for rpc in _of(root, file)]


def _of(root: Path, file: Path) -> Iterator[Rpc]:
    module = importlib.import_module(".".join(("sales", *file.relative_to(root).with_suffix("").parts)))
    for service in module.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            yield Rpc(
                service.full_name,
                method.name,
                message_factory.GetMessageClass(method.input_type),
                message_factory.GetMessageClass(method.output_type),
            )


async def open_to_foreigners(
    rpcs: Sequence[Rpc], channel_of: ChannelOf, people: People, tenant_id: str, foreign: str
) -> list[str]:
    """RPCs that answer the owner of `foreign` in another tenant's name otherwise than they should.

    NOT_FOUND is right for what the dashboard may call, PERMISSION_DENIED for what it may not.
    """
    found = []
    for rpc in rpcs:
        answer = await rpc.call(channel_of(rpc), rpc.request(), people.metadata(tenant_id, foreign))
        if answer not in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED):
            found.append(rpc.path)
    return found


async def reached_by_foreigners(
    rpcs: Sequence[Rpc], channel_of: ChannelOf, people: People, foreign: str, ids: Mapping[str, str]
) -> list[str]:
    """RPCs that show the owner of `foreign`, in the own tenant's name, something of these ids of another tenant."""
    found = []
    for rpc in rpcs:
        request = naming(rpc, ids)
        answer = await rpc.call(channel_of(rpc), request, people.metadata(foreign, foreign))
        shown = answer.SerializeToString() if isinstance(answer, Message) else b""
        if any(value.encode() in shown for value in ids.values()):
            found.append(rpc.path)
    return found


def naming(rpc: Rpc, ids: Mapping[str, str]) -> Message:
    """A request that names all these things where the contract has a field for them."""
    request = rpc.request()
    for field in request.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_STRING and field.name in ids:
            setattr(request, field.name, ids[field.name])
        elif field.name == "request_id":
            setattr(request, field.name, uuid.uuid4().hex)
        elif field.name in ("text", "reason"):
            setattr(request, field.name, "words")
    return request


class AnswersEverything(grpc.GenericRpcHandler):
    """Servicers of all RPCs, which answer everybody and look at nothing."""

    def __init__(self, rpcs: Sequence[Rpc]) -> None:
        self._rpcs = {rpc.path: rpc for rpc in rpcs}

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        rpc = self._rpcs.get(details.method)
        if rpc is None:
            return None

        async def answer(_request: Message, _context: Any) -> Message:
            return rpc.response()

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=rpc.request.FromString,
            response_serializer=rpc.response.SerializeToString,
        )
