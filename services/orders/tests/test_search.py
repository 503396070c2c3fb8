"""Searching for products, in memory and over RPC."""

import pytest
from sales.orders.v1 import catalog_pb2

from services.orders.catalog.checks import check_product
from services.orders.catalog.search import SearchIndex, SearchIndexes
from services.orders.tests.conftest import Service
from services.orders.tests.support import Caller, create, error_of, localized, price_change, product, request_id

SOLD = [
    ("beef_sausage", "Classic Beef Sausage", "נקניק בקר", "Sausages", "traditional spices, for grilling"),
    ("merguez", "Spicy Merguez", "מרגז חריף", "Sausages", "lamb sausage, harissa and cumin (hot)"),
    ("chicken_sausage", "Chicken & Herb Sausage", "נקניקיות עוף ועשבי תיבול", "Sausages", "garlic (mild)"),
    ("ribeye", "Premium Ribeye Steak", "סטייק אנטריקוט", "Fresh Meat", "aged 21 days"),
    ("ground_beef", "Ground Beef (80/20)", "בשר טחון", "Fresh Meat", "for burgers and meatballs"),
    ("turkey", "Smoked Turkey Breast", "חזה הודו מעושן", "Deli Meat", "hickory-smoked"),
    ("pastrami", "Pastrami", "פסטרמה", "Deli Meat", "secret blend"),
    ("cheesecake", "Cheesecake", "עוגת גבינה", "Cakes", ""),
]


@pytest.fixture
def index() -> SearchIndex:
    return SearchIndex(
        1,
        [
            check_product(
                product(
                    sku,
                    display_name=localized(en=english, he=hebrew),
                    category=localized(en=category),
                    description=localized(en=about) if about else None,
                ),
                None,
            )
            for sku, english, hebrew, category, about in SOLD
        ],
    )


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("pastrami", ["pastrami"]),
        ("PASTRMA", ["pastrami"]),
        ("הפסטרמה", ["pastrami"]),
        ("something mild for the kids", ["chicken_sausage"]),
        ("beef", ["beef_sausage", "ground_beef"]),
        ("burger", ["ground_beef"]),
        ("נקניקיות", ["chicken_sausage", "beef_sausage"]),
        ("עוגה", ["cheesecake"]),
        ("cake", ["cheesecake"]),
        ("steak 500g", ["ribeye"]),
        ("deli", ["turkey", "pastrami"]),
        ("spicy sausage", ["merguez"]),
    ],
)
def test_words_find_what_they_mean(index: SearchIndex, words: str, first: list[str]) -> None:
    assert [found.sku for found in index.search(words, 5)][: len(first)] == first


@pytest.mark.parametrize("words", ["pizza", "bread", "סושי", "a", "!!!", "xyz", "\u200f"])
def test_words_that_mean_nothing_here_find_nothing(index: SearchIndex, words: str) -> None:
    assert index.search(words, 5) == []


def test_of_a_long_text_the_first_twelve_words_count(index: SearchIndex) -> None:
    strange = [f"qq{n}qq" for n in range(12)]

    assert index.search(" ".join([*strange[:11], *strange[:11], "pastrami"]), 5)[0].sku == "pastrami"
    assert index.search(" ".join([*strange, "pastrami"]), 5) == []


def test_only_the_indexes_used_last_are_kept() -> None:
    indexes = SearchIndexes(most=2)
    for tenant in ("a", "b"):
        indexes.put(tenant, 1, [])
    assert indexes.get("a", 1)
    indexes.put("c", 1, [])

    assert indexes.get("b", 1) is None
    assert indexes.get("a", 1)
    assert indexes.get("a", 2) is None


def search(query: str, size: int = 0) -> catalog_pb2.SearchProductsRequest:
    return catalog_pb2.SearchProductsRequest(query=query, page_size=size)


async def test_a_search_sees_the_catalog_as_it_is(service: Service, agent: Caller, operator: Caller) -> None:
    found = await agent("SearchProducts", search("croisant"))
    assert [it.sku for it in found.products] == ["croissant"]

    before = service.database.round_trips
    await agent("SearchProducts", search("pastrami"))
    assert service.database.round_trips - before == 3, "the index of a version is read once"
    await operator("UpdateProduct", price_change("croissant", 1700))
    found = await agent("SearchProducts", search("קרואסון"))
    assert found.products[0].unit_price.amount_minor == 1700


async def test_an_unknown_product_is_looked_for_in_the_index_that_is_there(
    service: Service, agent: Caller, operator: Caller
) -> None:
    async def refused() -> tuple[str, int]:
        before = service.database.round_trips
        error = await error_of(agent("CreateOrder", create(("croisant", "1"))))
        return error.metadata["suggestions"], service.database.round_trips - before

    await agent("SearchProducts", search("pastrami"))
    assert await refused() == ("croissant", 5)  # begin, claim, products, version, rollback
    await operator("UpdateProduct", price_change("croissant", 1700))
    assert await refused() == ("croissant", 6), "the catalog is read once a version"
    assert await refused() == ("croissant", 5)


async def test_a_search_gives_five_products_unless_asked_and_twenty_at_most(agent: Caller, operator: Caller) -> None:
    for n in range(22):
        roll = catalog_pb2.CreateProductRequest(product=product(f"roll_{n}"), request_id=request_id())
        await operator("CreateProduct", roll)

    sizes = [len((await agent("SearchProducts", search("roll", size))).products) for size in (0, 2, 500)]

    assert sizes == [5, 2, 20]


@pytest.mark.parametrize(
    ("query", "size", "reason"),
    [("", 0, "EMPTY_TEXT"), ("  ", 0, "EMPTY_TEXT"), ("x" * 201, 0, "TEXT_TOO_LONG"), ("x", -1, "BAD_PAGE_SIZE")],
)
async def test_a_wrong_search_is_refused(agent: Caller, query: str, size: int, reason: str) -> None:
    assert (await error_of(agent("SearchProducts", search(query, size)))).reason == reason
