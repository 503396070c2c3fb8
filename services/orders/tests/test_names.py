"""Which spellings are one name: those that differ in what people leave out as they please, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sales.orders.v1 import catalog_pb2, orders_pb2

from services.orders.catalog.names import lookup_key, normalize_name
from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER,
    Caller,
    create,
    error_of,
    hear,
    localized,
    nothing_changes,
    product,
    request_id,
    rows,
)

SAME = [
    ("  Crème  BRÛLÉE ", "creme brulee"),
    ("Phở bò", "pho bo"),
    ("Ёлка", "елка"),
    ("Μουσακάς", "μουσακασ"),
    ("בָּשָׂר", "בשר"),
    ("שׁוֹקוֹלָד", "שוקולד"),
    ("خُبْزٌ", "خبز"),
    ("رَحْمٰن", "رحمن"),
    ("\u200fנקניק\u200e", "נקניק"),
    ("נקניק \u200f בקר", "נקניק בקר"),
    ("נקניק\n\tבקר", "נקניק בקר"),
    ("❤\ufe0f", "❤"),
    ("ﾊﾟﾝ", "パン"),
    ("\u1104\u1165\u11a8", "떡"),
]
OTHERS = [
    ("หมู", "หมี่"),  # pork and noodles
    ("ข้าว", "ขาว"),  # rice and white
    ("パン", "バン"),  # bread and van
    ("गुड़", "गड"),  # jaggery and a hole
    ("ཆུ", "ཆ"),  # water and a share
]


@pytest.mark.parametrize(("name", "other"), SAME)
def test_what_is_left_out_as_one_pleases_makes_no_other_name(name: str, other: str) -> None:
    assert normalize_name(name) == normalize_name(other)
    assert lookup_key(name) == lookup_key(other)


@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_marks_that_are_letters_make_another_name(name: str, other: str) -> None:
    assert normalize_name(name) != normalize_name(other)


@given(st.text(max_size=20))
def test_the_comparable_form_is_its_own_and_leads_to_the_same_key(name: str) -> None:
    assert normalize_name(normalize_name(name)) == normalize_name(name)
    assert lookup_key(normalize_name(name)) == lookup_key(name)


async def sell(operator: Caller, sku: str, **names: str) -> None:
    sold = product(sku, display_name=localized(**names))
    await operator("CreateProduct", catalog_pb2.CreateProductRequest(product=sold, request_id=request_id()))


@pytest.mark.parametrize(("sold", "named"), OTHERS)
async def test_no_other_product_is_ordered_than_the_one_named(
    service: Service, agent: Caller, operator: Caller, shop: str, sold: str, named: str
) -> None:
    await sell(operator, "sold", th=sold)

    async with nothing_changes(service.database, shop):
        assert (await error_of(agent("CreateOrder", create((named, "1"))))).reason == "UNKNOWN_PRODUCT"
    await sell(operator, "named", th=named)

    placed = await agent("CreateOrder", create((named, "1"), (sold, "1")))
    assert [line.sku for line in placed.lines] == ["named", "sold"]
    found = await agent("SearchProducts", catalog_pb2.SearchProductsRequest(query=named))
    assert found.products[0].sku == "named"


async def test_a_product_is_ordered_with_vowel_points_and_without(agent: Caller, operator: Caller) -> None:
    await sell(operator, "meat", he="בָּשָׂר", ar="لَحْم", fr="Pâté")

    for named in ("בשר", "בָּשָׂר", "لحم", "لَحْم", "pate", "PÂTÉ", "\u200fבשר"):
        placed = await agent("CreateOrder", create((named, "1")))
        assert [line.sku for line in placed.lines] == ["meat"], named


async def test_names_are_stored_as_the_version_before_stores_and_seeks_them(
    service: Service, operator: Caller, shop: str
) -> None:
    await sell(operator, "mixed", th="หมู", hi="गुड़", ja="パン", ko="떡", he="בָּשָׂר", fr="Crème")
    await hear(service.database, shop, CUSTOMER, "Renée ภูมิ", version=2)

    stored = await rows(service.database, shop)
    (names,) = [row["lookup_names"] for row in stored["products"] if row["sku"] == "mixed"]
    assert names == ["creme", "בשר", "गड", "ハン", "\u1104\u1165\u11a8", "หม"]
    assert [row["search_name"] for row in stored["customer_names"]] == ["renee ภม"]


@pytest.mark.parametrize("name", ["ภูมิ", "ภูม", "RENÉE"])
async def test_a_customer_is_found_by_name_with_or_without_marks(
    service: Service, agent: Caller, staff: Caller, shop: str, name: str
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    await hear(service.database, shop, CUSTOMER, "Renée ภูมิ", version=2)

    request = orders_pb2.ListOrdersRequest(filter=orders_pb2.OrderFilter(customer_name=name))

    assert [order.number for order in (await staff("ListOrders", request)).orders] == [1]
