"""A year in the life of a business: who wrote, what was said, who helped, and whose rows that makes."""

import random
import uuid
from bisect import bisect
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from bench.past.ledger import Ledger, Person
from bench.past.purchases import Goods, Purchases
from bench.past.words import NOTES, STAFF, fill, tongue
from services.orders.catalog.names import lookup_key

_DAYS = 365
_MESSAGES_A_CUSTOMER = 40
# How busy each hour of the day is, from midnight.
_HOURS = (1, 1, 0, 0, 0, 1, 3, 6, 9, 12, 14, 13, 12, 10, 9, 10, 12, 14, 15, 14, 11, 8, 5, 2)
_ACCOUNT = "seeded"


class Life:
    """Writes what happened into `ledger`. The same tenant, seed, products and moment make the same past.

    goods: what can be bought; last_number: of the orders that there are already.
    """

    def __init__(
        self, tenant_id: str, goods: Sequence[Goods], now: datetime, *, last_number: int = 0, seed: int = 1
    ) -> None:
        self._chance = random.Random(f"{tenant_id} {seed}")
        self._now = now
        self._goods = goods
        self.ledger = Ledger(tenant_id, now, self._chance)
        self.purchases = Purchases(self.ledger, goods, last_number)

    def happen(self, message_count: int, order_count: int) -> None:
        """Write this many messages and orders, and now and then a person who helps."""
        people = [self._person() for _ in range(max(1, message_count // _MESSAGES_A_CUSTOMER))]
        # A few write often, most seldom.
        often = list(accumulate(self._chance.paretovariate(1.2) for _ in people))
        exchanges = max(order_count, message_count // 2)
        ordering = set(self._chance.sample(range(exchanges), order_count))
        for n, time in enumerate(sorted(self._moment() for _ in range(exchanges))):
            person = people[bisect(often, self._chance.random() * often[-1], hi=len(people) - 1)]
            self._exchange(person, time, n in ordering)
        for person in people:
            self._conversation(person)

    def _moment(self) -> datetime:
        hour = self._chance.choices(range(24), _HOURS)[0]
        day = (self._now - timedelta(days=self._chance.random() ** 1.3 * _DAYS)).replace(minute=0, second=0)
        moment = day.replace(hour=hour) + timedelta(seconds=self._chance.random() * 3600)
        return moment if moment < self._now else moment - timedelta(days=1)

    def _person(self) -> Person:
        chance, spoken = self._chance, tongue(self._chance)
        return Person(
            customer_id=self.ledger.new_id(),
            conversation_id=self.ledger.new_id(),
            tongue=spoken,
            name=f"{chance.choice(spoken.names)} {chance.choice(spoken.families)}",
            address=fill(chance, spoken.streets),
            channel=chance.choices(("telegram", "web"), (85, 15))[0],
            chat=str(chance.randrange(10**8, 10**10)),
            first=self._now,
        )

    def _exchange(self, person: Person, time: datetime, ordering: bool) -> None:
        """A message of a customer and what it was answered."""
        chance, spoken, product = self._chance, person.tongue, self._chance.choice(self._goods)
        name, number = product.name(spoken.code), chance.randint(1, 9)
        asked, answered = (spoken.orders, spoken.confirmations) if ordering else (spoken.questions, spoken.answers)
        turn_id, message_id, end = self.ledger.new_id(), self.ledger.new_id(), time + timedelta(seconds=2)
        person.first = min(person.first, time)
        self._message(person, "customer", fill(chance, asked, name, number), time, turn_id=turn_id)
        if chance.random() < 0.02:
            self._person_helps(person, time)
        answer = fill(chance, answered, name, number)
        self._message(person, "agent", answer, end, turn_id=turn_id, message_id=message_id)
        calls = [self.purchases.place(person, end, product, number)] if ordering else []
        self._turn(person, turn_id, time, end, calls)
        self.ledger.add(
            "agent.deliveries",
            delivery_id=self.ledger.new_id(),
            conversation_id=person.conversation_id,
            message_id=message_id,
            part=1,
            content=answer,
            state="sent",
            attempts=1,
            external_message_id=str(chance.randrange(10**6)),
            create_time=end,
            update_time=end,
        )

    def _message(self, person: Person, role: str, content: str, time: datetime, **values: Any) -> None:
        said = role in ("customer", "agent", "staff")
        person.count += said
        row = {
            "message_id": self.ledger.new_id(),
            "conversation_id": person.conversation_id,
            "role": role,
            "kind": "text",
            "content": content,
            "turn_id": None,
            "ordinal": person.count if said else None,
            "staff_name": "",
            "event": "",
            "create_time": time,
        }
        self.ledger.add("agent.messages", **(row | values))
        if said:
            person.last = {"last_message": content, "last_message_role": role, "last_message_time": time}

    def _person_helps(self, person: Person, time: datetime) -> None:
        """Somebody takes over, writes, notes something and gives the conversation back; some matters stay open."""
        chance = self._chance
        name, conversation_id = chance.choice(STAFF), person.conversation_id
        self._message(person, "event", "", time, event="paused", staff_name=name)
        self._message(person, "staff", fill(chance, person.tongue.answers, "🌭"), time, staff_name=name)
        self._message(person, "note", chance.choice(NOTES), time, staff_name=name)
        self._message(person, "event", "", time, event="resumed", staff_name=name)
        is_open = chance.random() < 0.1
        self.ledger.add(
            "agent.attention",
            attention_id=self.ledger.new_id(),
            conversation_id=conversation_id,
            reason="human_requested",
            detail="asked for a person",
            cause=f"seeded:{self.ledger.new_id()}",
            create_time=time,
            resolve_time=None if is_open else time + timedelta(hours=1),
            resolved_by="" if is_open else name,
        )

    def _turn(
        self, person: Person, turn_id: uuid.UUID, time: datetime, end: datetime, calls: list[dict[str, Any]]
    ) -> None:
        chance = self._chance
        self.ledger.add(
            "agent.turns",
            turn_id=turn_id,
            conversation_id=person.conversation_id,
            state="completed",
            attempts=1,
            count_before=person.count - 2,
            count_after=person.count,
            model="claude-sonnet-5-5",
            tool_calls=calls,
            input_tokens=chance.randint(200, 900),
            output_tokens=chance.randint(20, 200),
            cache_read_input_tokens=chance.randint(2000, 6000),
            cost_micro_usd=chance.randint(2000, 9000),
            start_time=time,
            end_time=end,
        )

    def _conversation(self, person: Person) -> None:
        """The rows of a customer who wrote; who never did is none."""
        if not person.last:
            return
        # Of what came in the last two days, much has not been read.
        unread = self._now - person.last["last_message_time"] < timedelta(days=2) and self._chance.random() < 0.6
        self.ledger.add(
            "agent.conversations",
            conversation_id=person.conversation_id,
            channel=person.channel,
            channel_account_id=_ACCOUNT,
            external_chat_id=person.chat,
            sender_id=person.chat,
            display_name=person.name.split()[0],
            customer_id=str(person.customer_id),
            message_count=person.count,
            unread_count=self._chance.randint(1, 4) if unread else 0,
            last_order_number=person.order[0],
            last_order_status=person.order[1],
            create_time=person.first,
            **person.last,
        )
        self.ledger.add("agent.due_conversations", conversation_id=person.conversation_id)
        told = {"customer_id": str(person.customer_id), "name": person.name, "version": 1}
        self.ledger.add("agent.customer_names", **told, language=person.tongue.code)
        self.ledger.add("orders.customer_names", **told, search_name=lookup_key(person.name))
        times = {"create_time": person.first, "update_time": person.first}
        profile = {"name": person.name, "address": person.address, "language": person.tongue.code}
        source = {"kind": 1, "reference": "seeded", "observe_time": person.first.isoformat()}
        sources = dict.fromkeys(profile, source)
        self.ledger.add("customers.customers", customer_id=person.customer_id, sources=sources, **profile, **times)
        self.ledger.add(
            "customers.identities",
            channel=person.channel,
            external_id=person.chat,
            customer_id=person.customer_id,
            display_name=person.name.split()[0],
            language_hint=person.tongue.code,
            create_time=person.first,
        )
