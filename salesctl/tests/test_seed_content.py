"""The data files of the launch tenants say what the product page says."""

from decimal import Decimal

import pytest

from salesctl.seed.content import TenantContent, launch_tenants
from services.orders.catalog.names import normalize_name

_BY_ID = {content.tenant_id: content for content in launch_tenants()}
_LISTED = {
    "valdman": [
        ("Classic Beef Sausage", "נקניק בקר", "Sausages", 45, "kg"),
        ("Spicy Merguez", "מרגז חריף", "Sausages", 52, "kg"),
        ("Chicken & Herb Sausage", "נקניקיות עוף ועשבי תיבול", "Sausages", 38, "kg"),
        ("Premium Ribeye Steak", "סטייק אנטריקוט", "Fresh Meat", 120, "kg"),
        ("Ground Beef (80/20)", "בשר טחון", "Fresh Meat", 55, "kg"),
        ("Chicken Breast Fillets", "חזה עוף", "Fresh Meat", 42, "kg"),
        ("Lamb Chops", "צלעות כבש", "Fresh Meat", 95, "kg"),
        ("Smoked Turkey Breast", "חזה הודו מעושן", "Deli Meat", 68, "kg"),
        ("Pastrami", "פסטרמה", "Deli Meat", 75, "kg"),
        ("Italian Salami", "סלמי איטלקי", "Deli Meat", 82, "kg"),
    ],
    "joannas_bakery": [
        ("Sourdough Bread", "לחם מחמצת", "Breads", 28, "loaf"),
        ("Whole Wheat Challah", "חלה מקמח מלא", "Breads", 32, "loaf"),
        ("Baguette", "באגט", "Breads", 18, "each"),
        ("Chocolate Croissant", "קרואסון שוקולד", "Pastries", 15, "each"),
        ("Almond Croissant", "קרואסון שקדים", "Pastries", 16, "each"),
        ("Cinnamon Roll", "שבלול קינמון", "Pastries", 14, "each"),
        ("Apple Strudel", "שטרודל תפוחים", "Pastries", 22, "slice"),
        ("Chocolate Cake", "עוגת שוקולד", "Cakes", 180, "whole_cake"),
        ("Lemon Tart", "טארט לימון", "Cakes", 120, "tart"),
        ("Cheesecake", "עוגת גבינה", "Cakes", 160, "whole_cake"),
    ],
}


@pytest.mark.parametrize("tenant_id", sorted(_LISTED))
def test_names_categories_prices_and_units_are_those_of_the_product_page(tenant_id: str) -> None:
    catalog = _BY_ID[tenant_id].catalog()
    listed = [
        (
            product.display_name.values["en"],
            product.display_name.values["he"],
            product.category.values["en"],
            product.unit_price.amount_minor // 100,
            product.unit,
        )
        for product in catalog
    ]
    assert listed == _LISTED[tenant_id]
    assert {product.unit_price.currency_code for product in catalog} == {"ILS"}
    assert all(product.unit_price.amount_minor % 100 == 0 for product in catalog)


def test_there_are_the_two_launch_tenants() -> None:
    assert sorted(_BY_ID) == sorted(_LISTED)


@pytest.mark.parametrize("quantity", ["0.1", "0.25", "0.5", "1", "1.35", "200"])
def test_meat_is_sold_by_weight_in_steps_of_50_grams(quantity: str) -> None:
    for product in _BY_ID["valdman"].catalog():
        assert product.fractional
        assert Decimal(product.min_quantity) <= Decimal(quantity) <= Decimal(product.max_quantity)
        assert Decimal(quantity) % Decimal(product.quantity_step) == 0


def test_baked_goods_are_sold_whole() -> None:
    for product in _BY_ID["joannas_bakery"].catalog():
        assert (product.fractional, product.min_quantity, product.quantity_step) == (False, "1", "1")


@pytest.mark.parametrize("content", _BY_ID.values(), ids=_BY_ID)
def test_no_name_means_two_products(content: TenantContent) -> None:
    products_by_name: dict[str, set[str]] = {}
    for product in content.products:
        for name in (product.sku, *product.name.values(), *product.aliases):
            products_by_name.setdefault(normalize_name(name), set()).add(product.sku)
    assert {name: skus for name, skus in products_by_name.items() if len(skus) > 1} == {}


@pytest.mark.parametrize("content", _BY_ID.values(), ids=_BY_ID)
def test_every_text_for_customers_is_there_in_english_and_hebrew(content: TenantContent) -> None:
    texts = [content.display_name, content.delivery_terms, content.contact.address, *content.categories.values()]
    texts += [text for product in content.products for text in (product.name, product.description)]
    assert all({"en", "he"} <= text.keys() for text in texts)
    assert content.languages == ["he", "en", "ru", "ar"]


@pytest.mark.parametrize("content", _BY_ID.values(), ids=_BY_ID)
def test_contact_data_is_plainly_fictitious(content: TenantContent) -> None:
    assert content.contact.phone.startswith("+972-3-555-0")
    assert content.contact.email.endswith(".example")
    assert content.contact.website.endswith(".example")
