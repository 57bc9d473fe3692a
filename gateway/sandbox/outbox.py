"""Answers on their way back: planned, written when their time comes, posted until accepted.

One queue a movement keeps a system's answers in order; nothing overtakes an answer that the gateway
has not accepted yet. An answer's bytes are journalled before the first try, so every try and every
restart sends the same ones.
"""

import asyncio
import base64
import heapq
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import aiohttp

from gateway.audit.exchange import (
    HEADER_ANSWER,
    HEADER_SEAL,
    AnswerHeader,
    SealedPaper,
    make_answer,
    read_acknowledgement,
    read_receipt,
    read_reply,
    spell_time,
    to_base64,
    verify_seal,
)
from gateway.domain.finding import Refusal
from gateway.markup.tree import Element
from gateway.sandbox.gatewayside import GatewaySide, Unreachable
from gateway.sandbox.journal import Journal
from gateway.sandbox.office import CustomsSystem, Taken
from gateway.sandbox.stationery import Planned, Stationery, Written

RETRY_FIRST_SECONDS = 0.1
RETRY_LONGEST_SECONDS = 2.0
REFUSALS_MAX = 12
"""How often an answer is posted again after a 4xx before it is written off as refused."""

PATIENT = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An answer with its header, exactly as it is posted at every try."""

    written: Written
    header: SealedPaper


@dataclass(slots=True)
class _Queue:
    """One movement's answers by the time they are due; ``news`` wakes whoever works through it."""

    heap: list[tuple[datetime, int, Planned]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Outbox:
    """One link's answers. ``running`` is cleared during an outage: nothing goes out then."""

    def __init__(
        self,
        system: CustomsSystem,
        stationery: Stationery,
        gateway: GatewaySide,
        folder: Path,
        now: Callable[[], datetime],
    ) -> None:
        self._system = system
        self._stationery = stationery
        self._gateway = gateway
        self._now = now
        self._journal = Journal(folder / f"{system.spec.id}.answers.jsonl")
        self._letters: dict[str, Letter] = {}
        self._finished: set[str] = set()
        self._queues: dict[str, _Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held_types: set[str] = set()
        self._held: list[Planned] = []
        self._count = 0
        self.running = asyncio.Event()
        self.running.set()
        self._recall()

    def _recall(self) -> None:
        for line in self._journal.lines():
            if line["what"] == "written":
                self._letters[line["id"]] = Letter(
                    written=Written(
                        content=base64.b64decode(line["content"]), media_type=line["media_type"]
                    ),
                    header=SealedPaper(content=base64.b64decode(line["header"]), seal=line["seal"]),
                )
            else:
                self._finished.add(line["id"])

    # ------------------------------------------------------------------ planning

    def resume(self) -> None:
        """Plan again what a restarted system still owes."""
        for taken in self._system.taken:
            self.plan(taken)

    def plan(self, taken: Taken, read: Element | None = None) -> None:
        """Queue the answers one message brings, save those accepted already and those held."""
        for planned in self._stationery.plan(taken, read):
            if planned.id in self._finished:
                continue
            if taken.envelope.type in self._held_types:
                self._held.append(planned)
            else:
                self._queue(planned)

    def say(self, word: str, movement: str, said: tuple[tuple[str, str], ...]) -> str:
        """Queue what the office says on demand about a movement; return the answer's id.

        Raises:
            Refused: ``sandbox.cannot-say``.
        """
        taken = [one for one in self._system.taken if one.envelope.movement == movement]
        planned = self._stationery.say(word, taken, said, self._now())
        self._queue(planned)
        return planned.id

    def hold(self, types: Iterable[str]) -> None:
        """Withhold the answers to messages of these types from now on."""
        self._held_types |= set(types)

    def release(self, types: Iterable[str]) -> int:
        """Let the withheld answers to these types go; no types means all. Return how many."""
        types = set(types) or set(self._held_types)
        self._held_types -= types
        going = [one for one in self._held if one.taken.envelope.type in types]
        self._held = [one for one in self._held if one.taken.envelope.type not in types]
        for planned in going:
            self._queue(planned)
        return len(going)

    def _queue(self, planned: Planned) -> None:
        movement = planned.taken.envelope.movement
        queue = self._queues.get(movement)
        if queue is None:
            queue = self._queues[movement] = _Queue()
            task = asyncio.create_task(self._work_through(movement, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        received = read_receipt(planned.taken.receipt.content).received
        due = received + timedelta(milliseconds=planned.after_ms)
        self._count += 1  # breaks ties: the order in which answers were planned
        heapq.heappush(queue.heap, (due, self._count, planned))
        queue.news.set()

    # ------------------------------------------------------------------ posting

    async def _work_through(self, movement: str, queue: _Queue) -> None:
        while queue.heap:
            due, _, planned = queue.heap[0]
            wait = (due - self._now()).total_seconds()
            if wait > 0:
                queue.news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(queue.news.wait(), wait)
                continue  # something sooner may have come
            heapq.heappop(queue.heap)
            await self._post_until_settled(planned)
        del self._queues[movement]

    async def _post_until_settled(self, planned: Planned) -> None:
        letter = self._letter(planned)
        pause, refusals = RETRY_FIRST_SECONDS, 0
        while True:
            await self.running.wait()
            outcome = await self._post(planned, letter)
            refusals += outcome == "refused"
            if outcome == "accepted" or refusals > REFUSALS_MAX:
                self._settle(planned, outcome)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, RETRY_LONGEST_SECONDS)

    def _settle(self, planned: Planned, outcome: str) -> None:
        self._journal.append({"what": outcome, "id": planned.id, "at": spell_time(self._now())})
        self._finished.add(planned.id)

    def _letter(self, planned: Planned) -> Letter:
        known = self._letters.get(planned.id)
        if known is not None:
            return known
        now = self._now()
        written = self._stationery.write(planned, now)
        envelope = planned.taken.envelope
        header = self._system.sealed(
            make_answer(
                AnswerHeader(
                    id=planned.id,
                    link=envelope.link,
                    office=envelope.office,
                    digest=sha256(written.content).hexdigest(),
                    media_type=written.media_type,
                    issued=now,
                )
            )
        )
        letter = self._letters[planned.id] = Letter(written=written, header=header)
        self._journal.append(
            {
                "what": "written",
                "id": planned.id,
                "message": envelope.id,
                "type": envelope.type,
                "movement": envelope.movement,
                "office": envelope.office,
                "effect": planned.effect,
                "media_type": written.media_type,
                "content": to_base64(written.content),
                "header": to_base64(header.content),
                "seal": header.seal,
                "at": spell_time(now),
            }
        )
        if planned.effect:
            self._system.take_effect(envelope, planned.effect)
        return letter

    async def _post(self, planned: Planned, letter: Letter) -> str:
        """Post once; return ``accepted``, ``refused`` (a 4xx) or ``later``."""
        headers = {
            "Authorization": f"Bearer {self._system.spec.api_key}",
            "Content-Type": letter.written.media_type,
            HEADER_ANSWER: to_base64(letter.header.content),
            HEADER_SEAL: letter.header.seal,
        }
        url = f"{self._gateway.url}/v1/links/{self._system.spec.id}/answers"
        try:
            async with self._gateway.session.post(
                url, data=letter.written.content, headers=headers
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return "later"
        if status == HTTPStatus.OK:
            return "accepted" if await self._acknowledged(planned, letter, body) else "later"
        client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        return "refused" if client_error and status not in PATIENT else "later"

    async def _acknowledged(self, planned: Planned, letter: Letter, body: bytes) -> bool:
        try:
            paper = read_reply("acknowledgement", body)
            verify_seal(paper.content, paper.seal, await self._gateway.keys_for(paper.seal))
            told = read_acknowledgement(paper.content)
        except (Refusal, Unreachable):
            return False
        digest = sha256(letter.written.content).hexdigest()
        return told.answer == planned.id and told.digest == digest

    async def close(self) -> None:
        """Stop posting; what is open stays in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._journal.close()
