"""A day at the shop, for pictures: conversations in several languages and states, orders in every status."""

import asyncio
from dataclasses import dataclass

from tests.browser.shop import Customer, Shop


@dataclass
class Story:
    """The shop, and addresses of what happened there."""

    shop: Shop
    ordering: str = ""
    waiting: str = ""
    with_staff: str = ""
    hebrew: str = ""
    forgotten: str = ""
    order: str = ""


async def tell(shop: Shop) -> Story:
    """Let it all happen; done once a run."""
    story = Story(shop)
    await _cancelled(shop)
    await asyncio.gather(_arabic(shop), _completed(shop), _forgotten(shop, story))
    await _hebrew(shop, story)
    await _with_staff(shop, story)
    await _waiting(shop, story)
    await _ordering(shop, story)
    return story


def _customer(shop: Shop, name: str, language: str = "en") -> Customer:
    return Customer(shop.telegram, shop.business, name=name, language=language)


async def _address(customer: Customer) -> str:
    return f"/conversations/{(await customer.conversation()).conversation_id}"


async def _cancelled(shop: Shop) -> None:
    customer = _customer(shop, "Itamar Peretz")
    order = await customer.ordered("I want to order 1 kilo lamb chops, pickup please")
    await shop.learn_name(customer)
    (order,) = await customer.orders()
    await shop.work("Cancel", order, reason="The lamb did not arrive today")


async def _completed(shop: Shop) -> None:
    customer = _customer(shop, "Ruth Ben-David")
    await customer.ordered("I want to order 2 kilo chicken breast fillets, pickup please")
    await shop.learn_name(customer)
    (order,) = await customer.orders()
    await shop.work("Complete", await shop.work("Confirm", order))


async def _arabic(shop: Shop) -> None:
    await _customer(shop, "ليلى حداد", "ar").say("مرحبا، كم سعر البسطرمة؟")


async def _forgotten(shop: Shop, story: Story) -> None:
    customer = _customer(shop, "Avital Sharon")
    await customer.say("How much is the salami?")
    story.forgotten = await _address(customer)
    await shop.forget(customer)


async def _hebrew(shop: Shop, story: Story) -> None:
    customer = _customer(shop, "יוסי כהן", "he")
    await customer.say("היי, מה יש לכם?")
    await customer.ordered(
        "אני רוצה להזמין 2 קילו נקניק בקר ו-1 קילו מרגז חריף. המשלוח לרחוב הרצל 15 תל אביב, הערה: לצלצל בדלת"
    )
    await shop.learn_name(customer)
    (order,) = await customer.orders()
    await shop.work("Confirm", order)
    story.hebrew = await _address(customer)


async def _with_staff(shop: Shop, story: Story) -> None:
    customer = _customer(shop, "Daniel Azulay")
    await customer.say("Can I get the pastrami sliced very thin?")
    conversation = await _address(customer)
    await shop.post(f"{conversation}/notes", text="Regular customer: always give him the end of the piece for free.")
    await shop.post(f"{conversation}/replies", text="Of course, Daniel. As thin as paper?")
    await customer.receives("As thin as paper?")
    await customer.write("Yes please!")
    story.with_staff = await _address(customer)


async def _waiting(shop: Shop, story: Story) -> None:
    customer = _customer(shop, "Noa Friedman")
    await customer.say("Do you deliver to Haifa?")
    await customer.say("I want to talk to a human please")
    story.waiting = await _address(customer)


async def _ordering(shop: Shop, story: Story) -> None:
    customer = _customer(shop, "Maya Levi")
    await customer.say("Hi! How much is the pastrami?")
    order = await customer.ordered("I want to order 2 kilo pastrami and 1 kilo spicy merguez, I'll pick it up tomorrow")
    await shop.learn_name(customer)
    await customer.say("Thanks!")
    story.ordering = await _address(customer)
    story.order = f"/orders/{order.order_id}"
