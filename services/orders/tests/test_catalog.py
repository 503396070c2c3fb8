"""The catalog over RPC: adding and changing products, versions, what a product must be."""

import asyncio
from typing import Any

import pytest
from sales.common.v1 import money_pb2
from sales.orders.v1 import catalog_pb2

from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    START,
    Caller,
    by_weight,
    error_of,
    ils,
    localized,
    nothing_changes,
    price_change,
    product,
    request_id,
    rows,
)


def adding(new: catalog_pb2.Product) -> catalog_pb2.CreateProductRequest:
    return catalog_pb2.CreateProductRequest(product=new, request_id=request_id())


def changing(wanted: catalog_pb2.Product, *paths: str, etag: str = "") -> catalog_pb2.UpdateProductRequest:
    request = catalog_pb2.UpdateProductRequest(product=wanted, request_id=request_id(), etag=etag)
    request.update_mask.paths.extend(paths)
    return request


async def catalog_of(caller: Caller) -> catalog_pb2.Catalog:
    catalog = await caller("GetCatalog", catalog_pb2.GetCatalogRequest())
    assert isinstance(catalog, catalog_pb2.Catalog)
    return catalog


async def test_a_product_is_kept_as_it_was_given(operator: Caller, agent: Caller) -> None:
    wanted = by_weight(
        "lamb_chops",
        9500,
        display_name=localized(en=" Lamb  Chops ", he="צלעות כבש"),
        aliases=["chops"],
        category=localized(en="Fresh Meat"),
        description=localized(en="for special occasions"),
        min_quantity="0.2",
        max_quantity="50.50",
    )

    added = await operator("CreateProduct", adding(wanted))

    assert added.display_name == localized(en="Lamb Chops", he="צלעות כבש")
    assert (list(added.aliases), added.category, added.description) == (["chops"], wanted.category, wanted.description)
    assert (added.unit, added.unit_price, added.fractional, added.available) == ("kg", ils(9500), True, True)
    assert (added.min_quantity, added.quantity_step, added.max_quantity) == ("0.2", "0.1", "50.5")
    assert (added.version, added.price_version) == (5, 5)
    assert added.update_time.ToDatetime(START.tzinfo) == START
    catalog = await catalog_of(agent)
    assert (catalog.version, catalog.currency_code, catalog.products[-1]) == (5, "ILS", added)


async def test_quantities_that_are_not_given_have_sensible_values(operator: Caller) -> None:
    whole = await operator("CreateProduct", adding(product("roll", max_quantity="")))
    weighed = await operator("CreateProduct", adding(by_weight("ham", 100, quantity_step="", max_quantity="")))

    assert (whole.min_quantity, whole.quantity_step, whole.max_quantity) == ("1", "1", "1000")
    assert (weighed.min_quantity, weighed.quantity_step, weighed.max_quantity) == ("0.1", "0.1", "1000")


async def test_a_tenant_without_products_has_an_empty_catalog(service: Service, tenant_id: str) -> None:
    service.tenants.add(tenant_id, currency_code="EUR")

    catalog = await catalog_of(service.caller("agent", tenant_id))

    assert catalog == catalog_pb2.Catalog(version=0, currency_code="EUR")


async def test_every_change_raises_the_version_and_products_keep_their_order(operator: Caller) -> None:
    before = await catalog_of(operator)

    await operator("UpdateProduct", price_change("beef_sausage", 4700))
    hidden = await operator("UpdateProduct", changing(product("merguez", available=False), "available"))

    after = await catalog_of(operator)
    assert (before.version, after.version) == (4, 6)
    assert [it.sku for it in after.products] == [it.sku for it in before.products]
    first, second, *others = after.products
    assert (first.unit_price, first.version, first.price_version) == (ils(4700), 5, 5)
    assert second == hidden
    assert (second.available, second.version, second.price_version) == (False, 6, 2)
    assert others == list(before.products[2:])


async def test_only_what_the_mask_names_changes(operator: Caller) -> None:
    wanted = product(
        "pastrami", 1, display_name=localized(ru="Пастрами"), aliases=["x"], description=localized(en="smoked")
    )

    changed = await operator("UpdateProduct", changing(wanted, "display_name", "description"))

    assert changed.display_name == localized(ru="Пастрами")
    assert changed.description == localized(en="smoked")
    assert (changed.unit_price, changed.unit, list(changed.aliases)) == (ils(7500), "kg", [])


async def test_another_unit_counts_as_another_price(operator: Caller) -> None:
    changed = await operator("UpdateProduct", changing(product("croissant", unit="box"), "unit"))

    assert changed.price_version == changed.version == 5


async def test_a_change_to_the_same_value_changes_nothing(service: Service, operator: Caller, shop: str) -> None:
    before = await catalog_of(operator)

    same = await operator("UpdateProduct", price_change("croissant", 1500))

    assert same == before.products[3]
    assert await catalog_of(operator) == before
    assert len((await rows(service.database, shop))["outbox"]) == 4


async def test_a_taken_sku_is_refused(service: Service, operator: Caller, shop: str) -> None:
    async with nothing_changes(service.database, shop):
        error = await error_of(operator("CreateProduct", adding(product("croissant"))))

    assert (error.code.name, error.metadata["sku"]) == ("ALREADY_EXISTS", "croissant")


async def test_repeats_of_a_request_add_or_change_a_product_once(service: Service, operator: Caller, shop: str) -> None:
    for method, request in (
        ("CreateProduct", adding(product("roll"))),
        ("UpdateProduct", price_change("croissant", 1700)),
    ):
        before = (await catalog_of(operator)).version
        answers = await asyncio.gather(*(operator(method, request) for _ in range(8)))
        assert all(answer == answers[0] for answer in answers)
        assert (await catalog_of(operator)).version == before + 1
        async with nothing_changes(service.database, shop):
            assert await operator(method, request) == answers[0]


async def test_changes_at_once_each_get_a_version_of_their_own(operator: Caller) -> None:
    adds = [operator("CreateProduct", adding(product(f"roll_{n}"))) for n in range(8)]
    prices = [operator("UpdateProduct", price_change("croissant", 1600 + n)) for n in range(8)]

    answers = await asyncio.gather(*adds, *prices)

    assert sorted(answer.version for answer in answers) == list(range(5, 21))
    assert (await catalog_of(operator)).version == 20


async def test_a_stale_etag_and_an_unknown_product_are_refused(service: Service, operator: Caller, shop: str) -> None:
    etag = (await catalog_of(operator)).products[3].etag
    await operator("UpdateProduct", price_change("croissant", 1700, etag=etag))

    async with nothing_changes(service.database, shop):
        error = await error_of(operator("UpdateProduct", price_change("croissant", 1800, etag=etag)))
        assert (error.code.name, error.reason) == ("ABORTED", "STALE_ETAG")
        error = await error_of(operator("UpdateProduct", price_change("roll", 1800)))
        assert error.code.name == "NOT_FOUND"
        error = await error_of(operator("UpdateProduct", price_change("a\0b", 1800)))
        assert (error.reason, error.field) == ("BAD_SKU", "product.sku")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"sku": ""}, "BAD_SKU", "product.sku"),
    ({"sku": "Roll"}, "BAD_SKU", "product.sku"),
    ({"sku": "x" * 64}, "BAD_SKU", "product.sku"),
    ({"display_name": localized()}, "NAME_MISSING", "product.display_name"),
    ({"display_name": localized(en=" ")}, "EMPTY_TEXT", "product.display_name.en"),
    ({"display_name": localized(en="x" * 121)}, "TEXT_TOO_LONG", "product.display_name.en"),
    ({"display_name": localized(en="a\0b")}, "BAD_TEXT", "product.display_name.en"),
    ({"display_name": localized(english="Roll")}, "BAD_LANGUAGE", "product.display_name"),
    ({"aliases": ["bun", ""]}, "EMPTY_TEXT", "product.aliases[1]"),
    ({"aliases": ["bun"] * 51}, "TOO_MANY_ALIASES", "product.aliases"),
    ({"category": localized(en="x" * 81)}, "TEXT_TOO_LONG", "product.category.en"),
    ({"description": localized(en="x" * 2001)}, "TEXT_TOO_LONG", "product.description.en"),
    ({"unit": ""}, "BAD_UNIT", "product.unit"),
    ({"unit": "whole cake"}, "BAD_UNIT", "product.unit"),
    ({"unit_price": ils(0)}, "BAD_PRICE", "product.unit_price.amount_minor"),
    ({"unit_price": ils(-1)}, "BAD_PRICE", "product.unit_price.amount_minor"),
    ({"unit_price": ils(10**10 + 1)}, "BAD_PRICE", "product.unit_price.amount_minor"),
    (
        {"unit_price": money_pb2.Money(currency_code="USD", amount_minor=1)},
        "BAD_CURRENCY",
        "product.unit_price.currency_code",
    ),
    ({"quantity_step": "0.5"}, "BAD_QUANTITY", "product.quantity_step"),
    ({"quantity_step": "0"}, "BAD_QUANTITY", "product.quantity_step"),
    ({"quantity_step": "1e1"}, "BAD_QUANTITY", "product.quantity_step"),
    ({"min_quantity": "1.5"}, "BAD_QUANTITY", "product.min_quantity"),
    ({"quantity_step": "6", "min_quantity": "9"}, "BAD_QUANTITY", "product.min_quantity"),
    ({"min_quantity": "5", "max_quantity": "4"}, "BAD_QUANTITY", "product.max_quantity"),
    ({"max_quantity": "100001"}, "BAD_QUANTITY", "product.max_quantity"),
    ({"fractional": True, "quantity_step": "0.0001"}, "BAD_QUANTITY", "product.quantity_step"),
]


@pytest.mark.parametrize(("fields", "reason", "field"), WRONG)
async def test_a_wrong_product_is_neither_added_nor_changed_to(
    service: Service, operator: Caller, shop: str, fields: dict[str, Any], reason: str, field: str
) -> None:
    others = {name: value for name, value in fields.items() if name != "sku"}

    async with nothing_changes(service.database, shop):
        error = await error_of(operator("CreateProduct", adding(product(fields.get("sku", "roll"), **others))))
        assert (error.code.name, error.reason, error.field) == ("INVALID_ARGUMENT", reason, field)
        assert error.metadata["valid"]
        if others:
            change = changing(product("croissant", **others), *others)
            assert (await error_of(operator("UpdateProduct", change))).reason == reason


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        ([], "EMPTY_MASK"),
        (["sku"], "UNKNOWN_FIELD"),
        (["available", "version"], "UNKNOWN_FIELD"),
        (["*"], "UNKNOWN_FIELD"),
    ],
)
async def test_a_wrong_mask_is_refused(
    service: Service, operator: Caller, shop: str, paths: list[str], reason: str
) -> None:
    async with nothing_changes(service.database, shop):
        error = await error_of(operator("UpdateProduct", changing(product("croissant", 1), *paths)))

    assert (error.reason, error.field) == (reason, "update_mask")
    assert "available" in error.metadata["valid"]


async def test_after_a_change_of_currency_products_need_a_price_in_it(
    service: Service, operator: Caller, shop: str
) -> None:
    await service.tenant_changes(shop, currency_code="EUR")

    renamed = await operator(
        "UpdateProduct", changing(product("croissant", display_name=localized(en="C")), "display_name")
    )
    assert renamed.unit_price == ils(1500)
    error = await error_of(operator("UpdateProduct", price_change("croissant", 400)))
    assert (error.reason, error.metadata["valid"]) == ("BAD_CURRENCY", "EUR")
    euros = money_pb2.Money(currency_code="EUR", amount_minor=400)
    changed = await operator("UpdateProduct", changing(product("croissant", unit_price=euros), "unit_price"))
    assert (changed.unit_price, changed.price_version) == (euros, 6)
