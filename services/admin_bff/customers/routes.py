"""Customers over HTTP: one, and changes of its facts."""

import grpc
from fastapi import APIRouter
from google.protobuf.field_mask_pb2 import FieldMask
from sales.customers.v1 import customers_pb2 as pb

from services.admin_bff.customers.schemas import Customer, CustomerConflict, CustomerPatch
from services.admin_bff.dependencies import TENANT, RequestId, Services
from services.admin_bff.peers import StaffServices, part
from services.admin_bff.problems import ConflictError, documented
from services.common.errors import DomainError

router = APIRouter(prefix=TENANT, tags=["customers"])


@router.get("/customers/{customer_id}")
async def get_customer(services: Services, customer_id: str) -> Customer:
    """One customer, and where each fact came from."""
    return Customer.of(await _get(services, customer_id))


@router.patch("/customers/{customer_id}", responses=documented(409, conflict=CustomerConflict))
async def update_customer(services: Services, customer_id: str, body: CustomerPatch, request_id: RequestId) -> Customer:
    """Change facts; what staff enter stands above what the agent read out of the dialogue."""
    request = pb.UpdateCustomerRequest(
        customer_id=customer_id,
        profile=pb.Profile(**body.facts),
        update_mask=FieldMask(paths=list(body.facts)),
        source=pb.FactSource(kind=pb.FactSource.KIND_STAFF),
        request_id=request_id,
        etag=body.etag,
    )
    try:
        return Customer.of((await services.call(services.customers.UpdateCustomer, request)).customer)
    except DomainError as error:
        if error.code is not grpc.StatusCode.ABORTED:
            raise
        fresh = await part("current", _get(services, customer_id))
        raise ConflictError(error, Customer.of(fresh) if fresh else None) from error


async def _get(services: StaffServices, customer_id: str) -> pb.Customer:
    return await services.call(services.customers.GetCustomer, pb.GetCustomerRequest(customer_id=customer_id))
