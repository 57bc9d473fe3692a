"""What needs a person: each matter with since when, and the one safe thing to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway import register
from gateway.audit.entry import EntryKind, read_entry
from gateway.domain.act import ActKind
from gateway.domain.backlog import NEGLECTED_AFTER, LinkLoad
from gateway.domain.closure import ClosureState
from gateway.domain.codes import CODES
from gateway.domain.dates_told import DATE, DATES, ENDS
from gateway.domain.deadline import DeadlineKind
from gateway.domain.delivery import Link, LinkKind, Outcome
from gateway.domain.finding import Finding, Severity
from gateway.domain.message import UNWELCOME, Message, MessageState
from gateway.domain.movement_state import MovementState
from gateway.domain.records import AnswerRecord
from gateway.domain.trip import TripReport
from gateway.ports import Ports

PATIENCE = timedelta(seconds=30)
"""How long something may be due at a link that takes messages before somebody should look."""

TRY_PATIENCE = timedelta(minutes=1)
"""How long no try may take; who failed so lately still works at the link."""

FETCH_PATIENCE = timedelta(hours=1)
ANSWER_PATIENCE = timedelta(hours=1)
SEQUENCER_PATIENCE = timedelta(seconds=10)
WARN_DAYS = (60, 30, 7, 1)
"""Before a certificate ends; the last two are errors."""

ROWS_MAX = 200
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One matter. The finding says what it is and how to mend it; ``act`` is ours to do, if any.

    ``subject`` is what the act is about: a message, a link, a log entry.
    """

    since: datetime
    finding: Finding
    subject: str = ""
    link: str = ""
    movement: str = ""
    message: str = ""
    act: ActKind | None = None


def attention(ports: Ports, tenant: str, closed: Finding | None = None) -> tuple[Concern, ...]:
    """Return everything of a tenant that needs a person, what is worst and oldest first.

    ``closed`` is why nothing is taken in just now, as whoever opened the gateway sees it.
    """
    look = _Look(ports, tenant)
    found = [
        *look.intake(closed),
        *look.links(),
        *look.parked(),
        *look.overdue(),
        *look.doubted(),
        *look.unsigned(),
        *look.preconditions(),
        *look.endings(),
        *look.deadlines(),
        *look.closures(),
        *look.passages(),
        *look.runs(),
        *look.answers(),
        *look.sequencer(),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda one: (order.index(one.finding.severity), one.since)))


def _finding(code: str, value: str, *, offices: tuple[str, ...] = (), **words: str) -> Finding:
    return Finding(
        code=code,
        severity=CODES[code],
        value=value,
        offices=offices,
        args=tuple(words.items()),
    )


def _spelled(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


class _Look:
    """One look at everything, at one moment."""

    def __init__(self, ports: Ports, tenant: str) -> None:
        self._ports = ports
        self._tenant = tenant
        self._now = ports.clock.now()
        self._links = {link.id: link for link in ports.store.links() if link.tenant == tenant}

    def intake(self, closed: Finding | None) -> Iterator[Concern]:
        """Yield that nothing is taken in."""
        if closed is not None:
            yield Concern(since=self._now, finding=closed)

    # -------------------------------------------------------------- links

    def links(self) -> Iterator[Concern]:
        """Yield links that are paused, do not answer, or lie still; each once."""
        store = self._ports.store
        ready = set(store.links_with_due(self._now))
        ready -= self._not_answering() - set(store.links_with_due(self._now - NEGLECTED_AFTER))
        for load in self._ports.store.link_loads():
            link = self._links.get(load.link)
            told = self._lying(link, load, ready) if link else None
            if link is not None and told is not None:
                code, since, act = told
                finding = _finding(
                    code, link.id, offices=link.offices, count=str(load.due), since=_spelled(since)
                )
                yield Concern(since=since, finding=finding, subject=link.id, link=link.id, act=act)

    def _lying(
        self, link: Link, load: LinkLoad, ready: set[str]
    ) -> tuple[str, datetime, ActKind | None] | None:
        oldest = load.oldest_due_at
        if link.paused:
            return "attention.link-paused", link.paused_at or oldest or self._now, ActKind.RESUME
        if link.breaker.opened_at is not None and link.id not in ready:
            return "attention.breaker-open", link.breaker.opened_at, None
        fetched = link.kind is LinkKind.FEED
        if oldest is None or self._now - oldest <= (FETCH_PATIENCE if fetched else PATIENCE):
            return None
        if fetched:
            return "attention.feed-not-fetched", oldest, None
        if link.id in ready and not self._failed_lately(link):
            return "attention.not-delivered", oldest, None
        return self._backing_off(link)

    def _not_answering(self) -> set[str]:
        """Return the links that do not answer, where trying takes its time."""
        return {one.id for one in self._links.values() if one.breaker.opened_at is not None}

    def _failed_lately(self, link: Link) -> bool:
        """Tell whether somebody works at a link whose office does not answer."""
        if not link.breaker.failures:
            return False
        heads = self._ports.store.due_heads(link.id, _EVER, ROWS_MAX)
        tries = (self._ports.store.attempts(head.id) for head in heads)
        return any(one and self._now - one[-1].at <= TRY_PATIENCE for one in tries)

    def _backing_off(self, link: Link) -> tuple[str, datetime, None] | None:
        """Tell of the oldest head that waits for its next try; who stands behind is not told of."""
        for head in self._ports.store.due_heads(link.id, _EVER, ROWS_MAX):
            tried = self._ports.store.attempts(head.id)
            told = bool(tried) and tried[-1].outcome in (Outcome.HANDED_OVER, Outcome.UNCLEAR)
            if not told and self._now - head.created_at > PATIENCE:
                return "attention.not-accepted", head.created_at, None
        return None

    # -------------------------------------------------------------- messages

    def _messages(self, state: MessageState) -> tuple[Message, ...]:
        return self._ports.store.messages_in_state(state.value, tenant=self._tenant, limit=ROWS_MAX)

    def _since(self, message: Message, kind: EntryKind) -> datetime:
        """Return when the log last told that of a message."""
        for record in reversed((*register.log_pages(self._ports, message.movement),)):
            if record.kind == kind.value:
                entry = read_entry(record.entry)
                if entry.facts.get("message") == message.id:
                    return entry.at
        return message.created_at

    def _about(self, message: Message, code: str, since: datetime, **words: str) -> Concern:
        act = words.pop("act", "")
        finding = _finding(code, message.id, offices=(message.office,), type=message.type, **words)
        return Concern(
            since=since,
            finding=finding,
            subject=message.id,
            link=message.link,
            movement=message.movement,
            message=message.id,
            act=ActKind(act) if act else None,
        )

    def parked(self) -> Iterator[Concern]:
        """Yield messages that stand still with their streams."""
        for message in self._messages(MessageState.PARKED):
            since = self._since(message, EntryKind.PARKED)
            why = message.waits_for.partition(":")[2]
            late = why == "deadline"
            code = "attention.deadline-passed" if late else "attention.message-refused"
            act = ActKind.SUPERSEDE.value
            said = register.refusal_of(self._ports, message) or why
            yield self._about(message, code, since, why=said, act=act)

    def overdue(self) -> Iterator[Concern]:
        """Yield heads of streams past their legal deadline, where nobody sends who would notice."""
        for link in self._links.values():
            if not link.paused and link.kind is not LinkKind.FEED:
                continue
            for head in self._ports.store.due_heads(link.id, _EVER, ROWS_MAX):
                if head.deadline is not None and head.deadline <= self._now:
                    code = "attention.deadline-unsent"
                    yield self._about(head, code, head.deadline, link=link.id)

    def doubted(self) -> Iterator[Concern]:
        """Yield messages whose office gave a receipt that does not hold, or no answer for long."""
        for message in self._last_tried(Outcome.UNCLEAR):
            last = self._ports.store.attempts(message.id)[-1]
            words = {"why": last.detail, "link": message.link}
            yield self._about(message, "attention.receipt-refused", last.at, **words)
        for message in self._last_tried(Outcome.HANDED_OVER):
            first = next(
                one.at
                for one in self._ports.store.attempts(message.id)
                if one.outcome is Outcome.HANDED_OVER
            )
            if self._now - first > ANSWER_PATIENCE:
                yield self._about(message, "attention.not-answered", first)

    def _last_tried(self, outcome: Outcome) -> tuple[Message, ...]:
        return self._ports.store.last_tried(outcome.value, ROWS_MAX, tenant=self._tenant)

    def unsigned(self) -> Iterator[Concern]:
        """Yield messages that await a signature."""
        for message in self._messages(MessageState.AWAITING_SIGNATURE):
            since = self._since(message, EntryKind.AWAITING_SIGNATURE)
            who = message.signatory.value
            yield self._about(message, "attention.signature-awaited", since, signatory=who)

    # -------------------------------------------------------------- preconditions

    def preconditions(self) -> Iterator[Concern]:
        """Yield waiting messages whose precondition does not come by itself.

        One concern for each answer that is missing, refused or impossible; what waits behind it is
        counted with it.
        """
        told: dict[str, tuple[Message, str, datetime, int]] = {}
        for message in self._stranded():
            for awaited in self._awaited(message):
                verdict = self._hopeless(awaited)
                if verdict is not None:
                    many = told[awaited.id][3] if awaited.id in told else 0
                    told[awaited.id] = (awaited, *verdict, many + 1)
            if len(told) >= ROWS_MAX:
                break
        for awaited, code, since, many in told.values():
            yield self._about(awaited, code, since, count=str(many))

    def _stranded(self) -> Iterator[Message]:
        """Yield the waiting messages to look at; most wait as they should, and long."""
        behind: Message | None = None
        while found := self._ports.store.messages_stranded(
            self._tenant, self._now - ANSWER_PATIENCE, behind=behind
        ):
            yield from found
            behind = found[-1]

    def _awaited(self, message: Message) -> Iterator[Message]:
        types = register.awaited_types(message)
        if not types:
            return
        for other in self._ports.store.messages(message.movement):
            if other.pack == message.pack and other.type in types:
                yield other

    def _hopeless(self, awaited: Message) -> tuple[str, datetime] | None:
        if awaited.state is MessageState.DROPPED:
            superseded = awaited.waits_for.startswith("superseded:")
            gone = "attention.precondition-gone"
            return None if superseded else (gone, self._since(awaited, EntryKind.ACT))
        if awaited.acknowledged_at is None:
            return None  # told of by itself, where it stands still
        answers = [
            one for one in self._ports.store.answers(awaited.movement) if one.message == awaited.id
        ]
        if answers and answers[-1].kind in UNWELCOME:
            return "attention.answer-refused", answers[-1].received_at
        return self._silent(awaited, answers)

    def _silent(self, awaited: Message, answers: list[AnswerRecord]) -> tuple[str, datetime] | None:
        heard = [one.received_at for one in answers]
        since = max([*heard, awaited.acknowledged_at or self._now])
        return ("attention.answer-missing", since) if self._now - since > ANSWER_PATIENCE else None

    # -------------------------------------------------------------- the rest

    def endings(self) -> Iterator[Concern]:
        """Yield certificates and mandates that end soon or have ended."""
        trust = self._ports.store.trust(self._tenant)
        for one in (
            *register.endings_of_trust(trust, self._now),
            *register.endings_of_links(self._links.values()),
        ):
            passed = [n for n in WARN_DAYS if self._now >= one.at - timedelta(days=n)]
            if passed:
                yield self._ending(one, min(passed))

    def _ending(self, one: register.Ending, days: int) -> Concern:
        ended = self._now >= one.at
        code = ENDS[one.kind][ended]
        grave = ended or days <= WARN_DAYS[2]
        finding = Finding(
            code=code,
            severity=Severity.ERROR if grave else Severity.WARNING,
            value=one.owner,
            args=(("name", one.name[:16]), ("at", f"{one.at:%Y-%m-%d}")),
        )
        since = one.at if ended else one.at - timedelta(days=days)
        return Concern(since=since, finding=finding)

    def deadlines(self) -> Iterator[Concern]:
        """Yield dates of movements that are near, or went by and asked for a person."""
        for one in self._ports.store.deadlines_near(self._tenant, self._now, ROWS_MAX):
            missed = one.due_at <= self._now
            code = DATES.get(one.kind, DATE)[missed]
            words = {"at": f"{one.due_at:%Y-%m-%d %H:%M}Z"}
            if one.kind is DeadlineKind.PAPER:
                words["name"] = one.subject
            else:
                words |= {"kind": one.kind.value, "subject": one.subject}
            finding = _finding(code, one.movement, offices=(one.office,), **words)
            since = one.due_at if missed else one.remind_at
            yield Concern(since=since, finding=finding, movement=one.movement)

    def closures(self) -> Iterator[Concern]:
        """Yield what offices announced and nobody confirmed or dismissed, while it may come."""
        for one in self._ports.store.closures(self._tenant):
            over = one.until_at is not None and one.until_at <= self._now
            if one.state is not ClosureState.PROPOSED or over:
                continue
            until = f"{one.until_at:%Y-%m-%d %H:%M}Z" if one.until_at else "?"
            words = {"office": one.office, "at": f"{one.from_at:%Y-%m-%d %H:%M}Z", "until": until}
            code = "attention.closure-announced"
            finding = _finding(code, one.id, offices=(one.office,), **words)
            yield Concern(since=one.created_at, finding=finding)

    def passages(self) -> Iterator[Concern]:
        """Yield what a lane let through while it was cut off, and nobody was entitled to."""
        for one in self._ports.store.passages_unentitled(self._tenant, ROWS_MAX):
            lane = self._ports.store.lane(one.lane)
            words = {"lane": one.lane, "passage": one.id.partition("/")[2]}
            words |= {"says": one.says.value, "why": one.code, "at": _spelled(one.at)}
            offices = (lane.office,) if lane else ()
            finding = _finding("attention.go-unentitled", one.id, offices=offices, **words)
            movement = one.movements[0] if one.movements else ""
            yield Concern(since=one.received_at, finding=finding, movement=movement)

    def runs(self) -> Iterator[Concern]:
        """Yield movements that could not take what was told of their vehicle, and lack it still."""
        for row in self._ports.store.trip_reports_refused(self._tenant, ROWS_MAX):
            for movement, why in row.refused:
                if self._lacks(movement, row):
                    words = {"batch": row.batch, "event": row.kind.value, "why": why}
                    code, offices = "attention.run-refused", (row.office,)
                    finding = _finding(code, movement, offices=offices, **words)
                    yield Concern(since=row.created_at, finding=finding, movement=movement)

    def _lacks(self, movement: str, row: TripReport) -> bool:
        """Tell whether a movement that is not over was never told what its vehicle did."""
        record = self._ports.store.movement(movement)
        if record is None or record.state in (MovementState.COMPLETED, MovementState.INVALIDATED):
            return False
        known = ((one.kind, one.office) for one in self._ports.store.events(movement))
        return (row.kind, row.office) not in known

    def answers(self) -> Iterator[Concern]:
        """Yield answers that could not be taken in."""
        for record in register.refused_answers(self._ports, self._tenant, self._now):
            told = read_entry(record.entry).facts.get("findings")
            first = told[0] if isinstance(told, list) and told else {}
            why = str(first.get("code", "")) if isinstance(first, dict) else ""
            finding = _finding("attention.answer-put-away", record.id, why=why, link=record.link)
            yield Concern(
                since=record.at,
                finding=finding,
                subject=record.id,
                link=record.link,
                act=ActKind.DISMISS,
            )

    def sequencer(self) -> Iterator[Concern]:
        """Yield that entries wait too long for their place in the log."""
        oldest = self._ports.store.oldest_unsequenced()
        if oldest is not None and self._now - oldest > SEQUENCER_PATIENCE:
            yield Concern(since=oldest, finding=_finding("attention.sequencer-late", "log"))
