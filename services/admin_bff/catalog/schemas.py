"""Products as the API shows them."""

from sales.orders.v1 import catalog_pb2 as pb

from services.admin_bff.shapes import Answer, Money, Page, Words


class Product(Answer):
    """Something sold."""

    sku: str
    name: Words
    category: Words
    unit: str
    unit_price: Money
    available: bool

    @classmethod
    def of(cls, product: pb.Product) -> "Product":
        return cls(
            sku=product.sku,
            name=dict(product.display_name.values),
            category=dict(product.category.values),
            unit=product.unit,
            unit_price=Money.of(product.unit_price),
            available=product.available,
        )


class ProductPage(Page[Product]):
    """All products, in the order in which the owner lists them."""
