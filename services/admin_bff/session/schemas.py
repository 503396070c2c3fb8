"""Login and session as the API shows them."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator
from sales.tenants.v1 import staff_pb2 as pb

from services.admin_bff.shapes import Answer, Body, Text, Words

StaffRole = Literal["viewer", "manager", "owner"]


class Login(Body):
    """What proves the person: one of the two."""

    api_key: Text | None = Field(None, min_length=1, max_length=300)
    login_code: Text | None = Field(None, min_length=1, max_length=300)

    @model_validator(mode="after")
    def _one(self) -> "Login":
        if (self.api_key is None) == (self.login_code is None):
            raise ValueError("give either api_key or login_code")
        return self

    def to_proto(self) -> pb.CreateSessionRequest:
        if self.api_key is not None:
            return pb.CreateSessionRequest(api_key=self.api_key)
        return pb.CreateSessionRequest(login_code=self.login_code or "")


class Session(Answer):
    """Who is at work, and what the pages need to know of the business."""

    tenant_id: str
    tenant_name: Words
    role: StaffRole
    staff_id: str
    staff_name: str
    csrf_token: str = Field(description="for the header X-CSRF-Token of every write; empty for scripts")
    expires_at: datetime = Field(description="unless it is renewed before")
    currency: str
    time_zone: str
    languages: list[str] = Field(description="served by the business, the default first")
