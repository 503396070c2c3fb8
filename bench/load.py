"""Customers: they write over the webhook, in a closed loop for each chat or at a fixed rate."""

import asyncio
import itertools
import json
import random
import time
from dataclasses import dataclass, field

from bench.standins import Telegram
from bench.wire import Client

_IDS = itertools.count(1)
_FIRST_CHAT = 5_000_000_000


@dataclass
class Sample:
    """What one run measured. acks and answers in seconds; statuses of the webhook by code."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    unanswered: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answered messages a second."""
        return len(self.answers) / self.seconds if self.seconds else 0.0


class Customers:
    """All chats of the load, towards one tenant."""

    def __init__(self, gateway_port: int, secret: str, telegram: Telegram) -> None:
        self._client = Client(gateway_port)
        self._headers = {"x-telegram-bot-api-secret-token": secret}
        self._waiting: dict[int, asyncio.Future[float]] = {}
        self._chats = itertools.count(_FIRST_CHAT + random.randrange(10**9))
        telegram.answered = self._answered

    def _answered(self, chat_id: int, moment: float) -> None:
        waiting = self._waiting.pop(chat_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(moment)

    async def _write(self, chat_id: int, sample: Sample) -> tuple[int, float]:
        number = next(_IDS) + int(time.time()) % 10**6 * 10**6
        sender = {"id": chat_id, "is_bot": False, "first_name": "Load", "language_code": "en"}
        update = {
            "update_id": number,
            "message": {
                "message_id": number % 10**9,
                "date": int(time.time()),
                "from": sender,
                "chat": {"id": chat_id, "type": "private", "first_name": "Load"},
                "text": "Hello, what do you have today?",
            },
        }
        began = time.perf_counter()
        status = await self._client.post("/webhooks/telegram/valdman", self._headers, json.dumps(update).encode())
        sample.acks.append(time.perf_counter() - began)
        sample.statuses[status] = sample.statuses.get(status, 0) + 1
        return status, began

    async def _exchange(self, chat_id: int, sample: Sample, patience: float) -> None:
        """One message and its answer."""
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[chat_id] = waiting
        status, began = await self._write(chat_id, sample)
        if status != 200:
            self._waiting.pop(chat_id, None)
            await asyncio.sleep(0.2)  # as a provider does before it repeats a delivery
            return
        try:
            sample.answers.append(await asyncio.wait_for(waiting, patience) - began)
        except TimeoutError:
            sample.unanswered += 1
            self._waiting.pop(chat_id, None)

    async def introduce(self, count: int, at_once: int = 50, patience: float = 30.0) -> tuple[list[int], Sample]:
        """New chats, each with its first message answered: a new customer's costs more than those that follow."""
        chats = [next(self._chats) for _ in range(count)]
        sample, waiting = Sample(), iter(chats)

        async def meet() -> None:
            for chat_id in waiting:
                await self._exchange(chat_id, sample, patience)

        began = time.perf_counter()
        await asyncio.gather(*(meet() for _ in range(at_once)))
        sample.seconds = time.perf_counter() - began
        return chats, sample

    async def closed_loop(
        self, chats: list[int], seconds: float, warm_up: float = 2.0, patience: float = 30.0
    ) -> Sample:
        """Each chat writes, waits for its answer, writes again. The warm-up is not counted."""
        warm, sample = Sample(), Sample()
        current = [warm]
        stop = time.perf_counter() + warm_up + seconds

        async def chat(chat_id: int) -> None:
            await asyncio.sleep(random.random() * min(1.0, warm_up / 2))
            while time.perf_counter() < stop:
                await self._exchange(chat_id, current[0], patience)

        tasks = [asyncio.create_task(chat(chat_id)) for chat_id in chats]
        await asyncio.sleep(warm_up)
        current[0] = sample
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        sample.seconds = time.perf_counter() - began
        current[0] = Sample()
        await asyncio.gather(*tasks)
        return sample

    async def open_loop(self, chats: list[int], rate: float, seconds: float, patience: float = 30.0) -> Sample:
        """Messages at a fixed rate whatever the answers take, spread over the chats, each once at a time."""
        sample = Sample()
        free = asyncio.Queue[int]()
        for chat_id in chats:
            free.put_nowait(chat_id)
        tasks: set[asyncio.Task[None]] = set()
        began = time.perf_counter()

        async def one(chat_id: int) -> None:
            await self._exchange(chat_id, sample, patience)
            free.put_nowait(chat_id)

        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            chat_id = free.get_nowait() if not free.empty() else next(self._chats)
            task = asyncio.create_task(one(chat_id))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        sample.seconds = time.perf_counter() - began
        await asyncio.gather(*tasks)
        return sample

    def close(self) -> None:
        self._client.close()
