"""Who stands behind a customer's id: somebody, nobody (who was forgotten), or nobody knows at the moment."""

import grpc
from sales.customers.v1 import customers_pb2 as pb

from services.admin_bff.customers.schemas import Customer
from services.admin_bff.peers import PART_SECONDS, StaffServices, part
from services.common.errors import DomainError


async def find_customer(services: StaffServices, customer_id: str) -> tuple[Customer | None, bool]:
    """The customer, None for none; and whether that is known."""
    if not customer_id:
        return None, True
    found = await part("customer", _ask(services, customer_id))
    return (found[0] if found else None), found is not None


async def _ask(services: StaffServices, customer_id: str) -> list[Customer]:
    request = pb.GetCustomerRequest(customer_id=customer_id)
    try:
        return [Customer.of(await services.call(services.customers.GetCustomer, request, PART_SECONDS))]
    except DomainError as error:
        if error.code is grpc.StatusCode.NOT_FOUND:
            return []
        raise
