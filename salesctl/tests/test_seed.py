"""`salesctl seed` against the real tenants and orders services on real PostgreSQL."""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from sales.common.v1 import money_pb2
from sales.orders.v1 import catalog_pb2, catalog_pb2_grpc
from sales.tenants.v1 import tenants_pb2, tenants_pb2_grpc

from salesctl.errors import ServiceDownError
from salesctl.seed.apply import Seeded, seed_tenant
from salesctl.seed.content import TenantContent, launch_tenants
from salesctl.services import Services, connect
from salesctl.settings import Settings
from salesctl.tests.conftest import Place, Salesctl
from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.clock import utc_now
from services.common.config import load
from services.common.db import Database
from services.common.grpc_client import channel
from services.common.grpc_server import Access, Server
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.orders.catalog.server import ACCESS as CATALOG_ACCESS
from services.orders.catalog.server import CatalogServicer
from services.orders.schema import plumbing as orders_plumbing
from services.orders.tenant_facts import TenantDirectory
from services.tenants.crypto import SecretBox
from services.tenants.models import plumbing as tenants_plumbing
from services.tenants.server import ACCESS as TENANTS_ACCESS
from services.tenants.server import TenantsServicer

CALLERS = ("operator", "orders")
DEVELOPMENT_SECRETS = ("100000001:valdman-development-bot-token", "valdman-development-webhook-secret")
OWN_TOKEN, REAL_TOKEN = "41:the-token-of-the-owners-bot", "42:the-token-of-a-real-bot"


class Platform:
    """The running services, as salesctl finds them."""

    def __init__(self, tenants_address: str, orders_address: str, operator_seed: bytes) -> None:
        self.operator_seed = operator_seed
        self.addresses = {"tenants_address": tenants_address, "orders_address": orders_address}

    def settings(self, **more: str) -> Settings:
        key = base64.b64encode(self.operator_seed).decode()
        return load(Settings, **{**self.addresses, "service_private_key": key, **more})


@pytest_asyncio.fixture(scope="module")
async def platform(service_database_url: Callable[[str], str]) -> AsyncIterator[Platform]:
    keys = {name: generate_key_pair() for name in CALLERS}
    verifier = TokenVerifier({name: public for name, (_, public) in keys.items()})
    tenants_database = await Database.connect(service_database_url("tenants"), 4, "seed_tests")
    orders_database = await Database.connect(service_database_url("orders"), 4, "seed_tests")

    tenants = _server(verifier, TENANTS_ACCESS)
    tenants_keys, tenants_outbox = (
        IdempotencyKeys(tenants_plumbing),
        Outbox(tenants_database, tenants_plumbing, "tenants"),
    )
    tenants_pb2_grpc.add_TenantsServiceServicer_to_server(
        TenantsServicer(
            tenants_database, tenants_outbox, tenants_keys, SecretBox({"k1": bytes(32)}), utc_now, development=True
        ),
        tenants.grpc,
    )
    to_tenants = channel(f"127.0.0.1:{tenants.port}")
    orders = _server(verifier, CATALOG_ACCESS)
    directory = TenantDirectory(to_tenants, TokenSigner("orders", keys["orders"][0]))
    orders_outbox = Outbox(orders_database, orders_plumbing, "orders")
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(
        CatalogServicer(orders_database, IdempotencyKeys(orders_plumbing), orders_outbox, directory, utc_now),
        orders.grpc,
    )
    for server in (tenants, orders):
        await server.start()
        await server.ready()
    yield Platform(f"127.0.0.1:{tenants.port}", f"127.0.0.1:{orders.port}", keys["operator"][0])
    await to_tenants.close()
    for server in (orders, tenants):
        await server.stop(0)
    await orders_database.close()
    await tenants_database.close()


def _server(verifier: TokenVerifier, access: dict[str, Access]) -> Server:
    return Server(verifier, access, reflected=False, address="127.0.0.1:0")


@pytest_asyncio.fixture
async def services(platform: Platform, place: Place) -> AsyncIterator[Services]:
    async with connect(platform.settings()) as connected:
        yield connected


@pytest.fixture(params=launch_tenants(), ids=lambda content: content.tenant_id)
def content(request: pytest.FixtureRequest, tenant_id: str) -> TenantContent:
    """A launch tenant under an id that no other test uses."""
    launched: TenantContent = request.param
    return launched.model_copy(update={"tenant_id": tenant_id})


@pytest.fixture
def valdman(tenant_id: str) -> TenantContent:
    """The meat shop, for what is the same with every tenant."""
    found = next(content for content in launch_tenants() if content.tenant_id == "valdman")
    return found.model_copy(update={"tenant_id": tenant_id})


async def rows(admin_url: str, tenant_id: str) -> dict[str, list[str]]:
    """Every row that the tenant has in both services, by table."""
    connection = await asyncpg.connect(admin_url)
    try:
        tables = await connection.fetch(
            "SELECT table_schema, table_name FROM information_schema.columns "
            "WHERE column_name = 'tenant_id' AND table_schema IN ('tenants', 'orders') ORDER BY 1, 2"
        )
        found = {}
        for schema, table in tables:
            query = f'SELECT t::text AS r FROM "{schema}"."{table}" t WHERE tenant_id = $1 ORDER BY 1'
            found[f"{schema}.{table}"] = [row["r"] for row in await connection.fetch(query, tenant_id)]
        return found
    finally:
        await connection.close()


async def catalog_of(services: Services, tenant_id: str) -> dict[str, catalog_pb2.Product]:
    answer = await services.catalog(tenant_id)("GetCatalog", catalog_pb2.GetCatalogRequest())
    return {product.sku: product for product in answer.products}


async def change_product(services: Services, tenant_id: str, paths: list[str], **fields: Any) -> None:
    request = catalog_pb2.UpdateProductRequest(
        product=catalog_pb2.Product(**fields), update_mask=FieldMask(paths=paths), request_id=str(uuid.uuid4())
    )
    await services.catalog(tenant_id)("UpdateProduct", request)


async def test_a_tenant_is_there_as_its_file_says(services: Services, content: TenantContent) -> None:
    seeded = await seed_tenant(services, content)
    assert seeded.done[:2] == ["tenant created", "Telegram account created"]
    assert len(seeded.done) == 2 + len(content.products)
    assert seeded.kept == []
    tenants = services.tenants(content.tenant_id)
    tenant = await tenants("GetTenant", tenants_pb2.GetTenantRequest())
    wanted = content.tenant()
    assert (tenant.display_name, tenant.persona, tenant.settings) == (
        wanted.display_name,
        wanted.persona,
        wanted.settings,
    )
    found = await catalog_of(services, content.tenant_id)
    assert list(found) == [product.sku for product in content.products]
    for product in content.catalog():
        held = found[product.sku]
        assert (held.display_name, held.category, held.description) == (
            product.display_name,
            product.category,
            product.description,
        )
        assert (held.unit_price, list(held.aliases), held.available) == (
            product.unit_price,
            list(product.aliases),
            True,
        )


async def test_two_seeds_in_a_row_change_nothing(
    services: Services, content: TenantContent, postgres_admin_url: str
) -> None:
    await seed_tenant(services, content)
    before = await rows(postgres_admin_url, content.tenant_id)
    for reset in (False, True):
        assert await seed_tenant(services, content, reset=reset) == Seeded()
        assert await rows(postgres_admin_url, content.tenant_id) == before
    assert sum(map(len, before.values())) > len(content.products)


async def test_two_seeds_at_once_make_one_tenant(services: Services, valdman: TenantContent) -> None:
    await asyncio.gather(seed_tenant(services, valdman), seed_tenant(services, valdman))
    assert list(await catalog_of(services, valdman.tenant_id)) == [product.sku for product in valdman.products]
    assert await seed_tenant(services, valdman) == Seeded()


async def change_everything(services: Services, tenant_id: str) -> None:
    """What an owner may change of what was seeded."""
    price = money_pb2.Money(currency_code="ILS", amount_minor=9900)
    await change_product(services, tenant_id, ["unit_price", "available"], sku="pastrami", unit_price=price)
    tenants = services.tenants(tenant_id)
    wish = tenants_pb2.Tenant(persona=tenants_pb2.Persona(tone="dry"), settings=tenants_pb2.Settings(pause_minutes=30))
    mask = FieldMask(paths=["persona.tone", "settings.pause_minutes"])
    await tenants("UpdateTenant", tenants_pb2.UpdateTenantRequest(tenant=wish, update_mask=mask, request_id="wish"))
    bot = tenants_pb2.SetChannelAccountRequest(
        channel="telegram", display_name="@my_own_bot", bot_token=OWN_TOKEN, webhook_secret="own", request_id="bot"
    )
    await tenants("SetChannelAccount", bot)


async def secrets_of(services: Services, tenant_id: str) -> tuple[str, str]:
    request = tenants_pb2.GetChannelCredentialsRequest(channel="telegram")
    held = await services.tenants(tenant_id)("GetChannelCredentials", request)
    return held.bot_token, held.webhook_secret


async def test_what_the_owner_changed_stays_and_is_told(
    services: Services, valdman: TenantContent, postgres_admin_url: str
) -> None:
    await seed_tenant(services, valdman)
    await change_everything(services, valdman.tenant_id)
    before = await rows(postgres_admin_url, valdman.tenant_id)
    told = Seeded(done=[], kept=["tenant: persona, settings", "Telegram account", "pastrami: unit_price, available"])
    assert await seed_tenant(services, valdman) == told
    assert await rows(postgres_admin_url, valdman.tenant_id) == before


async def test_a_reset_puts_everything_back_however_often(services: Services, valdman: TenantContent) -> None:
    await seed_tenant(services, valdman)
    await change_everything(services, valdman.tenant_id)
    assert await seed_tenant(services, valdman, reset=True) == Seeded(
        done=[
            "tenant changed: persona, settings",
            "Telegram account changed",
            "pastrami changed: unit_price, available",
        ]
    )
    tenant = await services.tenants(valdman.tenant_id)("GetTenant", tenants_pb2.GetTenantRequest())
    assert (tenant.persona, tenant.settings) == (valdman.tenant().persona, valdman.tenant().settings)
    assert await secrets_of(services, valdman.tenant_id) == DEVELOPMENT_SECRETS
    for minor in (9900, 9901):
        price = money_pb2.Money(currency_code="ILS", amount_minor=minor)
        await change_product(services, valdman.tenant_id, ["unit_price"], sku="pastrami", unit_price=price)
        seeded = await seed_tenant(services, valdman, reset=True)
        assert seeded.done == ["pastrami changed: unit_price"]
        assert (await catalog_of(services, valdman.tenant_id))["pastrami"].unit_price.amount_minor == 7500


async def test_what_is_missing_comes_and_what_the_owner_added_stays(services: Services, valdman: TenantContent) -> None:
    await seed_tenant(services, valdman.model_copy(update={"products": valdman.products[1:]}))
    extra = valdman.catalog()[0]
    extra.sku = "kabanos"
    extra.display_name.values["en"], extra.display_name.values["he"] = "Kabanos", "קבנוס"
    del extra.aliases[:]
    create = catalog_pb2.CreateProductRequest(product=extra, request_id="extra")
    await services.catalog(valdman.tenant_id)("CreateProduct", create)
    assert await seed_tenant(services, valdman) == Seeded(done=[f"{valdman.products[0].sku} created"])
    assert await seed_tenant(services, valdman, reset=True) == Seeded()
    found = await catalog_of(services, valdman.tenant_id)
    assert set(found) == {"kabanos", *(product.sku for product in valdman.products)}


async def test_seeding_one_tenant_leaves_another_as_it_is(
    services: Services, valdman: TenantContent, postgres_admin_url: str
) -> None:
    await seed_tenant(services, valdman)
    before = await rows(postgres_admin_url, valdman.tenant_id)
    await seed_tenant(services, valdman.model_copy(update={"tenant_id": f"{valdman.tenant_id}_b", "description": "B"}))
    assert await rows(postgres_admin_url, valdman.tenant_id) == before


async def test_a_new_account_gets_development_secrets_where_no_variable_is_set(
    platform: Platform, place: Place, valdman: TenantContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALDMAN_BOT_TOKEN", REAL_TOKEN)
    async with connect(platform.settings()) as services:
        await seed_tenant(services, valdman)
        assert await secrets_of(services, valdman.tenant_id) == (REAL_TOKEN, DEVELOPMENT_SECRETS[1])


async def test_an_account_gets_the_secrets_whose_variables_are_set_and_keeps_the_rest(
    platform: Platform, place: Place, valdman: TenantContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(platform.settings()) as services:
        await seed_tenant(services, valdman)
        await change_everything(services, valdman.tenant_id)
        monkeypatch.setenv("VALDMAN_BOT_TOKEN", REAL_TOKEN)
        seeded = await seed_tenant(services, valdman)
        assert seeded.done == ["Telegram account changed: VALDMAN_BOT_TOKEN"]
        assert await secrets_of(services, valdman.tenant_id) == (REAL_TOKEN, "own")
        monkeypatch.setenv("VALDMAN_WEBHOOK_SECRET", "another-secret")
        seeded = await seed_tenant(services, valdman)
        assert seeded.done == ["Telegram account changed: VALDMAN_WEBHOOK_SECRET"]
        assert await secrets_of(services, valdman.tenant_id) == (REAL_TOKEN, "another-secret")
        assert (await seed_tenant(services, valdman)).done == []
        listed = await services.tenants(valdman.tenant_id)(
            "ListChannelAccounts", tenants_pb2.ListChannelAccountsRequest()
        )
        (account,) = listed.channel_accounts
        assert (account.display_name, account.enabled) == ("@my_own_bot", False)


async def test_a_service_that_is_down_is_named(platform: Platform, place: Place) -> None:
    async with connect(platform.settings(orders_address="127.0.0.1:1")) as services:
        await services.wait_until_serving("tenants", 60)
        with pytest.raises(ServiceDownError, match=r"The orders service .* 127\.0\.0\.1:1.*`make up`"):
            await services.wait_until_serving("orders", 0.1)


def test_the_command_says_how_to_start_what_is_down(
    salesctl: Salesctl, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write_environment(TENANTS_ADDRESS="127.0.0.1:1", ORDERS_ADDRESS="127.0.0.1:1")
    ran = salesctl("seed", "--wait", "0.1")
    assert ran.status == 1
    assert ran.err.startswith("The tenants service does not answer at 127.0.0.1:1. `make up` starts everything")


@pytest.fixture
def reached(platform: Platform, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment says where the services are and who asks."""
    addresses = {name.upper(): address for name, address in platform.addresses.items()}
    key = base64.b64encode(platform.operator_seed).decode()
    for name, value in {**addresses, "SERVICE_PRIVATE_KEY": key}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("reached")
async def test_a_business_alone_is_seeded_with_its_own_secrets(
    salesctl: Salesctl, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests seed the launch tenants under their own ids.
    files = [
        content.model_copy(update={"tenant_id": f"{tenant_id}_{content.tenant_id}"}) for content in launch_tenants()
    ]
    monkeypatch.setattr("salesctl.seed.command.launch_tenants", lambda: files)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JOANNAS_BOT_TOKEN", "100000002:AAErnrBYXN3OMm-PxZzE_9uZxYwVuTsRq")
    monkeypatch.setenv("JOANNAS_WEBHOOK_SECRET", "of-its-own")
    alone = await asyncio.to_thread(salesctl, "seed", "--tenant", f"{tenant_id}_joannas_bakery")
    assert alone.status == 0
    assert alone.out.splitlines()[-1].startswith(f"{tenant_id}_joannas_bakery: tenant created")
    all_of_them = await asyncio.to_thread(salesctl, "seed")
    assert all_of_them.status == 1
    assert all_of_them.err.startswith("VALDMAN_BOT_TOKEN must be set to a secret of your own")


def test_a_business_without_a_data_file_is_refused_with_those_that_have_one(salesctl: Salesctl) -> None:
    ran = salesctl("seed", "--tenant", "valdmann")
    assert ran.status == 1
    assert ran.err.startswith("No data file of valdmann; there are: joannas_bakery, valdman.")


@pytest.mark.usefixtures("reached")
async def test_the_command_seeds_both_launch_tenants_and_says_so(salesctl: Salesctl, platform: Platform) -> None:
    # The command has an event loop of its own.
    await asyncio.to_thread(salesctl, "seed")
    again = await asyncio.to_thread(salesctl, "seed")
    assert again.out == "joannas_bakery: nothing was missing\nvaldman: nothing was missing\n"
    async with connect(platform.settings()) as services:
        price = money_pb2.Money(currency_code="ILS", amount_minor=9900)
        await change_product(services, "valdman", ["unit_price"], sku="pastrami", unit_price=price)
    kept = await asyncio.to_thread(salesctl, "seed")
    assert kept.out.endswith("  differs from its file and stays: pastrami: unit_price\n")
    reset = await asyncio.to_thread(salesctl, "seed", "--reset")
    assert reset.out.endswith("\nvaldman: pastrami changed: unit_price\n")
