"""One account of a movement: its rows and the log's entries about it, as they stood together.

They are read one after the other while others write. Every change of a row writes an entry in the
same commit; so when everything committed is sequenced and no entry has come behind the last one
read, no row has changed since either, and whatever then differs does differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.audit.entry import EntryKind, EntryView, leaf_hash, read_entry
from gateway.domain.event import Event
from gateway.domain.finding import Refusal
from gateway.domain.message import Message
from gateway.domain.records import AnswerRecord, LogRecord, MovementRecord
from gateway.ports import Ports
from gateway.register.declaring import DeclaredVersion, declared_versions

PAGE = 500
READINGS_MAX = 10
"""How often a movement that is never still is read; a reading takes milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A movement's rows and the entries that tell of it; ``last`` is the index of the last one."""

    record: MovementRecord
    versions: tuple[DeclaredVersion, ...]
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    answers: tuple[AnswerRecord, ...]
    entries: tuple[tuple[int | None, EntryView], ...]
    last: int

    def bodies(self) -> Iterator[tuple[str, str, str]]:
        """Yield role, digest and row of every body that the rows point at."""
        name = f"movement {self.record.reference}"
        for version in self.versions:
            yield "declaration", version.declaration, name
            if version.original:
                yield "original", version.original, name
        for message in self.messages:
            name = f"message {message.id}"
            for role, digest in (
                ("unsigned", message.unsigned),
                ("wire", message.wire),
                ("receipt", message.receipt),
            ):
                if digest:
                    yield role, digest, name
        for answer in self.answers:
            name = f"answer {answer.link}/{answer.id}"
            yield "answer", answer.body, name
            yield "acknowledgement", answer.acknowledgement, name

    def told_events(self) -> list[tuple[object, ...]]:
        """Return the events as the entries tell them."""
        return [
            (one["sequence"], one["kind"], one["at"], one["office"], one["procedure"])
            for _, entry in self.entries
            if entry.kind is EntryKind.EVENT
            and isinstance(listed := entry.facts.get("events"), list)
            for one in listed
            if isinstance(one, dict)
        ]

    def told_answer(self, answer: AnswerRecord) -> tuple[int | None, EntryView] | None:
        """Return the entry that tells of an answer, with its index."""
        return next(
            (
                (index, entry)
                for index, entry in self.entries
                if entry.kind is EntryKind.ANSWER
                and (entry.link, entry.facts.get("answer")) == (answer.link, answer.id)
            ),
            None,
        )

    def kept_events(self) -> list[tuple[object, ...]]:
        """Return the events as the rows have them."""
        return [
            (one.sequence, one.kind.value, one.at.isoformat(), one.office, one.procedure)
            for one in self.events
        ]


def log_pages(ports: Ports, movement: str = "", size: int | None = None) -> Iterator[LogRecord]:
    """Yield the sequenced entries, of one movement or all, as far as ``size`` reaches."""
    after = -1
    while page := ports.store.log(after=after, limit=PAGE, movement=movement):
        for record in page:
            if size is not None and record.index is not None and record.index >= size:
                return
            yield record
        after = page[-1].index if page[-1].index is not None else after + PAGE


def read_account(ports: Ports, reference: str) -> Account | None:
    """Read entries, then rows; None where there is no such movement. It may move meanwhile.

    Entries whose bytes were changed are left out: whoever verifies the log alone tells of them.
    """
    store = ports.store
    told = tuple(log_pages(ports, reference))
    record = store.movement(reference)
    if record is None:
        return None
    entries = tuple(_readable(told))
    events = store.events(reference)
    return Account(
        record=record,
        versions=declared_versions(record, events, (entry for _, entry in entries)),
        events=events,
        messages=store.messages(reference),
        answers=store.answers(reference),
        entries=entries,
        last=max((one.index for one in told if one.index is not None), default=-1),
    )


def still_account(ports: Ports, reference: str) -> Account | None:
    """Read an account of one moment; None where the movement never kept still for so long.

    Raises:
        Unavailable: what was committed cannot be numbered now.
    """
    for _ in range(READINGS_MAX):
        ports.store.sequence("audit", surely=True)
        account = read_account(ports, reference)
        ports.store.sequence("audit", surely=True)
        if account and not ports.store.log(after=account.last, limit=1, movement=reference):
            return account
    return None


def _readable(told: tuple[LogRecord, ...]) -> Iterator[tuple[int | None, EntryView]]:
    for log in told:
        if leaf_hash(log.entry) != log.leaf:
            continue
        try:
            yield log.index, read_entry(log.entry)
        except Refusal:
            continue
