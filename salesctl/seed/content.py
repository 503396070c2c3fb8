"""What a tenant's data file says, read and checked. The files beside this one are the launch tenants."""

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sales.common.v1 import localized_text_pb2, money_pb2
from sales.orders.v1 import catalog_pb2
from sales.tenants.v1 import tenants_pb2

from services.common.money import exponent

Texts = dict[str, str]  # language to text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Persona(_Part):
    """How the agent speaks."""

    role: str
    tone: str
    instructions: str = ""


class Hours(_Part):
    """One span of opening, on each of several ISO weekdays (1 is Monday, 7 is Sunday)."""

    weekdays: list[int]
    opens: str
    closes: str


class Contact(_Part):
    """How to reach people at the business."""

    phone: str = ""
    email: str = ""
    website: str = ""
    address: Texts = {}


class TelegramBot(_Part):
    """The bot. Its secrets come from the variables named here; the development values are no secrets."""

    display_name: str
    bot_token_variable: str
    bot_token_in_development: str
    webhook_secret_variable: str
    webhook_secret_in_development: str


class Selling(_Part):
    """How a product is sold; said once for all products, and again by those that differ."""

    unit: str | None = None
    fractional: bool | None = None
    min_quantity: str | None = None
    quantity_step: str | None = None
    max_quantity: str | None = None


class Product(Selling):
    """Something sold. `category` is a key of the tenant's categories; the price is in major units."""

    sku: str
    name: Texts
    aliases: list[str] = []
    category: str
    description: Texts
    price: Annotated[str, Field(pattern=r"^\d+\.\d{2,3}$|^\d+$")]


class TenantContent(_Part):
    """One tenant's file."""

    tenant_id: str
    display_name: Texts
    description: str
    persona: Persona
    currency_code: str
    time_zone: str
    languages: list[str]
    opening_hours: list[Hours]
    contact: Contact
    delivery_terms: Texts = {}
    delivery_offered: bool
    pickup_offered: bool
    telegram: TelegramBot
    categories: dict[str, Texts]
    selling: Selling
    products: list[Product]

    def tenant(self) -> tenants_pb2.Tenant:
        """The tenant as the tenants service has it."""
        hours = sorted((day, span.opens, span.closes) for span in self.opening_hours for day in span.weekdays)
        contact = tenants_pb2.Contact(
            **self.contact.model_dump(exclude={"address"}), address=_localized(self.contact.address)
        )
        settings = tenants_pb2.Settings(
            currency_code=self.currency_code,
            time_zone=self.time_zone,
            languages=self.languages,
            opening_hours=[tenants_pb2.OpeningHours(weekday=day, opens=o, closes=c) for day, o, c in hours],
            contact=contact,
            delivery_terms=_localized(self.delivery_terms),
            delivery_offered=self.delivery_offered,
            pickup_offered=self.pickup_offered,
        )
        return tenants_pb2.Tenant(
            display_name=_localized(self.display_name),
            description=self.description,
            persona=tenants_pb2.Persona(**self.persona.model_dump()),
            settings=settings,
        )

    def catalog(self) -> list[catalog_pb2.Product]:
        """The products as the orders service has them, in the order of the list."""
        return [self._product(product) for product in self.products]

    def _product(self, product: Product) -> catalog_pb2.Product:
        selling = self.selling.model_dump(exclude_none=True) | Selling.model_validate(
            product.model_dump(include=set(Selling.model_fields))
        ).model_dump(exclude_none=True)
        minor = Decimal(product.price).scaleb(exponent(self.currency_code))
        return catalog_pb2.Product(
            sku=product.sku,
            display_name=_localized(product.name),
            aliases=product.aliases,
            category=_localized(self.categories[product.category]),
            description=_localized(product.description),
            unit_price=money_pb2.Money(currency_code=self.currency_code, amount_minor=int(minor)),
            available=True,
            **selling,
        )


def _localized(texts: Texts) -> localized_text_pb2.LocalizedText:
    return localized_text_pb2.LocalizedText(values=texts)


def launch_tenants() -> list[TenantContent]:
    """The tenants of the files beside this one, by id."""
    found = sorted((file for file in files(__package__).iterdir() if file.name.endswith(".toml")), key=lambda f: f.name)
    return [TenantContent.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in found]
