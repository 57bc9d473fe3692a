"""What an operator does about what needs attention; each act has a reason and its log entry.

Every act is one change, and doing it twice is doing it once: under the same idempotency key the
first outcome is told again, and what already stands so is left alone. Acts that take a message out
of its stream hold the lease of its link, so that nobody is sending it meanwhile.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from gateway import register
from gateway.audit.batch import MESSAGES_MAX
from gateway.audit.entry import EntryKind
from gateway.domain.act import LINK_ACTS, MOVEMENT_ACTS, Act, ActKind, check_reason
from gateway.domain.delivery import LEASE_SECONDS, Link, LinkKind
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.message import OPEN_STATES, Message, MessageState
from gateway.domain.records import IdempotencyRecord, Lost, Principal
from gateway.ports import Ports

RATE_MAX = 10_000.0
CONCURRENCY_MAX = 1024
DONE_STATUS = 200
FORESEEN = (ActKind.SKIP, ActKind.CANCEL)
"""Acts whose consequences can be told before they are done."""

AT_END = ("completed", "invalidated")
"""States in which a movement may be erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act came to, or would: ids of messages.

    ``dropped`` are never sent; ``moved`` go up in their stream; ``stranded`` wait for an answer
    that cannot come any more; ``made`` replaces what was superseded. ``uncertain`` says that the
    office may have the message all the same: it was tried, and no refusal came back. ``erased`` is
    how many bodies are gone, ``kept`` how many stay because another movement points at them.
    """

    act: str
    subject: str
    repeated: bool = False
    dropped: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    stranded: tuple[str, ...] = ()
    made: str = ""
    uncertain: bool = False
    erased: int = 0
    kept: int = 0


def perform(ports: Ports, caller: Principal, act: Act, *, idempotency_key: str = "") -> Done:
    """Do it, write down who did it and why, and knock where something may go now.

    Raises:
        NotFound: no such message, link, movement or refused answer for this tenant.
        Refused: ``act.no-reason``, ``act.out-of-range``, or why a new message cannot be made.
        InConflict: its state forbids it, somebody was faster, or the key was used otherwise.
    """
    _check(act)
    for _ in range(register.TRIES_MAX):
        if idempotency_key and (known := _known(ports, caller, act, idempotency_key)):
            return known
        step = _Step(ports, caller, act)
        try:
            done = step.taken()
            if not done.repeated:
                _remember(step.writing, caller, act, idempotency_key, done)
                ports.store.commit(step.writing.change())
        except Lost:
            continue
        finally:
            step.release()
        ports.wakeup.knock(step.links)
        return done
    raise InConflict(Finding(code="message.busy", value=act.subject))


def foresee(ports: Ports, caller: Principal, act: Act) -> Done:
    """Return what skipping or cancelling a message means; nothing is written.

    Raises:
        Refused: ``act.other-subject``: it is another act, of which there is nothing to foresee.
        NotFound, InConflict: as :func:`perform`.
    """
    if act.kind not in FORESEEN:
        args = (("known", ", ".join(FORESEEN)),)
        raise Refused(Finding(code="act.other-subject", value=act.kind.value, args=args))
    message = _message(ports, caller, act.subject)
    _not_at_office(ports, message)
    loaded = register.load(ports, message.movement)
    return _meaning(act, message, _leaving(ports, act, loaded, message))


def _check(act: Act) -> None:
    check_reason(act.reason, act.kind.value)
    right = 0 <= act.rate <= RATE_MAX and 0 <= act.concurrency <= CONCURRENCY_MAX
    right = right and 0 <= act.batch <= MESSAGES_MAX
    if act.kind is ActKind.LIMIT and not right:
        pace = {"rate": RATE_MAX, "concurrency": CONCURRENCY_MAX, "batch": MESSAGES_MAX}
        bounds = tuple((name, f"{one:.0f}") for name, one in pace.items())
        raise Refused(Finding(code="act.out-of-range", value=act.subject, args=bounds))


# ------------------------------------------------------------------ once


def _digest(act: Act) -> str:
    return sha256(json.dumps(asdict(act), sort_keys=True).encode()).hexdigest()


def _known(ports: Ports, caller: Principal, act: Act, key: str) -> Done | None:
    found = ports.store.idempotency(caller.tenant, caller.id, key)
    if found is None:
        return None
    if found.body != _digest(act):
        raise InConflict(Finding(code="idempotency.other-body", value=key))
    told: dict[str, Any] = json.loads(found.response)
    ids = {name: tuple(one) for name, one in told.items() if isinstance(one, list)}
    return Done(**{**told, **ids, "repeated": True})


def _remember(writing: register.Writing, caller: Principal, act: Act, key: str, done: Done) -> None:
    if key:
        writing.insert(
            IdempotencyRecord(
                tenant=caller.tenant,
                principal=caller.id,
                key=key,
                body=_digest(act),
                status=DONE_STATUS,
                response=json.dumps(asdict(done)).encode(),
                created_at=writing.at,
            )
        )


# ------------------------------------------------------------------ one act


class _Step:
    """One act in the making: its change, whom to knock at, and a lease to give back."""

    def __init__(self, ports: Ports, caller: Principal, act: Act) -> None:
        self.ports = ports
        self.caller = caller
        self.act = act
        self.writing = register.Writing(ports, caller.tenant, ports.clock.now())
        self.links: tuple[str, ...] = ()
        self._leased: tuple[str, int] | None = None

    def taken(self) -> Done:
        """Gather the change; with ``repeated`` there is none, for it stands so already."""
        act = self.act
        if act.kind in LINK_ACTS:
            return self._link(_link(self.ports, self.caller, act.subject))
        if act.kind is ActKind.DISMISS:
            return self._dismiss()
        if act.kind in MOVEMENT_ACTS:
            return self._erase()
        message = _message(self.ports, self.caller, act.subject)
        match act.kind:
            case ActKind.RETRY:
                return self._retry(message)
            case ActKind.SUPERSEDE:
                return self._supersede(message)
            case _:
                return self._leave(message)

    def release(self) -> None:
        """Give the lease back."""
        if self._leased is not None:
            self.ports.store.release(*self._leased)

    def _told(self, message: Message | None, link: str, **facts: object) -> None:
        act = {"act": self.act.kind.value, "by": self.caller.id, "reason": self.act.reason}
        about = register.message_facts(message) if message else {}
        self.writing.entry(
            EntryKind.ACT,
            movement=message.movement if message else "",
            link=link,
            facts={**about, **act, **facts},
        )

    def _done(self, *, repeated: bool = False, made: str = "") -> Done:
        act = self.act
        return Done(act=act.kind.value, subject=act.subject, repeated=repeated, made=made)

    # -------------------------------------------------------------- links

    def _link(self, link: Link) -> Done:
        values = _link_values(self.act, link, self.writing.at)
        if not values:
            return self._done(repeated=True)
        self.writing.update("links", link.id, values, {"paused": link.paused})
        told = {"rate": str(self.act.rate), "concurrency": self.act.concurrency}
        told["batch"] = self.act.batch
        self._told(None, link.id, **(told if self.act.kind is ActKind.LIMIT else {}))
        self.links = () if self.act.kind is ActKind.PAUSE else (link.id,)
        return self._done()

    # -------------------------------------------------------------- answers

    def _dismiss(self) -> Done:
        name = self.act.subject
        entry = register.refused_answer(self.ports, self.caller.tenant, name, self.writing.at)
        if entry is None:
            raise NotFound(Finding(code="act.no-such-answer", value=name))
        if name in register.dismissed(self.ports, self.caller.tenant, self.writing.at):
            return self._done(repeated=True)
        self._told(None, entry.link, entry=name)
        return self._done()

    # -------------------------------------------------------------- movements

    def _erase(self) -> Done:
        name, store = self.act.subject, self.ports.store
        record = store.movement(name)
        if record is None or record.tenant != self.caller.tenant:
            raise NotFound(Finding(code="movement.unknown", value=name))
        if record.erased:
            return self._done(repeated=True)
        if record.state not in AT_END:
            raise InConflict(Finding(code="erase.not-at-end", value=name))
        if waiting := register.open_messages(self.ports, name):
            args = (("messages", ", ".join(waiting)),)
            raise InConflict(Finding(code="erase.messages-open", value=name, args=args))
        store.sequence("erasure", surely=True)
        told = (self.caller.id, self.act.reason)
        erased, kept = register.erase(self.writing, record, *told)
        return replace(self._done(), erased=erased, kept=kept)

    # -------------------------------------------------------------- messages

    def _retry(self, message: Message) -> Done:
        if message.state not in (MessageState.DUE, MessageState.PARKED):
            raise _forbidden(self.act, message)
        if message.deadline is not None and self.writing.at >= message.deadline:
            raise InConflict(Finding(code="act.deadline-passed", value=message.id))
        link = _link(self.ports, self.caller, message.link)
        at_once = message.next_at is None or message.next_at <= self.writing.at
        closed = link.breaker.allows(self.writing.at)
        if message.state is MessageState.DUE and at_once and closed:
            return self._done(repeated=True)
        values = {"state": MessageState.DUE, "waits_for": "", "next_at": self.writing.at}
        self.writing.update("messages", message.id, values, {"state": message.state})
        if link.breaker.probe_at is not None:
            probed = replace(link.breaker, probe_at=self.writing.at)
            self.writing.update("links", link.id, {"breaker": probed})
        self._told(message, link.id)
        self.links = (link.id,)
        return self._done()

    def _supersede(self, message: Message) -> Done:
        if message.waits_for.startswith("superseded:"):
            return self._done(repeated=True, made=message.waits_for.partition(":")[2])
        if message.state is not MessageState.PARKED:
            raise _forbidden(self.act, message)
        loaded, message = self._alone(message)
        if message.state is not MessageState.PARKED:
            raise _forbidden(self.act, message)
        made, self.links = register.supersede(self.writing, loaded, message)
        self._told(message, message.link, made=made)
        return self._done(made=made)

    def _leave(self, message: Message) -> Done:
        why = f"{self.act.kind.value}:{self.caller.id}"
        if message.state is MessageState.DROPPED and message.waits_for.startswith(
            self.act.kind.value
        ):
            return self._done(repeated=True)
        loaded, message = self._alone(message)
        leaving = _leaving(self.ports, self.act, loaded, message)
        links = register.write_exit(self.writing, loaded, leaving, why)
        done = _meaning(self.act, message, leaving)
        told = {name: list(getattr(done, name)) for name in ("dropped", "moved", "stranded")}
        self._told(message, message.link, **told, uncertain=done.uncertain)
        self.links = tuple(dict.fromkeys((message.link, *links)))
        return done

    def _alone(self, message: Message) -> tuple[register.Loaded, Message]:
        """Take the link's lease, so that nobody sends the message or one behind it now.

        Return how movement and message stand then: it may have been tried a moment before.
        """
        left = self.ports.store.abandoned(message.link)
        _not_at_office(self.ports, message, left=left)
        if message.place is not None and message.link:
            owner = f"operator/{self.caller.id}"
            fence = self.ports.store.lease(message.link, owner, LEASE_SECONDS)
            if fence is None:
                raise InConflict(Finding(code="act.link-busy", value=message.link))
            self._leased = (message.link, fence)
            self.writing.update("links", message.link, {}, {"fence": fence})
        loaded = register.load(self.ports, message.movement, tenant=self.caller.tenant)
        now = next(one for one in loaded.messages if one.id == message.id)
        _not_at_office(self.ports, now)
        return loaded, now


def _link_values(act: Act, link: Link, at: datetime) -> Mapping[str, object]:
    """Return what changes of the link; nothing when it stands so already."""
    match act.kind:
        case ActKind.PAUSE:
            return {} if link.paused else {"paused": True, "paused_at": at}
        case ActKind.RESUME:
            return {"paused": False, "paused_at": None} if link.paused else {}
        case _:
            wanted = {"rate": act.rate, "concurrency": act.concurrency, "batch": act.batch}
            stands = all(getattr(link, name) == value for name, value in wanted.items())
            return {} if stands else wanted


def _link(ports: Ports, caller: Principal, name: str) -> Link:
    link = ports.store.link(name)
    if link is None or link.tenant != caller.tenant:
        raise NotFound(Finding(code="link.unknown", value=name))
    return link


def _message(ports: Ports, caller: Principal, name: str) -> Message:
    message = ports.store.message(name)
    if message is None or message.tenant != caller.tenant:
        raise NotFound(Finding(code="message.unknown", value=name))
    return message


def _not_at_office(ports: Ports, message: Message, *, left: bool = False) -> None:
    """Refuse to take back what an office may have already, in the place it was given.

    What comes next would be given that place too, and an office of exchange v1 takes none twice. A
    retry makes it certain: who has the message gives its receipt, who does not want it refuses.
    Once its deadline is over it is not sent any more, so then it goes all the same. Who leased the
    link last and ``left`` it so may have died in the middle of a try that left no trace.

    Raises:
        InConflict: ``act.fetched`` or ``act.uncertain``.
    """
    link = ports.store.link(message.link)
    if link is None or message.place is None:
        return
    if link.kind is LinkKind.FEED:
        raise InConflict(Finding(code="act.fetched", value=message.id))
    over = message.deadline is not None and ports.clock.now() >= message.deadline
    untold = left and message.state is MessageState.DUE
    if link.kind is LinkKind.PUSH and (untold or _uncertain(message)) and not over:
        raise InConflict(Finding(code="act.uncertain", value=message.id))


def _uncertain(message: Message) -> bool:
    """Tell whether a message was tried, and neither taken nor refused so far."""
    tried = message.attempts > 0 and message.state in (MessageState.DUE, MessageState.PARKED)
    return tried and not message.waits_for.startswith("person:status")


def _leaving(ports: Ports, act: Act, loaded: register.Loaded, message: Message) -> register.Exit:
    """Return who is dropped and who moves up.

    Raises:
        InConflict: ``act.not-in-state`` or ``act.overtaken``.
    """
    cancelling = act.kind is ActKind.CANCEL
    sendable = (MessageState.DUE, MessageState.PARKED)
    allowed = (*OPEN_STATES, MessageState.PARKED) if cancelling else sendable
    if message.state not in allowed:
        raise _forbidden(act, message)
    if not cancelling:
        return register.skipping(loaded, message)
    leaving = register.cancelling(loaded, message)
    return leaving if _uncertain(message) else register.ending(ports, loaded, message, leaving)


def _forbidden(act: Act, message: Message) -> InConflict:
    args = (("act", act.kind.value), ("state", message.state.value))
    return InConflict(Finding(code="act.not-in-state", value=message.id, args=args))


def _meaning(act: Act, message: Message, leaving: register.Exit) -> Done:
    return Done(
        act=act.kind.value,
        subject=message.id,
        dropped=tuple(one.id for one in leaving.dropped),
        moved=tuple(one.id for one in leaving.moved),
        stranded=tuple(one.id for one in leaving.stranded),
        uncertain=_uncertain(message),
    )
